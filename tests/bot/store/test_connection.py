"""Redis is reached by every form of address, and refused with one sentence where it cannot be trusted."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.errors import StartFault, StoreUnavailable
from bot.store import connection, epoch
from bot.store.connection import connect, shown
from bot.store.inbox import Inbox
from bot.store.scripts import guarded
from bot.store.streams import Work
from bot.store.timers import Timers
from tests.bot.store.conftest import Spawn
from tests.fixtures.ports import free_port
from tests.fixtures.store import LONG, Server, eventually

NOW = 1_800_000_000.0


def silent(line: str) -> None:
    raise AssertionError(line)


@asynccontextmanager
async def speaking(*answers: str) -> AsyncIterator[str]:
    """A server that says `answers` to INFO, one after another, and OK to all else: for what no real one says here."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip().upper())
            if words[0] != b"INFO":
                writer.write(b"+OK\r\n")
            elif left[0].startswith("-"):
                writer.write(left.pop(0).encode() + b"\r\n")
            else:
                said = (left.pop(0) if len(left) > 1 else left[0]).encode()
                writer.write(b"$%d\r\n%s\r\n" % (len(said), said))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


async def refused(url: str, words: str) -> None:
    with pytest.raises(StartFault, match=f"^{re.escape(words)}$"):
        await connect(url, say=lambda line: None)


async def test_a_server_that_keeps_what_it_is_given_is_taken_without_a_word(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=silent)
    await redis.set("test:x", "ü")
    assert await redis.get("test:x") == "ü"
    await redis.aclose()


async def test_a_server_that_keeps_nothing_on_disk_is_said(redis_server: Server) -> None:
    said: list[str] = []
    await (await connect(redis_server.url, say=said.append)).aclose()
    assert said == ["Redis keeps nothing on disk: everything is lost when it ends. Set appendonly to yes."]


async def test_a_server_that_keeps_snapshots_only_is_said(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=silent)
    await redis.config_set("save", "3600 1")
    await redis.config_set("appendonly", "no")
    await redis.aclose()
    said: list[str] = []
    await (await connect(own_redis_server.url, say=said.append)).aclose()
    assert said == [
        "Redis keeps snapshots only: up to minutes of work are lost when it dies. Set appendonly to yes."
    ]


async def test_a_server_that_is_too_old_is_refused() -> None:
    async with speaking("redis_version:6.0.16\r\nloading:0\r\n") as url:
        await refused(url, f"Redis at {url} is version 6.0.16: Grail needs 6.2 or newer.")


async def test_a_server_that_may_evict_is_refused(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=silent)
    await redis.config_set("maxmemory", "100mb")
    await (await connect(own_redis_server.url, say=silent)).aclose()  # noeviction is the default
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    await redis.aclose()
    await refused(
        own_redis_server.url,
        f"Redis at {own_redis_server.url} may throw away what Grail stores (maxmemory-policy is allkeys-lru): "
        "set maxmemory-policy to noeviction.",
    )


async def test_a_replica_is_refused(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=silent)
    await redis.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]
    await redis.aclose()
    await refused(
        own_redis_server.url,
        f"Redis at {own_redis_server.url} is a replica and takes no writes: set REDIS_URL to its master.",
    )


async def test_a_server_that_is_loading_is_waited_for_with_one_message() -> None:
    good = "redis_version:7.0.0\r\nloading:0\r\naof_enabled:1\r\n"
    async with speaking("-LOADING Redis is loading", good.replace("loading:0", "loading:1"), good) as url:
        said: list[str] = []
        await (await connect(url, say=said.append)).aclose()
    assert said == [f"Redis at {url} is loading its data; waiting for it."]


async def test_a_server_that_never_ends_loading_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LOADING_SECONDS", 0.0)
    async with speaking("redis_version:7.0.0\r\nloading:1\r\n") as url:
        await refused(url, f"Redis at {url} is still loading its data after 0 s: look at its log.")


async def test_a_server_that_is_not_there_is_refused() -> None:
    with pytest.raises(
        StartFault, match=r"does not answer \(.*\): start it, or set REDIS_URL to one that runs\.$"
    ):
        await connect("unix:///nowhere/at/all?db=0", say=silent)


