"""The shifts of rotations that config.yaml writes down: weeks, days, office hours, following the sun, several levels.

The hand-over follows the wall clock of the rotation's zone, so a week with a change of daylight saving has an
hour more or less, and nobody's turn begins at eight instead of nine. A time of day that the change leaves out is
taken as if the clocks had not been changed yet; of one that comes twice, the first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import get_args
from zoneinfo import ZoneInfo

from bot.config import Config, Rotation
from bot.config.gates import Weekday
from bot.config.rotations import OnlyWithin
from bot.domain.oncall import Override, Shift, gaps, on_call_at, overridden, within

_DAYS: tuple[str, ...] = get_args(Weekday)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
DAY_SECONDS = 86400.0
LONGEST = 8 * DAY_SECONDS  # no shift is longer

Base = Mapping[str, Sequence[Shift]]
NOWHERE: Base = MappingProxyType({})


def written(rotation: Rotation, since: float, until: float) -> list[Shift]:
    """The shifts that lie between two moments, whole, as they are written down: without levels and overrides."""
    days = _of_days(rotation, since // DAY_SECONDS, -(-until // DAY_SECONDS))
    return [one for one in days if one.since < until and one.until > since]


@lru_cache(maxsize=8192)
def _of_days(rotation: Rotation, first: float, last: float) -> tuple[Shift, ...]:
    """Those of whole days, which stay the same however often they are asked for. In days since the epoch."""
    since, until = first * DAY_SECONDS, last * DAY_SECONDS
    turns = _sun(rotation, since, until) if rotation.sun else _turns(rotation, since, until)
    if rotation.hours is not None:
        windows = list(_windows(rotation.hours, rotation.zone, since, until))
        turns = [
            (max(begin, opens), min(end, closes), email)
            for begin, end, email in turns
            for opens, closes in windows
            if begin < closes and end > opens
        ]
    return tuple(Shift(rotation.name, email, begin, end) for begin, end, email in turns if begin < end)


def roster(
    config: Config,
    name: str,
    since: float,
    until: float,
    *,
    overrides: Iterable[Override] = (),
    base: Base = NOWHERE,
) -> list[Shift]:
    """Everybody of a rotation between two moments: its levels, with overrides, and who shadows.

    base: the shifts of rotations that stand elsewhere, by rotation.
    """
    rotation, known = config.rotations[name], tuple(overrides)
    found = _first(config, name, since, until, known, base)
    found += [one for one in base.get(name, ()) if one.level > 1 or one.shadow]
    for level, other in enumerate(rotation.escalates_to, 2):
        behind = _first(config, other, since, until, known, base)
        found += [replace(one, rotation=name, level=level) for one in behind]
    return found + [Shift(name, email, since, until, shadow=True) for email in rotation.shadows]


def shift(
    config: Config, name: str, now: float, *, overrides: Iterable[Override] = (), base: Base = NOWHERE
) -> Shift | None:
    """Whose turn it is on a rotation now; None: nobody's."""
    found = roster(config, name, now - LONGEST, now + LONGEST, overrides=overrides, base=base)
    return next((one for one in on_call_at(found, now) if one.level == 1), None)


def on_call(
    config: Config, email: str, now: float, *, overrides: Iterable[Override] = (), base: Base = NOWHERE
) -> frozenset[str]:
    """The rotations that this person is on call for now, at whichever level."""
    known = tuple(overrides)
    taken = {one.rotation for one in known if one.email == email}
    return frozenset(
        name
        for name in config.rotations
        if any(
            other in taken or other in base or email in config.rotations[other].everybody
            for other in leads_to(config, name)
        )
        and any(
            one.email == email
            for one in on_call_at(roster(config, name, now, now + 1, overrides=known, base=base), now)
        )
    )


def leads_to(config: Config, name: str) -> list[str]:
    """This rotation and all that take part in it: its further levels, and who is on call outside its hours."""
    found = [name]
    for one in found:
        rotation = config.rotations[one]
        for other in (*rotation.escalates_to, *([rotation.otherwise] if rotation.otherwise else [])):
            if other not in found:
                found.append(other)
    return found


