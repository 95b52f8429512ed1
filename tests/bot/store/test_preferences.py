"""What each person wants to hear, and the switch that pauses everything."""

import asyncio

from redis.asyncio import Redis

from bot.store import keys
from bot.store.preferences import Pause, Preferences, PreferenceStore, Quiet, Switch

ANN, BOB = "T1:U1", "T1:U2"


def test_a_kind_follows_its_own_choice_else_that_of_all() -> None:
    chosen = Preferences({"deploys": "never", "all": "always"})
    assert (chosen.choice("deploys"), chosen.choice("tasks")) == ("never", "always")
    assert Preferences({}).choice("deploys") == "failures"


def test_failures_are_wanted_unless_nothing_is() -> None:
    told = {
        choice: [Preferences({"deploys": choice}).wants("deploys", failed=failed) for failed in (False, True)]
        for choice in ("always", "failures", "never")
    }
    assert told == {"always": [True, True], "failures": [False, True], "never": [False, False]}


async def test_what_a_person_chose_is_kept_for_that_person(redis: Redis) -> None:
    store = PreferenceStore(redis)
    await store.choose(ANN, "deploys", "never")
    await store.quiet(ANN, Quiet("22:00", "07:00"))
    assert await store.of(ANN) == Preferences({"deploys": "never"}, Quiet("22:00", "07:00"))
    assert await store.of(BOB) == Preferences({})
    await store.quiet(ANN, None)
    assert (await store.of(ANN)).quiet is None


async def test_a_choice_that_makes_no_sense_is_none(redis: Redis) -> None:
    store = PreferenceStore(redis)
    await store.choose(ANN, "tasks", "always")
    for name, value in {"deploys": "sometimes", "quiet": "22:00"}.items():
        await redis.hset(keys.PREFERENCES(who=ANN), name, value)
    assert await store.of(ANN) == Preferences({"tasks": "always"})


def test_what_nothing_else_tells_of_is_told_unless_somebody_chose_otherwise() -> None:
    assert Preferences({}).choice("commits") == "always"
    assert Preferences({}).choice("deploys") == "failures"
    assert Preferences({"all": "failures"}).choice("commits") == "failures"
    assert not Preferences({"commits": "never"}).wants("commits", failed=True)


async def test_of_two_who_pause_at_once_one_does(redis: Redis) -> None:
    switch = Switch(redis)
    pauses = [Pause("Ann", "fire", 1.0), Pause("Bob", "water", 2.0)]
    did = await asyncio.gather(*(switch.pause(pause) for pause in pauses))
    assert sorted(did) == [False, True]
    assert await switch.paused() == pauses[did.index(True)]
    assert await switch.resume() == pauses[did.index(True)]
    assert (await switch.paused(), await switch.resume()) == (None, None)


async def test_a_switch_that_cannot_be_read_is_on(redis: Redis) -> None:
    for nonsense in ("", "{", "[]", '{"by": "x"}', '{"by": "x", "reason": "y", "since": "z"}'):
        await redis.set(keys.PAUSED(), nonsense)
        standing = await Switch(redis).paused()
        assert standing == Pause("somebody", "the record of it cannot be read", 0.0)


def test_the_beginning_of_a_pause_is_said_in_utc() -> None:
    assert Pause("Ann", "fire", 1_700_000_000.0).when == "2023-11-14 22:13 UTC"
