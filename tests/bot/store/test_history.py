"""Pages of the history: each goes on from a deploy, whatever is asked for meanwhile."""

from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.history import Page, Selection
from bot.store import history, keys
from bot.store.deploys import written
from bot.store.history import History
from tests.bot.store.desk import NOW, Desk, a_deploy

SHOP = Selection("shop")
PLACE = Selection("shop", "production")


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


async def asked(desk: Desk, count: int, **more: Any) -> list[str]:
    """Deploys one second after another, each parked; their ids, newest first."""
    ids = []
    for _ in range(count):
        desk.now += 1
        number = int(await desk.redis.get(keys.DEPLOY_NUMBER()) or 0) + 1
        given: dict[str, Any] = {"requested": desk.now, "state": "parked", "rev": 0}
        deploy = a_deploy(**given | more)
        answer = await desk.admissions.hold(deploy, now=desk.now, request=f"r-{number}", begin=False)
        ids.append(answer.deploy)
    return ids[::-1]


def ids(page: Page) -> list[str]:
    return [deploy.id for deploy in page.deploys]


@pytest.mark.parametrize("selection", [SHOP, PLACE, Selection(), Selection(environment="production")])
async def test_pages_go_on_from_a_deploy_and_stand_still_while_new_ones_come(
    desk: Desk, selection: Selection
) -> None:
    every = await asked(desk, 25)
    store = History(desk.redis)
    first = await store.page(selection)
    assert (ids(first), first.older, first.newer, first.back_to) == (every[:10], "d-16", "", None)
    await asked(desk, 3)
    second = await store.page(selection, start=first.older)
    assert (ids(second), second.older, second.newer) == (every[10:20], "d-6", "d-15")
    third = await store.page(selection, start=second.older)
    assert (ids(third), third.older, third.newer) == (every[20:], "", "d-5")
    back = await store.page(selection, start=second.newer, direction="newer")
    assert (ids(back), back.older, back.newer) == (every[:10], "d-16", "d-25")
    newest = await store.page(selection, start=back.newer, direction="newer")
    assert (ids(newest), newest.older, newest.newer) == (["d-28", "d-27", "d-26"], "d-26", "")
    beyond = await store.page(selection, start="d-28", direction="newer")
    assert (ids(beyond), beyond.newer) == ([], "")


async def test_a_page_is_of_the_service_and_place_that_is_named(desk: Desk) -> None:
    await asked(desk, 2)
    [staged] = await asked(desk, 1, environment="staging")
    [found] = await asked(desk, 1, service="search")
    store = History(desk.redis)
    assert ids(await store.page(Selection("shop", "staging"))) == [staged]
    assert ids(await store.page(SHOP)) == [staged, "d-2", "d-1"]
    assert ids(await store.page(Selection("search"))) == [found]
    assert ids(await store.page(Selection(environment="staging"))) == [staged]
    assert ids(await store.page(Selection())) == [found, staged, "d-2", "d-1"]
    assert ids(await store.page(Selection("nothing"))) == []


async def test_conditions_leave_out_the_others(desk: Desk) -> None:
    await asked(desk, 1, by="omar")
    await asked(desk, 1, ref="feature/gift-cards")
    await asked(desk, 1, commit="abcdef1" + "0" * 33)
    waits = a_deploy(state="waiting", requested=NOW + 4, rev=0)
    await desk.admissions.hold(waits, now=NOW + 4, request="r-4", begin=False)
    store = History(desk.redis)

    async def found(**conditions: Any) -> list[str]:
        return ids(await store.page(Selection("shop", **conditions)))

    assert await found(by="omar") == ["d-1"]
    assert await found(by="dana", state="parked") == ["d-3", "d-2"]
    assert await found(state="waiting") == ["d-4"]
    assert await found(ref="feature/gift-cards") == ["d-2"]
    assert await found(ref="abcdef1") == ["d-3"]
    assert await found(ref="abcdef") == []  # too short to be a commit
    assert await found(since=NOW + 3) == ["d-4", "d-3"]


async def test_what_is_rare_is_looked_for_so_far_and_the_next_page_looks_further(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LOOKED_AT", 20)
    monkeypatch.setattr(history, "_CHUNK", 10)
    await asked(desk, 1, by="omar")
    await asked(desk, 30)
    store = History(desk.redis)
    rare = Selection("shop", by="omar")
    first = await store.page(rare)
    assert (ids(first), first.older, first.back_to) == ([], "d-12", NOW + 12)
    second = await store.page(rare, start=first.older)
    assert (ids(second), second.older, second.back_to) == (["d-1"], "", None)


async def test_a_record_that_nobody_can_read_is_left_out(desk: Desk) -> None:
    await asked(desk, 4)
    await desk.redis.hset(keys.DEPLOY(id="d-2"), "record", "{")
    await desk.redis.delete(keys.DEPLOY(id="d-3"))
    await desk.redis.hset(keys.DEPLOY(id="d-1"), "record", '{"requested": "soon"}')
    for selection in (SHOP, PLACE, Selection()):
        assert ids(await History(desk.redis).page(selection)) == ["d-4"]


async def test_a_deploy_leaves_the_lists_when_no_record_of_its_age_is_left(desk: Desk) -> None:
    await asked(desk, 2)
    desk.now += 400 * keys.DAY
    await asked(desk, 1)
    for key in (keys.DEPLOYS(service="shop"), keys.DEPLOYS_AT(service="shop", environment="production")):
        assert await desk.redis.zrange(key, 0, -1) == ["d-3"]
    page = await History(desk.redis).page(PLACE, start="d-2")
    assert ids(page) == []  # an old button, whose deploy is gone


async def test_a_span_is_all_of_a_place_since_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_CHUNK", 4)
    every = await asked(desk, 11)
    await asked(desk, 1, environment="staging")
    store = History(desk.redis)
    assert [one.id for one in await store.span("shop", "production", 0.0)] == every
    assert [one.id for one in await store.span("shop", "production", NOW + 9)] == every[:3]
    assert await store.span("shop", "nowhere", 0.0) == []


@pytest.mark.usefixtures("hand_edited")
async def test_records_of_another_kind_of_key_break_nothing(redis: Redis) -> None:
    await redis.set(keys.DEPLOYS(service="shop"), "no list")
    await redis.set(keys.DEPLOY_NUMBER(), "2")
    deploy = a_deploy(id="d-2")
    row: dict[Any, Any] = {"v": 1, "rev": 0, "fence": 0, "state": "parked", "record": written(deploy)}
    await redis.hset(keys.DEPLOY(id="d-2"), mapping=row)
    await redis.set(keys.DEPLOY(id="d-1"), "no record")
    assert ids(await History(redis).page(Selection())) == ["d-2"]
