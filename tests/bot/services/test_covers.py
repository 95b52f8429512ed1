"""Cover: asked for one's own part only, taken by the first, lost by nobody."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.config import Config, Rotation, load
from bot.domain.covers import Cover
from bot.domain.rights import Holder
from bot.errors import Refusal, Stale
from bot.services.covers import NEARS, Covers
from bot.services.oncall import OnCall
from bot.services.overrides import Overrides
from bot.store.covers import CoverStore
from bot.store.overrides import OverrideStore
from bot.store.streams import Job
from bot.store.timers import Timers
from tests.fixtures.store import MovedClock

ACME = load(Path(__file__).parents[3] / "config.yaml")
HOUR, DAY = 3600.0, 86400.0
START = 4_102_444_800.0  # the first of January 2100, a Friday: later than any clock that this runs by


def holder(name: str) -> Holder:
    return Holder("T1", f"U-{name}", f"{name.lower()}@example.com", name)


OMAR, OLGA, MIA, DANA = holder("Omar"), holder("Olga"), holder("Mia"), holder("Dana")
# Weeks that change on Fridays at noon: the first one after START is whose it is below.
THREE = ("omar@example.com", "olga@example.com", "mia@example.com")
WEEKS = Rotation(name="storefront", people=THREE, zone="UTC", day="friday", at="12:00", first="2100-01-01")


@dataclass
class World:
    covers: Covers
    oncall: OnCall
    timers: Timers
    clock: MovedClock
    config: Config

    async def asked(self, since: float, until: float, by: Holder = OMAR) -> Cover:
        draft = await self.covers.draft("storefront", since, until, by, reason="the dentist", id="1")
        return await self.covers.ask(draft)

    async def whose(self, at: float) -> tuple[str, str]:
        found = await self.oncall.shift("storefront", at)
        assert found is not None
        return found.email, found.covers


@pytest.fixture
def world(redis: Redis, moved_clock: MovedClock) -> World:
    moved_clock.to(START + DAY)
    config = ACME.model_copy(update={"rotations": {"storefront": WEEKS}})
    store, timers = OverrideStore(redis), Timers(redis)
    oncall = OnCall(lambda: config, store, moved_clock)
    overrides = Overrides(config=lambda: config, oncall=oncall, store=store, timers=timers, clock=moved_clock)
    covers = Covers(
        oncall=oncall, overrides=overrides, store=CoverStore(redis), timers=timers, clock=moved_clock
    )
    return World(covers, oncall, timers, moved_clock, config)


def job(cover: Cover, why: str) -> Job:
    return Job(f"{NEARS}:{cover.id}:{why}", NEARS, {"cover": cover.id, "why": why})


async def test_one_asks_for_ones_own_part_only(world: World) -> None:
    asked = await world.asked(START + 6 * DAY, START + 9 * DAY)
    assert (asked.since, asked.until) == (START + 6 * DAY, START + 7 * DAY + 12 * HOUR)
    with pytest.raises(Refusal) as refusal:
        await world.asked(START + 2 * DAY, START + 3 * DAY, by=OLGA)
    assert (refusal.value.code, str(refusal.value)) == (
        "not-your-shift", "You are not on call for storefront then: Omar is.",
    )  # fmt: skip


async def test_until_somebody_takes_it_it_stays_whose_it_is(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    assert await world.whose(START + 2 * DAY) == ("omar@example.com", "")
    taken = await world.covers.take(asked.id, OLGA)
    assert (taken.state, taken.taker_name) == ("taken", "Olga")
    assert await world.whose(START + 2 * DAY) == ("olga@example.com", "omar@example.com")
    assert await world.whose(START + 3 * DAY) == ("omar@example.com", "")


async def test_of_two_who_press_at_once_one_has_it_and_the_other_is_told_who(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    tries = await asyncio.gather(
        *(world.covers.take(asked.id, one) for one in (OLGA, MIA)), return_exceptions=True
    )
    (won,) = [one for one in tries if isinstance(one, Cover)]
    (lost,) = [one for one in tries if isinstance(one, BaseException)]
    assert isinstance(lost, Stale)
    assert str(lost) == f"{won.taker_name} has taken it already. Nothing was changed."
    assert await world.whose(START + 2 * DAY) == (won.taker, "omar@example.com")
    assert len(await world.oncall.overrides(START)) == 1


async def test_the_same_press_again_is_the_same(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    assert await world.asked(START + 2 * DAY, START + 3 * DAY) == asked
    assert await world.covers.take(asked.id, OLGA) == await world.covers.take(asked.id, OLGA)


async def test_who_cannot_carry_the_pager_cannot_take_it(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    for who, code in ((OMAR, "your-own"), (DANA, "not-on-rotation"), (replace(OLGA, email=None), "no-email")):
        with pytest.raises(Refusal) as refusal:
            await world.covers.take(asked.id, who)
        assert refusal.value.code == code


async def test_what_is_asked_for_no_more_can_be_taken_by_nobody(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    with pytest.raises(Refusal, match=r"Only Omar, who asked, can take that back\."):
        await world.covers.withdraw(asked.id, OLGA)
    assert (await world.covers.withdraw(asked.id, OMAR)).state == "withdrawn"
    with pytest.raises(Stale, match=r"Omar does not need it any more\. Nothing was changed\."):
        await world.covers.take(asked.id, OLGA)
    assert await world.covers.nears(job(asked, "hour")) is None
    with pytest.raises(Refusal, match="I do not know it any more"):
        await world.covers.take("c-0", OLGA)


async def test_a_part_that_has_begun_is_taken_from_now_on(world: World) -> None:
    asked = await world.asked(START + 2 * DAY, START + 3 * DAY)
    world.clock.to(START + 2 * DAY + HOUR)
    taken = await world.covers.take(asked.id, OLGA)
    assert taken.since == pytest.approx(START + 2 * DAY + HOUR, abs=5)
    world.clock.to(START + 3 * DAY)


async def test_it_ends_with_its_time_and_is_reminded_of_before(world: World) -> None:
    asked = await world.asked(START + 3 * DAY, START + 4 * DAY)
    waiting = [
        why
        for why in ("day", "hour", "begin", "end")
        if await world.timers.waits(f"{NEARS}:{asked.id}:{why}")
    ]
    assert waiting == ["day", "hour", "begin", "end"]
    assert await world.covers.nears(job(asked, "day")) == asked
    world.clock.to(START + 4 * DAY)
    over = await world.covers.nears(job(asked, "end"))
    assert over is not None
    assert over.state == "over"
    assert await world.covers.nears(job(asked, "end")) is None
    with pytest.raises(Stale, match=r"That time is over\. Nothing was changed\."):
        await world.covers.take(asked.id, OLGA)
    soon = await world.covers.draft(
        "storefront", START + 4 * DAY + HOUR, START + 5 * DAY, OMAR, reason="", id="2"
    )
    await world.covers.ask(soon)
    assert not await world.timers.waits(f"{NEARS}:{soon.id}:day")
