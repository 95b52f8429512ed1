"""What the systems said last about what stands where, and when they did not answer.

A field `staging` holds the last answer, a field `staging?` the last silence: each is written whole, so nothing has to
be read before. A silence never takes an answer away.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from bot.domain.outside import Heard
from bot.store import keys
from bot.store.scripts import Scripts, guarded


class HeardStore:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def of(self, service: str) -> dict[str, Heard]:
        """By environment."""
        row = cast(dict[str, str], await guarded(self._redis.hgetall)(keys.HEARD(service=service)))
        return read(row)

    async def answered(self, service: str, environment: str, heard: Heard) -> None:
        said = {name: value for name, value in asdict(heard).items() if name not in ("fault", "silent")}
        await self._put(service, environment, said)

    async def silent(self, service: str, environment: str, why: str, at: float) -> None:
        await self._put(service, f"{environment}?", {"fault": why, "silent": at})

    async def forget(self, service: str, environment: str) -> None:
        """There is nobody to ask (any more), or nothing is known there."""
        await guarded(self._redis.hdel)(keys.HEARD(service=service), environment, f"{environment}?")

    async def _put(self, service: str, field: str, value: Mapping[str, Any]) -> None:
        key = keys.HEARD(service=service)
        await self._scripts.run("heard", [key], [field, orjson.dumps(value), keys.HEARD.life or 0])


def read(row: Mapping[str, str]) -> dict[str, Heard]:
    """A service's hash. What somebody broke by hand is left out."""
    found: dict[str, dict[str, Any]] = {}
    for field, value in row.items():
        try:
            said = orjson.loads(value)
            Heard(**said)
        except (ValueError, TypeError):
            continue
        found.setdefault(field.removesuffix("?"), {}).update(said)
    return {environment: Heard(**said) for environment, said in found.items()}
