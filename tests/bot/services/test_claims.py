"""No lost tick leaves a deploy hanging, no claim outlives its deploy, nothing runs that nobody knows of."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.errors import Conflict
from bot.services.claims import Found
from bot.services.deploys import Deploys
from bot.services.runs import TICK
from bot.store import epoch, keys
from bot.store.deploys import Claim
from bot.store.streams import Work
from tests.bot.services.house import DANA, WANTED, House, job, ticked
from tests.fixtures.store import eventually

THING = "deploy:d-1"


async def found_by(deploys: Deploys) -> list[Found]:
    """What one look at the claims finds and tells."""
    told: list[Found] = []

    async def tell(found: Found) -> None:
        told.append(found)

    deploys.claims.on_found = tell
    assert await deploys.claims.confirm()
    return told


async def lose_work(redis: Redis) -> None:
    """As if the newest writes of the streams had been lost."""
    for key in (keys.WORK(), keys.WORK_OF(host="here"), keys.QUEUE(thing=THING), keys.HOLDING(thing=THING)):
        await redis.delete(key)
    await redis.delete(keys.TIMERS(), keys.TIMER_ROWS())


async def test_a_deploy_that_lost_its_tick_gets_one_and_goes_on(house: House) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    await lose_work(house.redis)
    assert await found_by(house.worker("two")) == [Found(resumed=("d-1",))]
    assert await Work(house.redis).waits(THING)
    client: Any = house.redis
    [(_, row)] = await client.xrange(keys.WORK())
    assert row == {"thing": THING}
    queued = await house.redis.lrange(keys.QUEUE(thing=THING), 0, -1)
    assert len(queued) == 1
    assert f'"kind":"{TICK}"' in queued[0]
    assert (
        await house.redis.zscore(keys.TIMERS(), "guard:d-1") is not None
    )  # and who looks after it from outside
    assert (await ticked(house.worker("two"), "d-1"))[-1].state == "succeeded"


async def test_one_that_runs_gets_its_tick_on_the_machine_where_it_runs(house: House) -> None:
    one = house.worker("one")
    house.grail.shut_gate()
    await one.request(WANTED, DANA)
    stalled = one.runs.tick(job("d-1"))
    await anext(stalled)
    await anext(stalled)  # it runs now
    await lose_work(house.redis)
    assert await found_by(house.worker("two", host="there")) == [Found(resumed=("d-1",))]
    assert await house.redis.xlen(keys.WORK_OF(host="here")) == 1
    assert await house.redis.xlen(keys.WORK_OF(host="there")) == 0
    house.grail.open_gate()
    async for _ in stalled:
        pass


async def test_a_deploy_whose_tick_waits_is_left_alone(house: House) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    assert await found_by(house.worker("two")) == []
    assert await house.redis.llen(keys.QUEUE(thing=THING)) == 1


async def test_looking_twice_resumes_once(house: House) -> None:
    await house.worker("one").request(WANTED, DANA)
    await lose_work(house.redis)
    two = house.worker("two")
    assert await found_by(two) == [Found(resumed=("d-1",))]
    assert await found_by(two) == []
    assert await house.redis.llen(keys.QUEUE(thing=THING)) == 1


async def test_a_claim_of_a_deploy_that_is_over_or_gone_is_released_by_its_own_number(house: House) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    assert (await ticked(one, "d-1"))[-1].state == "succeeded"
    shop = keys.CLAIM(service="shop", environment="staging")
    search = keys.CLAIM(service="search", environment="production")
    await house.redis.hset(shop, mapping={"deploy": "d-1", "fence": "1"})
    await house.redis.hset(search, mapping={"deploy": "d-77", "fence": "9"})
    released = (Claim("shop", "staging", "d-1", "1"), Claim("search", "production", "d-77", "9"))
    assert await found_by(one) == [Found(released=released)]
    assert not await house.redis.exists(shop, search)


async def test_a_claim_that_was_taken_anew_meanwhile_is_not_released(house: House) -> None:
    key = keys.CLAIM(service="shop", environment="staging")
    await house.redis.hset(key, mapping={"deploy": "d-8", "fence": "8"})
    assert not await house.store.release(Claim("shop", "staging", "d-7", "7"))
    assert await house.redis.hget(key, "deploy") == "d-8"
    assert await house.store.release(Claim("shop", "staging", "d-8", "8"))


async def test_what_waits_is_judged_again_on_another_server_and_when_a_claim_is_released(
    house: House,
) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    await one.request(replace(WANTED, request="r-2", by="omar@example.com"), DANA)
    await house.redis.delete(keys.WORK(), keys.QUEUE(thing="deploy:d-2"), keys.TIMERS(), keys.TIMER_ROWS())
    stop = asyncio.Event()
    running = asyncio.create_task(house.worker("two").claims.run(stop))
    await eventually(lambda: Work(house.redis).waits("deploy:d-2"))
    stop.set()
    await running
    [held] = await house.store.claims("shop", ["staging"])
    before = await house.redis.xlen(keys.WORK())
    assert await house.store.release(held)
    assert await house.redis.xlen(keys.WORK()) == before + 1
    assert not await house.store.release(held)


async def test_a_claim_whose_record_cannot_be_read_is_left_to_people(house: House, hand_edited: None) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")
    [held] = await house.store.claims("shop", ["staging"])
    assert await found_by(one) == [Found(unreadable=(held,))]
    assert await house.store.running("shop", "staging") == "d-1"


async def test_nothing_is_admitted_on_another_server_before_the_claims_are_confirmed(house: House) -> None:
    web, worker = house.worker("web", confirms=False), house.worker("one")
    assert await worker.claims.confirm()
    await worker.request(WANTED, DANA)
    await house.redis.hset(keys.EPOCH(), "run", "of-the-server-before")
    await lose_work(house.redis)

    waiting = asyncio.create_task(web.request(replace(WANTED, service="search", request="r-2"), DANA))
    search = keys.DEPLOYS(service="search")

    async def asked_twice() -> bool:  # the request has looked, and looked again
        stats: Any = await house.redis.info("commandstats")
        return int(stats["cmdstat_evalsha"]["calls"]) >= asked + 2

    stats: Any = await house.redis.info("commandstats")
    asked = int(stats["cmdstat_evalsha"]["calls"])
    await eventually(asked_twice)
    assert not waiting.done()
    assert not await house.redis.exists(search)
    # The answer is a sentence (see below), or the deploy once a worker has confirmed.
    assert await found_by(worker) == [Found(resumed=("d-1",))]
    assert (await waiting).id == "d-2"


async def test_while_nobody_confirms_the_answer_is_a_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.deploys.CONFIRM_SECONDS", 0.3)
    with pytest.raises(Conflict) as caught:
        await house.worker("web", confirms=False).request(WANTED, DANA)
    assert str(caught.value) == (
        "Redis is another server than a moment ago, and I am still confirming what runs: nothing was changed."
    )
    assert (caught.value.code, caught.value.hint) == ("confirming", "Try again in a minute.")
    assert await house.store.running("shop", "staging") is None


async def test_an_epoch_that_was_raised_meanwhile_is_not_confirmed(house: House) -> None:
    number = await epoch.current(house.redis)
    assert not await epoch.confirm(house.redis, number + 1, "here")
    assert await epoch.confirm(house.redis, number, "here")
    await house.redis.hset(keys.EPOCH(), "run", "of-the-server-before")
    assert not await epoch.confirm(house.redis, number, "here")


async def test_what_runs_without_a_record_is_ended_before_anything_is_admitted(house: House) -> None:
    one = house.worker("one")
    house.grail.shut_gate()
    await one.request(WANTED, DANA)
    ticking = one.runs.tick(job("d-1"))
    await anext(ticking)
    await anext(ticking)
    await house.redis.flushdb()  # all is forgotten, and the recipe runs on
    two = house.worker("two")
    told: list[Found] = []

    async def tell(found: Found) -> None:
        told.append(found)

    two.claims.on_found = tell
    assert not await two.claims.confirm()
    await eventually(two.claims.confirm)
    assert told == [Found(ended=("d-1",))]
    house.grail.open_gate()
    # Its number is not given again: a new deploy is never taken for an old run.
    assert (await two.request(replace(WANTED, request="r-2"), DANA)).id == "d-2"
    assert (await ticked(two, "d-2"))[-1].state == "succeeded"
    assert house.grail.runs().count("d-2") == 1


async def test_a_worker_looks_at_its_start_and_whenever_redis_is_another_server(house: House) -> None:
    await house.worker("one").request(WANTED, DANA)
    await lose_work(house.redis)
    worker, stop = house.worker("two"), asyncio.Event()
    running = asyncio.create_task(worker.claims.run(stop))
    await _until_waits(house)
    await house.redis.hset(keys.EPOCH(), "run", "of-the-server-before")
    await lose_work(house.redis)
    await _until_waits(house)
    stop.set()
    await running


async def _until_waits(house: House) -> None:
    await eventually(lambda: Work(house.redis).waits(THING))
