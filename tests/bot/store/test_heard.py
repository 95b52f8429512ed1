"""What the systems said last of each environment."""

from redis.asyncio import Redis

from bot.domain.outside import Heard
from bot.store import keys
from bot.store.board import BoardStore
from bot.store.heard import HeardStore


async def test_a_silence_takes_no_answer_away_and_an_answer_ends_it(redis: Redis) -> None:
    store = HeardStore(redis)
    heard = Heard("a" * 40, "Sell honey", 50.0, "olga", 100.0)
    await store.answered("shop", "staging", heard)
    await store.silent("shop", "staging", "GitHub answers 502.", 110.0)
    [found] = (await store.of("shop")).values()
    assert (found.commit, found.subject, found.since, found.by, found.at) == (
        "a" * 40, "Sell honey", 50.0, "olga", 100.0,
    )  # fmt: skip
    assert found.fails == "GitHub answers 502."
    await store.answered("shop", "staging", Heard("b" * 40, at=120.0))
    assert (await store.of("shop"))["staging"].fails == ""
    await store.silent("shop", "production", "GitHub answers 502.", 110.0)
    assert (await store.of("shop"))["production"].at is None
    await store.forget("shop", "production")
    assert list(await store.of("shop")) == ["staging"]


async def test_the_board_reads_many_at_once_and_what_somebody_broke_is_left_out(redis: Redis) -> None:
    store = HeardStore(redis)
    for name in ("shop", "search"):
        await store.answered(name, "staging", Heard("a" * 40, at=100.0))
    await redis.hset(keys.HEARD(service="search"), "staging", "{")
    await redis.set(keys.HEARD(service="gateway"), "x", ex=60)
    found = await BoardStore(redis).heard(["shop", "search", "gateway"])
    assert found == {"shop": {"staging": Heard("a" * 40, at=100.0)}, "search": {}, "gateway": {}}
    await redis.delete(keys.HEARD(service="gateway"))
    assert 0 < await redis.ttl(keys.HEARD(service="shop")) <= (keys.HEARD.life or 0)
