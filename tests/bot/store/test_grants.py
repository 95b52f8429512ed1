"""Grants by hand are kept for a month after their end; what cannot be read grants nothing."""

from typing import Any

from redis.asyncio import Redis

from bot.domain.rights import HandGrant
from bot.store import keys
from bot.store.grants import KEPT_AFTER_END, GrantStore


def grant(id: str, email: str = "ann@x.example", given: float = 1.0, until: float = 100.0) -> HandGrant:
    return HandGrant(id, email, "Mia", "the night shift", given, until, words=("deploy",), services=("shop",))


async def test_a_grant_comes_back_as_it_was_given(redis: Redis) -> None:
    store = GrantStore(redis)
    later, sooner, others = grant("g-1", given=2.0), grant("g-2"), grant("g-3", "bob@x.example")
    for one in (later, sooner, others):
        await store.add(one, now=1.0)
    assert await store.all("ann@x.example") == [sooner, later]
    assert await store.all() == [sooner, others, later]
    assert await store.end("g-2")
    assert not await store.end("g-2")
    assert await store.all("ann@x.example") == [later]


async def test_what_ended_long_ago_leaves_with_the_next_grant(redis: Redis) -> None:
    store = GrantStore(redis)
    await store.add(grant("g-1", until=100.0), now=1.0)
    await store.add(grant("g-2", until=KEPT_AFTER_END + 500.0), now=KEPT_AFTER_END + 100.0)
    assert [one.id for one in await store.all()] == ["g-1", "g-2"]
    await store.add(grant("g-3", until=KEPT_AFTER_END + 500.0), now=KEPT_AFTER_END + 101.0)
    assert [one.id for one in await store.all()] == ["g-2", "g-3"]


async def test_what_cannot_be_read_grants_nothing_and_stops_nothing(redis: Redis) -> None:
    store = GrantStore(redis)
    client: Any = redis
    await store.add(grant("g-1"), now=1.0)
    odd = {
        "a": "{",
        "b": "[]",
        "c": '"x"',
        "d": '{"id": "d"}',
        "e": '{"id":"e","email":"ann@x.example","by":"x","reason":"y","given":"1","until":"never","words":["*"]}',
        "f": '{"id":"f","email":"ann@x.example","by":"x","reason":"y","given":1,"until":9,"words":"*"}',
    }
    await client.hset(keys.GRANTS(), mapping=odd)
    assert await store.all() == [grant("g-1")]
