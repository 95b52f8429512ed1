"""Workers that die, that stand still and come back, and those who take over from them. All are real processes.

One file, although longer than others: each test needs the same workers to kill.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.clock import Clock
from bot.store import peers
from bot.store.connection import connect
from bot.store.dead import DeadLetters
from bot.store.keys import WORK, WORKERS
from bot.store.peers import Peers, place, started
from bot.store.streams import Job, Work, Worker
from tests.bot.store.conftest import Process
from tests.fixtures.store import MovedClock, Server, eventually

NOW = 1_800_000_000.0
Start = Callable[..., Process]
Working = Callable[..., AbstractAsyncContextManager[Worker]]


class Still(Clock):
    """Time that does not go on: who waits for it waits for ever."""

    def now(self) -> float:
        return NOW

    async def until(self, when: float) -> None:
        await asyncio.Event().wait()


async def lines(redis: Redis, name: str) -> list[list[str]]:
    return [str(line).split() for line in await redis.lrange(f"test:{name}", 0, -1)]


@pytest.fixture(params=["alone", "on a thing"])
def thing(request: pytest.FixtureRequest) -> str | None:
    return "deploy:d-1" if request.param == "on a thing" else None


async def test_what_a_killed_worker_held_is_done_by_another_one(
    redis: Redis, redis_url: str, worker_process: Start, thing: str | None
) -> None:
    first = worker_process(redis_url)
    await Work(redis).add("slow", {}, id="j", now=NOW, thing=thing)
    await eventually(lambda: redis.llen("test:begun"))
    first.kill()
    second = worker_process(redis_url)
    await eventually(lambda: _begun_by(redis, second.pid))
    await redis.set("test:go", "1")
    await eventually(lambda: redis.llen("test:ended"))
    assert [[id, n] for id, _, n in await lines(redis, "begun")] == [["j", "1"], ["j", "2"]]
    assert [int(pid) for _, pid, _ in await lines(redis, "ended")] == [second.pid]
    await eventually(lambda: _nothing_left(redis))


async def _nothing_left(redis: Redis) -> bool:
    return await redis.xlen(WORK()) == 0 and await redis.hlen(WORKERS()) <= 1


async def test_one_whose_process_cannot_be_looked_at_is_taken_over_after_three_silent_looks(
    redis: Redis, redis_url: str, moved_clock: MovedClock, worker_process: Start
) -> None:
    """As it is with a worker on another machine. Time is moved, so that the looks come at once."""
    first = worker_process(redis_url, clock_file=moved_clock.file)
    await Work(redis).add("slow", {}, id="j", now=NOW)
    await eventually(lambda: redis.llen("test:begun"))
    first.signal(signal.SIGSTOP)
    second = worker_process(redis_url, clock_file=moved_clock.file)
    await eventually(lambda: _known(redis, 2))
    await three_looks(redis, moved_clock)
    await eventually(lambda: _begun_by(redis, second.pid))
    first.kill()


async def three_looks(redis: Redis, moved_clock: MovedClock) -> None:
    """Time goes on from look to look, and no faster than the workers that are awake: nobody else falls silent."""
    for look in range(3):
        assert await redis.llen("test:begun") == 1, f"adopted before look {look}"
        before = await _beats(redis)
        moved_clock.forward(Peers.LOOK_SECONDS)
        await eventually(lambda: _more_beats(redis, before))  # noqa: B023


async def _known(redis: Redis, count: int) -> bool:
    return await redis.hlen(WORKERS()) == count


async def _beats(redis: Redis) -> int:
    return sum(int(word.split()[3]) for word in await redis.hvals(WORKERS()))


async def _more_beats(redis: Redis, before: int) -> bool:
    return await redis.hlen(WORKERS()) < 2 or await _beats(redis) > before


async def _begun_by(redis: Redis, pid: int) -> bool:
    return any(int(one) == pid for _, one, _ in await lines(redis, "begun"))


async def test_one_that_stood_still_and_comes_back_finds_its_number_refused_and_changes_nothing(
    redis: Redis, redis_url: str, moved_clock: MovedClock, worker_process: Start
) -> None:
    first = worker_process(redis_url, clock_file=moved_clock.file)
    work = Work(redis)
    await work.add("slow", {}, id="a", now=NOW, thing="t")
    await work.add("note", {}, id="b", now=NOW, thing="t")
    await eventually(lambda: redis.llen("test:begun"))
    first.signal(signal.SIGSTOP)
    second = worker_process(redis_url, clock_file=moved_clock.file)
    await eventually(lambda: _known(redis, 2))
    await three_looks(redis, moved_clock)
    await eventually(lambda: _begun_by(redis, second.pid))
    first.signal(signal.SIGCONT)
    await redis.set("test:go", "1")
    await eventually(lambda: _both_ended(redis))
    ended = {int(pid): written for _, pid, written in await lines(redis, "ended")}
    assert ended == {first.pid: "0", second.pid: "1"}
    assert [int(pid) for _, pid in await lines(redis, "written")] == [second.pid]
    await eventually(lambda: redis.llen("test:ran"))
    await eventually(lambda: _idle(redis))
    assert [id for id, _, _ in await lines(redis, "ran")] == ["b"]


async def _both_ended(redis: Redis) -> bool:
    return await redis.llen("test:ended") == 2


async def _idle(redis: Redis) -> bool:
    return await redis.xlen(WORK()) == 0


async def test_moving_the_clock_by_a_year_makes_nobody_dead(
    redis: Redis, redis_url: str, moved_clock: MovedClock, worker_process: Start
) -> None:
    for _ in range(2):
        worker_process(redis_url, clock_file=moved_clock.file)
    await Work(redis).add("slow", {}, id="j", now=NOW)
    await eventually(lambda: _known(redis, 2))
    await eventually(lambda: redis.llen("test:begun"))
    for _ in range(5):
        before = await _beats(redis)
        moved_clock.forward(365 * 86400)
        await eventually(lambda: _two_more(redis, before))  # noqa: B023
    await redis.set("test:go", "1")
    await eventually(lambda: redis.llen("test:ended"))
    assert [n for _, _, n in await lines(redis, "begun")] == ["1"]


async def _two_more(redis: Redis, before: int) -> bool:
    return await _beats(redis) >= before + 2


async def test_workers_whose_clocks_are_minutes_apart_leave_each_other_alone(
    redis: Redis, working: Working, moved_clock: MovedClock, tmp_path: Any
) -> None:
    ahead = MovedClock(tmp_path / "ahead")
    ahead.forward(300)
    said: list[str] = []
    go = asyncio.Event()
    begun: list[int] = []

    async def slow(job: Job) -> None:
        begun.append(job.deliveries)
        await go.wait()

    async with working({"k": slow}, say=said.append), working({"k": slow}, clock=ahead, say=said.append):
        for number in range(4):
            await Work(redis).add("k", {}, id=f"j{number}", now=NOW)
        await eventually(lambda: len(begun) == 4)
        for _ in range(6):
            before = await _beats(redis)
            moved_clock.forward(2)
            ahead.forward(2)
            await eventually(lambda: _two_more(redis, before))  # noqa: B023
        go.set()
        await eventually(lambda: _idle(redis))
    assert begun == [1] * 4
    assert said == []


async def test_an_entry_that_kills_every_worker_is_a_dead_letter_after_five(
    redis: Redis, redis_url: str, worker_process: Start, thing: str | None
) -> None:
    work = Work(redis)
    await work.add("suicide", {}, id="poison", now=NOW, thing=thing)
    await work.add("note", {}, id="good", now=NOW, thing=thing)
    for times in range(1, 6):
        process = worker_process(redis_url)
        assert process.wait() == -signal.SIGKILL
        assert [n for id, _, n in await lines(redis, "ran") if id == "poison"] == [
            str(n + 1) for n in range(times)
        ]
    worker_process(redis_url)
    await eventually(lambda: redis.xlen("{grail}:dead"))
    await eventually(lambda: _ran(redis, "good"))
    [letter] = await DeadLetters(redis).list()
    assert letter.job is not None
    assert letter.job.id == "poison"
    assert letter.why == "begun 5 times, and each time the worker died of it or was ended"


async def _ran(redis: Redis, id: str) -> bool:
    return any(one == id for one, _, _ in await lines(redis, "ran"))


async def test_a_worker_that_is_told_to_end_leaves_no_trace(
    redis: Redis, redis_url: str, worker_process: Start
) -> None:
    process = worker_process(redis_url)
    await eventually(lambda: _known(redis, 1))
    assert process.terminate() == ""
    assert not await redis.exists(WORKERS())
    assert await redis.xinfo_consumers(WORK(), "workers") == []


async def test_what_a_worker_left_unbegun_at_its_end_is_adopted_at_once(
    redis: Redis, working: Working
) -> None:
    """Its name stands in the group, but it says nothing any more: nobody has to wait for it to fall silent. So it comes
    also where time stands still."""
    ran: list[str] = []

    async def note(job: Job) -> None:
        ran.append(job.id)

    await Work(redis).add("k", {}, id="j", now=NOW)
    await redis.xgroup_create(WORK(), "workers", id="0")
    await redis.xreadgroup("workers", "gone", {WORK(): ">"})
    async with working({"k": note}, clock=Still()):
        await eventually(lambda: ran == ["j"])


async def test_what_is_adopted_while_a_worker_looks_for_its_own_is_begun_once(
    redis: Redis, working: Working, thing: str | None
) -> None:
    """At its start a worker looks for what stands under its own name, and takes over from the dead meanwhile."""
    begun: list[str] = []
    wrong: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: wrong.append(str(what)))

    async def note(job: Job) -> None:
        begun.append(job.id)
        await eventually(lambda: len(set(begun)) == 8)

    await redis.xgroup_create(WORK(), "workers", id="0", mkstream=True)
    for number in range(8):
        await Work(redis).add("k", {}, id=f"j{number}", now=NOW, thing=thing and f"{thing}{number}")
        await redis.xreadgroup("workers", f"gone-{number}", {WORK(): ">"})
    async with working({"k": note}):
        await eventually(lambda: _nothing_left(redis))
    assert (sorted(begun), wrong) == ([f"j{number}" for number in range(8)], [])


async def test_an_entry_that_was_deleted_by_hand_is_forgotten(redis: Redis, working: Working) -> None:
    await Work(redis).add("k", {}, id="j", now=NOW)
    await redis.xgroup_create(WORK(), "workers", id="0")
    answer: Any = await redis.xreadgroup("workers", "gone", {WORK(): ">"})
    [[_, [(entry, _)]]] = answer
    await redis.xdel(WORK(), entry)

    async def pending() -> bool:
        return bool((await redis.xpending(WORK(), "workers"))["pending"] == 0)

    async with working({}):
        await eventually(pending)


async def test_three_workers_killed_at_random_lose_nothing_and_do_things_in_order(
    redis: Redis, redis_url: str, worker_process: Start
) -> None:
    work = Work(redis)
    processes = [worker_process(redis_url, concurrency=4) for _ in range(3)]
    for number in range(600):
        await work.add("note", {}, id=f"j{number}", now=NOW, thing=f"t{number % 5}" if number % 2 else None)
        if number % 150 == 75:
            processes.pop(0).kill()
            processes.append(worker_process(redis_url, concurrency=4))
    await eventually(lambda: _idle(redis))
    ran = [id for id, _, _ in await lines(redis, "ran")]
    assert set(ran) == {f"j{number}" for number in range(600)}
    assert len(ran) <= 600 + 4 * 4  # what was in the killed ones' hands
    for thing in range(5):
        first = dict.fromkeys(id for id in ran if int(id[1:]) % 2 and int(id[1:]) % 5 == thing)
        assert list(first) == sorted(first, key=lambda id: int(id[1:]))


def test_a_process_is_known_by_its_number_and_when_it_began() -> None:
    word = f"{place()} {os.getpid()} {started(os.getpid())} 1 0.0"
    assert not peers._ended(word)
    assert peers._ended(f"{place()} {os.getpid()} 1 1 0.0")  # the number was given again
    assert not peers._ended(f"another-machine {os.getpid()} 1 1 0.0")
    assert not peers._ended("somebody else wrote this")


async def test_a_word_that_somebody_else_wrote_is_forgotten_like_a_dead_worker(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    await redis.hset(WORKERS(), "ghost", "hand-edited")
    async with working({}):

        async def pushed() -> bool:
            moved_clock.forward(2)
            return not await redis.hexists(WORKERS(), "ghost")

        await eventually(pushed, every=0.05)


async def test_redis_restarted_under_a_worker_with_work_in_its_hands(
    own_redis_server: Server, worker_process: Start
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    worker_process(own_redis_server.url)
    work = Work(redis)
    await work.add("slow", {}, id="a", now=NOW, thing="t")
    await work.add("note", {}, id="b", now=NOW, thing="t")
    await eventually(lambda: redis.llen("test:begun"))
    own_redis_server.kill()
    own_redis_server.restart()
    await redis.connection_pool.disconnect()
    await redis.set("test:go", "1")
    await eventually(lambda: _ran(redis, "b"))
    await eventually(lambda: _idle(redis))
    assert [written for _, _, written in await lines(redis, "ended")].count("1") == 1
    await redis.aclose()
