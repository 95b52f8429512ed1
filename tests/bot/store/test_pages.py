"""Pages in Redis: what was written is read again, and who writes on something stale is refused."""

from dataclasses import replace

import orjson
from redis.asyncio import Redis

from bot.domain.pages import Doing, Move, Page, Told
from bot.store import keys
from bot.store.pages import PageStore

NOW = 1_000.0
TOLD = Told(number=7, title="checkout 5xx", where="PSHOP01", opened=100.0, assigned=("Omar", "Olga"))
PAGE = Page(
    "Q1", 1, "shop", TOLD, 100.0, 101.0, (Move("1", "triggered", 100.0, "", "triggered"),),
    (Doing("a", "ack", "Omar", "U1", 101.0),),
)  # fmt: skip


async def test_a_page_is_read_as_it_was_written(redis: Redis) -> None:
    store = PageStore(redis)
    assert await store.save(PAGE, NOW)
    assert await store.find("Q1") == PAGE
    assert await store.find("Q2") is None


async def test_who_writes_on_something_stale_is_refused_and_changes_nothing(redis: Redis) -> None:
    store = PageStore(redis)
    assert await store.save(PAGE, NOW)
    assert not await store.save(replace(PAGE, service="search"), NOW)
    assert await store.save(replace(PAGE, rev=2, service="gateway"), NOW)
    found = await store.find("Q1")
    assert found is not None
    assert (found.rev, found.service) == (2, "gateway")


async def test_the_open_ones_are_known_oldest_first_until_they_are_resolved(redis: Redis) -> None:
    store = PageStore(redis)
    later = replace(PAGE, id="Q0", told=replace(TOLD, opened=200.0))
    for page in (later, PAGE):
        await store.save(page, NOW)
    assert [page.id for page in await store.open()] == ["Q1", "Q0"]
    end = Move("2", "resolved", 300.0, "Omar", "resolved")
    await store.save(replace(PAGE, rev=2, moves=(*PAGE.moves, end)), NOW)
    assert [page.id for page in await store.open()] == ["Q0"]


async def test_a_record_that_nobody_can_read_hides_no_other_page(redis: Redis) -> None:
    store = PageStore(redis)
    await store.save(PAGE, NOW)
    await store.save(replace(PAGE, id="Q2"), NOW)
    await redis.hset(keys.PAGE(id="Q1"), "record", "{")
    assert [page.id for page in await store.open()] == ["Q2"]


async def test_a_page_is_found_by_its_number_and_by_when_it_began_also_when_it_is_over(redis: Redis) -> None:
    store = PageStore(redis)
    end = Move("2", "resolved", 300.0, "Omar", "resolved")
    await store.save(replace(PAGE, moves=(*PAGE.moves, end)), NOW)
    await store.save(replace(PAGE, id="Q2", told=replace(TOLD, number=8, opened=200.0)), NOW)
    assert [page.id for page in await store.between(100.0, 200.0, 10)] == ["Q2", "Q1"]
    assert [page.id for page in await store.between(0.0, 150.0, 10)] == ["Q1"]
    assert [page.id for page in await store.between(0.0, 900.0, 1)] == ["Q2"]
    found = await store.numbered(7)
    assert found is not None
    assert (found.id, found.state) == ("Q1", "resolved")
    assert await store.numbered(9) is None


async def test_a_page_that_is_older_than_any_record_leaves_the_list(redis: Redis) -> None:
    store = PageStore(redis)
    await store.save(PAGE, NOW)
    life = keys.PAGE.life or 0
    await store.save(replace(PAGE, id="Q2", told=replace(TOLD, opened=life + 500.0)), life + 500.0)
    assert await redis.zrange(keys.PAGES(), 0, -1) == ["Q2"]


async def test_a_field_of_a_newer_version_is_left_alone(redis: Redis) -> None:
    store = PageStore(redis)
    await store.save(PAGE, NOW)
    record = orjson.loads(await redis.hget(keys.PAGE(id="Q1"), "record") or "")
    record["told"]["colour"] = record["colour"] = record["moves"][0]["colour"] = "red"
    await redis.hset(keys.PAGE(id="Q1"), "record", orjson.dumps(record))
    assert await store.find("Q1") == PAGE
