"""Deploys over real Redis, real git and the real recipe driver, without Slack: services never render.

Longer than other files, as the file is that it tests.
"""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.deploys import Deploy, StepShown
from bot.drivers.recipe import RecipeDriver
from bot.errors import Conflict, NotFound
from bot.services.guards import GUARD
from bot.services.runs import TICK
from bot.store import keys
from bot.store.streams import Later
from bot.store.work import decode
from tests.bot.services.house import DANA, WANTED, House, job, ticked


async def test_a_ref_that_moved_before_the_start_is_refused_with_both_commits(house: House) -> None:
    deploys = house.worker("one")
    asked = house.grail.repository.head()
    deploy = await deploys.request(WANTED, DANA)
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
    first, second = await asyncio.gather(deploys.request(WANTED, DANA), deploys.request(WANTED, DANA))
    assert first.id == second.id == "d-1"


async def test_another_request_stands_in_line_while_one_holds_the_environment(house: House) -> None:
    deploys = house.worker("one")
    await deploys.request(WANTED, DANA)
    second = await deploys.request(replace(WANTED, request="r-2", by="omar@example.com"), DANA)
    assert (second.id, second.state) == ("d-2", "queued")
    assert await house.store.queue("shop", "staging") == ["d-2"]
    assert [(one.gate, one.code) for one in second.conditions] == [("claim", "claimed")]
    words = second.conditions[0].sentence
    assert words.startswith("shop in staging is taken: Dana has d-1 (shop to staging, ")
    assert words.endswith(") running there.")


async def test_the_same_deploy_in_other_words_is_that_one_while_it_runs_and_while_it_waits(
    house: House,
) -> None:
    deploys = house.worker("one")
    first = await deploys.request(WANTED, DANA)
    again = await deploys.request(replace(WANTED, request="r-2", ref=house.grail.repository.head()), DANA)
    assert again.id == first.id
    others = replace(WANTED, by="omar@example.com")
    queued = await deploys.request(replace(others, request="r-3"), DANA)
    assert (await deploys.request(replace(others, request="r-4", ref="main"), DANA)).id == queued.id
    assert await house.store.queue("shop", "staging") == [queued.id]


async def test_of_fifty_requests_at_once_exactly_one_is_admitted(house: House) -> None:
    deploys = house.worker("one")
    asked = [replace(WANTED, request=f"r-{n}", by=f"{n}@example.com") for n in range(50)]
    outcomes = await asyncio.gather(*(deploys.request(wanted, DANA) for wanted in asked))
    states = [outcome.state for outcome in outcomes]
    assert (states.count("requested"), states.count("queued")) == (1, 49)
    line = await house.store.queue("shop", "staging")
    assert len(set(line)) == 49


async def test_a_worker_whose_deploy_went_on_elsewhere_writes_nothing(house: House) -> None:
    one = house.worker("one")
    house.grail.shut_gate()
    deploy = await one.request(WANTED, DANA)
    stalled = one.runs.tick(job(deploy.id))
    await anext(stalled)
    running = await anext(stalled)
    assert running.state == "running"
    # It stands still here. Another worker takes over, and only then does the first one come back.
    other = house.worker("two").runs.tick(job(deploy.id))
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
    deploy = await deploys.request(WANTED, DANA)
    ticking = deploys.runs.tick(job(deploy.id))
    await anext(ticking)
    await anext(ticking)  # started, and then nothing more is heard
    elsewhere = house.worker("two", host="there")
    house.forward(14 * 60)
    assert await elsewhere.guards.look(job(deploy.id, GUARD)) is None
    house.forward(16 * 60)
    lost = await elsewhere.guards.look(job(deploy.id, GUARD))
    assert lost is not None
    assert (lost.state, lost.why) == ("lost", "The machine that ran it has not been heard of for 16 minutes.")
    doubts = {status.environment: status.doubt for status in await elsewhere.status("shop")}
    assert doubts == {"staging": lost, "production": None}
    assert await house.store.running("shop", "staging") is None


