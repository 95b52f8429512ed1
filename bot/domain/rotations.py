"""Who is on call now, from the rotations in config.yaml: one after the other, a week each.

The hand-over follows the wall clock of the rotation's zone, so a week with a change of daylight saving has an
hour more or less, and nobody's turn begins at eight instead of nine.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from bot.config import Config, Rotation
from bot.config.gates import Weekday

_DAYS: tuple[str, ...] = get_args(Weekday)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Shift:
    """One person's week. `since` and `until` in seconds since the epoch; `until` is when the next begins."""

    rotation: str
    email: str
    since: float
    until: float


def shift(rotation: Rotation, now: float) -> Shift:
    """The shift of this rotation that `now` lies in."""
    day = _begin_of_week(
        rotation, datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(rotation.zone)).date()
    )
    if now < _handed_over(rotation, day):
        day -= _WEEK
    weeks = (day - _begin_of_week(rotation, date.fromisoformat(rotation.first))).days // 7
    return Shift(
        rotation=rotation.name,
        email=rotation.people[weeks % len(rotation.people)],
        since=_handed_over(rotation, day),
        until=_handed_over(rotation, day + _WEEK),
    )


def on_call(config: Config, email: str, now: float) -> frozenset[str]:
    """The rotations that this person is on call for now."""
    return frozenset(
        name for name, rotation in config.rotations.items() if shift(rotation, now).email == email
    )


def on_call_for(config: Config, service: str, now: float) -> Shift | None:
    """Whose shift it is for a service now; None when its team has no rotation, or there is no such one."""
    known = config.services.get(service)
    team = config.teams.get(known.team) if known else None
    return shift(config.rotations[team.rotation], now) if team and team.rotation else None


def _begin_of_week(rotation: Rotation, day: date) -> date:
    """The last hand-over day on or before `day`."""
    return day - timedelta(days=(day.weekday() - _DAYS.index(rotation.day)) % 7)


def _handed_over(rotation: Rotation, day: date) -> float:
    return datetime.combine(day, time.fromisoformat(rotation.at), ZoneInfo(rotation.zone)).timestamp()
