"""Bindings of people to e-mails, and tokens, in a real Redis."""

from typing import Any

from redis.asyncio import Redis

from bot.store import keys
from bot.store.people import Binding, PeopleStore, Seen

ANN, BOB, ADMIN = "T1:U1", "T1:U2", "T1:U3"


async def test_the_first_sight_binds(redis: Redis) -> None:
    store = PeopleStore(redis)
    assert await store.bind(ANN, "ann@x.example", 1.0) == Binding(was="ann@x.example")
    assert await store.bind(ANN, "ann@x.example", 2.0) == Binding(was="ann@x.example")
    assert await store.bound("ann@x.example") == ANN
    assert await store.bound("bob@x.example") is None


async def test_a_changed_e_mail_is_noticed_once_and_stays_noticed(redis: Redis) -> None:
    store = PeopleStore(redis)
    await store.bind(ANN, "ann@x.example", 1.0)
    first = await store.bind(ANN, "new@x.example", 2.0)
    assert first == Binding("changed", "ann@x.example", "", 2.0, fresh=True)
    assert await store.bind(ANN, "new@x.example", 3.0) == Binding("changed", "ann@x.example", "", 2.0)
    assert await store.suspension(ANN) == Binding("changed", "ann@x.example", "", 2.0)
    # Changed back, it is still for an admin to say.
    assert (await store.bind(ANN, "ann@x.example", 4.0)).why == "changed"
    assert (await store.bind(ANN, "third@x.example", 5.0)).fresh


async def test_an_admin_moves_the_binding(redis: Redis) -> None:
    store = PeopleStore(redis)
    await store.bind(ANN, "ann@x.example", 1.0)
    await store.bind(ANN, "new@x.example", 2.0)
    assert await store.confirm(ANN, ADMIN, 3.0) == "new@x.example"
    assert await store.bind(ANN, "new@x.example", 4.0) == Binding(was="new@x.example")
    assert (await store.bound("new@x.example"), await store.bound("ann@x.example")) == (ANN, None)
    assert await store.confirm(ANN, ADMIN, 5.0) is None


async def test_an_e_mail_that_appears_twice_suspends_both(redis: Redis) -> None:
    store = PeopleStore(redis)
    await store.bind(ANN, "ann@x.example", 1.0)
    assert await store.bind(BOB, "ann@x.example", 2.0) == Binding("twice", "", ANN, 2.0, fresh=True)
    assert await store.bind(ANN, "ann@x.example", 3.0) == Binding("twice", "ann@x.example", BOB, 2.0)
    assert await store.bound("ann@x.example") == ANN


async def test_whom_an_admin_confirmed_is_not_suspended_by_the_other_again(redis: Redis) -> None:
    store = PeopleStore(redis)
    await store.bind(ANN, "ann@x.example", 1.0)
    await store.bind(BOB, "bob@x.example", 1.0)
    await store.bind(BOB, "ann@x.example", 2.0)
    await store.confirm(ANN, ADMIN, 3.0)
    assert (await store.bind(BOB, "ann@x.example", 4.0)).why == "twice"
    assert (await store.bind(ANN, "ann@x.example", 5.0)).why == ""


async def test_an_e_mail_that_was_given_up_and_confirmed_away_is_free(redis: Redis) -> None:
    store = PeopleStore(redis)
    await store.bind(ANN, "ann@x.example", 1.0)
    await store.bind(ANN, "new@x.example", 2.0)
    await store.confirm(ANN, ADMIN, 3.0)
    assert (await store.bind(BOB, "ann@x.example", 4.0)).why == ""


async def test_what_slack_last_said_is_kept_and_nonsense_is_nothing(redis: Redis) -> None:
    store = PeopleStore(redis)
    assert await store.last_seen(ANN) is None
    seen = Seen("ann@x.example", "Ann", "Europe/Berlin", "member", 1.0)
    await store.saw(ANN, seen)
    assert await store.last_seen(ANN) == seen
    client: Any = redis
    for nonsense in ("{", "[]", "7", '{"other": 1}'):
        await client.hset(keys.PERSON(who=ANN), "seen", nonsense)
        assert await store.last_seen(ANN) is None


async def test_one_token_a_person_and_only_its_hash_is_kept(redis: Redis) -> None:
    store = PeopleStore(redis)
    first, other, second = [await store.token(who, 1.0) for who in (ANN, BOB, ANN)]
    assert [await store.by_token(token, 2.0) for token in (first, other, second)] == [None, BOB, ANN]
    client: Any = redis
    kept = str(await client.hgetall(keys.TOKENS())) + str(await client.hgetall(keys.PERSON(who=ANN)))
    assert second not in kept
    assert len(await client.hgetall(keys.TOKENS())) == 2


async def test_a_token_ends_by_itself_after_90_days(redis: Redis) -> None:
    store, client = PeopleStore(redis), redis
    token = await store.token(ANN, 1000.0)
    assert await store.by_token(token, 1000.0 + 90 * 86400 - 1) == ANN
    assert await store.by_token(token, 1000.0 + 90 * 86400) is None
    for nonsense in ("", "soon"):
        await client.hset(keys.PERSON(who=ANN), "token_since", nonsense)
        assert await store.by_token(token, 1001.0) is None


async def test_erasing_a_person_leaves_nothing_of_theirs(redis: Redis) -> None:
    store, client = PeopleStore(redis), redis
    await store.bind(ANN, "ann@x.example", 1.0)
    await store.bind(BOB, "bob@x.example", 1.0)
    await store.saw(ANN, Seen("ann@x.example", "Ann", "UTC", "member", 1.0))
    token = await store.token(ANN, 1.0)
    await store.erase(ANN)
    assert await store.by_token(token, 2.0) is None
    assert await store.bound("ann@x.example") is None
    assert await store.bound("bob@x.example") == BOB
    assert sorted([key async for key in client.scan_iter(match="*")]) == [keys.BOUND(), keys.PERSON(who=BOB)]
