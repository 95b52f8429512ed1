"""Overrides: somebody takes a part of a rotation. Shown before it is made, made once, taken back within 5 minutes.

Of a rotation of config.yaml it stands in Redis; of one that another system knows it is made there.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace

from bot.clock import Clock
from bot.config import Config
from bot.domain import rotations
from bot.domain.oncall import CONFIG, Override, Shift, gaps, on_call_at, within
from bot.domain.rights import Holder
from bot.errors import Conflict, NotFound, NotUnderstood, Refusal, Stale
from bot.services.oncall import LOOKS, OnCall
from bot.store.overrides import OverrideStore
from bot.store.streams import Job
from bot.store.timers import Timers

SETTLED = "override.settled"  # the work that comes when it can be taken back no more
UNDO_SECONDS = 300.0
LONGEST_SECONDS = 60 * 86400.0
AHEAD_SECONDS = 366 * 86400.0
LATE_SECONDS = 120.0  # by which `now` may be over when the button is pressed


@dataclass(frozen=True)
class Draft:
    """What would be made. before: whose parts it takes, cut to its time. seen: the ids of the overrides it lies over.
    nobody_after: when the gap ends that follows it at once; None: there is none. elsewhere: the other rotations that
    the same person is on call for in that time.
    """

    team: str
    override: Override
    before: tuple[Shift, ...]
    seen: tuple[str, ...]
    nobody_after: float | None = None
    elsewhere: tuple[str, ...] = ()


class Overrides:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        oncall: OnCall,
        store: OverrideStore,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._config = config
        self._oncall = oncall
        self._store = store
        self._timers = timers
        self._clock = clock

    def rotation(self, team: str) -> str:
        """The team's rotation. Raises NotFound."""
        found = self._config().teams[team].rotation
        if found is None:
            raise NotFound(
                f"{team} has no rotation.",
                code="no-rotation",
                hint="Put one under `rotations` in config.yaml, and its name under the team.",
            )
        return found

    async def draft(self, team: str, email: str, since: float, until: float, by: Holder, *, id: str) -> Draft:
        """What it would be. id: of what was asked, or the one that it has been given; the same again is the same.
        Raises Refusal where it would change nothing, leave a gap, or cannot be.
        """
        now = self._clock.now()
        possible(since, until, now)
        name = self.rotation(team)
        self._on_it(name, email)
        rosters = await self._oncall.rosters([name], since - LOOKS, until + LOOKS)
        shifts = rosters[name].shifts
        here = [one for one in within(shifts, since, until) if not one.shadow]
        first = tuple(one for one in here if one.level == 1)
        if first and not gaps(first, since, until) and all(one.email == email for one in first):
            raise Conflict(
                f"{self.called(email)} is on call for {team} then anyway.",
                code="on-call-anyway",
                hint=f"`oncall {team}` shows who comes when.",
            )
        if (level := _left(here, email, since)) is not None:
            raise _leaves_gap(self.called(email), level)
        made = Override(
            _id(id), name, email, since, until, by.email or by.user_id, by.name or by.user_id, now,
            source=first[0].source if first else CONFIG,
        )  # fmt: skip
        known = await self._store.until(since)
        over = sorted(one.id for one in known if one.rotation == name and one.since < until)
        after = gaps(shifts, until, until + LOOKS)
        nobody = after[0][1] if after and after[0][0] == until else None
        also = await self._also(email, name, since, until)
        return Draft(team, made, first, tuple(over), nobody, also)

    async def make(self, draft: Draft, seen: Sequence[str]) -> Override:
        """Make what was shown, over these ids. Raises Stale where somebody has laid another one over it meanwhile."""
        made = replace(draft.override, made=self._clock.now())
        rotation = self._config().rotations[made.rotation]
        if (source := self._oncall.source(rotation)) is not None:
            made = replace(made, id=await source.override(rotation, made))
        elif await self._store.put(made, seen, now=made.made) == "changed":
            raise Stale(
                "Somebody else has taken a part of that time since you looked. Nothing was changed.",
                hint=f"`oncall {draft.team}` shows who has it.",
            )
        body = {"team": draft.team, "override": asdict(made)}
        await self._timers.at(f"{SETTLED}:{made.id}", made.made + UNDO_SECONDS, SETTLED, body)
        return made

    def elsewhere(self, draft: Draft) -> bool:
        """Whether it is made in another system."""
        rotation = self._config().rotations[draft.override.rotation]
        return self._oncall.source(rotation) is not None

    async def stands(self, job: Job) -> Override | None:
        """The override that a job is about; None: it was taken back."""
        row = job.body["override"]
        one = Override(**{each.name: row[each.name] for each in fields(Override)})
        return one if one.source != CONFIG else await self.find(one.id)

    async def undo(self, rotation: str, id: str, made: float) -> Override | None:
        """Take it back. None: it stood in another system, and is gone there. Raises Refusal when it is too late."""
        since = self._clock.now() - UNDO_SECONDS
        known = self._config().rotations.get(rotation)
        source = self._oncall.source(known) if known is not None else None
        if known is not None and source is not None:
            if made < since:
                raise _late()
            await source.undo(known, id)
            return None
        found = await self._store.end(id, made_since=since)
        if found == "late":
            raise _late()
        if found == "gone":
            raise Stale("It was taken back before. Nothing was changed.", code="stale")
        return found

    async def find(self, id: str) -> Override | None:
        """One of config.yaml's rotations that is not over by more than an hour."""
        known = await self._store.until(self._clock.now() - 3600)
        return next((one for one in known if one.id == id), None)

    def people(self, rotation: str) -> list[str]:
        """Whom config.yaml names for a rotation, its further levels and what it falls to."""
        config = self._config()
        names = rotations.leads_to(config, rotation)
        return list(dict.fromkeys(email for name in names for email in config.rotations[name].everybody))

    def called(self, email: str) -> str:
        person = self._config().people.get(email)
        return person.name if person else email

    def _on_it(self, name: str, email: str) -> None:
        rotation = self._config().rotations[name]
        if email in rotation.shadows:
            raise Conflict(
                f"{self.called(email)} shadows {name}, and who shadows is never on call.",
                code="shadow",
                hint="Let somebody of the rotation take it.",
            )
        known = self.people(name)
        if rotation.pagerduty is None and email not in known:
            raise Conflict(
                f"{self.called(email)} is not on the rotation {name}: it has {_and([self.called(e) for e in known])}.",
                code="not-on-rotation",
                hint=f"Let one of them take it, or add {email} under `rotations.{name}.people` in config.yaml.",
            )

    async def _also(self, email: str, name: str, since: float, until: float) -> tuple[str, ...]:
        """The other rotations that this person is on call for in that time."""
        others = [
            one
            for one, rotation in self._config().rotations.items()
            if one != name and email in rotation.everybody
        ]
        rosters = await self._oncall.rosters(others, since, until)
        return tuple(
            one for one in others
            if any(s.email == email and s.level == 1 for s in within(rosters[one].shifts, since, until))
        )  # fmt: skip


