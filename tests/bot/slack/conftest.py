"""Fixtures of the outbox's tests."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.bot.slack.desk import TIMEOUT, Desk, Hurry, Place
from tests.fixtures.wire import Wire
from tests.fixtures.workspace import served, words_for


@pytest.fixture
async def place(app_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """A workspace of its own. It keeps real time; in these tests only ours is moved."""
    monkeypatch.delenv("GRAIL_CLOCK_FILE", raising=False)
    async with (
        served(words_for(app_port)) as workspace,
        Wire(workspace.url) as wire,
    ):
        yield await Place.of(workspace, wire)


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
