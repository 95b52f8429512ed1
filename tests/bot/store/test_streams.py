"""Jobs are worked on: all of them, in the order of their thing, and none for ever."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.errors import GrailError, StoreUnavailable
from bot.store.dead import DeadLetters
from bot.store.keys import DEAD, HOLDING, QUEUE, WORK, WORK_OF, WORKERS
from bot.store.streams import Job, Later, Work, Worker
from tests.fixtures.store import MovedClock, eventually

NOW = 1_800_000_000.0
Working = Callable[..., AbstractAsyncContextManager[Worker]]


class Noted:
    """A handler that keeps what it was given."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    async def __call__(self, job: Job) -> None:
        self.jobs.append(job)

    def ids(self) -> list[str]:
        return [job.id for job in self.jobs]


async def empty(redis: Redis) -> bool:
    return not await redis.exists(WORKERS(), "{grail}:timers") and not await redis.xlen(WORK())


async def test_a_job_reaches_its_handler_as_it_was_added(redis: Redis, working: Working) -> None:
    noted = Noted()
    added = await Work(redis).add("k", {"n": [1, "ü"]}, id="j-1", now=NOW, request="r-1")
    async with working({"k": noted}):
        await eventually(lambda: noted.jobs)
    assert added
    [job] = noted.jobs
    assert (job.id, job.kind, job.body, job.request) == ("j-1", "k", {"n": [1, "ü"]}, "r-1")
    assert (job.version, job.deliveries, job.thing, job.host, job.fence) == (1, 1, None, None, None)
    assert await empty(redis)


async def test_an_id_is_added_once_an_hour(redis: Redis) -> None:
    work = Work(redis)
    assert await work.add("k", {}, id="j", now=NOW)
    assert not await work.add("k", {}, id="j", now=NOW + 3599)
    assert await work.add("k", {}, id="j", now=NOW + 3600)
    assert await work.waiting() == 2


async def test_work_for_a_host_is_done_there_and_nowhere_else(redis: Redis, working: Working) -> None:
    here, there = Noted(), Noted()
    work = Work(redis)
    async with working({"k": here}, host="here"), working({"k": there}, host="there"):
        for number in range(20):
            await work.add("k", {}, id=f"j{number}", now=NOW, host="there")
        await eventually(lambda: len(there.jobs) == 20)
    assert here.jobs == []


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
        await eventually(lambda: empty_but_worker(redis))


async def empty_but_worker(redis: Redis) -> bool:
    return await redis.xlen(WORK()) == 0


