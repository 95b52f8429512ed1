"""Pages in Redis: what was written is read again, and who writes on something stale is refused."""

from dataclasses import replace

from redis.asyncio import Redis

from bot.domain.pages import Doing, Move, Page, Told
from bot.store import keys
from bot.store.pages import PageStore

TOLD = Told(number=7, title="checkout 5xx", where="PSHOP01", opened=100.0, assigned=("Omar", "Olga"))
PAGE = Page(
    "Q1", 1, "shop", TOLD, 100.0, 101.0, (Move("1", "triggered", 100.0, "", "triggered"),),
    (Doing("a", "ack", "Omar", "U1", 101.0),),
)  # fmt: skip


async def test_a_page_is_read_as_it_was_written(redis: Redis) -> None:
    store = PageStore(redis)
    assert await store.save(PAGE)
    assert await store.find("Q1") == PAGE
    assert await store.find("Q2") is None


async def test_who_writes_on_something_stale_is_refused_and_changes_nothing(redis: Redis) -> None:
    store = PageStore(redis)
    assert await store.save(PAGE)
    assert not await store.save(replace(PAGE, service="search"))
    assert await store.save(replace(PAGE, rev=2, service="gateway"))
    found = await store.find("Q1")
    assert found is not None
    assert (found.rev, found.service) == (2, "gateway")


async def test_the_open_ones_are_known_oldest_first_until_they_are_resolved(redis: Redis) -> None:
    store = PageStore(redis)
    later = replace(PAGE, id="Q0", told=replace(TOLD, opened=200.0))
    for page in (later, PAGE):
        await store.save(page)
    assert [page.id for page in await store.open()] == ["Q1", "Q0"]
    end = Move("2", "resolved", 300.0, "Omar", "resolved")
    await store.save(replace(PAGE, rev=2, moves=(*PAGE.moves, end)))
    assert [page.id for page in await store.open()] == ["Q0"]


async def test_a_record_that_nobody_can_read_hides_no_other_page(redis: Redis) -> None:
    store = PageStore(redis)
    await store.save(PAGE)
    await store.save(replace(PAGE, id="Q2"))
    await redis.hset(keys.PAGE(id="Q1"), "record", "{")
    assert [page.id for page in await store.open()] == ["Q2"]
