"""Overrides of the rotations of config.yaml: one sorted set, by the time at which each ends."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Literal, cast

import orjson
from redis.asyncio import Redis

from bot.domain.oncall import Override
from bot.store import keys
from bot.store.scripts import Scripts, guarded

Put = Literal["made", "again", "changed"]
Gone = Literal["late", "gone"]


class OverrideStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def until(self, since: float) -> list[Override]:
        """All that end after that moment, the one that ends first before the others."""
        rows = await guarded(self._redis.zrangebyscore)(keys.OVERRIDES(), f"({since:.6f}", "+inf")
        return [one for row in rows if (one := read(row)) is not None]

    async def put(self, override: Override, seen: Iterable[str] | None, *, now: float) -> Put:
        """Make it, if those that overlap with it are still those (ids) that were seen; None: whatever there is.
        `again`: the very same was made before.
        """
        ids = "*" if seen is None else ",".join(sorted(seen))
        row = orjson.dumps(asdict(override))
        kept = keys.OVERRIDES.life or 0
        return cast(Put, await self._scripts.run("override_put", [keys.OVERRIDES()], [now, row, kept, ids]))

    async def end(self, id: str, *, made_since: float) -> Override | Gone:
        """Take it back, if it was not made before that moment. `late`: it was; `gone`: there is none."""
        found = await self._scripts.run("override_end", [keys.OVERRIDES()], [id, made_since])
        if found in ("late", "gone"):
            return cast(Gone, found)
        return read(found) or "gone"


def read(row: str) -> Override | None:
    """None: somebody has changed it by hand, and it cannot be read."""
    try:
        data = orjson.loads(row)
        return Override(**{name: data[name] for name in _NAMES if name in data})
    except (TypeError, ValueError):
        return None


_NAMES = [one.name for one in fields(Override)]
