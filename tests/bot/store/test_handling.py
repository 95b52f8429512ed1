"""What follows from how a handler ends: well, later, badly, never, or not at all."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store.dead import DeadLetters
from bot.store.keys import DEAD, WORK
from bot.store.streams import Job, Later, Work
from tests.bot.store.conftest import Noted, Working
from tests.fixtures.store import MovedClock, eventually

NOW = 1_800_000_000.0


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
