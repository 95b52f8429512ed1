"""A request is stored once, and whoever repeats it is told what the first one was."""

import asyncio
import json
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store.connection import connect
from bot.store.inbox import Acceptance, Inbox
from bot.store.keys import HOUR, WORK
from tests.fixtures.store import Server

NOW = 1_800_000_000.0


async def stored(redis: Redis) -> list[dict[str, object]]:
    rows: Any = await redis.xrange(WORK())
    return [json.loads(fields["job"]) for _, fields in rows]


async def test_a_request_lies_on_the_stream_as_json_with_its_kind_and_version(redis: Redis) -> None:
    inbox = Inbox(redis)
    body = {"text": "deploy shop", "blocks": ["ü", None, 1.5]}
    accepted = await inbox.accept("slack.command", body, id="T1", meaning=None, now=NOW, request="r-1")
    assert accepted == Acceptance(first=True, same=None, of="T1")
    [job] = await stored(redis)
    assert job == {
        "kind": "slack.command",
        "v": 1,
        "id": "T1",
        "request": "r-1",
        "thing": None,
        "host": None,
        "body": body,
    }


async def test_the_same_id_stores_nothing_more(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="E1", meaning=None, now=NOW)
    again = await inbox.accept("k", {}, id="E1", meaning=None, now=NOW + HOUR - 1)
    assert again == Acceptance(first=False, same="id", of="E1")
    assert len(await stored(redis)) == 1


async def test_an_id_is_known_as_long_as_its_sender_may_repeat_it(redis: Redis) -> None:
    inbox = Inbox(redis)
    for id, remember in (("slack", HOUR), ("pagerduty", 50 * HOUR)):
        await inbox.accept("k", {}, id=id, meaning=None, now=NOW, remember=remember)
        assert not (await inbox.accept("k", {}, id=id, meaning=None, now=NOW + remember - 1)).first
        assert (await inbox.accept("k", {}, id=id, meaning=None, now=NOW + remember)).first


async def test_the_same_meaning_within_10_s_of_the_first_is_kept_as_a_duplicate_of_it(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.accept("slack.command", {"text": "deploy shop"}, id="T1", meaning="U1 C1 deploy", now=NOW)
    second = await inbox.accept(
        "slack.command", {"text": "Deploy"}, id="T2", meaning="U1 C1 deploy", now=NOW + 9.9
    )
    assert second == Acceptance(first=False, same="meaning", of="T1")
    [_, job] = await stored(redis)
    assert (job["kind"], job["id"], job["body"]) == (
        "slack.duplicate",
        "T2",
        {"text": "Deploy", "duplicate_of": "T1"},
    )


async def test_ten_seconds_are_counted_from_the_first_not_from_the_last(redis: Redis) -> None:
    inbox = Inbox(redis)
    firsts = []
    for number in range(4):
        accepted = await inbox.accept("k", {}, id=f"T{number}", meaning="m", now=NOW + 6 * number)
        firsts.append((accepted.first, accepted.of))
    assert firsts == [(True, "T0"), (False, "T0"), (True, "T2"), (False, "T2")]


async def test_a_repeated_duplicate_still_names_the_first_of_all(redis: Redis) -> None:
    inbox = Inbox(redis)
    for id in ("T1", "T2"):
        await inbox.accept("k", {}, id=id, meaning="m", now=NOW)
    assert await inbox.accept("k", {}, id="T2", meaning="m", now=NOW + 60) == Acceptance(False, "id", "T1")


async def test_a_duplicate_with_an_empty_body_or_an_odd_id_is_json_too(redis: Redis) -> None:
    inbox = Inbox(redis)
    odd = 'a"b\\ü{grail} \n/'
    await inbox.accept("k", {}, id=odd, meaning="m", now=NOW)
    await inbox.accept("k", {}, id="T2", meaning="m", now=NOW)
    [first, second] = await stored(redis)
    assert first["id"] == odd
    assert second["body"] == {"duplicate_of": odd}


async def test_what_means_nothing_is_never_a_duplicate(redis: Redis) -> None:
    inbox = Inbox(redis)
    for id in ("T1", "T2"):
        assert (await inbox.accept("k", {}, id=id, meaning=None, now=NOW)).first


async def test_of_many_at_once_exactly_one_is_the_first(redis: Redis) -> None:
    inbox = Inbox(redis)
    many = [inbox.accept("k", {"n": n}, id=f"T{n % 7}", meaning="m", now=NOW) for n in range(70)]
    accepted = await asyncio.gather(*many)
    assert sum(one.first for one in accepted) == 1
    assert len({one.of for one in accepted}) == 1
    assert len(await stored(redis)) == 7


async def test_what_was_answered_is_kept_for_an_hour(redis: Redis) -> None:
    inbox = Inbox(redis)
    assert await inbox.answered("T1") is None
    await inbox.answer("T1", {"text": "d-1 is running"})
    assert await inbox.answered("T1") == {"text": "d-1 is running"}


async def test_an_answer_that_somebody_else_wrote_is_no_answer(redis: Redis, hand_edited: None) -> None:
    await redis.set("{grail}:answer:T1", "not json")
    await redis.set("{grail}:answer:T2", "[1]")
    assert await Inbox(redis).answered("T1") is None
    assert await Inbox(redis).answered("T2") is None


async def test_a_full_server_stores_nothing_and_says_so(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="T1", meaning=None, now=NOW)
    await redis.config_set("maxmemory", "1mb")
    with pytest.raises(StoreUnavailable, match="Redis cannot serve"):
        await inbox.accept("k", {"x": "y" * 100}, id="T2", meaning="m", now=NOW)
    assert len(await stored(redis)) == 1
    await redis.config_set("maxmemory", "0")
    assert (await inbox.accept("k", {}, id="T2", meaning="m", now=NOW)).first
    await redis.aclose()


async def test_a_server_that_is_gone_takes_nothing_and_what_was_taken_is_there_after_it(
    own_redis_server: Server,
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="T1", meaning=None, now=NOW)
    own_redis_server.kill()
    with pytest.raises(StoreUnavailable, match="Redis does not answer"):
        await inbox.accept("k", {}, id="T2", meaning=None, now=NOW)
    own_redis_server.restart()
    assert not (await inbox.accept("k", {}, id="T1", meaning=None, now=NOW)).first
    assert (await inbox.accept("k", {}, id="T2", meaning=None, now=NOW)).first
    assert [job["id"] for job in await stored(redis)] == ["T1", "T2"]
    await redis.aclose()