def _first(
    config: Config, name: str, since: float, until: float, overrides: Sequence[Override], base: Base
) -> list[Shift]:
    """Who is rung first."""
    rotation = config.rotations[name]
    if rotation.pagerduty:
        found = [one for one in base.get(name, ()) if one.level == 1 and not one.shadow]
    else:
        found = written(rotation, since, until)
    if rotation.otherwise:
        others = _first(config, rotation.otherwise, since, until, overrides, base)
        for begin, end in gaps(found, since, until):
            found += [replace(one, rotation=name) for one in within(others, begin, end)]
    return overridden(found, [one for one in overrides if one.rotation == name])


def _turns(rotation: Rotation, since: float, until: float) -> list[tuple[float, float, str]]:
    """(from, to, whose) one after the other, without a gap."""
    here, at = ZoneInfo(rotation.zone), time.fromisoformat(rotation.at)
    day = datetime.fromtimestamp(since, UTC).astimezone(here).date()
    first = date.fromisoformat(rotation.first)
    days: list[date] = []
    if rotation.turns == "weekly":
        day = _begin_of_week(rotation.day, day) - _WEEK
        index = (day - _begin_of_week(rotation.day, first)).days // 7
        step = _WEEK
    else:  # where only some days are worked, only they are counted: else one and the same would have all Mondays
        on = rotation.hours.days if rotation.hours else _DAYS
        day -= _WEEK + _DAY
        index = _counted(day, on) - _counted(first, on)
        step = _DAY
    while not days or datetime.combine(days[-1], at, here).timestamp() < until:
        if (
            rotation.turns == "weekly"
            or rotation.hours is None
            or _DAYS[day.weekday()] in rotation.hours.days
        ):
            days.append(day)
        day += step
    begins = [datetime.combine(one, at, here).timestamp() for one in days]
    people = rotation.people
    return [
        (begin, end, people[(index + number) % len(people)])
        for number, (begin, end) in enumerate(pairwise(begins))
    ]


def _sun(rotation: Rotation, since: float, until: float) -> list[tuple[float, float, str]]:
    """Each part lasts until the next one begins: so whatever is done to the clocks, there is neither gap nor double."""
    first = date.fromisoformat(rotation.first)
    begins: list[tuple[float, str]] = []
    for part in rotation.sun:
        here, at = ZoneInfo(part.zone), time.fromisoformat(part.begin)
        day = datetime.fromtimestamp(since, UTC).astimezone(here).date() - 2 * _DAY
        begin = 0.0
        while begin < until:
            begin = datetime.combine(day, at, here).timestamp()
            turn = (
                (day - first).days
                if part.turns == "daily"
                else (_begin_of_week(part.day, day) - _begin_of_week(part.day, first)).days // 7
            )
            begins.append((begin, part.people[turn % len(part.people)]))
            day += _DAY
    begins.sort(key=lambda one: one[0])
    return [(begin, end, email) for (begin, email), (end, _) in pairwise(begins)]


def _windows(hours: OnlyWithin, zone: str, since: float, until: float) -> Iterator[tuple[float, float]]:
    """(from, to) of the hours in which somebody is on call at all."""
    here, begin, end = ZoneInfo(zone), time.fromisoformat(hours.begin), time.fromisoformat(hours.end)
    day = datetime.fromtimestamp(since, UTC).astimezone(here).date() - 2 * _DAY
    opens = float("-inf")
    while opens < until:
        opens = datetime.combine(day, begin, here).timestamp()
        closes = datetime.combine(day + _DAY * (end <= begin), end, here).timestamp()
        following = datetime.combine(day + _DAY, begin, here).timestamp()
        if _DAYS[day.weekday()] in hours.days:
            yield opens, min(closes, following)  # in a night whose clocks are changed they could overlap
        day += _DAY


def _begin_of_week(weekday: str, day: date) -> date:
    """The last hand-over day on or before `day`."""
    return day - timedelta(days=(day.weekday() - _DAYS.index(weekday)) % 7)


def _counted(day: date, on: Sequence[str]) -> int:
    """How many of these weekdays there were before `day`, since the calendar begins."""
    weeks, rest = divmod(day.toordinal() - 1, 7)  # it begins with a Monday
    return weeks * len(on) + sum(name in on for name in _DAYS[:rest])
