"""The work that waits: throughput, latency, idle cost, many timers at once. On the embedded Redis, as it is shipped.

The peer is the least that can be had: a loop of XREADGROUP, orjson and XACK with XDEL, which promises nothing.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis

from bench import Figure, percentile
from bot.clock import Clock
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.store.keys import TIMER_ROWS, TIMERS, WORK
from bot.store.streams import Job, Work, Worker
from bot.store.timers import AT_MOST, Timers
from bot.store.work import encode

ENTRIES = 5_000
ROUNDS = 3
THINGS = 500
PER_SECOND = 50
SECONDS = 6
TIMERS_DUE = 10_000


def run() -> list[Figure]:
    try:
        import uvloop

        return uvloop.run(_run())
    except ImportError:
        return asyncio.run(_run())


async def _run() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    redis = await connect(await server.start(), say=print)
    try:
        figures: list[Figure] = []
        for part in (_throughput, _latency, _idle, _timers):
            await redis.flushall()
            figures += await part(redis)
        return figures
    finally:
        await redis.aclose()
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _working(redis: Redis, handler: Callable[[Job], Awaitable[None]]) -> AsyncIterator[Worker]:
    worker = Worker(redis, {"k": handler}, clock=Clock(), name="bench", host="bench", say=print)
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await task


async def _fill(redis: Redis, things: int = 0) -> None:
    """ENTRIES jobs, on none or on so many things."""
    work, now = Work(redis), time.time()
    for begin in range(0, ENTRIES, 200):
        await asyncio.gather(
            *(
                work.add("k", {"n": n}, id=f"j{n}", now=now, thing=f"t{n % things}" if things else None)
                for n in range(begin, begin + 200)
            )
        )


async def _throughput(redis: Redis) -> list[Figure]:
    """The best of ROUNDS each, taken in turns."""
    best = {"plain": 0.0, "own": 0.0, "things": 0.0}
    for _ in range(ROUNDS):
        for name, things in (("plain", 0), ("own", 0), ("things", THINGS)):
            await redis.flushall()
            await _fill(redis, things)
            seconds = await (_plain(redis) if name == "plain" else _own(redis))
            best[name] = max(best[name], ENTRIES / seconds)
    peer = Figure("a plain consumer", best["plain"], "entries/s")
    return [
        peer,
        Figure("one worker", best["own"], "entries/s", peer, ">= 0.5"),
        Figure(f"one worker, in the order of {THINGS} things", best["things"], "entries/s", peer, ">= 0.4"),
        Figure("one worker, as promised", best["own"], "entries/s", bound=">= 5000"),
    ]


async def _own(redis: Redis) -> float:
    """Seconds that a worker takes for all entries."""
    left, done = ENTRIES, asyncio.Event()

    async def handle(job: Job) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    begun = time.perf_counter()
    async with _working(redis, handle):
        await done.wait()
        return time.perf_counter() - begun


async def _plain(redis: Redis) -> float:
    """Seconds that the least consumer takes for all entries."""
    await redis.xgroup_create(WORK(), "plain", id="0")
    begun, left = time.perf_counter(), ENTRIES
    while left:
        answer: Any = await redis.xreadgroup("plain", "me", {WORK(): ">"}, count=16)
        for _, entries in answer:
            for _, fields in entries:
                orjson.loads(fields["job"])
            ids = [id for id, _ in entries]
            pipe = redis.pipeline(transaction=False)
            pipe.xack(WORK(), "plain", *ids)
            pipe.xdel(WORK(), *ids)
            await pipe.execute()
            left -= len(ids)
    return time.perf_counter() - begun


async def _latency(redis: Redis) -> list[Figure]:
    """From before the call that adds until the job begins, at a steady PER_SECOND; both at the same time, in turns."""
    own: list[float] = []
    plain: list[float] = []

    async def handle(job: Job) -> None:
        own.append(time.perf_counter() - job.body["at"])

    async def consume() -> None:
        while True:
            answer: Any = await redis.xreadgroup("plain", "me", {"{bench}": ">"}, count=16, block=1000)
            for _, entries in answer or ():
                for id, fields in entries:
                    plain.append(time.perf_counter() - orjson.loads(fields["job"])["body"]["at"])
                    await redis.xack("{bench}", "plain", id)

    await redis.xgroup_create("{bench}", "plain", id="0", mkstream=True)
    consumer = asyncio.create_task(consume())
    async with _working(redis, handle):
        work = Work(redis)
        await asyncio.sleep(0.2)
        for number in range(PER_SECOND * SECONDS):
            await work.add("k", {"at": time.perf_counter()}, id=f"l{number}", now=time.time())
            await asyncio.sleep(0.5 / PER_SECOND)
            job = encode("k", {"at": time.perf_counter()}, id=f"l{number}", request="", thing=None, host=None)
            await redis.xadd("{bench}", {"job": job})
            await asyncio.sleep(0.5 / PER_SECOND)
        await asyncio.sleep(0.2)
    consumer.cancel()
    await asyncio.gather(consumer, return_exceptions=True)

    figures = []
    for share, bound in ((0.5, "<= 2"), (0.99, "<= 2")):
        name = f"p{100 * share:.0f}"
        peer = Figure(f"add to start at {PER_SECOND}/s, plain, {name}", 1000 * percentile(plain, share), "ms")
        value = 1000 * percentile(own, share)
        figures += [peer, Figure(f"add to start at {PER_SECOND}/s, {name}", value, "ms", peer, bound)]
    promised = Figure(
        f"add to start at {PER_SECOND}/s, p99, as promised", figures[-1].value, "ms", bound="<= 20"
    )
    return [*figures, promised]


async def _idle(redis: Redis) -> list[Figure]:
    async def handle(job: Job) -> None:
        pass

    async with _working(redis, handle):
        await asyncio.sleep(1)
        commands, cpu, begun = await _commands(redis), time.process_time(), time.perf_counter()
        await asyncio.sleep(SECONDS)
        took = time.perf_counter() - begun
        used = time.process_time() - cpu
        sent = await _commands(redis) - commands - 1
    return [
        Figure("an idle worker, of a core", 100 * used / took, "%", bound="<= 1"),
        Figure("an idle worker, commands with those in scripts", sent / took, "commands/s", bound="<= 20"),
    ]


async def _commands(redis: Redis) -> int:
    stats = await redis.info("commandstats")
    return sum(one["calls"] for one in stats.values())


async def _timers(redis: Redis) -> list[Figure]:
    """How long the longest call holds Redis, by its own slow log."""
    timers, now = Timers(redis), time.time()
    row = "\n".join(("", "0", "", encode("k", {"n": 1}, id="t", request="t", thing=None, host=None)))
    thing = "\n".join(("", "0", "t{}", encode("k", {"n": 1}, id="t", request="t", thing="t", host=None)))
    await redis.zadd(TIMERS(), {f"t{n}": now for n in range(TIMERS_DUE)})
    rows: dict[Any, Any] = {f"t{n}": thing.replace("{}", str(n)) if n % 2 else row for n in range(TIMERS_DUE)}
    await redis.hset(TIMER_ROWS(), mapping=rows)
    await redis.config_set("slowlog-log-slower-than", "0")
    await redis.config_set("slowlog-max-len", "1000")
    await redis.slowlog_reset()
    begun = time.perf_counter()
    while await timers.fire(now) >= AT_MOST:
        pass
    took = time.perf_counter() - begun
    held = [
        entry["duration"] / 1000 for entry in await redis.slowlog_get(1000) if b"EVALSHA" in entry["command"]
    ]
    await redis.config_set("slowlog-log-slower-than", "10000")
    return [
        Figure(f"{TIMERS_DUE} timers at once: the longest hold on Redis", max(held), "ms", bound="<= 10"),
        Figure(f"{TIMERS_DUE} timers at once: all of them moved after", took, "s"),
    ]
