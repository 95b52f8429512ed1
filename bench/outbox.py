"""Two hundred deploys at once through one outbox, on the embedded Redis; the workspace is a process of its own.

Time is moved, so the first figures are counts and seconds of the clock: they do not hang on the machine. The peer of
the calls is a bot that sends an edit for each change; of the processor's time, the same load with a quarter of the
deploys.
"""

import asyncio
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import structlog
from redis.asyncio import Redis

from bench import Figure, percentile
from bench._crowd import Crowd, Story
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis

ROOT = Path(__file__).parents[1]
MANY, FEW = 200, 50
TOKEN = "xoxb-bench"
CHANNELS = ("storefront", "platform", "ops", "general")


def run() -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    stories, cost = {}, {}
    for size in (1, FEW, MANY):  # one: what the moving of the clock costs by itself
        stories[size], cost[size] = await _lived(size)
    story, late = stories[MANY], stories[MANY].late()
    each = Figure(f"{MANY} deploys, changes of their cards", story.told, "changes")
    calls = [method for _, method in story.calls]
    few, many = (
        1000 * (cost[size] - cost[1]) / (stories[size].told - stories[1].told) for size in (FEW, MANY)
    )
    less = Figure(f"{FEW} deploys, bot and Redis for a change", few, "ms")
    return [
        each,
        Figure(f"{MANY} deploys, chat.update in all", calls.count("chat.update"), "calls", each, "<= 0.2"),
        Figure(f"{MANY} deploys, calls for each deploy", len(calls) / MANY, "calls"),
        Figure("chat.update in the busiest minute", story.busiest("chat.update"), "calls", bound="<= 50"),
        Figure("until a result is shown, p50", percentile(late, 0.5), "s moved"),
        Figure("until a result is shown, slowest", max(late), "s moved", bound="<= 15"),
        less,
        Figure(f"{MANY} deploys, bot and Redis for a change", many, "ms", less, "<= 1.5"),
    ]


async def _lived(size: int) -> tuple[Story, float]:
    """What became of so many, and the seconds of processor that the bot and Redis took for it."""
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    try:
        redis = await connect(await server.start(), say=print)
        async with _workspace(folder / "clock") as api:
            channels, user = await _places(api)
            crowd = Crowd(
                redis, token=TOKEN, base_url=api, clock_file=folder / "clock", channels=channels, user=user,
                size=size,
            )  # fmt: skip
            before = await _used(redis)
            story = await crowd.live()
            used = await _used(redis) - before
        await redis.aclose()
        return story, story.cpu + used
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _used(redis: Redis) -> float:
    told = await redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


@asynccontextmanager
async def _workspace(clock: Path) -> AsyncIterator[str]:
    """Where its Web API is."""
    words = [sys.executable, "-m", "bot", "workspace", "--port", "0", "--bot-token", TOKEN]
    process = await asyncio.create_subprocess_exec(
        *words, "--app-url", "http://127.0.0.1:9/slack/events",
        cwd=ROOT, env={"PATH": os.environ["PATH"], "GRAIL_CLOCK_FILE": str(clock)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            while not (line := (await process.stdout.readline()).decode().strip()).startswith(
                "SLACK_API_URL="
            ):
                assert line, "the workspace did not start"
        yield line.partition("=")[2]
    finally:
        process.terminate()
        await process.communicate()


async def _places(api: str) -> tuple[list[str], str]:
    """The ids of the channels, and of somebody."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        async with session.post(f"{api}conversations.list", json={"limit": 200}) as answer:
            found = {one["name"]: str(one["id"]) for one in (await answer.json())["channels"]}
        async with session.post(f"{api}users.lookupByEmail", json={"email": "dana@example.com"}) as answer:
            return [found[name] for name in CHANNELS], str((await answer.json())["user"]["id"])
