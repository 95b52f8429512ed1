"""What stands, runs and waits in many places at once, in a few trips to Redis however many places there are."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain.deploys import Deploy
from bot.domain.outside import Heard
from bot.errors import NotFound
from bot.store import keys
from bot.store.deploys import Standing, _read
from bot.store.heard import read
from bot.store.scripts import Scripts, guarded

Spot = tuple[str, str]  # a service and one of its environments


class BoardStore:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def running(self, spots: Sequence[Spot]) -> dict[Spot, str]:
        """The ids of the deploys that hold any of these, by place."""
        if not spots:
            return {}
        claims = [keys.CLAIM(service=service, environment=environment) for service, environment in spots]
        found = await self._scripts.run("places_held", claims)
        return {spots[int(number) - 1]: id for number, id in zip(found[::2], found[1::2], strict=True)}

    async def waiting(self) -> list[str]:
        """The ids of all deploys that wait before they begin, the oldest first."""
        return cast(list[str], await guarded(self._redis.zrange)(keys.HELD(), 0, -1))

    async def line(self, service: str, environment: str) -> list[str]:
        """The ids of the deploys in line for a place, the next one first."""
        key = keys.DEPLOY_QUEUE(service=service, environment=environment)
        return cast(list[str], await guarded(self._redis.zrange)(key, 0, -1))

    async def deploys(self, ids: Sequence[str]) -> list[Deploy]:
        """These deploys. One that there is not, or whose record cannot be read, is left out."""
        return list(_readable(ids, await self._records(ids)))

    async def standing(self, services: Sequence[str]) -> dict[str, dict[str, Standing]]:
        """What stands in each environment of these services."""
        rows = await self._all([("hgetall", keys.STANDING(service=service)) for service in services])
        return {
            service: {name: Standing(**orjson.loads(one)) for name, one in row.items()}
            for service, row in zip(services, rows, strict=True)
            if isinstance(row, dict)
        }

    async def heard(self, services: Sequence[str]) -> dict[str, dict[str, Heard]]:
        """What the systems said last of each environment of these services."""
        rows = await self._all([("hgetall", keys.HEARD(service=service)) for service in services])
        return {service: read(row or {}) for service, row in zip(services, rows, strict=True)}

    async def recent(self, services: Sequence[str], count: int) -> dict[str, Iterator[Deploy]]:
        """The newest deploys of each of these services, newest first; each is read when it is taken."""
        lists = await self._all(
            [("zrevrange", keys.DEPLOYS(service=service), 0, count - 1) for service in services]
        )
        rows = await self._records([id for ids in lists for id in ids or ()])
        found, at = {}, 0
        for service, ids in zip(services, lists, strict=True):
            many = len(ids or ())
            found[service] = _readable(ids or (), rows[at : at + many])
            at += many
        return found

    async def asked_for(self, services: Sequence[str], since: float, until: float) -> list[str]:
        """The ids of all deploys of these services that were asked for between these moments, newest first."""
        lists = await self._all(
            [("zrangebyscore", keys.DEPLOYS(service=service), since, until) for service in services]
        )
        # Ids are given in the order of asking.
        found = [str(id) for ids in lists for id in ids or () if str(id)[2:].isdecimal()]
        return sorted(found, key=lambda id: int(id[2:]), reverse=True)

    async def to_the_front(self, service: str, environment: str, id: str) -> bool:
        """Let it be the next in line. False: it is not in line (any more)."""
        key = keys.DEPLOY_QUEUE(service=service, environment=environment)
        return bool(await self._scripts.run("line_front", [key], [id]))

    async def _records(self, ids: Sequence[str]) -> list[list[str]]:
        if not ids:
            return []
        return list(await self._scripts.run("deploys_read", [keys.DEPLOY(id=id) for id in ids]))

    async def _all(self, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What each call answers, in one trip; what is of another type than Grail writes is an error in its place."""
        if not calls:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(*call)
        return [
            None if isinstance(one, RedisError) else one for one in await guarded(pipeline.execute)(False)
        ]


def _readable(ids: Sequence[str], rows: Sequence[list[str]]) -> Iterator[Deploy]:
    for id, row in zip(ids, rows, strict=True):
        with suppress(NotFound):
            yield _read(id, dict(zip(row[::2], row[1::2], strict=True)))
