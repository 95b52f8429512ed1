"""Requests for cover: one string each; closing one is one script, which lays the override in the same moment."""

from dataclasses import asdict, fields
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.covers import Cover
from bot.domain.oncall import Override
from bot.store import keys
from bot.store.scripts import Scripts, guarded


class CoverStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def ask(self, cover: Cover) -> bool:
        """Keep it. False: the very same was asked before."""
        row = orjson.dumps(asdict(cover))
        key, life = keys.COVER(id=cover.id), keys.COVER.life
        return bool(await guarded(self._redis.set)(key, row, nx=True, ex=life))

    async def find(self, id: str) -> Cover | None:
        row = await guarded(self._redis.get)(keys.COVER(id=id))
        return _read(row) if row else None

    async def close(self, cover: Cover, override: Override | None, *, now: float) -> bool | Cover | None:
        """Make it what it says, with the override that comes of it. True: done; the cover as it is: somebody has closed
        it before; None: there is none (any more).
        """
        row = orjson.dumps(asdict(override)) if override else b""
        answer, found = await self._scripts.run(
            "cover_close",
            [keys.COVER(id=cover.id), keys.OVERRIDES()],
            [orjson.dumps(asdict(cover)), row, keys.OVERRIDES.life or 0, now],
        )
        return True if answer == "done" else _read(found) if answer == "closed" else None

    async def reopen(self, cover: Cover) -> None:
        """What somebody took could not be made: it is open again."""
        await guarded(self._redis.set)(keys.COVER(id=cover.id), orjson.dumps(asdict(cover)), keepttl=True)


def _read(row: str) -> Cover | None:
    """None: somebody has changed it by hand, and it cannot be read."""
    try:
        data = orjson.loads(row)
        return Cover(**{name: data[name] for name in _NAMES if name in data})
    except (TypeError, ValueError):
        return None


_NAMES = [one.name for one in fields(Cover)]
