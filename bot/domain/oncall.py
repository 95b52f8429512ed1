"""Who is on call: shifts, however they are written down, and the overrides that lie over them.

A rotation of config.yaml and a schedule of PagerDuty both come down to shifts; from here on nobody needs to know
which it was. All times are seconds since the epoch, and an end belongs to what follows it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

CONFIG = "config.yaml"
PAGERDUTY = "PagerDuty"


@dataclass(frozen=True)
class Shift:
    """One person's turn on a rotation.

    email: "" where the source does not say; then `name` is what it calls the person. level: 1 is rung first.
    covers: the e-mail (or name) of whose turn it would have been; "" where it is their own. shadow: looks on, and is
    not on call.
    """

    rotation: str
    email: str
    since: float
    until: float
    level: int = 1
    name: str = ""
    covers: str = ""
    shadow: bool = False
    source: str = CONFIG

    @property
    def who(self) -> str:
        return self.email or self.name

    def holds(self, at: float) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True)
class Override:
    """Somebody takes a part of a rotation, from one moment to another. by: the e-mail or user id of who made it."""

    id: str
    rotation: str
    email: str
    since: float
    until: float
    by: str
    by_name: str
    made: float
    source: str = CONFIG


@dataclass(frozen=True)
class Roster:
    """What a source says of one rotation between two moments. shifts: of all levels, and of those who shadow.

    asked: when the source said so; older than now where it does not answer, and `failed` is then why, as a sentence.
    """

    rotation: str
    since: float
    until: float
    shifts: tuple[Shift, ...]
    asked: float
    failed: str = ""


def on_call_at(shifts: Iterable[Shift], at: float) -> list[Shift]:
    """Who is on call at that moment, the first level first. Who shadows is never among them."""
    return sorted((one for one in shifts if one.holds(at) and not one.shadow), key=lambda one: one.level)


def shadows_at(shifts: Iterable[Shift], at: float) -> list[Shift]:
    return [one for one in shifts if one.holds(at) and one.shadow]


def after(shifts: Iterable[Shift], at: float, level: int = 1) -> Shift | None:
    """The shift of this level that begins next, after that moment."""
    coming = (one for one in shifts if one.since > at and one.level == level and not one.shadow)
    return min(coming, key=lambda one: one.since, default=None)


def gaps(shifts: Iterable[Shift], since: float, until: float, level: int = 1) -> list[tuple[float, float]]:
    """When nobody is on call at this level between two moments."""
    found: list[tuple[float, float]] = []
    reached = since
    mine = (one for one in shifts if one.level == level and not one.shadow)
    for one in sorted(mine, key=lambda one: one.since):
        if one.since >= until:
            break
        if one.since > reached:
            found.append((reached, one.since))
        reached = max(reached, one.until)
    return [*found, (reached, until)] if reached < until else found


def within(shifts: Iterable[Shift], since: float, until: float) -> list[Shift]:
    """What of these shifts lies between two moments."""
    return [
        replace(one, since=max(one.since, since), until=min(one.until, until))
        for one in shifts
        if one.since < until and one.until > since
    ]


def overridden(shifts: Sequence[Shift], overrides: Iterable[Override]) -> list[Shift]:
    """These shifts with the overrides of their first level laid over them, the newest on top.

    An override also holds where nobody else would be on call.
    """
    found = list(shifts)
    for over in sorted(overrides, key=lambda one: (one.made, one.id)):
        before = [one for one in found if one.level == 1 and not one.shadow]
        rest = [one for one in found if one.level != 1 or one.shadow]
        kept = [part for one in before for part in _without(one, over.since, over.until)]
        found = [*rest, *kept, *_laid(before, over)]
    return sorted(found, key=lambda one: (one.level, one.shadow, one.since))


def _laid(before: Iterable[Shift], over: Override) -> list[Shift]:
    """What an override makes: a piece for each shift that it lies over, and for each time that was nobody's."""
    base = Shift(over.rotation, over.email, over.since, over.until, source=over.source)
    pieces = []
    for one in within(before, over.since, over.until):
        covers = one.covers or one.who
        pieces.append(
            replace(base, since=one.since, until=one.until, covers="" if covers == over.email else covers)
        )
    pieces += [
        replace(base, since=since, until=until) for since, until in gaps(pieces, over.since, over.until)
    ]
    joined: list[Shift] = []
    for one in sorted(pieces, key=lambda one: one.since):
        if joined and (joined[-1].covers, joined[-1].until) == (one.covers, one.since):
            joined[-1] = replace(joined[-1], until=one.until)
        else:
            joined.append(one)
    return joined


def _without(shift: Shift, since: float, until: float) -> list[Shift]:
    """What of a shift lies before and after a time."""
    if shift.until <= since or shift.since >= until:
        return [shift]
    parts = [replace(shift, until=since)] if shift.since < since else []
    return [*parts, replace(shift, since=until)] if shift.until > until else parts
