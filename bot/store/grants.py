"""Grants by hand: each has a reason and an end. What has ended stays readable for a month."""

from dataclasses import asdict
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.rights import HandGrant
from bot.store import keys
from bot.store.scripts import guarded

KEPT_AFTER_END = 30 * keys.DAY


class GrantStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def add(self, grant: HandGrant, now: float) -> None:
        """Keep it, under its id. Those that ended long ago leave on this occasion."""
        for old in await self.all():
            if old.until < now - KEPT_AFTER_END:
                await self.end(old.id)
        await guarded(self._redis.hset)(keys.GRANTS(), grant.id, orjson.dumps(asdict(grant)))

    async def end(self, id: str) -> bool:
        """Take it back; False when there is none."""
        return bool(await guarded(self._redis.hdel)(keys.GRANTS(), id))

    async def all(self, email: str | None = None) -> list[HandGrant]:
        """All of them, or one person's, oldest first, also those that have ended."""
        rows = await guarded(self._redis.hvals)(keys.GRANTS())
        found = [grant for row in rows if (grant := _read(row)) is not None]
        return sorted((g for g in found if email is None or g.email == email), key=lambda g: (g.given, g.id))


def _read(row: str) -> HandGrant | None:
    """None for what cannot be read (edited by hand, or of another version): it grants nothing."""
    try:
        data: dict[str, Any] = orjson.loads(row)
        lists: dict[str, Any] = {name: tuple(v) for name, v in data.items() if isinstance(v, list)}
        grant = HandGrant(**{**data, **lists})
    except (TypeError, AttributeError, orjson.JSONDecodeError):
        return None
    numbers = isinstance(grant.given, int | float) and isinstance(grant.until, int | float)
    patterns = (grant.words, grant.services, grant.environments)
    return grant if numbers and all(isinstance(part, tuple) for part in patterns) else None
