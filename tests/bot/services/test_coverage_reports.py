"""POST /hooks/coverage, over real HTTP: whose report it is, what is answered, and that nothing too large comes in."""

import asyncio
import base64
import gzip
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import FrameType

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from bot import metrics
from bot.clock import Clock
from bot.services.coverage_reports import CoverageReports
from bot.services.hooks import Hooks
from bot.store.connection import connect
from bot.store.coverage import CoverageStore
from bot.store.inbox import Inbox
from bot.store.keys import COVERAGE_CAME, WORK
from bot.web import routes
from tests.bot.services.test_coverage import Tests, lcov
from tests.fixtures.store import Server

GIB = 1024**3
SHA = "a" * 40
OF_SHOP = {"Authorization": "Bearer of-shop"}


class Door:
    """/hooks of a Grail whose services shop, search and gateway report their coverage, as far as `secrets` go."""

    def __init__(self, tests: Tests, redis: Redis, clock_file: Path, **secrets: tuple[str, ...]) -> None:
        inbox, clock, store = Inbox(redis), Clock(clock_file), CoverageStore(redis)
        receiver = CoverageReports(tests.with_secrets(**secrets), store, inbox, clock)
        hooks = Hooks(inbox, clock, {}, {"coverage": receiver})
        self.server = TestServer(routes(transport=None, terminal=None, ready=None, hooks=hooks))  # type: ignore[arg-type]

    def url(self, **query: str) -> str:
        return str(self.server.make_url("/hooks/coverage").with_query(query))


@pytest.fixture
def tests(redis: Redis, tmp_path: Path) -> Tests:
    return Tests(redis, tmp_path)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture
async def door(tests: Tests, redis: Redis, clock_file: Path) -> AsyncIterator[Door]:
    secrets = {
        "COVERAGE_SHOP": ("new", "of-shop"),
        "COVERAGE_SEARCH": ("both",),
        "COVERAGE_GATEWAY": ("both",),
    }
    made = Door(tests, redis, clock_file, **secrets)
    async with made.server:
        yield made


def counted(outcome: str) -> float:
    return metrics.REGISTRY.get_sample_value(
        "grail_hooks_total", {"source": "coverage", "outcome": outcome}
    ) or 0.0  # fmt: skip


async def said(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str], body: bytes = b"x"
) -> tuple[int, str]:
    async with http.post(url, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("query", "secret", "answer", "outcome"),
    [
        ({"service": "shop", "commit": SHA}, "of-shop", (202, "Stored.\n"), "stored"),
        ({"commit": SHA}, "new", (202, "Stored.\n"), "stored"),
        ({}, "of-shop", (202, "Stored.\n"), "stored"),
        ({"service": "gateway"}, "both", (202, "Stored.\n"), "stored"),
        ({"service": "shop"}, "both",
         (403, "This secret is not for that service: it is for search and gateway.\n"), "other-service"),
        ({"service": "search"}, "of-shop", (403, "This secret is not for that service: it is for shop.\n"),
         "other-service"),
        ({"service": "<script>"}, "of-shop", (403, "This secret is not for that service: it is for shop.\n"),
         "other-service"),
        ({}, "both", (403, "This secret is for several services: say which with ?service=.\n"), "other-service"),
        ({"service": "shop"}, "theirs", (401, "The secret is missing or wrong.\n"), "unsigned"),
        ({}, "", (401, "The secret is missing or wrong.\n"), "unsigned"),
        ({"service": "my-shop"}, "", (503, "GRAIL_HOOK_SECRET_COVERAGE_MY_SHOP is not set.\n"), "closed"),
        ({"service": "<script>"}, "", (503, "GRAIL_HOOK_SECRET_COVERAGE_<SERVICE> is not set.\n"), "closed"),
    ],
)  # fmt: skip
async def test_a_report_is_of_the_service_whose_secret_comes_along(
    query: dict[str, str], secret: str, answer: tuple[int, str], outcome: str, door: Door,
    http: aiohttp.ClientSession, redis: Redis,
) -> None:  # fmt: skip
    before = counted(outcome)
    assert await said(http, door.url(**query), {"Authorization": f"Bearer {secret}"}) == answer
    assert counted(outcome) == before + 1
    assert await redis.xlen(WORK()) == (1 if answer[0] == 202 else 0)


async def test_the_secret_may_come_in_three_ways(door: Door, http: aiohttp.ClientSession) -> None:
    basic = "Basic " + base64.b64encode(b"anybody:of-shop").decode()
    for headers in (OF_SHOP, {"Authorization": basic}, {"X-Grail-Secret": "of-shop"}):
        assert (await said(http, door.url(), headers))[0] == 202
        assert (await said(http, door.url().replace("coverage", "coverage/"), headers))[0] == 202


async def test_without_any_secret_it_is_closed(
    tests: Tests, redis: Redis, clock_file: Path, http: aiohttp.ClientSession
) -> None:
    closed = Door(tests, redis, clock_file)
    async with closed.server, http.post(closed.url(), data=b"x", headers=OF_SHOP) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "3600")
        assert await answer.text() == "GRAIL_HOOK_SECRET_COVERAGE_<SERVICE> is not set.\n"


