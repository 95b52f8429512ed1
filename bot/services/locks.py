"""Locks and freezes: set, taken over, ended by people or by time. What waits for one is woken by its end."""

from collections.abc import Callable
from dataclasses import replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.locks import LIFE_SECONDS, Kind, Lock, Scope
from bot.domain.oncall import Shift
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed, NotFound, NotUnderstood, Offer, Reason, Stale
from bot.services.oncall import OnCall
from bot.store.locks import LockStore
from bot.store.streams import Job
from bot.store.timers import Timers

ENDS = "lock.ends"
REMIND = "lock.remind"
SHIFT = "lock.shift"
LONGEST_SECONDS = 14 * 24 * 3600.0
HALF_FROM_SECONDS = 2 * 3600.0  # how long a lock has to be for a word at half its life
BEFORE_END_SECONDS = 600.0  # when its end is told before
END_FROM_SECONDS = 1800.0  # how long a lock has to be for that
KEPT_SECONDS = 2 * 3600.0  # how much longer it lasts at a press


class Locks:
    """timers: where its holder's reminders wait; without them nobody is reminded. oncall: who knows the shifts."""

    def __init__(
        self,
        store: LockStore,
        clock: Clock,
        timers: Timers | None = None,
        config: Callable[[], Config] | None = None,
        oncall: OnCall | None = None,
    ) -> None:
        self._config = config
        self._oncall = oncall
        self._store = store
        self._clock = clock
        self._timers = timers

    def draft(
        self,
        kind: Kind,
        scope: Scope,
        by: Holder,
        *,
        seconds: float | None = None,
        until: float | None = None,
        reason: str,
        warning: bool,
        channel: str,
    ) -> Lock:
        """What would be set, for so many seconds or until then. Raises NotUnderstood for what is too long."""
        now = self._clock.now()
        until = now + (seconds or LIFE_SECONDS) if until is None else until
        if until > now + LONGEST_SECONDS:
            raise NotUnderstood(
                f"A {kind} lasts 14 days at most.",
                code="too-long",
                hint="Set it again when it ends, if it still has to be.",
            )
        return Lock(
            kind, scope, by=by.email or by.user_id, by_user=by.user_id, by_name=by.name, team=by.team_id, reason=reason,
            since=now, until=until, warning=warning, channel=channel,
        )  # fmt: skip

    async def set(self, lock: Lock, *, over: int | None = None) -> Lock:
        """Set it. One's own is replaced; somebody else's only when it is the one that was seen (`over`)."""
        done, found = await self._store.set(lock, now=self._clock.now(), over=over)
        if done:
            await self._remind_later(found)
            return found
        if over is not None:
            raise Stale(f"{found.by_name} has it by now, not who you saw.", code="stale", hint="Look again.")
        past = "locked" if lock.kind == "lock" else "frozen"
        why = f": {found.reason}" if found.reason else ""
        sentence = f"{found.scope.first} is {past} already, by {found.by_name}{why}."
        raise Conflict(
            sentence,
            code=f"{past}-already",
            reasons=[Reason(f"{past}-already", sentence, found.until)],
            hint="Talk to them, or take it over: they are told.",
            offers=[Offer("Take it over", "lock.take", taken(lock, found.number))],
        )

    async def end(self, kind: Kind, scope: Scope, *, number: int | None = None) -> Lock:
        """End it; what waits for it is judged again. Raises NotFound where there is none."""
        ended = await self._store.end(kind, scope, number=number)
        if ended is None:
            if number is not None:
                raise Stale(f"That {kind} has ended already. Nothing was changed.", code="stale")
            past = "locked" if kind == "lock" else "frozen"
            wider = [
                one
                for one in await self.all()
                if one.kind == kind and one.scope != scope and _meets(one, scope)
            ]
            hint = (
                f"{wider[0].scope.words} is, by {wider[0].by_name}."
                if wider
                else "`status` shows what is locked."
            )
            raise NotFound(f"{scope.first} is not {past}.", code=f"not-{past}", hint=hint)
        return replace(ended, until=self._clock.now())

    async def ends(self, job: Job) -> Lock | None:
        """The time of one is over. None: it was prolonged or ended meanwhile."""
        kind, scope = job.body["kind"], Scope.read(job.body["scope"])
        standing = await self._store.get(kind, scope)
        if standing is None or standing.until > self._clock.now():
            return None
        return await self._store.end(kind, scope, number=standing.number)

    async def keep(self, kind: Kind, scope: Scope, number: int, by: Holder) -> tuple[Lock, Lock]:
        """Its holder wants it two hours longer. Answers the one that was and the one that is."""
        now = self._clock.now()
        before = await self._store.get(kind, scope)
        after = None
        if before is not None and before.number == number and before.until > now:
            if before.by != (by.email or by.user_id):
                raise NotAllowed(
                    f"The {kind} of {scope.words} is {before.by_name}'s to keep.", code="not-yours"
                )
            until = min(before.until + KEPT_SECONDS, now + LONGEST_SECONDS)
            after = await self._store.follow(replace(before, until=until), number, now=now)
        if before is None or after is None:
            raise Stale(f"That {kind} has ended already. Nothing was changed.", code="stale")
        await self._remind_later(after)
        return before, after

    async def reminds(self, job: Job) -> Lock | None:
        """Its holder is to be reminded. None: it has ended, or is another one by now."""
        standing = await self._store.get(job.body["kind"], Scope.read(job.body["scope"]))
        if standing is None or standing.number != job.body["number"]:
            return None
        return standing if standing.until > self._clock.now() else None

    async def outlives_the_shift(self, job: Job) -> tuple[Lock, str] | None:
        """The shift in which a lock was set is over: the lock, and the e-mail of who is on call now.

        None: it has ended, or its holder is on call again.
        """
        lock = await self.reminds(job)
        if lock is None or self._oncall is None:
            return None
        incoming = await self._oncall.shift(job.body["rotation"], self._clock.now())
        return (lock, incoming.email) if incoming and incoming.email not in ("", lock.by) else None

    async def _shift(self, lock: Lock, now: float) -> Shift | None:
        """The shift that its holder is on, where that is for this service and ends before the lock does."""
        if self._config is None or self._oncall is None or lock.kind != "lock" or lock.scope.service is None:
            return None
        config = self._config()
        service = config.services.get(lock.scope.service)
        rotation = config.teams[service.team].rotation if service else None
        found = await self._oncall.shift(rotation, now) if rotation else None
        return found if found is not None and found.email == lock.by and found.until < lock.until else None

    async def _remind_later(self, lock: Lock) -> None:
        """At half its life and shortly before its end, from now on."""
        now = self._clock.now()
        life = lock.until - now + 30  # it was drawn up a moment ago
        times = []
        if life >= HALF_FROM_SECONDS:
            times.append(("half", now + (lock.until - now) / 2))
        if life >= END_FROM_SECONDS:
            times.append(("end", lock.until - BEFORE_END_SECONDS))
        if self._timers is None:
            return
        if (its := await self._shift(lock, now)) is not None:
            body = {
                "kind": lock.kind,
                "scope": lock.scope.field,
                "number": lock.number,
                "rotation": its.rotation,
            }
            await self._timers.at(f"remind:{lock.number}:shift", its.until, SHIFT, body)
        for why, when in times:
            body = {"kind": lock.kind, "scope": lock.scope.field, "number": lock.number, "why": why}
            await self._timers.at(f"remind:{lock.number}:{why}", when, REMIND, body)

    async def get(self, kind: Kind, scope: Scope) -> Lock | None:
        return await self._store.get(kind, scope)

    async def all(self) -> list[Lock]:
        """Every lock and freeze that holds now."""
        now = self._clock.now()
        return [one for one in await self._store.all() if one.until > now]


def taken(lock: Lock, number: int) -> str:
    """What the button carries that takes a lock over: what would be set, and whose it was."""
    minutes = round((lock.until - lock.since) / 60)
    return "\n".join((lock.kind, lock.scope.field, str(number), str(minutes), lock.reason[:300]))


def _meets(one: Lock, scope: Scope) -> bool:
    return one.scope.service in (None, scope.service) or one.scope.environment in (None, scope.environment)
