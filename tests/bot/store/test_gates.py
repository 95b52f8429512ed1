"""What is kept of gates: once however often it is written, short, and nothing that cannot be read counts."""

from redis.asyncio import Redis

from bot.store import keys
from bot.store.gates import FOLLOW_UPS, KEPT, Choice, FollowUp, GateStore, Judged

PLACE = ("shop", "staging", "size")


async def test_what_is_written_twice_stands_there_once_and_the_last_word_counts(redis: Redis) -> None:
    store = GateStore(redis)
    for well in (True, True, False):
        await store.note(*PLACE, Judged("d-1", "told", well, 5.0))
    await store.note(*PLACE, Judged("d-2", "waived", True, 6.0))
    assert await store.record(*PLACE) == [
        Judged("d-2", "waived", True, 6.0),
        Judged("d-1", "told", False, 5.0),
    ]
    assert await store.record("shop", "production", "size") == []


async def test_a_record_keeps_the_newest_and_leaves_in_the_end(redis: Redis) -> None:
    store = GateStore(redis)
    for number in range(KEPT + 3):
        await store.note(*PLACE, Judged(f"d-{number}", "told", True, float(number)))
    found = await store.record(*PLACE)
    assert (len(found), found[-1].deploy) == (KEPT, "d-3")
    left = await redis.ttl(keys.GATE_RECORD(service="shop", environment="staging", gate="size"))
    assert 0 < left <= 400 * keys.DAY


async def test_a_gate_that_was_set_by_hand_comes_back_and_what_is_broken_counts_as_not_set(
    redis: Redis,
) -> None:
    store = GateStore(redis)
    choice = Choice("enforced", "telling", "Mia", 5.0)
    await store.choose(*PLACE, choice)
    await redis.hset(keys.GATE_MODES(), "shop:staging:behind", "{")
    await redis.hset(keys.GATE_MODES(), "shop:staging:recent", '{"mode": "x", "was": "", "by": "", "at": 1}')
    assert await store.choices("shop", "staging", ("size", "behind", "recent", "moved")) == {"size": choice}
    assert await store.choices("shop", "staging", ()) == {}


async def test_waivers_wait_to_be_looked_into_the_newest_first_and_not_without_end(redis: Redis) -> None:
    store = GateStore(redis)
    for number in range(FOLLOW_UPS + 2):
        one = FollowUp(f"d-{number}", "shop", "staging", ("lock",), "It repairs an incident", float(number))
        await store.follow(one)
    await redis.zadd(keys.FOLLOW_UPS(), {"rubbish": 1e9})
    found = await store.follow_ups(2)
    assert [one.deploy for one in found] == [f"d-{FOLLOW_UPS + 1}"]
    assert found[0].gates == ("lock",)
    assert await redis.zcard(keys.FOLLOW_UPS()) == FOLLOW_UPS + 1
