"""A reported deploy is taken once, and never puts back what came later."""

from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.deploys import Standing
from bot.store.reported import ODD, Odd, ReportStore
from tests.bot.store.desk import NOW, Desk, a_deploy

THEIRS: dict[str, Any] = {
    "commit": "e" * 40,
    "state": "succeeded",
    "outside": "Jenkins",
    "reported": "b-1",
    "ended": NOW - 10,
}


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


async def stands(desk: Desk) -> Standing | None:
    return (await desk.deploys.standing("shop")).get("production")


async def test_it_is_one_however_often_it_comes_and_stands_there_since_its_end(desk: Desk) -> None:
    reports = ReportStore(desk.redis)
    assert await reports.take(a_deploy(**THEIRS), seen="") == ("done", "d-1")
    assert await reports.take(a_deploy(**THEIRS), seen="") == ("same", "d-1")
    assert await stands(desk) == Standing("e" * 40, "s", "d-1", NOW - 10)
    assert await reports.became("shop", "b-1") == "d-1"
    assert [one.id for one in await desk.deploys.recent("shop")] == ["d-1"]
    assert 0 < await desk.redis.ttl(keys.REPORT(service="shop", id="b-1")) <= 90 * keys.DAY
    # The same id of another service is another deploy.
    other = a_deploy(**THEIRS | {"service": "search"})
    assert await reports.take(other, seen="") == ("done", "d-2")


async def test_what_came_later_stays_what_stands_there(desk: Desk) -> None:
    reports = ReportStore(desk.redis)
    await reports.take(a_deploy(**THEIRS), seen="")
    late = THEIRS | {"commit": "f" * 40, "reported": "b-0", "ended": NOW - 20}
    assert await reports.take(a_deploy(**late), seen="") == ("stale", "")
    assert await reports.take(a_deploy(**late), seen="d-1") == ("done", "d-2")
    assert await stands(desk) == Standing("e" * 40, "s", "d-1", NOW - 10)


async def test_what_failed_is_kept_and_stands_nowhere(desk: Desk) -> None:
    failed = a_deploy(**THEIRS | {"state": "failed"})
    assert await ReportStore(desk.redis).take(failed, seen="") == ("done", "d-1")
    assert await stands(desk) is None
    assert (await desk.deploys.get("d-1")).state == "failed"


async def test_of_what_could_not_be_used_the_newest_are_remembered(desk: Desk) -> None:
    reports = ReportStore(desk.redis)
    for number in range(ODD + 5):
        await reports.put_aside("shop", Odd(float(number), "It is empty.", str(number)))
    found = await reports.odd("shop")
    assert [one.at for one in found][:2] == [24.0, 23.0]
    assert len(found) == ODD
    assert await reports.odd("search") == []
    await desk.redis.zadd(keys.REPORTS_ODD(service="shop"), {"no report": 100})
    assert len(await reports.odd("shop")) == ODD - 1
