"""Each change of config.yaml has a number, the same for all who read it."""

import asyncio

from redis.asyncio import Redis

from bot.store.versions import Versions


async def test_a_version_in_force_keeps_its_number_and_a_change_has_the_next(redis: Redis) -> None:
    versions = Versions(redis)
    assert await asyncio.gather(*(versions.number("a") for _ in range(5))) == [1] * 5
    assert await versions.number("b") == 2
    assert await versions.number("a") == 3  # back again is a change too
    assert await versions.number("a") == 3
