"""Every key that Grail leaves in Redis is one that it has declared, with the life that it has declared."""

import re
from pathlib import Path

from redis.asyncio import Redis

from bot.store.inbox import Inbox
from bot.store.keys import HOUR, PREFIX, WORK_OF
from tests.fixtures.store import DECLARED, undeclared


async def test_a_key_that_nobody_declared_is_found(redis: Redis, hand_edited: None) -> None:
    await redis.set("{grail}:drawer", "1")
    await redis.set("left-over", "1")
    assert await undeclared(redis) == ["left-over: not in keys.py", "{grail}:drawer: not in keys.py"]


async def test_a_key_that_lives_for_ever_or_too_long_is_found(redis: Redis, hand_edited: None) -> None:
    await redis.set("{grail}:answer:1", "x")
    await redis.set("{grail}:answer:2", "x", ex=2 * HOUR)
    assert await undeclared(redis) == [
        "{grail}:answer:1: is a string for ever, should be a string for 3600",
        "{grail}:answer:2: is a string for 7200, should be a string for 3600",
    ]


async def test_a_key_of_another_type_is_found(redis: Redis, hand_edited: None) -> None:
    await redis.set("{grail}:work", "x")
    assert await undeclared(redis) == ["{grail}:work: is a string for ever, should be a stream for ever"]


async def test_keys_that_are_declared_pass(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="E:1\n{x}", meaning="who where what", now=1.0, remember=50 * HOUR)
    await inbox.answer("E:1", {})
    assert await undeclared(redis) == []


def test_a_value_cannot_move_a_key_to_another_shard() -> None:
    assert WORK_OF(host="a{b}c") == "{grail}:work:a(b)c"


def test_a_key_lives_for_some_time_or_says_why_it_is_permanent() -> None:
    assert [key.name for key in DECLARED if key.life is None and not key.why] == []
    assert {key.type for key in DECLARED} <= {"string", "hash", "list", "set", "zset", "stream"}


def test_no_script_writes_a_key_under_a_name_of_its_own() -> None:
    """Names come from keys.py, as KEYS or made from them; so no Lua file holds our prefix."""
    scripts = (Path(__file__).parents[3] / "bot" / "store").glob("*.lua")
    assert [file.name for file in scripts if re.search(re.escape(PREFIX), file.read_text())] == []