async def test_what_runs_on_a_machine_that_came_back_late_is_ended(house: House) -> None:
    deploys = house.worker("one")
    house.grail.shut_gate()
    deploy = await deploys.request(WANTED, DANA)
    ticking = deploys.runs.tick(job(deploy.id))
    await anext(ticking)
    await anext(ticking)
    elsewhere = house.worker("two", host="there")
    for minutes in (16, 18):  # it is called first, and given up when it does not answer
        house.forward(minutes * 60)
        await elsewhere.guards.look(job(deploy.id, GUARD))
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
    await deploys.request(WANTED, DANA)
    await deploys.request(replace(WANTED, service="search", request="r-2"), DANA)
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")
    with pytest.raises(NotFound, match="The record of deploy d-1 cannot be read"):
        await deploys.get("d-1")
    assert [each.id for each in await deploys.recent("search")] == ["d-2"]
    assert await deploys.recent("shop") == []
    await house.redis.delete(keys.DEPLOY(id="d-2"))
    await house.redis.set(keys.DEPLOY(id="d-2"), "a string")
    with pytest.raises(NotFound, match="The record of deploy d-2 cannot be read"):
        await deploys.get("d-2")
    with pytest.raises(Conflict) as refused:
        await deploys.request(replace(WANTED, request="r-3"), DANA)
    assert str(refused.value) == "`staging` of `shop` is held by d-1, whose record cannot be read."
    assert refused.value.hint == "`cancel d-1` ends what runs of it, and frees the environment."


async def test_whoever_dies_between_the_record_and_the_start_leaves_a_deploy_that_is_run(
    house: House,
) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    begun = await house.store.get(deploy.id)
    # The very record that a worker leaves that was killed before it could start anything.
    steps = tuple(StepShown(name, "pending") for name in ("checkout", "test", "start", "health"))
    left = begun.with_(state="running", host="here", run=deploy.id, watcher="dead", started=0.0, steps=steps)
    assert await house.store.save(left)
    shown = await ticked(house.worker("two"), deploy.id)
    assert shown[-1].state == "succeeded"
    assert house.grail.runs() == [deploy.id]


@pytest.mark.parametrize("gone", ["service", "environment"])
async def test_a_deploy_goes_on_to_its_end_when_config_yaml_no_longer_knows_its_place(
    gone: str, house: House
) -> None:
    house.grail.shut_gate()
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    ticking = one.runs.tick(job(deploy.id))
    await anext(ticking)
    assert (await anext(ticking)).state == "running"
    shop = house.config.services["shop"]
    fewer = {name: env for name, env in shop.environments.items() if name != "staging"}
    left = {"shop": shop.model_copy(update={"environments": fewer})} if gone == "environment" else {}
    others = {name: service for name, service in house.config.services.items() if name != "shop"}
    house.config = house.config.model_copy(update={"services": {**others, **left}})
    house.grail.open_gate()
    shown = await ticked(house.worker("two"), deploy.id)
    assert shown[-1].state == "succeeded"
    assert "started" in await one.output(deploy.id)
    assert await house.store.running("shop", "staging") is None


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        ({"services": {}}, "There is no service `shop`. Nothing was started."),
        ({"action": True}, "`shop` has no action `restart` in `staging`. Nothing was started."),
    ],
)
async def test_what_config_yaml_no_longer_knows_is_not_started_and_frees_its_environment(
    gone: dict[str, object], why: str, house: House
) -> None:
    one = house.worker("one")
    wanted = WANTED
    if "action" in gone:
        first = await one.request(WANTED, DANA)
        await ticked(one, first.id)
        wanted = replace(WANTED, action="restart", request="r-2")
    deploy = await one.request(wanted, DANA)
    if "action" in gone:
        shop = house.config.services["shop"]
        recipe = shop.environments["staging"].recipe.model_copy(update={"actions": {}})
        staging = shop.environments["staging"].model_copy(update={"recipe": recipe})
        shop = shop.model_copy(update={"environments": {"staging": staging}})
        gone = {"services": {"shop": shop}}
    house.config = house.config.model_copy(update=gone)
    shown = await ticked(one, deploy.id)
    assert (shown[-1].state, shown[-1].why) == ("failed", why)
    assert await house.store.running("shop", "staging") is None


