"""What became of a job is written down once, however long Redis does not answer."""

import asyncio
import signal
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store import connection, streams
from bot.store.connection import connect
from bot.store.keys import QUEUE, WORK
from bot.store.streams import Job, Work, Worker
from tests.bot.store.conftest import Process
from tests.fixtures.store import LONG, MovedClock, Server, eventually

NOW = 1_800_000_000.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls time out soon, so that the test need not wait."""
    monkeypatch.setattr(connection, "CALL_SECONDS", 0.3)
    monkeypatch.setattr(streams, "BLOCK_SECONDS", 0.1)


@pytest.mark.parametrize("thing", [None, "t"])
async def test_a_server_that_freezes_under_a_worker_loses_and_doubles_nothing(
    own_redis_server: Server, moved_clock: MovedClock, impatient: None, thing: str | None
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    ran: list[str] = []
    said: list[str] = []
    stop = asyncio.Event()

    armed = frozen = False

    async def handle(job: Job) -> None:
        nonlocal armed, frozen
        ran.append(job.id)
        if armed:
            own_redis_server.process.send_signal(signal.SIGSTOP)
            armed, frozen = False, True

    worker = Worker(
        redis, {"k": handle}, clock=moved_clock, name="t", host="h", concurrency=4, say=said.append
    )
    work = Work(redis)
    # What the test itself adds and looks at is not impatient: a loaded machine is slow without being frozen.
    patient = Redis.from_url(own_redis_server.url, decode_responses=True)
    for number in range(30):
        await Work(patient).add("k", {}, id=f"j{number}", now=NOW, thing=thing)
    task = asyncio.create_task(worker.run(stop))
    for times in range(1, 4):
        armed = True
        await eventually(lambda: frozen)  # noqa: B023
        with pytest.raises(StoreUnavailable):
            await work.add("k", {}, id=f"more{times}", now=NOW, thing=thing)
        frozen = False
        own_redis_server.process.send_signal(signal.SIGCONT)
        await eventually(lambda: _reachable(work, f"more{times}", thing))  # noqa: B023

    async def done() -> bool:
        return len(ran) >= 33 and not await patient.xlen(WORK())

    await eventually(done)
    stop.set()
    async with asyncio.timeout(LONG):
        await task
    expected = [f"j{n}" for n in range(30)] + [f"more{n}" for n in (1, 2, 3)]
    assert sorted(ran) == sorted(expected)
    if thing:
        assert ran == expected
    assert not await patient.exists(QUEUE(thing="t"))
    assert said
    await patient.aclose()
    assert all(line.endswith("Work goes on when it is back.") for line in said)
    await redis.aclose()


async def _reachable(work: Work, id: str, thing: str | None) -> bool:
    """Added again under its id, whether or not the call that timed out has counted."""
    try:
        await work.add("k", {}, id=id, now=NOW, thing=thing)
    except StoreUnavailable:
        return False
    return True


async def test_a_full_server_keeps_the_work_until_there_is_room(
    own_redis_server: Server, moved_clock: MovedClock
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    ran: list[str] = []
    stop = asyncio.Event()

    async def note(job: Job) -> None:
        ran.append(job.id)

    work = Work(redis)
    for number in range(5):
        await work.add("k", {}, id=f"j{number}", now=NOW, thing="t")
    await redis.config_set("maxmemory", "1mb")
    with pytest.raises(StoreUnavailable, match="Redis cannot serve"):
        await work.add("k", {}, id="more", now=NOW)
    said: list[str] = []
    worker = Worker(redis, {"k": note}, clock=moved_clock, name="t", host="h", say=said.append)
    task = asyncio.create_task(worker.run(stop))
    await eventually(lambda: said)
    await redis.config_set("maxmemory", "0")
    await work.add("k", {}, id="more", now=NOW)
    await eventually(lambda: sorted(ran) == ["j0", "j1", "j2", "j3", "j4", "more"])
    stop.set()
    async with asyncio.timeout(LONG):
        await task
    await redis.aclose()


async def test_a_worker_process_lives_through_a_frozen_and_a_restarted_server(
    own_redis_server: Server, worker_process: Callable[..., Process]
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    worker_process(own_redis_server.url)
    work = Work(redis)
    for turn, disturb in enumerate((signal.SIGSTOP, signal.SIGKILL)):
        await work.add("note", {}, id=f"before{turn}", now=NOW)
        await eventually(lambda: redis.llen("test:ran"))
        own_redis_server.process.send_signal(disturb)
        if disturb == signal.SIGSTOP:
            own_redis_server.process.send_signal(signal.SIGCONT)
        else:
            own_redis_server.kill()
            own_redis_server.restart()
            await redis.connection_pool.disconnect()
        await work.add("note", {}, id=f"after{turn}", now=NOW)
        await eventually(lambda: _count(redis, 2 * turn + 2))  # noqa: B023
    await redis.aclose()


async def _count(redis: Redis, expected: int) -> bool:
    return await redis.llen("test:ran") == expected