async def test_a_report_is_stored_whole_before_it_is_acknowledged_and_once(
    door: Door, tests: Tests, http: aiohttp.ClientSession, redis: Redis
) -> None:
    commit = tests.repository.commit("Begin", {"cart.py": "a\nb\n"})
    body, before = lcov("1", "2").encode(), counted("repeated")
    for _ in range(3):
        assert await said(http, door.url(commit=commit), OF_SHOP, body) == (202, "Stored.\n")
    assert await redis.xlen(WORK()) == 1
    [came] = [str(key) async for key in redis.scan_iter(COVERAGE_CAME(digest="*"))]
    digest = came.rsplit(":", 1)[1]
    assert await tests.store.body(digest) == body
    await tests.coverage.take({"service": "shop", "commit": commit, "digest": digest, "at": 1.0})
    assert await said(http, door.url(commit=commit), OF_SHOP, body) == (202, "Stored.\n")
    assert counted("repeated") == before + 3
    # Nothing of what was read already is left lying about.
    assert [key async for key in redis.scan_iter(COVERAGE_CAME(digest="*"))] == []
    # The same lines for another commit are another report.
    assert await said(http, door.url(commit=SHA), OF_SHOP, body) == (202, "Stored.\n")
    assert await redis.xlen(WORK()) == 2


async def test_a_report_that_cannot_be_stored_is_to_be_sent_again(
    own_redis_server: Server, tests: Tests, clock_file: Path, http: aiohttp.ClientSession
) -> None:
    gone = await connect(own_redis_server.url, say=print)
    own_redis_server.kill()
    door = Door(tests, gone, clock_file, COVERAGE_SHOP=("of-shop",))
    async with door.server, http.post(door.url(commit=SHA), data=b"x", headers=OF_SHOP) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert await answer.text() == "It cannot be stored now.\n"
    await gone.aclose()


TOO_BIG = "HTTP/1.1 413 Request Entity Too Large"


async def sent(door: Door, head: str, chunk: bytes) -> tuple[str, int]:
    """What is answered, and how many bytes it took. chunk: again and again, until it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    bytes_sent = 0
    lines = ["POST /hooks/coverage HTTP/1.1", "Host: grail", "Authorization: Bearer of-shop", head, "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = asyncio.create_task(reader.readuntil(b"\r\n\r\nThat is more than 10 MiB.\n"))
    try:
        async with asyncio.timeout(30):
            with suppress(ConnectionError):  # it need not listen to all of it
                while chunk and not answer.done() and bytes_sent < 2 * GIB:
                    writer.write(chunk)
                    await writer.drain()
                    bytes_sent += len(chunk)
            return (await answer).decode().splitlines()[0], bytes_sent
    finally:
        answer.cancel()
        writer.transport.abort()


async def test_a_report_of_2_gib_is_refused_before_it_comes(door: Door, redis: Redis) -> None:
    before = counted("too-big")
    assert await sent(door, f"Content-Length: {2 * GIB}", b"") == (TOO_BIG, 0)
    assert counted("too-big") == before + 1
    assert await redis.xlen(WORK()) == 0


async def test_a_report_of_2_gib_that_does_not_say_so_is_refused_after_10_mib(
    door: Door, redis: Redis
) -> None:
    before = counted("too-big")
    data = b"x" * 1024 * 1024
    tracemalloc.start()
    said, bytes_sent = await sent(door, "Transfer-Encoding: chunked", b"100000\r\n" + data + b"\r\n")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert said == TOO_BIG
    assert bytes_sent < 2 * GIB
    assert most < 64 * 1024 * 1024
    assert counted("too-big") == before + 1
    assert await redis.xlen(WORK()) == 0


async def test_a_small_body_that_inflates_to_2_gib_is_refused(
    door: Door, http: aiohttp.ClientSession, redis: Redis
) -> None:
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024), 1) * 32  # gzip files after each other are one
    headers = {**OF_SHOP, "Content-Encoding": "gzip"}
    tracemalloc.start()
    async with http.post(door.url(), data=BytesIO(bomb), headers=headers) as refused:
        answer = refused.status, await refused.text()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer == (413, "That is more than 10 MiB.\n")
    assert most < 128 * 1024 * 1024
    assert await redis.xlen(WORK()) == 0


async def test_a_report_may_be_sent_compressed(
    door: Door, tests: Tests, http: aiohttp.ClientSession, redis: Redis
) -> None:
    headers = {**OF_SHOP, "Content-Encoding": "gzip"}
    assert (await said(http, door.url(commit=SHA), headers, gzip.compress(lcov("1").encode())))[0] == 202
    [came] = [str(key) async for key in redis.scan_iter(COVERAGE_CAME(digest="*"))]
    assert await tests.store.body(came.rsplit(":", 1)[1]) == lcov("1").encode()


async def test_a_large_report_is_read_beside_the_event_loop(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", {"cart.py": "a\n"})
    many = "".join(f'<line number="{n}" hits="1"/>' for n in range(1, 300_001))
    body = f'<coverage><class filename="cart.py">{many}</class></coverage>'
    taking = asyncio.create_task(tests.report(commit, body))
    seen = set()
    async with asyncio.timeout(60):
        while not taking.done():
            for frame in sys._current_frames().values():
                at: FrameType | None = frame
                while at is not None:
                    seen.add(Path(at.f_code.co_filename).name)
                    at = at.f_back
            await asyncio.sleep(0.01)
    came = await taking
    assert came is not None
    assert not came.odd
    assert "_cobertura.py" in seen  # it was at work while we were