async def test_what_was_admitted_has_its_first_tick_and_its_guard_in_the_same_moment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = house.worker("one")

    async def killed(id: str) -> Deploy:
        raise KeyboardInterrupt

    monkeypatch.setattr(house.store, "get", killed)  # a kill right behind the claim
    with pytest.raises(KeyboardInterrupt):
        await one.request(WANTED, DANA)
    monkeypatch.undo()
    assert await house.store.running("shop", "staging") == "d-1"
    [queued] = await house.redis.lrange(keys.QUEUE(thing="deploy:d-1"), 0, -1)
    tick = decode(str(queued).split("\n", 3)[3], deliveries=1, fence=1)
    assert (tick.kind, tick.id, tick.body, tick.request) == (TICK, "d-1:tick:0", {"deploy": "d-1"}, "r-1")
    assert await house.redis.xlen(keys.WORK()) == 1
    assert await house.redis.zscore(keys.TIMERS(), "guard:d-1") is not None
    guard = str(await house.redis.hget(keys.TIMER_ROWS(), "guard:d-1"))
    assert decode(guard.split("\n", 3)[3], deliveries=1, fence=None).body == {"deploy": "d-1"}


async def test_a_request_that_comes_again_is_its_deploy_also_when_its_ref_is_gone(house: House) -> None:
    one = house.worker("one")
    wanted = replace(WANTED, ref="fails-health")
    deploy = await one.request(wanted, DANA)
    house.grail.repository.delete("fails-health")
    assert (await one.request(wanted, DANA)).id == deploy.id


async def test_a_deploy_whose_work_was_lost_is_called_and_goes_on(house: House) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    await house.redis.delete(keys.WORK(), keys.QUEUE(thing=f"deploy:{deploy.id}"))
    house.forward(61)
    assert await one.guards.look(job(deploy.id, GUARD)) is None
    assert await house.redis.xlen(keys.WORK()) == 1
    assert (await ticked(one, deploy.id))[-1].state == "succeeded"


async def test_after_a_sleep_of_all_of_us_nothing_is_lost_that_answers_a_call(house: House) -> None:
    one = house.worker("one")
    house.grail.shut_gate()
    deploy = await one.request(WANTED, DANA)
    ticking = one.runs.tick(job(deploy.id))
    await anext(ticking)
    await anext(ticking)
    house.forward(3 * 3600)  # a laptop was shut
    assert await one.guards.look(job(deploy.id, GUARD)) is None
    house.grail.open_gate()
    assert (await ticked(one, deploy.id))[-1].state == "succeeded"


async def test_what_no_worker_ever_began_has_failed_and_says_that_nothing_was_started(house: House) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    for minutes in (14, 16):
        house.forward(minutes * 60)
        found = await one.guards.look(job(deploy.id, GUARD))
    assert found is not None
    why = "No worker has begun it for 16 minutes. Nothing was started."
    assert (found.state, found.why) == ("failed", why)


async def test_a_repository_that_does_not_answer_ends_a_deploy_after_two_minutes_with_the_reason(
    house: House,
) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    house.grail.repository.path.rename(house.grail.repository.path.with_name("elsewhere"))
    with pytest.raises(Later):
        await ticked(one, deploy.id)
    house.forward(121)
    failed = (await ticked(one, deploy.id))[-1]
    assert failed.state == "failed"
    assert failed.why.startswith("The repository of shop cannot be read: ")
    assert failed.why.endswith(" I tried for 2 minutes. Nothing was started.")


async def test_a_wish_to_cancel_that_comes_while_it_begins_starts_nothing(house: House) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    ticking = one.runs.tick(job(deploy.id))
    assert (await anext(ticking)).state == "requested"
    await one.cancel(deploy.id, "Omar")
    cancelled = await anext(ticking)
    assert (cancelled.state, cancelled.cancelled_by, cancelled.why) == (
        "cancelled",
        "Omar",
        "Nothing was started.",
    )
    assert house.grail.runs() == []
    assert await house.store.running("shop", "staging") is None


async def test_a_machine_that_cannot_start_the_recipe_is_tried_again_and_then_said(
    house: House, tmp_path: Path
) -> None:
    one = house.worker("one")
    deploy = await one.request(WANTED, DANA)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "runs").write_text("a file where a folder should be")
    with pytest.raises(Later):
        await ticked(one, deploy.id)
    house.forward(121)
    failed = (await ticked(one, deploy.id))[-1]
    assert failed.state == "failed"
    assert failed.why.startswith("The recipe's runner could not be started: ")
    assert failed.why.endswith(" I tried for 2 minutes.")
    assert await house.store.running("shop", "staging") is None
