"""A house for each test of the services."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.bot.services.house import House
from tests.fixtures.grail import GrailProcess


@pytest.fixture
async def house(redis: Redis, clock_file: Path, resting_grail: GrailProcess, tmp_path: Path) -> House:
    return House(redis, clock_file, resting_grail, tmp_path / "data")