async def test_a_job_that_asks_for_later_comes_back_then_and_uncounted(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    seen: list[int] = []

    async def later(job: Job) -> None:
        seen.append(job.deliveries)
        if len(seen) < 8:
            raise Later(3600)

    await Work(redis).add("k", {}, id="j", now=NOW)
    async with working({"k": later}):
        for times in range(1, 8):
            await eventually(lambda: len(seen) == times and redis.zcard("{grail}:timers"))  # noqa: B023
            moved_clock.forward(3601)
        await eventually(lambda: len(seen) == 8)
    assert seen == [1] * 8


async def test_on_a_thing_later_lets_the_others_pass(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    seen: list[str] = []

    async def handle(job: Job) -> None:
        seen.append(job.id)
        if seen == ["first"]:
            raise Later(60)

    work = Work(redis)
    for id in ("first", "second"):
        await work.add("k", {}, id=id, now=NOW, thing="t")
    async with working({"k": handle}):
        await eventually(lambda: seen == ["first", "second"])
        moved_clock.forward(61)
        await eventually(lambda: seen == ["first", "second", "first"])


async def test_what_fails_is_tried_five_times_then_it_is_a_dead_letter_that_somebody_is_told_of(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    seen: list[int] = []
    told: list[tuple[str, str]] = []

    async def fail(job: Job) -> None:
        seen.append(job.deliveries)
        raise ValueError("no such thing")

    async def on_dead(job: Job, why: str) -> None:
        told.append((job.id, why))

    await Work(redis).add("k", {"n": 1}, id="j", now=NOW, request="r")
    async with working({"k": fail}, on_dead=on_dead):
        for times in range(1, 5):
            await eventually(lambda: len(seen) == times and redis.zcard("{grail}:timers"))  # noqa: B023
            moved_clock.forward(60)
        await eventually(lambda: redis.xlen(DEAD()))
    assert seen == [1, 2, 3, 4, 5]
    assert told == [("j", "ValueError: no such thing")]
    [letter] = await DeadLetters(redis).list()
    assert letter.why == "ValueError: no such thing"
    assert letter.job is not None
    assert (letter.job.id, letter.job.body, letter.job.request) == ("j", {"n": 1}, "r")


async def test_a_dead_letter_can_be_tried_again_once(redis: Redis, working: Working) -> None:
    noted = Noted()
    letters = DeadLetters(redis)
    await redis.xadd(WORK(), {"tries": "5", "job": '{"kind":"k","v":1,"id":"j","body":{},"thing":"t"}'})
    async with working({}):
        await eventually(letters.count)
    [letter] = await letters.list()
    assert letter.why == "begun 5 times, and each time the worker died of it or was ended"
    assert await letters.retry(letter.id)
    assert not await letters.retry(letter.id)
    async with working({"k": noted}):
        await eventually(lambda: noted.ids() == ["j"])
    assert noted.jobs[0].deliveries == 1
    assert await letters.count() == 0


async def test_a_dead_letter_can_be_dropped(redis: Redis, working: Working) -> None:
    letters = DeadLetters(redis)
    await redis.xadd(WORK(), {"job": "garbage"})
    async with working({}):
        await eventually(letters.count)
    [letter] = await letters.list()
    assert not await letters.retry(letter.id)  # there is no job in it
    assert await letters.drop(letter.id)
    assert await letters.list() == []


async def test_a_failure_on_a_thing_is_tried_again_before_what_waits_behind_it(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    seen: list[str] = []

    async def handle(job: Job) -> None:
        seen.append(f"{job.id}{job.deliveries}")
        if job.id == "a" and job.deliveries < 3:
            raise ValueError

    work = Work(redis)
    for id in ("a", "b"):
        await work.add("k", {}, id=id, now=NOW, thing="t")
    async with working({"k": handle}):
        for times in (1, 2):
            await eventually(lambda: len(seen) == times and redis.zcard("{grail}:timers"))  # noqa: B023
            moved_clock.forward(10)
        await eventually(lambda: len(seen) == 4)
    assert seen == ["a1", "a2", "a3", "b1"]


async def test_a_dead_letter_of_a_thing_lets_the_next_one_begin(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    noted = Noted()

    async def fail(job: Job) -> None:
        raise ValueError

    work = Work(redis)
    await work.add("bad", {}, id="a", now=NOW, thing="t")
    await work.add("good", {}, id="b", now=NOW, thing="t")

    async def pushed() -> bool:
        moved_clock.forward(60)
        return noted.ids() == ["b"]

    async with working({"bad": fail, "good": noted}):
        await eventually(pushed)
    assert await DeadLetters(redis).count() == 1


async def test_a_kind_that_this_version_does_not_know_waits_for_one_that_does(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    noted, other = Noted(), Noted()
    work = Work(redis)
    said: list[str] = []
    await work.add("new", {}, id="j", now=NOW, thing="t")
    await work.add("old", {}, id="k", now=NOW, thing="t")
    async with working({"old": other}, say=said.append):
        await eventually(lambda: other.ids() == ["k"])
        for _ in range(8):
            moved_clock.forward(6)
            await eventually(lambda: redis.zcard("{grail}:timers"))
    assert said == ["No handler here for 'new' (version 1): left to newer workers."]
    async with working({"new": noted}):
        moved_clock.forward(6)
        await eventually(lambda: noted.ids() == ["j"])
    assert noted.jobs[0].deliveries == 1
    assert await DeadLetters(redis).count() == 0


async def test_what_runs_longer_than_the_limit_is_ended_and_counts_as_failed(
    redis: Redis, working: Working
) -> None:
    said: list[str] = []

    async def forever(job: Job) -> None:
        await asyncio.Event().wait()

    await Work(redis).add("k", {}, id="j", now=NOW)
    async with working({"k": forever}, limit=0.02, say=said.append):
        await eventually(lambda: said)
    assert said == ["k j failed, delivery 1 of 5: TimeoutError"]


@pytest.mark.parametrize(
    "entry",
    [
        {"job": "{not json"},
        {"job": "[]"},
        {"job": "null"},
        {"job": '{"kind":1,"v":1,"id":"x","body":{}}'},
        {"job": '{"kind":"k","v":1,"id":"x","body":[]}'},
        {"job": '{"kind":"k"}'},
        {"something": "else"},
        {b"job": b"\xff\xfe\x00"},
        {"tries": "many", "job": ""},
        {"job": '{"kind":"k","v":1,"id":"x","body":{},"host":7}'},
    ],
)
async def test_garbage_on_the_stream_goes_to_the_dead_letters_and_stops_nothing(
    redis: Redis, working: Working, entry: dict[Any, Any]
) -> None:
    noted = Noted()
    await redis.xadd(WORK(), entry)
    await Work(redis).add("k", {}, id="behind", now=NOW)
    async with working({"k": noted}):
        await eventually(lambda: noted.ids() == ["behind"])
        await eventually(lambda: redis.xlen(DEAD()))
    [letter] = await DeadLetters(redis).list()
    assert letter.why.startswith("not a job: ")
    assert await redis.xlen(WORK()) == 0


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


async def test_a_handler_that_finds_redis_gone_is_tried_again_uncounted(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    seen: list[int] = []

    async def handle(job: Job) -> None:
        seen.append(job.deliveries)
        if len(seen) < 7:
            raise StoreUnavailable("Redis does not answer: gone")

    async def pushed() -> bool:
        moved_clock.forward(2)
        return len(seen) == 7

    await Work(redis).add("k", {}, id="a", now=NOW)
    async with working({"k": handle}):
        await eventually(pushed)
    assert seen == [1] * 7


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
    await begun.wait()
    stop.set()
    await work.add("k", {}, id="b", now=NOW)
    go.set()
    await task
    assert done.ids() == ["a"]
    assert await work.waiting() == 1
    assert await empty(redis) is False
    assert await redis.exists(WORKERS()) == 0


async def test_the_name_of_a_thing_or_host_may_hold_anything(redis: Redis, working: Working) -> None:
    noted = Noted()
    odd = "a{b}c\nd: e"
    await Work(redis).add("k", {}, id="a", now=NOW, thing=odd, host=odd)
    async with working({"k": noted}, host=odd):
        await eventually(lambda: noted.jobs)
    assert (noted.jobs[0].thing, noted.jobs[0].host) == (odd, odd)
    assert await redis.exists(WORK_OF(host="a(b)c d: e")) == 1


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
        await eventually(lambda: empty_but_worker(redis))
    if "timer" in key:
        assert {letter.raw[:13] for letter in await DeadLetters(redis).list()} == {"garbage", '{"kind":"late'}
