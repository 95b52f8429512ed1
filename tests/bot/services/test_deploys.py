"""Deploys over real Redis, real git and the real recipe driver, without Slack: services never render."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.deploys import Deploy
from bot.drivers.recipe import RecipeDriver
from bot.errors import Conflict, NotFound
from bot.services.deploys import GUARD
from bot.store import keys
from bot.store.streams import Later
from tests.bot.services.house import WANTED, House, job, ticked


async def test_a_ref_that_moved_before_the_start_is_refused_with_both_commits(house: House) -> None:
    deploys = house.worker("one")
    asked = house.grail.repository.head()
    deploy = await deploys.request(WANTED)
    moved = house.grail.repository.commit("Sell hats", {"hats": "many\n"})
    shown = await ticked(deploys, deploy.id)
    assert [each.state for each in shown] == ["requested", "failed"]
    assert shown[-1].why == (
        f"`main` moved from {asked[:7]} to {moved[:7]} before the start: nothing was started. "
        "Deploy again to take the new commit."
    )
    assert house.grail.runs() == []
    assert await house.store.running("shop", "staging") is None


async def test_the_same_request_is_one_deploy_however_often_it_is_made(house: House) -> None:
    deploys = house.worker("one")
    first, second = await asyncio.gather(deploys.request(WANTED), deploys.request(WANTED))
    assert first.id == second.id == "d-1"


async def test_another_request_is_refused_while_one_holds_the_environment(house: House) -> None:
    deploys = house.worker("one")
    await deploys.request(WANTED)
    with pytest.raises(Conflict) as caught:
        await deploys.request(replace(WANTED, request="r-2", by_name="Omar"))
    assert caught.value.code == "claimed"
    assert str(caught.value).startswith("d-1 (shop to staging, ")
    assert caught.value.hint == "Try again when it is over, or end it with `cancel d-1`."


async def test_of_fifty_requests_at_once_exactly_one_is_admitted(house: House) -> None:
    deploys = house.worker("one")
    asked = [replace(WANTED, request=f"r-{n}") for n in range(50)]
    outcomes = await asyncio.gather(*(deploys.request(wanted) for wanted in asked), return_exceptions=True)
    assert sum(isinstance(outcome, Deploy) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 49


async def test_a_worker_whose_deploy_went_on_elsewhere_writes_nothing(house: House) -> None:
    one = house.worker("one")
    house.grail.shut_gate()
    deploy = await one.request(WANTED)
    stalled = one.tick(job(deploy.id))
    await anext(stalled)
    running = await anext(stalled)
    assert running.state == "running"
    # It stands still here. Another worker takes over, and only then does the first one come back.
    other = house.worker("two").tick(job(deploy.id))
    await anext(other)
    adopted = await anext(other)
    assert (adopted.watcher, adopted.restarts) == ("two", 1)
    house.grail.open_gate()
    with pytest.raises(Later):
        async for _ in stalled:
            pass
    assert [each async for each in other][-1].state == "succeeded"
    assert house.grail.runs() == ["d-1"]


async def test_a_machine_that_is_not_heard_of_frees_its_environment(house: House) -> None:
    deploys = house.worker("one")
    house.grail.shut_gate()
    deploy = await deploys.request(WANTED)
    ticking = deploys.tick(job(deploy.id))
    await anext(ticking)
    await anext(ticking)  # started, and then nothing more is heard
    elsewhere = house.worker("two", host="there")
    house.forward(14 * 60)
    assert await elsewhere.guard(job(deploy.id, GUARD)) is None
    house.forward(16 * 60)
    lost = await elsewhere.guard(job(deploy.id, GUARD))
    assert lost is not None
    assert (lost.state, lost.why) == ("lost", "The machine that ran it has not been heard of for 16 minutes.")
    assert await house.store.running("shop", "staging") is None


async def test_what_runs_on_a_machine_that_came_back_late_is_ended(house: House) -> None:
    deploys = house.worker("one")
    house.grail.shut_gate()
    deploy = await deploys.request(WANTED)
    ticking = deploys.tick(job(deploy.id))
    await anext(ticking)
    await anext(ticking)
    house.forward(16 * 60)
    await house.worker("two", host="there").guard(job(deploy.id, GUARD))
    await ticked(house.worker("three"), deploy.id)
    driver = RecipeDriver(house.grail.folder / "data")
    async with asyncio.timeout(20):
        while (await driver.state(deploy.id)).phase == "running":  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    assert (await driver.state(deploy.id)).phase == "cancelled"


async def test_a_record_that_somebody_broke_by_hand_is_that_one_deploy_and_no_other(
    house: House, hand_edited: None
) -> None:
    deploys = house.worker("one")
    await deploys.request(WANTED)
    await deploys.request(replace(WANTED, service="search", request="r-2"))
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")  # type: ignore[misc]
    with pytest.raises(NotFound, match="The record of deploy d-1 cannot be read"):
        await deploys.get("d-1")
    assert [each.id for each in await deploys.recent("search")] == ["d-2"]
    assert await deploys.recent("shop") == []
    await house.redis.delete(keys.DEPLOY(id="d-2"))
    await house.redis.set(keys.DEPLOY(id="d-2"), "a string")
    with pytest.raises(NotFound, match="The record of deploy d-2 cannot be read"):
        await deploys.get("d-2")
    with pytest.raises(Conflict, match="is held by d-1, whose record cannot be read"):
        await deploys.request(replace(WANTED, request="r-3"))
