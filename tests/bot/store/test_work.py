"""A job reaches its handler as it was added, once."""

from redis.asyncio import Redis

from bot.store.keys import WORK_OF, WORKERS
from bot.store.streams import Work
from tests.bot.store.conftest import Noted, Working, no_work
from tests.fixtures.store import eventually

NOW = 1_800_000_000.0


async def test_a_job_reaches_its_handler_as_it_was_added(redis: Redis, working: Working) -> None:
    noted = Noted()
    added = await Work(redis).add("k", {"n": [1, "ü"]}, id="j-1", now=NOW, request="r-1")
    async with working({"k": noted}):
        await eventually(lambda: noted.jobs)
    assert added
    [job] = noted.jobs
    assert (job.id, job.kind, job.body, job.request) == ("j-1", "k", {"n": [1, "ü"]}, "r-1")
    assert (job.version, job.deliveries, job.thing, job.host, job.fence) == (1, 1, None, None, None)
    assert await no_work(redis)
    assert not await redis.exists(WORKERS())


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


async def test_the_name_of_a_thing_or_host_may_hold_anything(redis: Redis, working: Working) -> None:
    noted = Noted()
    odd = "a{b}c\nd: e"
    await Work(redis).add("k", {}, id="a", now=NOW, thing=odd, host=odd)
    async with working({"k": noted}, host=odd):
        await eventually(lambda: noted.jobs)
    assert (noted.jobs[0].thing, noted.jobs[0].host) == (odd, odd)
    assert await redis.exists(WORK_OF(host="a(b)c d: e")) == 1
