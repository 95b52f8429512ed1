"""Locks and freezes: set, taken over, ended by people or by time. What waits for one is woken by its end."""

from dataclasses import replace

from bot.clock import Clock
from bot.domain.locks import LIFE_SECONDS, Kind, Lock, Scope
from bot.domain.rights import Holder
from bot.errors import Conflict, NotFound, NotUnderstood, Offer, Stale
from bot.store.locks import LockStore
from bot.store.streams import Job

ENDS = "lock.ends"
LONGEST_SECONDS = 14 * 24 * 3600.0


class Locks:
    def __init__(self, store: LockStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def draft(
        self,
        kind: Kind,
        scope: Scope,
        by: Holder,
        *,
        seconds: float | None,
        reason: str,
        warning: bool,
        channel: str,
    ) -> Lock:
        """What would be set. Raises NotUnderstood for a length that is too long."""
        if seconds is not None and seconds > LONGEST_SECONDS:
            raise NotUnderstood(
                f"A {kind} lasts 14 days at most.",
                code="too-long",
                hint="Set it again when it ends, if it still has to be.",
            )
        now = self._clock.now()
        return Lock(
            kind, scope, by=by.email or by.user_id, by_user=by.user_id, by_name=by.name, team=by.team_id, reason=reason,
            since=now, until=now + (seconds or LIFE_SECONDS), warning=warning, channel=channel,
        )  # fmt: skip

    async def set(self, lock: Lock, *, over: int | None = None) -> Lock:
        """Set it. One's own is replaced; somebody else's only when it is the one that was seen (`over`)."""
        done, found = await self._store.set(lock, now=self._clock.now(), over=over)
        if done:
            return found
        if over is not None:
            raise Stale(f"{found.by_name} has it by now, not who you saw.", code="stale", hint="Look again.")
        past = "locked" if lock.kind == "lock" else "frozen"
        why = f": {found.reason}" if found.reason else ""
        raise Conflict(
            f"{found.scope.first} is {past} already, by {found.by_name}{why}.",
            code=f"{past}-already",
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
