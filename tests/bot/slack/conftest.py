"""Fixtures of the outbox's tests."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.workspace import Settings
from bot.workspace import Workspace as Server
from tests.bot.slack.desk import TIMEOUT, Desk, Hurry, Place
from tests.fixtures.workspace import Workspace


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A workspace of its own. It keeps real time; in these tests only ours is moved."""
    server = Server(Settings(clock_file=None))
    await server.start()
    try:
        async with Workspace(server.url, server.settings.token, server=server) as workspace:
            place = Place(workspace)
            runner = await place.start()
            try:
                yield place
            finally:
                await runner.cleanup()
    finally:
        await server.stop()


@pytest.fixture
def hurry(tmp_path: Path) -> Hurry:
    return Hurry(tmp_path / "clock")


@pytest.fixture
async def fast(hurry: Hurry) -> AsyncIterator[None]:
    running = asyncio.create_task(hurry.run())
    yield
    running.cancel()


@pytest.fixture
async def desk(redis: Redis, place: Place, hurry: Hurry) -> AsyncIterator[Desk]:
    desk = await Desk(redis, place, hurry.clock).start()
    yield desk
    await desk.end()


@pytest.fixture
async def impatient(redis: Redis, place: Place, hurry: Hurry) -> AsyncIterator[Desk]:
    """A desk that waits for Slack no longer than TIMEOUT."""
    desk = await Desk(redis, place, hurry.clock, TIMEOUT).start()
    yield desk
    await desk.end()
