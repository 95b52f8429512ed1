"""One connection for what people wait for: many calls at once, and each has its own answer."""

import asyncio
import signal

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.errors import StoreUnavailable
from bot.store import connection
from bot.store.connection import connect
from bot.store.inbox import Inbox
from bot.store.line import Line, NotSent
from tests.fixtures.store import Server, eventually

NOW = 1_800_000_000.0


async def line_to(redis: Redis) -> Line:
    line = await Line.to(redis)
    assert line is not None
    return line


async def reads(redis: Redis) -> int:
    """How often this server has read from its clients."""
    return int((await redis.info("stats"))["total_reads_processed"])


async def test_calls_that_come_together_share_few_trips_and_each_gets_its_own_answer(redis: Redis) -> None:
    line = await line_to(redis)
    before = await reads(redis)
    calls = [line.call("ECHO", f"ü{n}") for n in range(200)]
    assert await asyncio.gather(*calls) == [f"ü{n}" for n in range(200)]
    assert await reads(redis) - before < 20


async def test_what_redis_refuses_is_the_outcome_of_that_call_alone(redis: Redis) -> None:
    line = await line_to(redis)
    answers = await asyncio.gather(
        line.call("ECHO", "a"), line.call("NOSUCH"), line.call("ECHO", 1.5), return_exceptions=True
    )
    assert (answers[0], answers[2]) == ("a", "1.5")
    assert isinstance(answers[1], ResponseError)


async def test_who_goes_away_takes_nobody_elses_answer(redis: Redis) -> None:
    line = await line_to(redis)
    calls = [asyncio.create_task(line.call("ECHO", n)) for n in range(6)]
    await asyncio.sleep(0)
    for gone in (calls[0], calls[3]):  # one that is on its way, and one that waits
        gone.cancel()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == ["1", "2", "4", "5"]
    assert await line.call("ECHO", "next") == "next"


async def test_of_a_line_that_breaks_only_what_was_sent_is_uncertain(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    line = await line_to(redis)
    own_redis_server.process.send_signal(signal.SIGSTOP)
    calls = [asyncio.create_task(line.call("ECHO", n)) for n in range(3)]
    await asyncio.sleep(0)
    own_redis_server.kill()
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, NotSent, NotSent]
    with pytest.raises(NotSent):
        await line.call("ECHO", "later")
    await line.give_back()
    await redis.aclose()


async def test_a_server_that_stands_still_hangs_no_call_and_its_late_answer_is_nobodys(
    own_redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CALL_SECONDS", 0.3)
    redis = await connect(own_redis_server.url, say=lambda line: None)
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="T0", meaning=None, now=NOW)
    own_redis_server.process.send_signal(signal.SIGSTOP)
    calls = [inbox.accept("k", {}, id=f"T{n}", meaning=None, now=NOW) for n in range(1, 4)]
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 3
    own_redis_server.process.send_signal(signal.SIGCONT)
    assert (await inbox.accept("k", {}, id="T9", meaning=None, now=NOW)).of == "T9"
    await redis.aclose()


async def test_a_line_whose_connection_was_closed_is_replaced_unnoticed_and_none_is_left_over(
    redis: Redis,
) -> None:
    inbox = Inbox(redis)
    for number in range(5):
        assert (await inbox.accept("k", {}, id=f"T{number}", meaning=None, now=NOW)).first
        await redis.client_kill_filter(_type="normal", skipme=True)
        await eventually(lambda: closed(inbox))
    assert (await inbox.accept("k", {}, id="last", meaning=None, now=NOW)).first
    assert len(redis.connection_pool._in_use_connections) == 1


async def closed(inbox: Inbox) -> bool:
    line = inbox._accept._line
    return line is not None and not line.open


async def test_a_script_that_the_server_has_forgotten_is_loaded_again(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="T1", meaning=None, now=NOW)
    await redis.script_flush()
    many = [inbox.accept("k", {}, id=f"U{n}", meaning=None, now=NOW) for n in range(20)]
    assert all(one.first for one in await asyncio.gather(*many))


async def test_a_server_that_has_become_a_replica_is_left_for_whoever_is_the_master_now(
    own_redis_server: Server,
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    inbox = Inbox(redis)
    await inbox.accept("k", {}, id="T1", meaning=None, now=NOW)
    await redis.replicaof("127.0.0.1", "1")
    with pytest.raises(StoreUnavailable, match="Redis cannot serve: READONLY"):
        await inbox.accept("k", {}, id="U", meaning=None, now=NOW)
    many = [inbox.accept("k", {}, id=f"U{n}", meaning=None, now=NOW) for n in range(200)]
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*many, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 200
    assert await closed(inbox)
    await redis.replicaof("NO", "ONE")
    assert (await inbox.accept("k", {}, id="T2", meaning=None, now=NOW)).first
    await redis.aclose()
