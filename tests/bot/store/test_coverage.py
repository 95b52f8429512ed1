"""What is kept of coverage: each report once, not too many, not for ever, and nothing that cannot be read counts."""

import pytest
from redis.asyncio import Redis

from bot.domain.coverage import Lines
from bot.store import coverage, keys
from bot.store.coverage import Came, CoverageStore, Kept

SHOP = ("shop", "a" * 40)
ONE, OTHER = Kept({"cart.py": Lines(6, 2)}), Kept({"a": Lines(8, 8)}, ("/build",), matched=False)


async def test_a_report_is_kept_once_beside_the_others_of_its_commit(redis: Redis) -> None:
    store = CoverageStore(redis)
    assert [await store.keep(*SHOP, digest, ONE) for digest in ("1", "1", "2")] == [1, 1, 2]
    assert await store.keep(*SHOP, "3", OTHER) == 3
    assert await store.reports(*SHOP) == [ONE, ONE, OTHER]
    assert (await store.has(*SHOP, "3"), await store.has(*SHOP, "4")) == (True, False)
    assert await store.reports("search", SHOP[1]) == []
    assert 0 < await redis.ttl(keys.COVERAGE(service="shop", commit=SHOP[1])) <= 90 * keys.DAY


async def test_there_is_an_end_to_what_is_kept_of_one_commit(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CoverageStore(redis)
    monkeypatch.setattr(coverage, "MOST_REPORTS", 2)
    assert [await store.keep(*SHOP, digest, ONE) for digest in ("1", "2", "3", "2")] == [1, 2, -1, 2]
    monkeypatch.setattr(coverage, "MOST_REPORTS", 20)
    monkeypatch.setattr(coverage, "MOST_BYTES", 0)
    assert await store.keep(*SHOP, "3", ONE) == -1


async def test_300_000_lines_are_kept_in_a_tenth_of_a_mebibyte(redis: Redis) -> None:
    store = CoverageStore(redis)
    known = (1 << 300_001) - 2
    hit = int("9b" * 37_000, 16) & known
    await store.keep(*SHOP, "1", Kept({"cart.py": Lines(known, hit)}))
    assert await store.reports(*SHOP) == [Kept({"cart.py": Lines(known, hit)})]
    assert int(await redis.hget(keys.COVERAGE(service="shop", commit=SHOP[1]), "bytes") or 0) < 100 * 1024


async def test_a_sum_of_fewer_reports_does_not_replace_one_of_more(redis: Redis) -> None:
    store = CoverageStore(redis)
    await store.sum(*SHOP, 1.0, of=1)
    assert await store.sums("shop", [SHOP[1]]) == {}  # nothing is kept of it any more
    await store.keep(*SHOP, "1", ONE)
    for percent, of in ((50.0, 1), (75.5, 2), (40.0, 1)):
        await store.sum(*SHOP, percent, of=of)
    assert await store.sums("shop", [SHOP[1], "b" * 40]) == {SHOP[1]: 75.5}
    assert await store.sums("shop", []) == {}


async def test_a_body_lies_there_until_it_is_read_or_a_week_has_gone(redis: Redis) -> None:
    store = CoverageStore(redis)
    body = bytes(range(256)) * 1000
    await store.put("1", body)
    assert await store.body("1") == body
    assert 0 < await redis.ttl(keys.COVERAGE_CAME(digest="1")) <= 7 * keys.DAY
    await store.drop("1")
    assert await store.body("1") is None


async def test_the_newest_that_came_are_remembered(redis: Redis) -> None:
    store = CoverageStore(redis)
    for number in range(coverage.HEARD + 3):
        await store.heard("shop", Came("a", float(number), 5, odd="It is empty.", counted=False))
    found = await store.came("shop")
    assert (len(found), found[0].at, found[-1].at) == (coverage.HEARD, coverage.HEARD + 2.0, 3.0)
    assert 0 < await redis.ttl(keys.COVERAGE_HEARD(service="shop")) <= 90 * keys.DAY


async def test_what_somebody_broke_does_not_count(redis: Redis) -> None:
    store = CoverageStore(redis)
    await store.keep(*SHOP, "1", ONE)
    await store.put("1", b"x")
    await store.heard("shop", Came("a", 9.0, 5))
    for number, broken in enumerate(("", "!", "{", "eJw=", "[]")):
        await redis.hset(keys.COVERAGE(service="shop", commit=SHOP[1]), f"report:x{number}", broken)
        await redis.zadd(keys.COVERAGE_HEARD(service="shop"), {broken: number})
        await redis.set(keys.COVERAGE_CAME(digest="1"), broken, keepttl=True)
        assert not await store.body("1")
    assert await store.reports(*SHOP) == [ONE]
    assert await store.came("shop") == [Came("a", 9.0, 5)]
