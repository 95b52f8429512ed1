"""How fast GitHub is written to, by all workers together: what was written, who waits for their turn, what is owed.

GitHub allows 80 requests a minute and 500 an hour that create something, over an installation; a few are left free, for
others may use its token. Who waits here has certainly not been sent.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from bot.store import keys
from bot.store.scripts import Argument, Scripts, guarded

MINUTE, HOUR = 74, 480  # writes that are sent at most
YIELD_MINUTE, YIELD_HOUR = 50, 400  # beyond these, what may be left out is left out
GONE_SECONDS = 180.0  # who has not come again so long after their turn is gone


class PaceStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def take(
        self, mark: str, count: int, now: float, *, minute: int = MINUTE, hour: int = HOUR
    ) -> float | None:
        """None: go on, they are counted. Else when to ask again: it waits in line until then.

        mark: "" for what goes only where nobody waits, and stands in no line.
        """
        args: list[Argument] = [now, mark, count, minute, hour, GONE_SECONDS]
        went, *when = await self._scripts.run("pace_take", _KEYS, args)
        return None if went else float(when[0])

    async def count(self, now: float) -> None:
        """One that waits for nobody is sent."""
        await guarded(self._redis.zadd)(keys.GITHUB_USED(), {f"{now}:!{uuid4().hex[:8]}": now})
        await guarded(self._redis.expire)(keys.GITHUB_USED(), keys.GITHUB_USED.life)

    async def waits(self, mark: str) -> float | None:
        """When its turn is to come; None: it waits for none."""
        due = await guarded(self._redis.zscore)(keys.GITHUB_DUE(), mark)
        return None if due is None else float(due)

    async def again(self, mark: str, when: float) -> None:
        """What had its turn has not been taken after all: it stands first in line."""
        for key, score in ((keys.GITHUB_LINE(), 0.0), (keys.GITHUB_DUE(), when)):
            await guarded(self._redis.zadd)(key, {mark: score})
            await guarded(self._redis.expire)(key, keys.DAY)

    async def leave(self, mark: str) -> None:
        await guarded(self._redis.zrem)(keys.GITHUB_LINE(), mark)
        await guarded(self._redis.zrem)(keys.GITHUB_DUE(), mark)

    async def shut(self, until: float, now: float) -> None:
        """GitHub has said that nothing may be asked before then."""
        life = keys.GITHUB_GATE.life or 0
        await self._scripts.run("pace_gate", [keys.GITHUB_GATE()], [until, now, life])

    async def owe(self, id: int, row: bytes) -> None:
        """Something is to be told later; only the newest of an id is."""
        await guarded(self._redis.hset)(keys.GITHUB_OWED(), str(id), row)
        await guarded(self._redis.expire)(keys.GITHUB_OWED(), keys.GITHUB_OWED.life)

    async def owed(self, ids: Sequence[int] | None = None) -> dict[int, str]:
        """What is owed; of these ids alone where they are given."""
        if ids is None:
            rows = await guarded(self._redis.hgetall)(keys.GITHUB_OWED())
        else:
            found = (
                await guarded(self._redis.hmget)(keys.GITHUB_OWED(), [str(id) for id in ids]) if ids else []
            )
            rows = dict(zip(map(str, ids), found, strict=True))
        return {int(id): row for id, row in rows.items() if row is not None}

    async def paid(self, id: int) -> None:
        await guarded(self._redis.hdel)(keys.GITHUB_OWED(), str(id))


_KEYS = [keys.GITHUB_USED(), keys.GITHUB_LINE(), keys.GITHUB_DUE(), keys.GITHUB_GATE()]
