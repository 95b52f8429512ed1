"""The epoch is raised when the server is another one, and only then."""

import asyncio

from bot.store import epoch
from bot.store.connection import connect
from tests.fixtures.store import Server


async def test_the_epoch_is_raised_once_for_each_new_server(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    assert await epoch.current(redis) == 1
    assert await epoch.current(redis) == 1
    own_redis_server.kill()
    own_redis_server.restart()
    await redis.connection_pool.disconnect()
    seen = await asyncio.gather(*(epoch.current(redis) for _ in range(5)))
    assert seen == [2] * 5
    await redis.aclose()
