"""What came to a place without Grail is taken into the history once, never beside a claim, and out again."""

import pytest
from redis.asyncio import Redis

from bot.store.deploys import Standing
from bot.store.outside import OutsideStore
from tests.bot.store.desk import NOW, Desk, a_deploy

THEIRS = {"commit": "e" * 40, "state": "succeeded", "outside": "olga"}


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


async def stands(desk: Desk) -> Standing | None:
    return (await desk.deploys.standing("shop")).get("production")


async def test_it_stands_there_from_then_on_and_the_same_request_is_one(desk: Desk) -> None:
    claims = OutsideStore(desk.redis)
    for _ in range(2):
        answer = await claims.claim(a_deploy(**THEIRS), since=NOW - 60, seen="", now=NOW, request="o-1")
        assert answer[1] == "d-1"
    assert await stands(desk) == Standing("e" * 40, "s", "d-1", NOW - 60)
    assert [one.id for one in await desk.deploys.recent("shop")] == ["d-1"]
    found = await desk.deploys.get("d-1")
    assert (found.state, found.outside, found.by) == ("succeeded", "olga", "dana")
    other = a_deploy("omar", **THEIRS)
    assert await claims.claim(other, since=NOW, seen="", now=NOW, request="o-2") == ("stale", "")
    assert await claims.claim(other, since=NOW, seen="d-7", now=NOW, request="o-3") == ("stale", "")
    assert (await claims.claim(other, since=NOW, seen="d-1", now=NOW, request="o-4"))[0] == "done"


async def test_while_a_deploy_holds_the_place_nothing_is_taken_in_or_out(desk: Desk) -> None:
    claims = OutsideStore(desk.redis)
    await claims.claim(a_deploy(**THEIRS), since=NOW, seen="", now=NOW, request="o-1")
    held = await desk.ask()
    assert held.outcome == "admitted", held
    answer = await claims.claim(a_deploy(**THEIRS), since=NOW, seen="d-1", now=NOW, request="o-2")
    assert answer == ("held", held.deploy)
    assert await claims.undo(await desk.deploys.get("d-1"), "Taken back.", NOW) is None
    assert await stands(desk) == Standing("e" * 40, "s", "d-1", NOW)


async def test_taken_back_what_stood_there_before_stands_again_and_only_once(desk: Desk) -> None:
    claims = OutsideStore(desk.redis)
    await claims.claim(a_deploy(**THEIRS), since=NOW, seen="", now=NOW, request="o-1")
    first = await stands(desk)
    await claims.claim(a_deploy(commit="f" * 40), since=NOW, seen="d-1", now=NOW, request="o-2")
    assert await claims.undo(await desk.deploys.get("d-1"), "Taken back.", NOW) is None  # d-2 came after it
    second = await desk.deploys.get("d-2")
    gone = await claims.undo(second, "Taken back.", NOW)
    assert gone is not None
    assert (gone.state, (await desk.deploys.get("d-2")).why) == ("cancelled", "Taken back.")
    assert await stands(desk) == first
    assert await claims.undo(second, "Again.", NOW) is None
    assert await claims.undo(await desk.deploys.get("d-1"), "Taken back.", NOW) is not None
    assert await stands(desk) is None
