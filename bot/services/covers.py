"""Cover: who is on call asks the team who can take a part of it; the first who can has it.

Nobody loses the pager by asking: until somebody has taken it, it stays whose it is, and they are told so in time.
"""

import hashlib
from dataclasses import replace

from bot.clock import Clock
from bot.domain.covers import Cover
from bot.domain.oncall import within
from bot.domain.rights import Holder
from bot.errors import Conflict, GrailError, NotAllowed, NotFound, Stale
from bot.services.oncall import OnCall
from bot.services.overrides import Overrides, possible
from bot.store.covers import CoverStore
from bot.store.streams import Job
from bot.store.timers import Timers

NEARS = "cover.nears"  # the work that comes a day and an hour before, at its beginning and at its end
BEFORE = {"day": 86400.0, "hour": 3600.0, "begin": 0.0}


class Covers:
    def __init__(
        self, *, oncall: OnCall, overrides: Overrides, store: CoverStore, timers: Timers, clock: Clock
    ) -> None:
        self._oncall = oncall
        self._overrides = overrides
        self._store = store
        self._timers = timers
        self._clock = clock

    async def draft(
        self, team: str, since: float, until: float, by: Holder, *, reason: str, id: str
    ) -> Cover:
        """What would be asked: the part of that time for which this person is on call. Raises Refusal."""
        now = self._clock.now()
        possible(since, until, now)
        name = self._overrides.rotation(team)
        roster = (await self._oncall.rosters([name], since, until))[name]
        first = [one for one in within(roster.shifts, since, until) if one.level == 1 and not one.shadow]
        mine = sorted(
            (one for one in first if one.email and one.email == by.email), key=lambda one: one.since
        )
        if not mine:
            who = " and ".join(dict.fromkeys(self._overrides.called(one.who) for one in first)) or "nobody"
            raise Conflict(
                f"You are not on call for {team} then: {who} is.",
                code="not-your-shift",
                hint=f"`override {team} …` gives a part of it to somebody; `oncall {team}` shows who comes when.",
            )
        begin, end = mine[0].since, mine[0].until
        for one in mine[1:]:
            end = one.until if one.since <= end else end  # up to where somebody else has it in between
        return Cover(
            "c-" + hashlib.sha256(id.encode()).hexdigest()[:10], team, name, by.email or "", by.user_id,
            by.name or by.user_id, by.team_id, begin, end, reason, now,
        )  # fmt: skip

    async def ask(self, cover: Cover) -> Cover:
        """Ask the team. The same again is the same."""
        if not await self._store.ask(cover):
            return await self._store.find(cover.id) or cover
        for why, before in BEFORE.items():
            if cover.since - before > cover.asked:
                body = {"cover": cover.id, "why": why}
                await self._timers.at(f"{NEARS}:{cover.id}:{why}", cover.since - before, NEARS, body)
        await self._timers.at(
            f"{NEARS}:{cover.id}:end", cover.until, NEARS, {"cover": cover.id, "why": "end"}
        )
        return cover

    async def take(self, id: str, by: Holder) -> Cover:
        """Take it: the first who does has it. Raises Refusal for who cannot, and for who came second."""
        now = self._clock.now()
        cover = await self.find(id)
        if by.email is None:
            raise NotAllowed(
                "Slack does not tell me your e-mail address, by which rotations know you.", code="no-email"
            )
        if cover.state == "taken" and cover.taker == by.email:
            return cover  # pressed twice
        _still_open(cover, now)
        if by.email == cover.email:
            raise Conflict(
                "It is yours already: you asked.", code="your-own", hint="Somebody else has to take it."
            )
        since = max(cover.since, now)
        asked = f"{cover.id}:{by.email}"
        draft = await self._overrides.draft(cover.team, by.email, since, cover.until, by, id=asked)
        taken = replace(cover, since=since, state="taken", taker=by.email, taker_name=by.name or by.user_id)
        elsewhere = self._overrides.elsewhere(draft)
        override = None if elsewhere else replace(draft.override, made=now)
        if (closed := await self._store.close(taken, override, now=now)) is not True:
            raise _closed(closed or replace(cover, state="over"))
        if elsewhere:
            try:
                await self._overrides.make(draft, draft.seen)
            except GrailError:
                await self._store.reopen(cover)
                raise
        return taken

    async def withdraw(self, id: str, by: Holder) -> Cover:
        """Who asked needs it no more. Raises Refusal."""
        cover = await self.find(id)
        if by.user_id != cover.user:
            raise NotAllowed(f"Only {cover.name}, who asked, can take that back.", code="not-yours")
        if cover.state == "withdrawn":
            return cover  # pressed twice
        _still_open(cover, self._clock.now())
        gone = replace(cover, state="withdrawn")
        if (closed := await self._store.close(gone, None, now=self._clock.now())) is not True:
            raise _closed(closed or replace(cover, state="over"))
        return gone

    async def nears(self, job: Job) -> Cover | None:
        """The cover whose time nears, or is over; None: it was taken, or is asked for no more."""
        cover = await self._store.find(job.body["cover"])
        if cover is None or not cover.open:
            return None
        if job.body["why"] != "end":
            return cover
        over = replace(cover, state="over")
        return over if await self._store.close(over, None, now=self._clock.now()) is True else None

    async def find(self, id: str) -> Cover:
        found = await self._store.find(id)
        if found is None:
            raise NotFound("That request is too old; I do not know it any more.", code="no-such-cover")
        return found


def _still_open(cover: Cover, now: float) -> None:
    """Raises Stale where it is closed."""
    if not cover.open:
        raise _closed(cover)
    if cover.until <= now:
        raise _closed(replace(cover, state="over"))


def _closed(cover: Cover) -> Stale:
    """What is true of one that is closed."""
    words = {
        "taken": f"{cover.taker_name} has taken it already. Nothing was changed.",
        "withdrawn": f"{cover.name} does not need it any more. Nothing was changed.",
    }
    return Stale(words.get(cover.state, "That time is over. Nothing was changed."))
