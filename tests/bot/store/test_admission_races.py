"""The races that people report of deploy locks elsewhere, each told as it happened to them, over the real scripts."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.domain.locks import Kind, Scope
from bot.store import keys
from bot.store.connection import connect
from tests.bot.store.desk import EVERYWHERE, NOW, PLACE, PRODUCTIONS, SHOP, Desk, a_deploy, a_lock

KINDS: list[Kind] = ["freeze", "lock"]


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


@pytest.fixture
async def other(desk: Desk, redis_url: str) -> AsyncIterator[Desk]:
    """The same place, seen by another process: a connection of its own."""
    redis = await connect(redis_url, say=print)
    yield Desk(redis)
    await redis.aclose()


async def test_a_second_deploy_by_the_same_person_has_no_share_in_the_claim_of_the_first(desk: Desk) -> None:
    await desk.ask("dana")
    second = await desk.ask("dana")
    assert (second.outcome, second.holder) == ("refused", "d-1")
    assert (await desk.ask("dana", queue=True)).outcome == "queued"


async def test_the_late_clean_up_of_a_persons_first_deploy_leaves_the_claim_of_their_second_alone(
    desk: Desk,
) -> None:
    await desk.ask("dana")
    first, claim = await desk.deploys.get("d-1"), await desk.claim()
    assert claim is not None
    await desk.end("d-1", "cancelled")
    assert (await desk.ask("dana")).deploy == "d-2"
    second = await desk.claim()

    assert not await desk.cleaned_up(first)  # the worker that stood still comes back
    assert not await desk.deploys.release(claim)
    ended = await desk.deploys.get("d-1")
    assert await desk.cleaned_up(ended, "cancelled")  # even where nothing is stale about it
    assert await desk.claim() == second
    assert (await desk.ask("omar")).holder == "d-2"
    assert await desk.deploys.standing("shop") == {}


async def test_a_deploy_that_was_queued_or_parked_ends_no_claim_of_another_when_it_is_called_off(
    desk: Desk,
) -> None:
    await desk.ask("dana")
    claim = await desk.claim()
    await desk.ask("dana", queue=True)
    await desk.hold(a_deploy("dana"), "parked")
    for id in ("d-2", "d-3"):
        assert await desk.end(id, "cancelled")
        assert await desk.claim() == claim


@pytest.mark.parametrize("narrow", [PRODUCTIONS, SHOP, PLACE], ids=lambda scope: scope.field)
async def test_no_deploy_slips_through_while_a_lock_of_everything_becomes_one_of_a_place_and_back(
    desk: Desk, other: Desk, narrow: Scope
) -> None:
    """At each moment one of the two stands; whoever looked at one and then at the other could see none."""
    wide, small = a_lock(scope=EVERYWHERE), a_lock("freeze", scope=narrow)
    await desk.set(wide)
    moved = asyncio.Event()

    async def move() -> None:
        for _ in range(60):
            await desk.set(small)
            await desk.locks.end("lock", EVERYWHERE)
            await desk.set(wide)
            await desk.locks.end("freeze", small.scope)
        moved.set()

    outcomes: set[str] = set()

    async def ask(by: str) -> None:
        while not moved.is_set():
            answer = await other.ask(by, queue=True)
            outcomes.update({answer.outcome, *(lock.kind for lock in answer.locks)})

    async with asyncio.timeout(60):
        await asyncio.gather(*(ask(f"p{n}") for n in range(4)), move())
    assert outcomes == {"refused", "lock", "freeze"}  # and the moving was seen
    assert await desk.claim() is None
    assert await desk.redis.get(keys.DEPLOY_NUMBER()) is None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_lock_that_twenty_people_set_at_once_is_one_and_the_others_are_told_whose(
    desk: Desk, kind: Kind
) -> None:
    answers = await asyncio.gather(*(desk.set(a_lock(kind, by=f"p{n}")) for n in range(20)))
    [mine] = [lock for done, lock in answers if done]
    assert {lock.by for done, lock in answers if not done} == {mine.by}
    assert await desk.locks.all() == [mine]
    assert await desk.redis.zrange(keys.TIMERS(), 0, -1) == [f"{kind}:{PLACE.field}"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_lock_set_twice_by_its_holder_is_one_that_one_unlock_ends(desk: Desk, kind: Kind) -> None:
    _, first = await desk.set(a_lock(kind, reason="first", until=NOW + 60))
    _, second = await desk.set(a_lock(kind, reason="second", until=NOW + 120))
    assert second.number > first.number
    assert await desk.locks.all() == [second]
    assert await desk.redis.zrange(keys.TIMERS(), 0, -1, withscores=True) == [
        (f"{kind}:{PLACE.field}", NOW + 120)
    ]
    assert await desk.locks.end(kind, PLACE) == second
    assert await desk.locks.all() == []
    assert (await desk.ask("mia")).outcome == "admitted"


@pytest.mark.parametrize("kind", KINDS)
async def test_an_unlock_or_a_timer_of_the_lock_before_leaves_the_one_that_stands_now(
    desk: Desk, kind: Kind
) -> None:
    _, first = await desk.set(a_lock(kind))
    await desk.locks.end(kind, PLACE)
    _, second = await desk.set(a_lock(kind, by="mia"))
    assert await desk.locks.end(kind, PLACE, number=first.number) is None
    assert await desk.locks.get(kind, PLACE) == second
    assert (await desk.ask("omar")).outcome == "refused"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_lock_is_taken_over_once_and_only_from_whom_one_saw(desk: Desk, kind: Kind) -> None:
    _, seen = await desk.set(a_lock(kind, by="omar"))
    answers = await asyncio.gather(*(desk.set(a_lock(kind, by=f"p{n}"), over=seen.number) for n in range(10)))
    [(_, taken)] = [answer for answer in answers if answer[0]]
    assert {lock.by for done, lock in answers if not done} == {taken.by}
    assert await desk.locks.all() == [taken]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_deploy_and_a_lock_at_the_same_moment_come_one_after_the_other(
    desk: Desk, other: Desk, kind: Kind
) -> None:
    """Either the deploy was first and runs under no lock that stood, or it is refused with the lock's holder."""
    for n in range(40):
        answer, _ = await asyncio.gather(other.ask("dana"), desk.set(a_lock(kind)))
        if answer.outcome == "refused":
            assert [lock.by for lock in answer.locks] == ["omar"]
            assert await desk.claim() is None
        else:
            assert answer.outcome == "admitted", n
            await desk.end(answer.deploy)
        await desk.locks.end(kind, PLACE)
