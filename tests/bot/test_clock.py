"""Time: one clock, moved by a file that every process reads."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.clock import Clock


def moved(file: Path, seconds: str) -> None:
    half = file.with_suffix(".part")
    half.write_text(seconds)
    half.replace(file)


def test_without_a_file_it_is_the_time_of_the_machine() -> None:
    before = time.time()
    assert before <= Clock().now() <= time.time()


def test_the_file_moves_time_forward_and_back(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock(file)
    for words, shift in (("3600", 3600.0), ("-86400.5", -86400.5), ("0", 0.0), ("604800", 604800.0)):
        moved(file, words)
        before = time.time()
        assert before + shift <= clock.now() <= time.time() + shift


def test_a_file_that_is_not_there_yet_or_any_more_moves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock(file)
    assert abs(clock.now() - time.time()) < 60
    moved(file, "9999999")
    assert clock.now() > time.time() + 9_000_000
    file.unlink()
    assert abs(clock.now() - time.time()) < 60


def test_a_half_written_file_leaves_the_last_shift(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock(file)
    moved(file, "9999999")
    clock.now()
    moved(file, "12.3.")
    assert clock.now() > time.time() + 9_000_000
    moved(file, "")
    assert abs(clock.now() - time.time()) < 60


async def test_a_sleeper_wakes_when_time_is_moved_past_the_moment(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    moved(file, "0")
    clock = Clock(file)
    week = asyncio.create_task(clock.sleep(7 * 86400))
    day = asyncio.create_task(clock.sleep(86400))
    await asyncio.sleep(0)
    moved(file, "90000")
    async with asyncio.timeout(20):
        await day
    assert not week.done()
    moved(file, "700000")
    async with asyncio.timeout(20):
        await week


async def test_what_is_past_is_not_waited_for() -> None:
    async with asyncio.timeout(20):
        await Clock().until(0)


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(tmp_path / "clock", "5000000")
    monkeypatch.setenv("GRAIL_CLOCK_FILE", str(tmp_path / "clock"))
    assert Clock.from_environment().now() > time.time() + 4_000_000
    monkeypatch.delenv("GRAIL_CLOCK_FILE")
    assert abs(Clock.from_environment().now() - time.time()) < 60