async def test_a_wrong_password_is_refused_without_showing_it(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=silent)
    await redis.config_set("requirepass", "sesame")
    await redis.aclose()
    url = own_redis_server.url.replace("unix://", "unix://me:wrong-one@")
    with pytest.raises(StartFault, match=r"^Redis at unix://me@.* does not let us in: .*\.$") as fault:
        await connect(url, say=silent)
    assert "wrong-one" not in str(fault.value)
    await (await connect(own_redis_server.url.replace("unix://", "unix://:sesame@"), say=silent)).aclose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://x", "REDIS_URL begins with 'http', which is no way to reach Redis: write "),
        ("redis", "REDIS_URL begins with 'redis', which is no way to reach Redis: write "),
        ("redis+sentinel://h1,h2", "REDIS_URL cannot be read (the name of the master is missing): write "),
        ("redis+sentinel://h1,,h2/master/0", "REDIS_URL cannot be read (a host is missing): write "),
        ("redis+cluster://", "REDIS_URL cannot be read (a host is missing): write "),
        (
            "redis+cluster://h1:x",
            "REDIS_URL cannot be read (invalid literal for int() with base 10: 'x'): write ",
        ),
    ],
)
async def test_an_address_that_cannot_be_read_is_refused(url: str, words: str) -> None:
    await refused(url, words + connection.FORMS + ".")


def test_addresses_are_shown_without_their_password() -> None:
    assert shown("redis://u:p%40ss@h:1/0") == "redis://u@h:1/0"
    assert shown("rediss+sentinel://:p@h1,h2/m/0") == "rediss+sentinel://h1,h2/m/0"
    assert shown("redis://h") == "redis://h"


def test_hosts_keep_their_ports_and_the_login_is_theirs_all() -> None:
    login, hosts = connection._hosts("u:p%40@h1,h2:7,[::1]:8,[::2]", 6379)
    assert login == {"username": "u", "password": "p@"}
    assert hosts == [("h1", 6379), ("h2", 7), ("::1", 8), ("::2", 6379)]


async def test_a_frozen_server_hangs_nobody(
    own_redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CALL_SECONDS", 0.2)
    redis = await connect(own_redis_server.url, say=silent)
    own_redis_server.process.send_signal(signal.SIGSTOP)
    calls = (
        Inbox(redis).accept("k", {}, id="1", meaning=None, now=NOW),
        Work(redis).add("k", {}, id="1", now=NOW),
        Timers(redis).at("1", NOW, "k", {}),
        Timers(redis).fire(NOW),
        epoch.current(redis),
        guarded(redis.get)("test:x"),
    )
    async with asyncio.timeout(LONG):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * len(calls)
    own_redis_server.process.send_signal(signal.SIGCONT)
    # Whether those counted is unknown; asked again under the same ids, each is there once.
    await Inbox(redis).accept("k", {}, id="1", meaning=None, now=NOW)
    await Work(redis).add("k", {}, id="1", now=NOW)
    await Timers(redis).at("1", NOW, "k", {})
    await Timers(redis).fire(NOW)
    assert await Work(redis).waiting() == 3
    await redis.aclose()


async def walk(url: str) -> None:
    """The way of a piece of work on that server."""
    redis = await connect(url, say=lambda line: None)
    try:
        assert (await Inbox(redis).accept("k", {}, id="1", meaning="m", now=NOW)).first
        assert await Work(redis).add("k", {}, id="1", now=NOW, thing="t", host="h")
        await Timers(redis).at("1", NOW, "k", {}, thing="t")
        assert await Timers(redis).fire(NOW) == 1
        assert await epoch.current(redis) == 1
    finally:
        await redis.aclose()


async def test_a_redis_cluster_holds_all_of_it(spawn: Spawn) -> None:
    server, port = spawn(
        "--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--appendonly", "yes"
    )
    plain = await connect(server.url, say=silent)
    await plain.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)  # type: ignore[no-untyped-call]

    async def formed() -> bool:
        said = await plain.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]
        return "cluster_state:ok" in str(said)

    await eventually(formed)
    await plain.aclose()
    await walk(f"redis+cluster://127.0.0.1:{port},127.0.0.1:1")


async def test_redis_sentinel_leads_to_the_master(spawn: Spawn, sentinel: Callable[[int], int]) -> None:
    _, port = spawn()
    await walk(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel(port)}/acme/0")
