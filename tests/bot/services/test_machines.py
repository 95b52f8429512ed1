"""Nothing is admitted on another Redis before every machine that works has looked at its own disk."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import Conflict
from bot.services.deploys import Deploys
from bot.store import keys
from tests.bot.services.house import DANA, WANTED, House, job
from tests.fixtures.store import eventually


async def works(house: House, *hosts: str) -> None:
    """As if a worker ran on each of these machines and had said so."""
    for host in hosts:
        await house.redis.hset(keys.WORKERS(), f"{host}:12:ab12cd-0011", "boot 12 34 1 0.0")


async def test_nothing_is_admitted_before_every_machine_that_works_has_looked(house: House) -> None:
    here, there = house.worker("one"), house.worker("two", host="there")
    await works(house, "here", "there")
    assert not await here.claims.confirm()
    assert await house.redis.hget(keys.EPOCH(), "confirmed") is None
    assert await there.claims.confirm()
    assert await here.claims.confirm()
    await here.request(WANTED, DANA)
    # On another server all of them look again, whatever they saw on the one before.
    await house.redis.hset(keys.EPOCH(), "run", "of-the-server-before")
    assert not await there.claims.confirm()
    assert await here.claims.confirm()


async def test_what_runs_on_another_machine_is_ended_before_anything_is_admitted(
    house: House, tmp_path: Path
) -> None:
    """Only its own machine can see it, and give its number to nobody else."""
    house.grail.shut_gate()
    there = house.worker("two", host="there", data=tmp_path / "there")
    assert await there.claims.confirm()
    await there.request(WANTED, DANA)
    ticking = there.runs.tick(job("d-1"))
    await anext(ticking)
    await anext(ticking)
    await eventually(lambda: _of(house.grail.runs()))
    await house.redis.flushdb()
    await works(house, "here", "there")
    here = house.worker("one")
    assert not await here.claims.confirm()  # it sees nothing amiss, and still waits
    with pytest.raises(Conflict):
        await _impatient(here)
    assert not await there.claims.confirm()
    await eventually(there.claims.confirm)
    house.grail.open_gate()
    assert (await here.request(replace(WANTED, request="r-2"), DANA)).id == "d-2"


async def test_a_machine_is_waited_for_also_when_redis_has_lost_who_works(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.claims.LOOK_SECONDS", 0.05)
    here, there = house.worker("one"), house.worker("two", host="there")
    stop = asyncio.Event()
    await works(house, "here", "there")
    assert not await here.claims.confirm()
    assert await there.claims.confirm()
    running = asyncio.create_task(here.claims.run(stop))
    await eventually(lambda: _of("there" in here.claims.machines))
    await house.redis.flushdb()
    assert not await here.claims.confirm()
    # One that has ended for good is waited for a few looks long, and no longer.
    await eventually(lambda: _of("there" not in here.claims.machines))
    assert await here.claims.confirm()
    stop.set()
    await running


async def test_a_machine_that_is_gone_keeps_nobody_waiting_for_ever(house: House) -> None:
    here = house.worker("one")
    await works(house, "here", "gone")
    assert not await here.claims.confirm()
    await house.redis.hdel(keys.WORKERS(), "gone:12:ab12cd-0011")  # as the workers do with each other
    assert await here.claims.confirm()


async def _of(value: object) -> bool:
    return bool(value)


async def _impatient(deploys: Deploys) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.services.deploys.CONFIRM_SECONDS", 0.3)
        await deploys.request(replace(WANTED, request="r-2"), DANA)
