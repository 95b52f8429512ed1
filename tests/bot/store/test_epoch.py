"""The epoch is raised when the server is another one, and only then."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store import epoch
from bot.store.connection import connect
from bot.store.streams import Work
from tests.bot.store.conftest import Process, Spawn
from tests.fixtures.store import Server, eventually

NOW = 1_800_000_000.0


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


async def test_a_fail_over_raises_the_epoch_and_the_work_goes_on_with_the_new_master(
    spawn: Spawn, sentinel: Callable[[int], int], worker_process: Callable[..., Process]
) -> None:
    master, port = spawn()
    replica, second = spawn("--replicaof", "127.0.0.1", str(port))
    plain = Redis(port=second)

    async def synced() -> bool:
        return bool((await plain.info("replication"))["master_link_status"] == "up")

    await eventually(synced)
    await plain.aclose()
    url = f"redis+sentinel://127.0.0.1:{sentinel(port)}/acme/0"
    redis = await connect(url, say=lambda line: None)
    worker_process(url)
    assert await epoch.current(redis) == 1
    work = Work(redis)
    await work.add("note", {}, id="before", now=NOW, thing="t")
    await eventually(lambda: redis.llen("test:ran"))
    await redis.wait(1, 2000)
    master.kill()

    async def again() -> bool:
        try:
            await work.add("note", {}, id="after", now=NOW, thing="t")
            return True
        except StoreUnavailable:
            return False

    await eventually(again, every=0.1)
    await eventually(lambda: _both(redis), every=0.1)
    assert await epoch.current(redis) == 2
    assert replica.process.poll() is None
    await redis.aclose()


async def _both(redis: Redis) -> bool:
    ran = await redis.lrange("test:ran", 0, -1)
    return {str(line).split()[0] for line in ran} == {"before", "after"}
