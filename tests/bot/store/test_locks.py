"""What each lock and freeze means to the one step that admits: whom it stops, where, until when, and broken by hand."""

import pytest
from redis.asyncio import Redis

from bot.domain.locks import Kind, Scope
from bot.store import keys
from tests.bot.store.desk import EVERYWHERE, NOW, PLACE, PRODUCTIONS, SHOP, Desk, a_deploy, a_lock

SCOPES = [EVERYWHERE, PRODUCTIONS, SHOP, PLACE]
KINDS: list[Kind] = ["freeze", "lock"]


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.field)
@pytest.mark.parametrize("kind", KINDS)
async def test_each_freeze_and_each_lock_stops_alone(desk: Desk, kind: Kind, scope: Scope) -> None:
    _, lock = await desk.set(a_lock(kind, scope))
    answer = await desk.ask(queue=True)
    assert (answer.outcome, answer.locks) == ("refused", (lock,))
    await desk.locks.end(kind, scope)
    assert (await desk.ask()).outcome == "admitted"


async def test_a_lock_of_another_place_is_none_of_ours(desk: Desk) -> None:
    for scope in (
        Scope("search"),
        Scope(environment="staging"),
        Scope("shop", "staging"),
        Scope("search", "production"),
    ):
        for kind in KINDS:
            await desk.set(a_lock(kind, scope))
    assert (await desk.ask()).outcome == "admitted"


async def test_ones_own_lock_lets_through_and_ones_own_freeze_does_not(desk: Desk) -> None:
    await desk.set(a_lock(by="dana"))
    answer = await desk.ask("dana")
    assert answer.outcome == "admitted"
    await desk.end(answer.deploy)
    await desk.set(a_lock("freeze", by="dana"))
    assert (await desk.ask("dana")).outcome == "refused"


async def test_a_warning_lock_stops_nobody(desk: Desk) -> None:
    await desk.set(a_lock(warning=True))
    assert (await desk.ask()).outcome == "admitted"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_lock_or_freeze_stops_until_its_last_moment_and_not_after(desk: Desk, kind: Kind) -> None:
    await desk.set(a_lock(kind, until=NOW + 60))
    desk.now = NOW + 59.999
    assert (await desk.ask()).outcome == "refused"
    desk.now = NOW + 60
    assert (await desk.ask()).outcome == "admitted"


@pytest.mark.parametrize("gate", KINDS)
async def test_what_was_waived_is_not_looked_at_and_all_else_is(desk: Desk, gate: Kind) -> None:
    for kind in KINDS:
        await desk.set(a_lock(kind))
    answer = await desk.admit(a_deploy(), passes=[gate])
    assert [lock.kind for lock in answer.locks] == [kind for kind in KINDS if kind != gate]
    assert (await desk.admit(a_deploy(), passes=KINDS)).outcome == "admitted"


BROKEN = [
    "", "x", "[]", "5", "null", '"2030"', "{}", '{"until": null}', '{"until": "1900000000"}', '{"until": true}',
    '{"by": "dana", "until": NaN}', '{"by": "omar", "until": 1900000000, "warning": null}',
    '{"by": "omar", "until": 1900000000, "warning": 0}', '{"until": 1900000000}',
]  # fmt: skip


@pytest.mark.parametrize("row", BROKEN)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("hand_edited")
async def test_a_lock_that_somebody_broke_by_hand_stops_until_it_is_ended(
    desk: Desk, kind: Kind, row: str
) -> None:
    key = keys.LOCKS() if kind == "lock" else keys.FREEZES()
    await desk.redis.hset(key, PLACE.field, row)
    answer = await desk.ask()
    assert answer.outcome == "refused"
    assert [(lock.kind, lock.scope) for lock in answer.locks] == [(kind, PLACE)]
    assert [(one.kind, one.scope) for one in await desk.locks.over(SCOPES)] == [(kind, PLACE)]
    done, _ = await desk.set(a_lock(kind, by="mia"))
    assert not done
    assert await desk.locks.end(kind, PLACE) is not None
    assert (await desk.ask()).outcome == "admitted"
