"""GitHub's limit on writing: everybody in turn, never more than it allows, and nobody forgotten."""

from redis.asyncio import Redis

from bot.store import keys
from bot.store.pace import GONE_SECONDS, PaceStore

NOW = 1_800_000_000.0


async def test_never_more_are_sent_in_a_minute_or_an_hour_and_each_is_told_when_to_come_again(
    redis: Redis,
) -> None:
    pace = PaceStore(redis)
    waiting = {f"d-{number}": NOW for number in range(200)}
    began: list[float] = []
    while waiting:
        now = min(waiting.values())
        for mark in [one for one, when in waiting.items() if when <= now]:
            when = await pace.take(mark, 2, now)
            if when is None:
                began += [now, now]
                del waiting[mark]
                assert await pace.waits(mark) is None
            else:
                assert when > now
                assert await pace.waits(mark) == when
                waiting[mark] = when
    assert len(began) == 400
    for at in began:
        assert sum(at - 60 < one <= at for one in began) <= 74
    assert began[-1] - NOW <= 6 * 60
    # The hour's: forty more are all that goes now.
    late = began[-1] + 61
    assert [await pace.take(f"e-{number}", 2, late) is None for number in range(41)].count(True) == 37
    full = late + 61
    assert [await pace.take(f"e-{number}", 2, full) is None for number in range(37, 41)].count(True) == 3
    when = await pace.take("g", 2, full)
    assert when is not None
    assert when >= NOW + 3600


async def test_who_asked_first_goes_first_and_nobody_behind_takes_the_room(redis: Redis) -> None:
    pace = PaceStore(redis)
    limits = {"minute": 4, "hour": 100}
    assert await pace.take("a", 2, NOW, **limits) is None
    assert await pace.take("b", 2, NOW + 1, **limits) is None
    first = await pace.take("c", 2, NOW + 2, **limits)
    assert first == NOW + 60
    assert await pace.take("d", 2, NOW + 3, **limits) == NOW + 61
    assert await pace.take("e", 2, NOW + 4, **limits) == NOW + 120
    # The room of the one before it is kept.
    assert await pace.take("d", 2, NOW + 60.5, **limits) == NOW + 61
    assert await pace.take("c", 2, NOW + 60.5, **limits) is None
    assert await pace.take("d", 2, NOW + 61, **limits) is None


async def test_who_does_not_come_again_holds_nobody_up(redis: Redis) -> None:
    pace = PaceStore(redis)
    assert await pace.take("a", 2, NOW, minute=2) is None
    assert await pace.take("dead", 2, NOW, minute=2) == NOW + 60
    assert await pace.take("c", 2, NOW + 60, minute=2) == NOW + 120
    later = NOW + 60 + GONE_SECONDS + 1
    assert await pace.take("c", 2, later, minute=2) is None
    assert await pace.waits("dead") is None
    await pace.take("d", 2, later, minute=2)
    await pace.leave("d")
    assert await pace.waits("d") is None
    assert await redis.zcard(keys.GITHUB_LINE()) == 0


async def test_what_yields_goes_only_where_nobody_waits(redis: Redis) -> None:
    pace = PaceStore(redis)
    assert await pace.take("", 1, NOW, minute=3) is None
    assert await pace.take("a", 2, NOW, minute=3) is None
    assert await pace.take("b", 2, NOW, minute=3) is not None
    assert await pace.take("", 1, NOW + 59, minute=100) is not None  # there is room, but somebody waits
    assert await pace.take("b", 2, NOW + 60, minute=3) is None
    assert await pace.take("", 1, NOW + 60, minute=3) is None
    assert await pace.take("", 1, NOW + 60, minute=3) is not None
    assert await redis.zcard(keys.GITHUB_LINE()) == 0


async def test_nobody_writes_before_the_time_that_github_names_and_what_it_did_not_take_goes_first(
    redis: Redis,
) -> None:
    pace = PaceStore(redis)
    assert await pace.take("a", 2, NOW) is None
    await pace.shut(NOW + 300, NOW)
    await pace.shut(NOW + 100, NOW)  # says less
    assert await pace.take("b", 2, NOW + 1) == NOW + 300
    await pace.again("a", NOW + 300)
    assert await pace.waits("a") == NOW + 300
    assert await pace.take("", 1, NOW + 301) is not None
    assert await pace.take("a", 1, NOW + 300) is None
    assert await pace.take("b", 2, NOW + 300) is None


async def test_only_the_newest_word_is_owed_until_it_is_paid(redis: Redis) -> None:
    pace = PaceStore(redis)
    await pace.owe(1, b"first")
    await pace.owe(1, b"second")
    await pace.owe(2, b"other")
    assert await pace.owed() == {1: "second", 2: "other"}
    assert await pace.owed([2, 3]) == {2: "other"}
    assert await pace.owed([]) == {}
    await pace.paid(1)
    assert await pace.owed() == {2: "other"}
    await pace.count(NOW)
    for key in (keys.GITHUB_OWED, keys.GITHUB_USED):
        assert 0 < await redis.ttl(key()) <= (key.life or 0)
