"""What Grail has done before, written where it keeps it: deploys that are over, what stands, what waits."""

from dataclasses import asdict, replace
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.store import keys
from bot.store.deploys import Standing, written

ONE = Deploy(
    "d-1", "shop", "staging", "main", "a" * 40, "Sell honey", "succeeded", "dana@example.com", "U1", "Dana", "T1", "C1",
    0.0,
)  # fmt: skip


async def happened(redis: Redis, number: int, commit: str, at: float, **more: Any) -> Deploy:
    """One deploy, asked for and begun at `at` and over a minute later; where it succeeded, its commit stands."""
    begun: dict[str, Any] = {"requested": at, "started": at, "ended": at + 60, "run": f"d-{number}"}
    one = replace(ONE, id=f"d-{number}", commit=commit, **{**begun, **more})
    key = keys.DEPLOY(id=one.id)
    row: dict[Any, Any] = {"v": 1, "rev": one.rev, "fence": 1, "state": one.state, "record": written(one)}
    await redis.hset(key, mapping=row)
    await redis.expire(key, keys.DEPLOY.life or 0)
    await redis.zadd(keys.DEPLOYS(service=one.service), {one.id: one.requested})
    if one.state == "succeeded" and one.action is None:
        stands = Standing(one.commit, one.subject, one.id, one.ended or at)
        await redis.hset(keys.STANDING(service=one.service), one.environment, orjson.dumps(asdict(stands)))
    if one.held:
        await redis.zadd(keys.HELD(), {one.id: one.requested})
    if one.state == "queued":
        place = keys.DEPLOY_QUEUE(service=one.service, environment=one.environment)
        await redis.zadd(place, {one.id: one.requested})
    if one.state == "running":
        claim = keys.CLAIM(service=one.service, environment=one.environment)
        await redis.hset(claim, mapping={"deploy": one.id, "fence": 1, "since": at})
    return one
