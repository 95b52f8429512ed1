"""Jobs are worked on: all of them, in the order of their thing, whatever else lies in Redis."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.errors import GrailError
from bot.store.dead import DeadLetters
from bot.store.keys import HOLDING, QUEUE, WORK, WORKERS
from bot.store.streams import Job, Later, Work, Worker
from tests.bot.store.conftest import Noted, Working, no_work
from tests.fixtures.store import LONG, MovedClock, eventually

NOW = 1_800_000_000.0


async def test_jobs_on_one_thing_run_one_at_a_time_in_order_and_each_under_a_higher_number(
    redis: Redis, working: Working
) -> None:
    running = 0
    seen: list[tuple[int, int]] = []

    async def tick(job: Job) -> None:
        nonlocal running
        running += 1
        await asyncio.sleep(0.001)
        assert running == 1
        assert job.fence is not None
        seen.append((job.body["n"], job.fence))
        running -= 1

    work = Work(redis)
    async with working({"k": tick}), working({"k": tick}), working({"k": tick}, host="other"):
        for number in range(60):
            host = ("h", "other", None)[number % 3]
            await work.add("k", {"n": number}, id=f"j{number}", now=NOW, thing="deploy:d-1", host=host)
        await eventually(lambda: len(seen) == 60)
    assert [n for n, _ in seen] == list(range(60))
    fences = [fence for _, fence in seen]
    assert fences == sorted(set(fences))
    assert await redis.exists(QUEUE(thing="deploy:d-1"), HOLDING(thing="deploy:d-1")) == 0


async def test_different_things_do_not_wait_for_one_another(redis: Redis, working: Working) -> None:
    both = asyncio.Barrier(2)

    async def meet(job: Job) -> None:
        await both.wait()

    work = Work(redis)
    async with working({"k": meet}):
        await work.add("k", {}, id="a", now=NOW, thing="a")
        await work.add("k", {}, id="b", now=NOW, thing="b")
        await eventually(lambda: no_work(redis))


async def test_a_thing_that_always_has_more_to_do_keeps_nobody_else_waiting(
    redis: Redis, working: Working
) -> None:
    """As a deploy, each of whose ticks puts the next one on the stream."""
    ticks: list[Job] = []
    answered: list[str] = []
    work = Work(redis)

    async def tick(job: Job) -> None:
        ticks.append(job)
        if not answered:
            await work.add("tick", {}, id=f"tick{len(ticks)}", now=NOW, thing="deploy:d-1", host="h")

    async def answer(job: Job) -> None:
        answered.append(job.id)

    async with working({"tick": tick, "ask": answer}, host="h", concurrency=1):
        await work.add("tick", {}, id="tick0", now=NOW, thing="deploy:d-1", host="h")
        await eventually(lambda: len(ticks) > 1)
        await work.add("ask", {}, id="ask", now=NOW)
        await eventually(lambda: answered)
        await eventually(lambda: no_work(redis))
    fences = [job.fence or 0 for job in ticks]
    assert fences == sorted(set(fences))


async def test_garbage_in_the_queue_of_a_thing_goes_to_the_dead_letters_and_stops_nothing(
    redis: Redis, working: Working
) -> None:
    noted = Noted()
    work = Work(redis)
    for id in ("a", "b", "c"):
        await work.add("k", {}, id=id, now=NOW, thing="t")
    await redis.lset(QUEUE(thing="t"), 0, "hand-edited")
    await redis.lset(QUEUE(thing="t"), 1, "h\n0\nt\n{not json")
    async with working({"k": noted}, host="h"):
        await eventually(lambda: noted.ids() == ["c"])
    assert {letter.raw for letter in await DeadLetters(redis).list()} == {"hand-edited", "{not json"}


async def test_a_thing_whose_queue_is_no_list_is_reported_and_stops_nothing(
    redis: Redis, working: Working, hand_edited: None
) -> None:
    noted = Noted()
    said: list[str] = []
    work = Work(redis)
    await work.add("k", {}, id="a", now=NOW, thing="t")
    await redis.set(QUEUE(thing="t"), "hand-edited")
    with pytest.raises(GrailError, match=r"Redis holds something else than Grail wrote there"):
        await work.add("k", {}, id="b", now=NOW, thing="t")
    await work.add("k", {}, id="c", now=NOW, thing="other")
    async with working({"k": noted}, say=said.append):
        await eventually(lambda: noted.ids() == ["c"])
        await eventually(lambda: said)
    assert said == ["Work on t was left out: {grail}:queue:t is a string in Redis."]


async def test_a_queue_that_turns_into_something_else_while_its_job_runs_is_reported(
    redis: Redis, working: Working, hand_edited: None
) -> None:
    said: list[str] = []

    async def break_it(job: Job) -> None:
        await redis.set(QUEUE(thing="t"), "hand-edited")

    await Work(redis).add("k", {}, id="a", now=NOW, thing="t")
    async with working({"k": break_it}, say=said.append):
        await eventually(lambda: said)
    assert "could not be written down" in said[0]
    assert await redis.xlen(WORK()) == 0


async def test_a_stream_that_is_something_else_is_reported_and_the_other_one_is_read(
    redis: Redis, working: Working, hand_edited: None
) -> None:
    noted = Noted()
    said: list[str] = []
    await redis.set(WORK(), "hand-edited")
    await Work(redis).add("k", {}, id="a", now=NOW, host="h")
    async with working({"k": noted}, say=said.append):
        await eventually(lambda: noted.ids() == ["a"])
    assert said[0] == "{grail}:work in Redis is not a stream: nothing is read from it."


async def test_when_all_of_redis_was_emptied_work_goes_on(redis: Redis, working: Working) -> None:
    noted = Noted()
    work = Work(redis)
    async with working({"k": noted}):
        await work.add("k", {}, id="before", now=NOW)
        await eventually(lambda: noted.ids() == ["before"])
        await redis.flushall()
        await work.add("k", {}, id="after", now=NOW)
        await eventually(lambda: noted.ids() == ["before", "after"])


async def test_a_worker_begins_no_more_than_it_can_hold_and_does_all_in_the_end(
    redis: Redis, working: Working
) -> None:
    running = most = done = 0

    async def handle(job: Job) -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        done += 1

    work = Work(redis)
    for number in range(100):
        await work.add("k", {}, id=f"j{number}", now=NOW)
    async with working({"k": handle}, concurrency=4):
        await eventually(lambda: done == 100)
    assert most == 4


async def test_at_its_end_a_worker_finishes_what_it_began_and_leaves_the_rest(
    redis: Redis, moved_clock: MovedClock
) -> None:
    begun, go, done = asyncio.Event(), asyncio.Event(), Noted()

    async def slow(job: Job) -> None:
        begun.set()
        await go.wait()
        await done(job)

    work, stop = Work(redis), asyncio.Event()
    worker = Worker(redis, {"k": slow}, clock=moved_clock, name="t", host="h", concurrency=1)
    task = asyncio.create_task(worker.run(stop))
    await work.add("k", {}, id="a", now=NOW)
    await eventually(begun.is_set)
    stop.set()
    await work.add("k", {}, id="b", now=NOW)
    go.set()
    async with asyncio.timeout(LONG):
        await task
    assert done.ids() == ["a"]
    assert await work.waiting() == 1
    assert await redis.exists(WORKERS()) == 0


@pytest.mark.parametrize("key", ["{grail}:workers", "{grail}:timers", "{grail}:timer-rows", "{grail}:dead"])
async def test_no_other_key_of_the_wrong_type_stops_the_work(
    redis: Redis, working: Working, hand_edited: None, key: str
) -> None:
    noted = Noted()
    said: list[str] = []

    async def later(job: Job) -> None:
        noted.jobs.append(job)
        raise Later(60)

    await redis.set(key, "hand-edited")
    work = Work(redis)
    async with working({"k": noted, "later": later}, say=said.append):
        for thing in (None, "t"):
            await work.add("later", {}, id=f"a{thing}", now=NOW, thing=thing)
            await work.add("k", {}, id=f"b{thing}", now=NOW, thing=thing)
            await redis.xadd(WORK(), {"job": "garbage"})
        await eventually(lambda: sorted(noted.ids()) == ["aNone", "at", "bNone", "bt"])
        await eventually(
            lambda: any("Redis holds something else" in line or "WRONGTYPE" in line for line in said)
        )
        await eventually(lambda: no_work(redis))
    if "timer" in key:
        assert {letter.raw[:13] for letter in await DeadLetters(redis).list()} == {"garbage", '{"kind":"late'}
