"""An environment whose deploy nobody can read any more is freed when somebody says so, after what runs has ended."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.services.deploys import Deploys
from bot.services.freeing import FREE, Claim
from bot.store import keys
from bot.store.streams import Job, Later
from tests.bot.services.house import DANA, WANTED, House, job, ticked
from tests.fixtures.store import eventually

HELD = Claim("shop", "staging", "d-1", "1")


def asked(*hosts: str) -> Job:
    body = {"claim": asdict(HELD), "by": "Omar", "hosts": list(hosts)}
    return Job(id="d-1:free:r-9:1", kind=FREE, body=body, request="r-9")


async def running_and_broken(house: House, deploys: Deploys) -> None:
    """d-1 runs on the machine of these, and its record is broken by hand."""
    house.grail.shut_gate()
    await deploys.request(WANTED, DANA)
    ticking = deploys.runs.tick(job("d-1"))
    await anext(ticking)
    await anext(ticking)
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")


async def works(house: House, *hosts: str) -> None:
    for host in hosts:
        await house.redis.hset(keys.WORKERS(), f"{host}:12:ab12cd-0011", "boot 12 34 1 0.0")


async def test_only_a_deploy_that_cannot_be_read_and_holds_something_is_held(
    house: House, hand_edited: None
) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    assert await one.freeing.held("d-1") is None
    assert await one.freeing.held("d-99") is None
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")
    assert await one.freeing.held("d-1") == HELD
    await house.redis.delete(keys.DEPLOY(id="d-1"))  # or taken away altogether
    assert await one.freeing.held("d-1") == HELD


async def test_what_runs_is_ended_before_the_environment_is_freed(house: House, hand_edited: None) -> None:
    one = house.worker("one")
    await running_and_broken(house, one)
    with pytest.raises(Later):
        await one.freeing.free(asked("here"))
    assert await house.store.running("shop", "staging") == "d-1"

    async def freed() -> bool:
        try:
            return await one.freeing.free(asked("here")) == HELD
        except Later:
            return False

    await eventually(freed)
    assert await house.store.running("shop", "staging") is None
    house.grail.open_gate()
    assert (await one.request(replace(WANTED, request="r-2"), DANA)).id == "d-2"
    assert (await ticked(one, "d-2"))[-1].state == "succeeded"
    # Asked again, late, it takes nothing from whoever holds it now.
    assert await one.freeing.free(asked("here")) is None


async def test_every_machine_that_works_is_asked_in_turn(
    house: House, hand_edited: None, tmp_path: Path
) -> None:
    here, there = house.worker("one"), house.worker("two", host="there")
    await here.request(WANTED, DANA)
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")
    await works(house, "here", "there", "elsewhere")
    await here.freeing.begin(HELD, "Omar", "r-9")
    assert await house.redis.xlen(keys.WORK_OF(host="elsewhere")) == 1
    await house.redis.hdel(keys.WORKERS(), "elsewhere:12:ab12cd-0011")  # ended meanwhile: nothing runs there
    assert await here.freeing.free(asked("elsewhere", "here", "there")) is None
    assert await house.redis.xlen(keys.WORK_OF(host="there")) == 1
    assert await house.store.running("shop", "staging") == "d-1"
    assert await there.freeing.free(asked("there")) == HELD


async def test_a_record_that_was_mended_meanwhile_is_left_alone(house: House, hand_edited: None) -> None:
    one = house.worker("one")
    await one.request(WANTED, DANA)
    record = str(await house.redis.hget(keys.DEPLOY(id="d-1"), "record"))
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", "not json")
    await one.freeing.begin(HELD, "Omar", "r-9")
    await house.redis.hset(keys.DEPLOY(id="d-1"), "record", record)
    assert await one.freeing.free(asked("here")) is None
    assert await house.store.running("shop", "staging") == "d-1"
