"""The figures of a place: of the last thirty days, and not reckoned anew at each look."""

from typing import Any

from redis.asyncio import Redis

from bot.domain.delivery import DAY, Figure
from bot.services.history import Histories
from bot.store import keys
from bot.store.deploys import written
from bot.store.history import History
from tests.bot.store.desk import a_deploy
from tests.fixtures.store import MovedClock


async def ended(redis: Redis, now: float, *days_ago: float) -> None:
    for days in days_ago:
        number = int(await redis.incr(keys.DEPLOY_NUMBER()))
        at = now - days * DAY
        deploy = a_deploy(
            id=f"d-{number}", requested=at, ended=at + 60, run="r", committed=at - 60, commit=f"{number:040x}"
        )
        row: dict[Any, Any] = {"v": 1, "rev": 0, "fence": 0, "state": "succeeded", "record": written(deploy)}
        await redis.hset(keys.DEPLOY(id=deploy.id), mapping=row)
        await redis.expire(keys.DEPLOY(id=deploy.id), keys.DAY)
        await redis.zadd(keys.DEPLOYS_AT(service="shop", environment="production"), {deploy.id: at})


async def test_the_figures_are_of_the_last_thirty_days_and_a_minute_old_at_most(
    redis: Redis, moved_clock: MovedClock
) -> None:
    now = moved_clock.now()
    histories = Histories(History(redis), moved_clock)
    await ended(redis, now, 45, 31, 29, 20, 10, 5, 1)
    found = await histories.delivery("shop", "production")
    assert found.frequency == Figure(5 / 30, 5)
    assert found.lead_time == Figure(120.0, 5)
    await ended(redis, now, 0.5)
    assert (await histories.delivery("shop", "production")).frequency.counted == 5
    assert (await histories.delivery("shop", "staging")).frequency.counted == 0
    moved_clock.forward(61)
    assert (await histories.delivery("shop", "production")).frequency.counted == 6
