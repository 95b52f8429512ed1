"""A repository, a driver and orders: what the tests of the recipe driver stand on."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Recipe, Step
from bot.drivers import Order, RunState
from bot.drivers.recipe import RecipeDriver

PATIENCE = 40  # seconds until a test gives up waiting; nothing waits that long


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether it has ended; one that nobody has buried yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def step(name: str, *run: str, timeout: str = "20s", **more: Any) -> Step:
    return Step(name=name, run=run, timeout=timeout, **more)


def shell(name: str, script: str, timeout: str = "20s", **more: Any) -> Step:
    return step(name, "sh", "-c", script, timeout=timeout, **more)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit: hello.txt, and a folder with a script in it."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "hello.txt").write_text("hello\n")
    (folder / "ops").mkdir()
    (folder / "ops/say.sh").write_text("#!/bin/sh\necho said\n")
    (folder / "ops/say.sh").chmod(0o755)
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null"}
    for each in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Say hello"]):
        names = ["-c", "user.name=Dana", "-c", "user.email=dana@example.com"]
        subprocess.run(["git", "-C", str(folder), *names, *each], env=environ, check=True)
    return folder


@pytest.fixture(scope="session")
def commit(repository: Path) -> str:
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, check=True
    )
    return head.stdout.decode().strip()


@pytest.fixture
def marks() -> Iterator[Path]:
    """A folder in which every user of the machine may write."""
    folder = Path(tempfile.mkdtemp(prefix="grail-test-"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # a step that a failed test left may be writing there


class Scene:
    """One driver, and orders for it."""

    def __init__(self, data: Path, repository: Path, commit: str) -> None:
        self.data, self.repository, self.commit = data, repository, commit
        self.environ = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        self.driver = self.another_driver()

    def another_driver(self, **more: Any) -> RecipeDriver:
        return RecipeDriver(self.data, **{"grace": 1, "environ": self.environ, **more})

    def order(self, deploy: str = "d-1", *, recipe: dict[str, Any] | None = None, **more: Any) -> Order:
        given = {
            "service": "shop", "environment": "staging", "ref": "main", "commit": self.commit,
            "repository": str(self.repository), "by": "dana@example.com", **more,
        }  # fmt: skip
        return Order(deploy=deploy, recipe=Recipe(name="test", **(recipe or {})), **given)

    async def end(self, run: str) -> RunState:
        """How the run ended, as soon as it has."""
        state = await self.driver.state(run)
        async with asyncio.timeout(PATIENCE):
            while state.phase in ("starting", "running"):
                await asyncio.sleep(0.02)
                state = await self.driver.state(run)
        return state

    async def run(self, deploy: str = "d-1", **more: Any) -> RunState:
        return await self.end(await self.driver.start(self.order(deploy, **more)))

    def folder(self, deploy: str = "d-1") -> Path:
        return self.data / "runs" / deploy


@pytest.fixture
def scene(tmp_path: Path, repository: Path, commit: str) -> Scene:
    return Scene(tmp_path / "data", repository, commit)
