"""A signed `/grail` command over HTTP, durable in Redis before its 200, against a bare Bolt app that keeps nothing.

All of them are up at the same time and are asked in turn, a fraction of a second each, so that whatever else the
machine does meanwhile is shared fairly; the figures are medians over the turns. All run on uvloop and aiohttp without
an access log, and are sent the same bytes. On two cores Redis takes its share of the time from Grail; the bare app has
none to feed. A machine with more to run than cores slows the three processes of a durable answer (the sender, Grail,
Redis) more than the two of a bare one: then the figures say little.
"""

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
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import aiohttp
import uvloop

from bench import Figure, percentile
from bot.store.embedded import EmbeddedRedis

SECRET = "bench-signing-secret"
ROOT = Path(__file__).parents[1]
ROUNDS = 15
MANY, FEW, SLOW = 800, 200, 20  # requests a turn: at 16 connections, at one, and at one of who polls


def run() -> list[Figure]:
    return uvloop.run(_run())


async def _run() -> list[Figure]:
    alone: dict[str, list[float]] = {"grail": [], "bare": [], "default": []}  # seconds, the p50 of each turn
    speed: dict[str, list[float]] = {"grail": [], "bare": []}  # requests a second, in each turn
    crowded: list[float] = []  # seconds that each of Grail's took
    async with AsyncExitStack() as up:
        ports = {
            name: await up.enter_async_context(server())
            for name, server in (("grail", _grail), ("bare", _bare), ("default", _default))
        }
        for port in ports.values():
            await _load(port, 200, 16)
        for _ in range(ROUNDS):
            for name, port in ports.items():
                took, _ = await _load(port, SLOW if name == "default" else FEW, 1)
                alone[name].append(percentile(took, 0.5))
            for name, speeds in speed.items():
                took, seconds = await _load(ports[name], MANY, 16)
                speeds.append(MANY / seconds)
                if name == "grail":
                    crowded += took
    return _figures(alone, speed, crowded)


def _figures(
    alone: dict[str, list[float]], speed: dict[str, list[float]], crowded: list[float]
) -> list[Figure]:
    bare_speed = Figure("bare Bolt, 16 connections", median(speed["bare"]), "requests/s")
    bare = Figure("bare Bolt, one connection, p50", 1000 * median(alone["bare"]), "ms")
    ours = Figure("grail, one connection, p50", 1000 * median(alone["grail"]), "ms", bare, "<= 2")
    default = "Bolt as it comes, one connection, p50"
    return [
        bare_speed,
        Figure("grail, 16 connections", median(speed["grail"]), "requests/s", bare_speed, ">= 0.6"),
        Figure("grail, 16 connections, p99", 1000 * percentile(crowded, 0.99), "ms", None, "<= 50"),
        bare,
        ours,
        Figure(default, 1000 * median(alone["default"]), "ms", ours, ">= 5"),
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
