"""Locks and freezes in Redis: one hash of each, a field a scope. They are judged in deploy_admit.lua, by this form."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from bot.domain.locks import Kind, Lock, Scope
from bot.store import keys
from bot.store.scripts import Scripts, guarded
from bot.store.work import PLACES, encode


class LockStore:
    """wake: the kind of work that looks at what waits; ends: the kind that ends a lock when its time is over."""

    def __init__(self, redis: Redis, *, wake: str, ends: str) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._wake = wake
        self._ends = ends

    async def set(self, lock: Lock, *, now: float, over: int | None = None) -> tuple[bool, Lock]:
        """Set it. Answers (True, the lock with its number), or (False, the one of somebody else that stands there).

        over: the number of the other's lock that may be taken over, as it was seen.
        """
        answer, found = await self._set(lock, now, over, None)
        if answer == "set":
            return True, replace(lock, number=int(found))
        other = read(lock.kind, lock.scope.field, found)
        return False, other or replace(lock, by="", by_name="somebody", reason="its record cannot be read")

    async def follow(self, lock: Lock, number: int, *, now: float) -> Lock | None:
        """Set it in the place of the one with this number. None: that one stands there no more."""
        answer, found = await self._set(lock, now, number, number)
        return replace(lock, number=int(found)) if answer == "set" else None

    async def _set(self, lock: Lock, now: float, over: int | None, follows: int | None) -> tuple[str, str]:
        timer = _timer(lock.kind, lock.scope)
        body = {"kind": lock.kind, "scope": lock.scope.field}
        job = encode(self._ends, body, id=timer, request=timer, thing=None, host=None)
        answer, found = await self._scripts.run(
            "lock_set",
            [_key(lock.kind), keys.LOCK_NUMBER(), keys.TIMERS(), keys.TIMER_ROWS()],
            [
                now, lock.scope.field, _written(lock), lock.by, "" if over is None else over, timer,
                f"\n0\n\n{job}", lock.until, "" if follows is None else follows,
            ],
        )  # fmt: skip
        return answer, found

    async def end(self, kind: Kind, scope: Scope, *, number: int | None = None) -> Lock | None:
        """End it and wake what waits for it. None: there is none (with this number, any more)."""
        timer = _timer(kind, scope)
        body = {"service": scope.service, "environment": scope.environment, "why": kind}
        wake = encode(self._wake, body, id=f"wake:{timer}", request=timer, thing=None, host=None)
        found = await self._scripts.run(
            "lock_end",
            [*PLACES, _key(kind)],
            [scope.field, "" if number is None else number, timer, wake],
        )
        if found is None:
            return None
        return read(kind, scope.field, found) or Lock(kind, scope, "", "", "somebody", "", "", 0.0, 0.0)

    async def get(self, kind: Kind, scope: Scope) -> Lock | None:
        row = await guarded(self._redis.hget)(_key(kind), scope.field)
        return None if row is None else read(kind, scope.field, cast(str, row))

    async def all(self) -> list[Lock]:
        """Every lock and freeze that is kept, also one whose time is over and that nobody has ended yet."""
        found = []
        kinds: tuple[Kind, ...] = ("freeze", "lock")
        for kind in kinds:
            rows = cast(dict[str, str], await guarded(self._redis.hgetall)(_key(kind)))
            found += [read(kind, field, row) or unreadable(kind, field) for field, row in rows.items()]
        return found

    async def over(self, scopes: Iterable[Scope]) -> list[Lock]:
        """Those of these scopes."""
        fields = [scope.field for scope in scopes]
        found = []
        kinds: tuple[Kind, ...] = ("freeze", "lock")
        for kind in kinds:
            rows = cast(list[str | None], await guarded(self._redis.hmget)(_key(kind), fields))
            for field, row in zip(fields, rows, strict=True):
                if row is not None:
                    found.append(read(kind, field, row) or unreadable(kind, field))
        return found


def read(kind: Kind, field: str, row: str) -> Lock | None:
    """None: somebody has changed it by hand, and it cannot be read."""
    try:
        found: dict[str, Any] = orjson.loads(row)
        known = {name: found[name] for name in _NAMES if name in found}
        lock = Lock(kind=kind, scope=Scope.read(field), **known)
        return lock if isinstance(lock.until, int | float) and isinstance(lock.warning, bool) else None
    except (ValueError, TypeError):
        return None


def unreadable(kind: Kind, field: str) -> Lock:
    """What stands in for a record that cannot be read: it stops everybody, for nobody can say that it does not."""
    reason = "its record cannot be read; end it and set it anew"
    return Lock(kind, Scope.read(field), "", "", "somebody", "", reason, 0.0, float("inf"))


_NAMES = set(Lock.__dataclass_fields__) - {"kind", "scope"}


def _written(lock: Lock) -> bytes:
    row = asdict(lock)
    for apart in ("kind", "scope", "number"):
        del row[apart]
    return orjson.dumps(row)


def _key(kind: Kind) -> str:
    return keys.LOCKS() if kind == "lock" else keys.FREEZES()


def _timer(kind: Kind, scope: Scope) -> str:
    return f"{kind}:{scope.field}"
