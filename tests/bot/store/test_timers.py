"""A timer fires once, when it is due, whoever looks."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from redis.asyncio import Redis

from bot.store.dead import DeadLetters
from bot.store.keys import TIMER_ROWS, TIMERS, WORK
from bot.store.streams import Job, Worker
from bot.store.timers import AT_MOST, Timers
from tests.fixtures.store import MovedClock, eventually

NOW = 1_800_000_000.0
Working = Callable[..., AbstractAsyncContextManager[Worker]]


async def test_what_is_due_moves_to_the_stream_and_the_rest_stays(redis: Redis) -> None:
    timers = Timers(redis)
    for number in range(3):
        await timers.at(f"t{number}", NOW + number, "k", {})
    assert await timers.fire(NOW + 1) == 2
    assert timers.next_due == NOW + 2
    assert await redis.xlen(WORK()) == 2
    assert await timers.fire(NOW + 1) == 0
    assert await timers.fire(NOW + 2) == 1
    assert timers.next_due is None


async def test_a_timer_is_replaced_by_one_of_the_same_id(redis: Redis) -> None:
    timers = Timers(redis)
    await timers.at("t", NOW, "old", {})
    await timers.at("t", NOW + 10, "new", {"n": 1})
    assert await timers.fire(NOW + 9) == 0
    assert await timers.fire(NOW + 10) == 1
    rows: Any = await redis.xrange(WORK())
    [(_, fields)] = rows
    assert '"kind":"new"' in fields["job"]


async def test_a_cancelled_timer_does_not_fire(redis: Redis) -> None:
    timers = Timers(redis)
    await timers.at("t", NOW, "k", {})
    assert await timers.cancel("t") is True
    assert await timers.cancel("t") is False
    assert await timers.fire(NOW) == 0
    assert await redis.exists(TIMERS(), TIMER_ROWS()) == 0


async def test_of_many_who_look_at_once_each_timer_goes_to_one(redis: Redis) -> None:
    timers = [Timers(redis) for _ in range(5)]
    for number in range(300):
        await timers[0].at(f"t{number}", NOW, "k", {})
    moved = [await asyncio.gather(*(one.fire(NOW) for one in timers)) for _ in range(2)]
    assert sum(map(sum, moved)) == await redis.xlen(WORK()) == 300


async def test_ten_thousand_at_once_move_in_calls_of_at_most_200(redis: Redis) -> None:
    timers = Timers(redis)
    await timers.at("t", NOW, "k", {})
    row = await redis.hget(TIMER_ROWS(), "t")
    assert row
    names = ["t", *(f"t{number}" for number in range(9_999))]
    await redis.zadd(TIMERS(), dict.fromkeys(names, NOW))
    await redis.hset(TIMER_ROWS(), mapping=dict.fromkeys(names, row))
    calls = []
    while moved := await timers.fire(NOW):
        calls.append(moved)
    assert calls == [AT_MOST] * 50
    assert await redis.xlen(WORK()) == 10_000


async def test_a_member_without_a_row_is_taken_out_and_nothing_happens(redis: Redis) -> None:
    timers = Timers(redis)
    await redis.zadd(TIMERS(), {"ghost": NOW})
    await timers.at("t", NOW, "k", {})
    assert await timers.fire(NOW) == 1
    assert await redis.exists(TIMERS()) == 0


async def test_a_row_that_grail_did_not_write_is_reported_and_stops_nothing_behind_it(redis: Redis) -> None:
    timers = Timers(redis)
    await timers.at("a", NOW, "k", {})
    await redis.hset(TIMER_ROWS(), "a", "hand-edited")
    await timers.at("b", NOW, "k", {})
    assert await timers.fire(NOW) == 2
    assert timers.faults == ["a: not written by Grail"]
    assert await redis.xlen(WORK()) == 1
    [letter] = await DeadLetters(redis).list()
    assert (letter.raw, letter.why, letter.job) == ("hand-edited", "not written by Grail", None)


async def test_a_timer_for_a_thing_of_the_wrong_type_is_reported_and_stops_nothing_behind_it(
    redis: Redis, hand_edited: None
) -> None:
    timers = Timers(redis)
    await redis.set("{grail}:queue:deploy", "x")
    await timers.at("a", NOW, "k", {}, thing="deploy")
    await timers.at("b", NOW, "k", {}, thing="card")
    assert await timers.fire(NOW) == 2
    assert "WRONGTYPE" in timers.faults[0]
    assert await redis.xlen(WORK()) == 1
    [letter] = await DeadLetters(redis).list()
    assert letter.job is not None
    assert letter.job.thing == "deploy"


async def test_a_worker_fires_a_timer_when_time_is_moved_there(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    ran: list[str] = []

    async def note(job: Job) -> None:
        ran.append(job.id)

    timers = Timers(redis)
    async with working({"k": note}, timers=timers):
        await timers.at("in a week", moved_clock.now() + 7 * 86400, "k", {})
        await timers.at("now", moved_clock.now(), "k", {})
        await eventually(lambda: ran == ["now"])
        moved_clock.forward(7 * 86400)
        await eventually(lambda: ran == ["now", "in a week"])


async def test_a_timer_set_by_another_process_is_seen_too(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    ran: list[str] = []

    async def note(job: Job) -> None:
        ran.append(job.id)

    async with working({"k": note}):
        await Timers(redis).at("soon", moved_clock.now() + 0.05, "k", {})
        await eventually(lambda: ran == ["soon"])


async def test_a_timer_lands_on_the_stream_of_its_host_and_in_the_order_of_its_thing(redis: Redis) -> None:
    timers = Timers(redis)
    await timers.at("a", NOW, "k", {}, host="h1")
    await timers.at("b", NOW, "k", {}, thing="deploy", host="h1")
    await timers.at("c", NOW, "k", {}, thing="deploy", host="h1")
    await timers.fire(NOW)
    assert await redis.xlen("{grail}:work:h1") == 2
    assert await redis.llen("{grail}:queue:deploy") == 2
