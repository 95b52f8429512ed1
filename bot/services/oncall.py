"""Who is on call: asks whoever knows a rotation, and lays the overrides over what it says."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.clock import Clock
from bot.config import Config, Rotation
from bot.domain import rotations
from bot.domain.oncall import Override, Roster, Shift, after, on_call_at, shadows_at
from bot.store.overrides import OverrideStore

LOOKS = 8 * 86400.0  # seconds before and after a moment that are looked at: no shift is longer


class RotationSource(Protocol):
    """Who knows the shifts of rotations that are not written in config.yaml itself: one with `pagerduty` under it."""

    def knows(self, rotation: Rotation) -> bool: ...

    async def roster(self, rotation: Rotation, since: float, until: float) -> Roster:
        """Its shifts between two moments, from what is remembered; never raises because the source is away: the answer
        is then an older one, and says why. Overrides that were made there are in it, with whom they cover.
        """
        ...

    async def override(self, rotation: Rotation, override: Override) -> str:
        """Make it there; its id there. Raises Refusal where it will not be, OutsideUnavailable where it is away."""
        ...

    async def undo(self, rotation: Rotation, id: str) -> None: ...


@dataclass(frozen=True)
class Standing:
    """How a team's rotation stands at a moment. rotation: "" where the team has none.

    on_call: the first level first. next: who has the first level after. since: where nobody is on call, since when;
    None: for longer than is looked at. asked, failed: as of a Roster, the oldest that went into it.
    """

    team: str
    rotation: str
    at: float
    on_call: tuple[Shift, ...] = ()
    next: Shift | None = None
    shadows: tuple[Shift, ...] = ()
    since: float | None = None
    asked: float = 0.0
    failed: str = ""

    @property
    def first(self) -> Shift | None:
        return next((one for one in self.on_call if one.level == 1), None)


class OnCall:
    """sources: who knows the rotations that do not stand in config.yaml; the first that knows one is asked."""

    def __init__(
        self,
        config: Callable[[], Config],
        store: OverrideStore,
        clock: Clock,
        sources: Sequence[RotationSource] = (),
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._sources = sources

    async def rosters(self, names: Sequence[str], since: float, until: float) -> dict[str, Roster]:
        """Everybody of these rotations between two moments, with overrides; shifts at the ends are whole."""
        config = self._config()
        parts = list(dict.fromkeys(one for name in names for one in rotations.leads_to(config, name)))
        asked = await self._asked([config.rotations[one] for one in parts], since, until)
        overrides = await self._store.until(since)
        base = {name: one.shifts for name, one in asked.items()}
        now = self._clock.now()
        found = {}
        for name in names:
            mine = [asked[one] for one in rotations.leads_to(config, name) if one in asked]
            failed = next((one.failed for one in mine if one.failed), "")
            shifts = rotations.roster(config, name, since, until, overrides=overrides, base=base)
            when = min([now, *(one.asked for one in mine)])
            found[name] = Roster(name, since, until, tuple(shifts), when, failed)
        return found

    async def standings(self, teams: Sequence[str], at: float) -> list[Standing]:
        """Who is on call for these teams at a moment, and who comes next."""
        known = self._config().teams
        names = list(dict.fromkeys(name for team in teams if (name := known[team].rotation)))
        rosters = await self.rosters(names, at - LOOKS, at + LOOKS)
        return [_standing(team, rosters.get(known[team].rotation or ""), at) for team in teams]

    async def of(self, email: str, at: float) -> frozenset[str]:
        """The rotations that this person is on call for at that moment, at whichever level."""
        return (await self.held(email, at))[0]

    async def held(self, email: str, at: float) -> tuple[frozenset[str], tuple[Override, ...]]:
        """The same, and the overrides of anybody that hold at that moment."""
        config = self._config()
        asked = await self._asked(list(config.rotations.values()), at, at + 1)
        base = {name: one.shifts for name, one in asked.items()}
        overrides = tuple(one for one in await self._store.until(at) if one.since <= at)
        return rotations.on_call(config, email, at, overrides=overrides, base=base), overrides

    async def shift(self, rotation: str, at: float) -> Shift | None:
        """Whose turn it is on a rotation; None: nobody's, or there is no such rotation (any more)."""
        if rotation not in self._config().rotations:
            return None
        found = (await self.rosters([rotation], at - LOOKS, at + LOOKS))[rotation]
        return next((one for one in on_call_at(found.shifts, at) if one.level == 1), None)

    async def overrides(self, since: float) -> list[Override]:
        """Those of config.yaml's rotations that end after that moment."""
        return await self._store.until(since)

    def source(self, rotation: Rotation) -> RotationSource | None:
        """Who knows it; None: config.yaml, or nobody."""
        return next((one for one in self._sources if rotation.pagerduty and one.knows(rotation)), None)

    async def _asked(self, wanted: Sequence[Rotation], since: float, until: float) -> Mapping[str, Roster]:
        """What others say of the rotations that they know."""
        asked = [(one, source) for one in wanted if (source := self.source(one)) is not None]
        found = await asyncio.gather(*(source.roster(one, since, until) for one, source in asked))
        rosters = {one.name: roster for (one, _), roster in zip(asked, found, strict=True)}
        for one in wanted:
            if one.pagerduty and one.name not in rosters:
                why = "I have no key for PagerDuty, so I cannot ask it who is on call."
                rosters[one.name] = Roster(one.name, since, until, (), self._clock.now(), why)
        return rosters


def _standing(team: str, roster: Roster | None, at: float) -> Standing:
    if roster is None:
        return Standing(team, "", at)
    now = on_call_at(roster.shifts, at)
    first = next((one for one in now if one.level == 1), None)
    following = after(roster.shifts, at)
    ended = [one.until for one in roster.shifts if one.level == 1 and not one.shadow and one.until <= at]
    return Standing(
        team,
        roster.rotation,
        at,
        tuple(now),
        following,
        tuple(shadows_at(roster.shifts, at)),
        None if first or not ended else max(ended),
        roster.asked,
        roster.failed,
    )