def possible(since: float, until: float, now: float) -> None:
    """Raises NotUnderstood for a time that is over, or too long."""
    if until <= now:
        raise NotUnderstood(
            "That time is over.", code="in-the-past", hint="Say a time that is still to come."
        )
    if since < now - LATE_SECONDS:
        raise NotUnderstood(
            "That begins in the past, and what was is not changed.",
            code="in-the-past",
            hint="Leave `from …` out, and it begins now.",
        )
    if until - since > LONGEST_SECONDS or since - now > AHEAD_SECONDS:
        raise NotUnderstood(
            "An override lasts 60 days at most, and begins within a year.",
            code="too-long",
            hint="For longer, change the rotation in config.yaml.",
        )


def _left(here: Sequence[Shift], email: str, since: float) -> int | None:
    """The level of this person at which nobody else would be behind them; None: somebody always is, or never was."""
    for at in sorted({since, *(one.since for one in here)}):
        now = on_call_at(here, at)
        behind = [one for one in now if one.level > 1]
        taken = not any(one.level == 1 and one.email == email for one in now)
        if behind and taken and all(one.email == email for one in behind):
            return behind[0].level
    return None


def _leaves_gap(name: str, level: int) -> Refusal:
    return Conflict(
        f"It would leave a gap: {name} is level {level} then, and nobody would be left to escalate to.",
        code="leaves-gap",
        hint="Let somebody else take it, or let somebody take the other level first.",
    )


def _late() -> Refusal:
    return Conflict(
        "An override can be taken back for 5 minutes, and that is over.",
        code="too-late",
        hint="Make another one over it: `override …`.",
    )


def _id(asked: str) -> str:
    if re.fullmatch(r"o-[0-9a-f]{10}", asked):
        return asked
    return "o-" + hashlib.sha256(asked.encode()).hexdigest()[:10]


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
