"""What is due again and again runs once each time, also where the clocks of the summer begin and end."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from redis.asyncio import Redis

from bot.store.keys import DEAD, SCHEDULES, WORK
from bot.store.schedules import DUE, Schedule, Schedules, fault, following
from bot.store.timers import Timers
from bot.store.work import Job
from tests.bot.store.conftest import Process
from tests.fixtures.store import MovedClock, eventually

BERLIN = ZoneInfo("Europe/Berlin")
Start = Callable[..., Process]


def at(text: str, zone: str = "Europe/Berlin") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


class Kept:
    """Schedules on a clock of the test, without a worker: `due` fires, and gives what came of it to the handler."""

    def __init__(self, redis: Redis, clock: MovedClock) -> None:
        self.timers = Timers(redis)
        self.clock = clock
        self.said: list[str] = []
        self.schedules = Schedules(redis, self.timers, clock, self.said.append)
        self._redis = redis

    async def fire(self) -> list[dict[str, Any]]:
        """What ran since: the bodies of the real jobs."""
        await self.timers.fire(self.clock.now())
        for job in await self._take():
            if job["kind"] == DUE:
                await self.schedules.handlers[DUE](Job(id=job["id"], kind=DUE, body=job["body"]))
        return [job["body"] for job in await self._take() if job["kind"] != DUE]

    async def _take(self) -> list[dict[str, Any]]:
        rows: Any = await self._redis.xrange(WORK())
        for id, _ in rows:
            await self._redis.xdel(WORK(), id)
        jobs = [orjson.loads(fields["job"]) for _, fields in rows]
        for job in jobs:
            if job["kind"] != DUE:
                await self._redis.xadd(WORK(), {"job": orjson.dumps(job).decode()})
        return jobs


@pytest.fixture
def kept(redis: Redis, moved_clock: MovedClock) -> Kept:
    return Kept(redis, moved_clock)


DAILY = Schedule("handoff", "storefront", "0 9 * * *", "Europe/Berlin", {"x": 1})


async def test_a_schedule_runs_at_its_local_time_and_says_for_which_time_it_is(
    kept: Kept, moved_clock: MovedClock
) -> None:
    moved_clock.to(at("2027-01-11 08:59:00"))
    await kept.schedules.keep([DAILY])
    assert await kept.fire() == []
    moved_clock.to(at("2027-01-11 09:00:01"))
    assert await kept.fire() == [
        {
            "x": 1,
            "team": "storefront",
            "due": at("2027-01-11 09:00:00"),
            "local": "2027-01-11T09:00:00+01:00",
            "late": 0,
        }
    ]


async def test_a_missed_one_runs_once_and_says_how_late_it_is(kept: Kept, moved_clock: MovedClock) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([DAILY])
    moved_clock.to(at("2027-01-14 11:00:00"))  # three were missed
    await kept.schedules.keep([DAILY])  # as a start does
    [body] = await kept.fire()
    assert body["local"] == "2027-01-11T09:00:00+01:00"
    assert abs(body["late"] - (3 * 86400 + 2 * 3600)) < 5
    moved_clock.to(at("2027-01-15 09:00:01"))
    assert [body["local"] for body in (await kept.fire())[1:]] == ["2027-01-15T09:00:00+01:00"]


async def test_another_time_in_the_configuration_counts_from_now(kept: Kept, moved_clock: MovedClock) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([DAILY])
    await kept.schedules.keep([Schedule("handoff", "storefront", "0 10 * * *", "Europe/Berlin")])
    moved_clock.to(at("2027-01-11 09:30:00"))
    assert await kept.fire() == []
    moved_clock.to(at("2027-01-11 10:00:30"))
    assert [body["local"][11:16] for body in await kept.fire()] == ["10:00"]


async def test_another_body_keeps_the_time(kept: Kept, moved_clock: MovedClock) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([DAILY])
    moved_clock.to(at("2027-01-11 09:00:30"))
    await kept.schedules.keep([Schedule(DAILY.job, DAILY.team, DAILY.cron, DAILY.zone, {"x": 2})])
    [body] = await kept.fire()
    assert (body["x"], body["local"][:10]) == (2, "2027-01-11")


async def test_a_schedule_that_is_taken_out_no_longer_runs(
    kept: Kept, moved_clock: MovedClock, redis: Redis
) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([DAILY])
    await kept.schedules.keep([])
    moved_clock.to(at("2027-01-11 09:00:01"))
    assert await kept.fire() == []
    assert not await redis.exists(SCHEDULES(), "{grail}:timers", "{grail}:timer-rows")


async def test_the_same_time_fired_twice_is_taken_once(
    kept: Kept, moved_clock: MovedClock, redis: Redis
) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([DAILY])
    rows: Any = await redis.hgetall("{grail}:timer-rows")
    moved_clock.to(at("2027-01-11 09:00:01"))
    first = await kept.fire()
    for name, row in rows.items():  # a clock that is behind has set it again
        await redis.hset("{grail}:timer-rows", name, row)
        await redis.zadd("{grail}:timers", {name: at("2027-01-11 09:00:00")})
    assert await kept.fire() == first
    assert len(first) == 1


async def test_a_clock_that_is_behind_does_not_find_the_same_time_again(
    kept: Kept, redis: Redis, moved_clock: MovedClock, tmp_path: Any
) -> None:
    """One worker's clock is 5 s ahead: it fires at 08:59:57 of the other one's, who then handles it."""
    moved_clock.to(at("2027-01-11 08:59:57"))
    await kept.schedules.keep([DAILY])
    await kept.timers.fire(moved_clock.now() + 5)
    assert [body["late"] for body in await kept.fire()] == [0]
    moved_clock.to(at("2027-01-11 09:00:03"))
    await kept.schedules.keep([DAILY])
    assert len(await kept.fire()) == 1  # still that one
    moved_clock.to(at("2027-01-12 09:00:01"))
    assert len(await kept.fire()) == 2


@pytest.mark.parametrize(
    ("cron", "zone"), [("0 9 * *", "Europe/Berlin"), ("0 9 * * *", "Mars/Olympus"), ("x", "UTC")]
)
async def test_a_schedule_that_cannot_be_is_left_out_and_the_others_are_kept(
    kept: Kept, moved_clock: MovedClock, cron: str, zone: str
) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    await kept.schedules.keep([Schedule("odd", "t", cron, zone), DAILY])
    assert kept.said == [f"The schedule odd:t was left out: {fault(cron, zone)}"]
    moved_clock.to(at("2027-01-11 09:00:01"))
    assert len(await kept.fire()) == 1


async def test_a_record_that_somebody_else_wrote_is_set_anew(
    kept: Kept, moved_clock: MovedClock, redis: Redis
) -> None:
    moved_clock.to(at("2027-01-11 08:00:00"))
    for wrong in (
        "hand-edited",
        "{}",
        '{"job":"a","team":"b","cron":"c","zone":"Mars/X","body":{},"next":"x"}',
    ):
        await redis.hset(SCHEDULES(), DAILY.name, wrong)
        await kept.schedules.keep([DAILY])
    moved_clock.to(at("2027-01-11 09:00:01"))
    assert len(await kept.fire()) == 1


def test_faults_are_sentences() -> None:
    assert fault("0 9 * *", "UTC") == (
        "'0 9 * *' is no cron expression (Wrong number of fields): write five fields, such as `0 9 * * mon-fri`."
    )
    assert fault("0 9 * * *", "Mars/X") == "'Mars/X' is no time zone: write one such as `Europe/Berlin`."
    assert fault("0 0 30 2 *", "UTC") is not None
    assert fault("0 9 * * mon-fri", "Asia/Tokyo") is None


def test_a_time_that_the_spring_skips_runs_after_the_gap_and_one_that_the_autumn_repeats_runs_once() -> None:
    nightly = Schedule("j", "t", "30 2 * * *", "Europe/Berlin")
    spring = following(nightly, at("2027-03-27 12:00:00"))
    assert spring.isoformat() == "2027-03-28T03:00:00+02:00"
    autumn = following(nightly, at("2027-10-30 12:00:00"))
    after = following(nightly, autumn.timestamp())
    assert (autumn.isoformat(), after.isoformat()) == (
        "2027-10-31T02:30:00+02:00",
        "2027-11-01T02:30:00+01:00",
    )


@pytest.mark.parametrize("monday", [date(2027, 3, 22), date(2027, 10, 25)], ids=["spring", "autumn"])
async def test_three_workers_run_a_schedule_once_a_day_through_a_week_in_which_the_clocks_change(
    redis: Redis, redis_url: str, moved_clock: MovedClock, worker_process: Start, monday: date
) -> None:
    days = [monday + timedelta(n) for n in range(8)]
    moved_clock.to(datetime(monday.year, monday.month, monday.day, 1, tzinfo=BERLIN).timestamp())
    for host in ("a", "b", "c"):
        worker_process(redis_url, host, moved_clock.file)
    weekly = [
        Schedule("weekly", "morning", "0 9 * * *", "Europe/Berlin"),
        Schedule("weekly", "night", "30 2 * * *", "Europe/Berlin"),
    ]
    await Schedules(redis, Timers(redis), moved_clock, print).keep(weekly)
    for number, day in enumerate(days):
        for hour in (1, 5, 9, 12):
            moved_clock.to(datetime(day.year, day.month, day.day, hour, 0, 1, tzinfo=BERLIN).timestamp())
            expected = 2 * number + (hour >= 5) + (hour >= 9)
            await eventually(lambda: _ran(redis, expected))  # noqa: B023
    ran = [str(line).split() for line in await redis.lrange("test:ran", 0, -1)]
    local = [datetime.fromisoformat(when) for when, _ in ran]
    assert len(local) == len(set(local)) == 16
    assert [when.date() for when in local if when.hour == 9] == days
    assert [when.date() for when in local if when.hour in (2, 3)] == days
    offsets = {when.utcoffset() for when in local}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}  # both times of the year were in it
    assert all(when.astimezone(UTC).minute in (0, 30) for when in local)
    assert await redis.xlen(DEAD()) == 0


async def _ran(redis: Redis, count: int) -> bool:
    return await redis.llen("test:ran") == count
