"""A request for cover is kept, closed once, and its override stands in the same moment."""

import asyncio
from dataclasses import replace

from redis.asyncio import Redis

from bot.domain.covers import Cover
from bot.domain.oncall import Override
from bot.store import keys
from bot.store.covers import CoverStore
from bot.store.overrides import OverrideStore

NOW = 1_800_000_000.0
COVER = Cover(
    "c-1", "shop", "week", "omar@example.com", "U1", "Omar", "T1", NOW, NOW + 60, "the dentist", NOW
)


def taken(name: str) -> tuple[Cover, Override]:
    email = f"{name.lower()}@example.com"
    override = Override(f"o-{name}", "week", email, NOW, NOW + 60, email, name, NOW)
    return replace(COVER, state="taken", taker=email, taker_name=name), override


async def test_of_all_who_close_it_the_first_has_and_one_override_stands(redis: Redis) -> None:
    store = CoverStore(redis)
    assert await store.ask(COVER)
    assert not await store.ask(replace(COVER, reason="another one"))
    tries = [store.close(*taken(f"P{number}"), now=NOW) for number in range(8)]
    answers = await asyncio.gather(*tries)
    assert answers.count(True) == 1
    standing = await store.find("c-1")
    assert standing is not None
    assert all(answer in (True, standing) for answer in answers)
    assert [one.email for one in await OverrideStore(redis).until(NOW)] == [standing.taker]


async def test_what_is_not_there_or_broken_is_nobodys_to_close(redis: Redis) -> None:
    store = CoverStore(redis)
    assert await store.close(*taken("Olga"), now=NOW) is None
    await redis.set(keys.COVER(id="c-1"), "rubbish", ex=60)
    assert await store.find("c-1") is None
    assert await store.close(*taken("Olga"), now=NOW) is None
    assert await OverrideStore(redis).until(NOW) == []


async def test_what_could_not_be_made_is_open_again_and_lives_no_longer(redis: Redis) -> None:
    store = CoverStore(redis)
    await store.ask(COVER)
    await redis.expire(keys.COVER(id="c-1"), 1000)
    await store.close(replace(COVER, state="taken"), None, now=NOW)
    await store.reopen(COVER)
    assert await store.find("c-1") == COVER
    assert 0 < await redis.ttl(keys.COVER(id="c-1")) <= 1000
