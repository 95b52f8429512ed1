"""Overrides: laid once, over what was seen; taken back in time; kept to be looked at later."""

import asyncio

from redis.asyncio import Redis

from bot.domain.oncall import Override
from bot.store import keys
from bot.store.overrides import OverrideStore

NOW = 1_800_000_000.0


def an_override(id: str, since: float = 0, until: float = 100, rotation: str = "week") -> Override:
    return Override(
        id, rotation, "olga@example.com", NOW + since, NOW + until, "omar@example.com", "Omar", NOW
    )


async def test_an_override_is_laid_once_however_often_it_is_asked_for(redis: Redis) -> None:
    store = OverrideStore(redis)
    assert await store.put(an_override("o-1"), [], now=NOW) == "made"
    assert await store.put(an_override("o-1"), [], now=NOW) == "again"
    assert await store.until(NOW) == [an_override("o-1")]
    assert await store.until(NOW + 100) == []


async def test_what_was_laid_over_the_same_time_since_it_was_shown_stops_it(redis: Redis) -> None:
    store = OverrideStore(redis)
    await store.put(an_override("o-1", 50, 150), [], now=NOW)
    assert await store.put(an_override("o-2"), [], now=NOW) == "changed"
    assert await store.put(an_override("o-3", 0, 50), [], now=NOW) == "made"
    assert await store.put(an_override("o-4", rotation="other"), [], now=NOW) == "made"
    assert await store.put(an_override("o-5"), ["o-3", "o-1"], now=NOW) == "made"
    assert await store.put(an_override("o-6"), None, now=NOW) == "made"


async def test_of_two_that_press_at_once_one_makes_it(redis: Redis) -> None:
    store = OverrideStore(redis)
    tries = [store.put(an_override(f"o-{number}"), [], now=NOW) for number in range(8)]
    assert sorted(await asyncio.gather(*tries)) == ["changed"] * 7 + ["made"]


async def test_it_is_taken_back_once_and_only_in_time(redis: Redis) -> None:
    store = OverrideStore(redis)
    await store.put(an_override("o-1"), [], now=NOW)
    assert await store.end("o-1", made_since=NOW + 1) == "late"
    assert await store.end("o-1", made_since=NOW) == an_override("o-1")
    assert await store.end("o-1", made_since=NOW) == "gone"


async def test_it_is_kept_for_more_than_a_year_and_what_is_broken_is_left_out(redis: Redis) -> None:
    store = OverrideStore(redis)
    await store.put(an_override("o-1"), [], now=NOW)
    await redis.zadd(keys.OVERRIDES(), {"rubbish": NOW + 50, '{"id": "o-9"}': NOW + 50})
    assert [one.id for one in await store.until(NOW - 400 * keys.DAY)] == ["o-1"]
    assert 0 < await redis.ttl(keys.OVERRIDES()) <= 400 * keys.DAY
    late = 401 * keys.DAY
    await store.put(an_override("o-2", late, late + 1), [], now=NOW + late)
    assert [one.id for one in await store.until(0)] == ["o-2"]
