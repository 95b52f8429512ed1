"""A changed config.yaml is taken in whole, or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config, load
from bot.config.watch import watch
from bot.errors import ConfigFault
from tests.bot.config.conftest import SMALL
from tests.fixtures.store import eventually

BIG = SMALL.replace("Small", "Big")


class Watching:
    """A watch over a file, and what it told."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.stop = asyncio.Event()
        self.again = asyncio.Event()
        self.changed: list[tuple[Config, Config]] = []
        self.faults: list[tuple[str, ...]] = []
        self.task = asyncio.create_task(
            watch(file, load(file), self._on_change, self._on_fault, self.stop, again=self.again)
        )

    async def _on_change(self, old: Config, new: Config) -> None:
        self.changed.append((old, new))

    async def _on_fault(self, fault: ConfigFault) -> None:
        self.faults.append(fault.faults)

    def put(self, text: str) -> None:
        """Another file in the place of the old one, whole at once, and a look at it as SIGHUP asks for."""
        other = self.file.with_name("other")
        other.write_text(text)
        os.replace(other, self.file)
        self.again.set()


@pytest.fixture
async def watching(file: Path) -> AsyncIterator[Watching]:
    watching = Watching(file)
    yield watching
    watching.stop.set()
    async with asyncio.timeout(30):
        await watching.task


async def write_until(watching: Watching, text: str, done: object) -> None:
    """Write until it was noticed: the watch may begin only after the first write."""
    assert callable(done)

    def again() -> bool:
        if not done():
            watching.file.write_text(text)
        return bool(done())

    await eventually(again, every=0.2)


async def test_a_change_of_the_file_is_taken_in(watching: Watching) -> None:
    await write_until(watching, BIG, lambda: watching.changed)
    old, new = watching.changed[0]
    assert (old.company, new.company) == ("Small", "Big")


async def test_a_file_put_in_the_place_of_the_old_one_is_taken_in(watching: Watching) -> None:
    def put() -> bool:
        if not watching.changed:
            watching.put(BIG)
            watching.again.clear()
        return bool(watching.changed)

    await eventually(put, every=0.2)
    assert watching.changed[0][1].company == "Big"


async def test_asked_to_look_again_it_does(file: Path, tmp_path: Path) -> None:
    """The file lies in another folder, behind a link, where no watch sees it change."""
    (tmp_path / "linked").mkdir()
    link = tmp_path / "linked" / "config.yaml"
    link.symlink_to(file)
    watching = Watching(link)
    file.write_text(BIG)
    watching.again.set()
    await eventually(lambda: watching.changed)
    assert watching.changed[0][1].company == "Big"
    watching.stop.set()
    async with asyncio.timeout(30):
        await watching.task


async def test_a_faulty_file_is_told_once_and_changes_nothing(watching: Watching) -> None:
    faulty = SMALL.replace("driver: recipe", "driver: docker")
    watching.put(faulty)
    await eventually(lambda: watching.faults)
    watching.put(faulty + "# touched\n")
    await eventually(lambda: not watching.again.is_set())
    watching.put(BIG)
    await eventually(lambda: watching.changed)
    assert watching.faults == [
        (
            'services.shop.environments.staging.driver: "docker" is not a driver; allowed: recipe, github_actions',
        )
    ]
    assert [(old.company, new.company) for old, new in watching.changed] == [("Small", "Big")]


async def test_a_fault_that_comes_back_is_told_again(watching: Watching) -> None:
    for text, told in (("", (1, 0)), (BIG, (1, 1)), ("", (2, 1))):
        watching.put(text)
        await eventually(lambda told=told: (len(watching.faults), len(watching.changed)) == told)


async def test_a_touched_file_with_the_same_words_changes_nothing(watching: Watching) -> None:
    watching.put("# a comment\n" + SMALL)
    await eventually(lambda: not watching.again.is_set())
    watching.put(BIG)
    await eventually(lambda: watching.changed)
    assert [new.company for _, new in watching.changed] == ["Big"]
