"""A worker as a process of its own, for tests that kill it, stop it, or run several.

    python a_worker.py REDIS_URL HOST [CONCURRENCY]

What its jobs do stands in Redis under `test:`; GRAIL_CLOCK_FILE moves its time.
"""

import asyncio
import os
import signal
import sys

from redis.asyncio import Redis

from bot.clock import Clock
from bot.store.connection import connect
from bot.store.keys import HOLDING
from bot.store.schedules import Schedules
from bot.store.scripts import source
from bot.store.streams import Job, Later, Worker
from bot.store.timers import Timers
from bot.store.work import plain

FENCED = (
    source("_held")
    + """
if not held(KEYS[1], ARGV[1]) then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
return 1
"""
)


class Handlers:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def note(self, job: Job) -> None:
        """Write down that it ran, where and how often."""
        await self._redis.rpush("test:ran", f"{job.id} {os.getpid()} {job.deliveries}")

    async def suicide(self, job: Job) -> None:
        await self.note(job)
        os.kill(os.getpid(), signal.SIGKILL)

    async def slow(self, job: Job) -> None:
        """Begin, wait until the test says so, then write under the fencing number."""
        await self._redis.rpush("test:begun", f"{job.id} {os.getpid()} {job.deliveries}")
        while not await self._redis.exists("test:go"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        holding = HOLDING(thing=plain(job.thing))
        written = await self._redis.eval(
            FENCED, 2, holding, "test:written", job.fence or 0, f"{job.id} {os.getpid()}"
        )
        await self._redis.rpush("test:ended", f"{job.id} {os.getpid()} {written}")

    async def later(self, job: Job) -> None:
        await self.note(job)
        if await self._redis.incr("test:asked") == 1:
            raise Later(1)

    async def weekly(self, job: Job) -> None:
        await self._redis.rpush("test:ran", f"{job.body['local']} {job.body['late']}")


async def main(url: str, host: str, concurrency: str = "16") -> None:
    clock = Clock.from_environment()
    redis = await connect(url, say=lambda line: None)
    timers = Timers(redis)
    own = Handlers(redis)
    handlers = {name: getattr(own, name) for name in ("note", "suicide", "slow", "later", "weekly")}
    handlers |= Schedules(redis, timers, clock, print).handlers
    worker = Worker(
        redis,
        handlers,
        clock=clock,
        name="w",
        host=host,
        concurrency=int(concurrency),
        timers=timers,
        say=print,
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.run(stop)
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
