"""A signed `/grail` command over HTTP, durable in Redis before its 200, against a bare Bolt app that keeps nothing."""

import asyncio
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import uvloop

from bench import Figure, percentile
from bot.store.embedded import EmbeddedRedis

SECRET = "bench-signing-secret"
ROOT = Path(__file__).parents[1]
ROUNDS = 3
MANY, FEW = 4_000, 600  # requests a round, at 16 connections and at one


def run() -> list[Figure]:
    return uvloop.run(_run())


async def _run() -> list[Figure]:
    measured: dict[tuple[str, int], list[list[float]]] = {}
    speed: dict[str, list[float]] = {}
    # In turn, so that all three see the same machine.
    for _ in range(ROUNDS):
        for name, server in (("grail", _grail), ("bare", _bare), ("default", _default)):
            async with server() as port:
                await _load(port, 200, 4)
                measured.setdefault((name, 1), []).append((await _load(port, FEW, 1))[0])
                if name != "default":
                    seconds, took = await _load(port, MANY, 16)
                    measured.setdefault((name, 16), []).append(seconds)
                    speed.setdefault(name, []).append(MANY / took)
    return _figures(measured, speed)


def _figures(
    measured: dict[tuple[str, int], list[list[float]]], speed: dict[str, list[float]]
) -> list[Figure]:
    def p50(name: str) -> float:
        return 1000 * sorted(percentile(one, 0.5) for one in measured[name, 1])[ROUNDS // 2]

    bare_speed = Figure("bare Bolt, 16 connections", sorted(speed["bare"])[ROUNDS // 2], "requests/s")
    bare = Figure("bare Bolt, one connection, p50", p50("bare"), "ms")
    ours = Figure("grail, one connection, p50", p50("grail"), "ms", bare, "<= 2")
    default = Figure("Bolt as it comes, one connection, p50", p50("default"), "ms", ours, ">= 5")
    p99 = 1000 * max(percentile(one, 0.99) for one in measured["grail", 16])
    return [
        bare_speed,
        Figure(
            "grail, 16 connections", sorted(speed["grail"])[ROUNDS // 2], "requests/s", bare_speed, ">= 0.6"
        ),
        Figure("grail, 16 connections, p99", p99, "ms", None, "<= 50"),
        bare,
        ours,
        default,
    ]


async def _load(port: int, requests: int, connections: int) -> tuple[list[float], float]:
    """Send signed commands, each of its own id: the seconds that each took, and all of them together."""
    waiting = [_request(port, number) for number in range(requests)]
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            request = waiting.pop()
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if length:
                await reader.readexactly(length)
            took.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return took, time.perf_counter() - started


def _request(port: int, number: int) -> bytes:
    body = urlencode(
        {
            "command": "/grail",
            "text": "deploy shop to staging",
            "team_id": "T1",
            "user_id": f"U{number}",
            "channel_id": "C1",
            "trigger_id": f"{time.time_ns()}.{number}",
            "response_url": "http://127.0.0.1:9/response",
        }
    ).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def _grail() -> AsyncIterator[int]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    port = _free_port()
    environment = {
        "REDIS_URL": await server.start(),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "GRAIL_DATA": str(folder),
    }
    command = [sys.executable, "-m", "bot", "web", "--config", str(ROOT / "config.yaml"), "--port", str(port)]
    try:
        async with _served(command, port, environment):
            yield port
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _bare() -> AsyncIterator[int]:
    port = _free_port()
    async with _served([sys.executable, "-m", "bench._bare_bolt"], port, {"MODE": "bare", "PORT": str(port)}):
        yield port


@asynccontextmanager
async def _default() -> AsyncIterator[int]:
    port = _free_port()
    async with _served(
        [sys.executable, "-m", "bench._bare_bolt"], port, {"MODE": "default", "PORT": str(port)}
    ):
        yield port


@asynccontextmanager
async def _served(command: list[str], port: int, environment: dict[str, str]) -> AsyncIterator[None]:
    """The process, as soon as it listens; ended afterwards."""
    inherited = {"PATH": os.environ["PATH"], "SLACK_SIGNING_SECRET": SECRET}
    process = subprocess.Popen(  # noqa: ASYNC220 - it takes a millisecond
        command,
        cwd=ROOT,
        env={**inherited, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/healthz"):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
