"""Acme deploys for real: a repository that is the same everywhere, and a front that never sends anybody to nothing.

A little longer than other files: both need the same company, which takes its time to start.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import acme
from bot.acme import Acme, AcmeFault
from bot.acme.repository import create
from bot.clients.git import Git
from bot.config import Recipe, load
from bot.drivers import Order, RunState, Stands
from bot.drivers.recipe import RecipeDriver
from tests.fixtures.programs import program
from tests.fixtures.store import LONG

ROOT = Path(__file__).parents[3]
HEAD = "2b09e02d816fff2bca4e649ab072d409869fc0dc"


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """The one of config.yaml, without the pauses that are there for people."""
    shipped = load(ROOT / "config.yaml").services["shop"].environments["staging"].recipe
    return shipped.model_copy(update={"env": {"ACME_PACE": "0"}})


class Town:
    """Acme, running, and what deploys it."""

    def __init__(self, data: Path, recipe: Recipe) -> None:
        self.data, self.recipe = data, recipe
        self.git = Git(data)
        self.driver = RecipeDriver(data, grace=1)
        self.acme: Acme | None = None
        self.count = 0

    async def open(self) -> None:
        self.acme = await acme.start(self.data)

    async def close(self) -> None:
        if self.acme:
            await self.acme.stop()
            self.acme = None

    async def order(self, ref: str, service: str = "shop", action: str | None = None) -> Order:
        assert self.acme
        self.count += 1
        deploy = f"d-{self.count}"
        commit = await self.git.commit(str(self.acme.repository), ref)
        return Order(
            deploy,
            service,
            "staging",
            ref,
            commit.sha,
            str(self.acme.repository),
            self.recipe,
            action,
        )

    async def end(self, run: str) -> RunState:
        async with asyncio.timeout(2 * LONG):
            while (state := await self.driver.state(run)).phase in ("starting", "running"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return state

    async def deploy(self, ref: str, service: str = "shop", action: str | None = None) -> RunState:
        return await self.end(await self.driver.start(await self.order(ref, service, action)))

    async def live(self, service: str = "shop") -> str:
        answer = await self.get(f"/staging/{service}/version")
        return str(answer.get("commit", answer.get("why")))

    async def get(self, path: str) -> dict[str, Any]:
        assert self.acme
        return await asyncio.to_thread(fetch, self.acme.url + path)

    def services(self) -> list[int]:
        """The processes of services that answer to our front."""
        assert self.acme
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"services.serving" in words and self.acme.url.encode() in words:
                found.append(int(entry.name))
        return found


def fetch(url: str, data: bytes | None = None, **headers: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=LONG) as answer:
            got: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            got = {"status": error.code, **json.load(error)}
    return got


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
async def town(tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setenv("ACME_FRONT", "")  # put back afterwards what start() sets
    town = Town(tmp_path / "data", recipe)
    await town.open()
    yield town
    await town.close()


def test_the_commits_are_the_same_on_every_machine(tmp_path: Path) -> None:
    create(tmp_path / "a.git")
    create(tmp_path / "b.git")
    heads = [
        subprocess.run(
            ["git", "-C", str(each), "for-each-ref"], capture_output=True, check=True
        ).stdout.decode()
        for each in (tmp_path / "a.git", tmp_path / "b.git")
    ]
    assert heads[0] == heads[1]
    branches = {line.split("\t")[1].removeprefix("refs/heads/"): line[:40] for line in heads[0].splitlines()}
    assert set(branches) >= {"main", "breaks-tests", "fails-health", "feature/gift-cards"}
    assert branches["main"] == HEAD
    assert not list(tmp_path.glob("*.new"))


def test_a_repository_that_exists_keeps_what_was_pushed_to_it(tmp_path: Path) -> None:
    create(tmp_path / "a.git")
    git = ["git", "-C", str(tmp_path / "a.git")]
    subprocess.run([*git, "branch", "mine", "main"], check=True)
    create(tmp_path / "a.git")
    assert (
        subprocess.run([*git, "rev-parse", "--verify", "mine"], capture_output=True, check=False).returncode
        == 0
    )


async def test_a_day_at_acme(town: Town) -> None:
    """Deploy, deploy over it, fail in every way: the front always sends to the last good version."""
    first = await town.deploy("main")
    assert (first.phase, first.why) == ("succeeded", "")
    assert [step.name for step in first.steps] == ["checkout", "test", "start", "switch", "check", "retire"]
    main = await town.live()
    assert main == HEAD

    second = await town.deploy("feature/gift-cards")
    assert second.phase == "succeeded"
    assert await town.get("/staging/shop/things/gift%20card") == {
        "status": 404,
        "why": "there is nothing at /things/gift%20card",
    }
    cards = await town.live()
    assert cards != main
    await until(lambda: len(town.services()) == 1)  # the old version has been ended

    unwell = await town.deploy("fails-health")
    assert (unwell.phase, unwell.why, unwell.rolled_back) == (
        "failed",
        "Step `start` failed with exit status 1.",
        True,
    )
    assert "the stock room does not answer" in unwell.steps[2].last_line
    assert await town.live() == cards

    broken = await town.deploy("breaks-tests")
    assert (broken.phase, broken.why, broken.rolled_back) == (
        "failed",
        "Step `test` failed with exit status 1.",
        None,
    )
    assert await town.live() == cards

    again = await town.deploy("feature/gift-cards", action="restart")
    assert again.phase == "succeeded"
    assert await town.live() == cards
    await until(lambda: len(town.services()) == 1)


async def test_the_front_says_what_really_stands(town: Town) -> None:
    order = await town.order("main")
    assert await town.driver.standing(order) == Stands("")
    assert (await town.deploy("main")).phase == "succeeded"
    assert await town.driver.standing(order) == Stands(order.commit)


async def test_a_cancelled_deploy_leaves_the_old_version_answering(town: Town) -> None:
    await town.deploy("main")
    run = await town.driver.start(await town.order("feature/gift-cards"))

    async with asyncio.timeout(LONG):
        while (await town.driver.state(run)).steps[3].phase != "succeeded":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await town.driver.cancel(run, "Dana")
    state = await town.end(run)
    assert (state.phase, state.rolled_back) == ("cancelled", True)
    assert await town.live() == HEAD
    await until(lambda: len(town.services()) == 1)


async def test_everything_ends_with_stop_and_comes_back_with_start(town: Town) -> None:
    both = await asyncio.gather(
        town.deploy("main", "shop"), town.deploy("feature/search-all-words", "search")
    )
    assert [(state.phase, state.why) for state in both] == [("succeeded", "")] * 2
    assert town.acme
    url, search = town.acme.url, await town.live("search")
    pids = town.services()
    assert len(pids) == 2
    await town.close()
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    await town.open()
    assert town.acme.url == url
    assert await town.live("shop") == HEAD
    assert await town.live("search") == search
    assert (await town.deploy("feature/gift-cards", "shop")).phase == "succeeded"
    assert await town.get("/") == {
        "acme": {"staging/search": search, "staging/shop": await town.live("shop")}
    }


async def test_what_a_kill_orphaned_is_taken_over(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from bot import acme\n"
        "async def main():\n"
        "    print((await acme.start(Path(sys.argv[2]))).url, flush=True); await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    async with program(sys.executable, "-c", code, str(ROOT), str(tmp_path)) as bot:
        assert bot.stdout is not None
        url = (await bot.stdout.readline()).decode().strip()
        bot.send_signal(signal.SIGKILL)
    before = os.environ.get("ACME_FRONT")
    found = await acme.start(tmp_path)
    try:
        assert found.url == url
        assert os.environ["ACME_FRONT"] == url
    finally:
        await found.stop()
        os.environ.pop("ACME_FRONT")
        if before is not None:
            os.environ["ACME_FRONT"] = before
    with pytest.raises(urllib.error.URLError):
        await asyncio.to_thread(fetch, url)


async def test_the_front_takes_orders_from_no_page_of_the_web(town: Town) -> None:
    assert town.acme
    body = b'{"service": "shop", "environment": "staging", "deploy": "x"}'
    for headers in ({}, {"X-Acme": "1", "Host": "evil.example:80"}):
        answer = await asyncio.to_thread(fetch, f"{town.acme.url}/-/back", body, **headers)
        assert answer == {"status": 403, "said": "not for you"}
    wrong = await asyncio.to_thread(fetch, f"{town.acme.url}/-/quit", b'{"key": "guess"}', **{"X-Acme": "1"})
    assert wrong["status"] == 404
    odd = await asyncio.to_thread(fetch, f"{town.acme.url}/-/switch", b"odd", **{"X-Acme": "1"})
    assert odd["status"] == 400
    early = await asyncio.to_thread(fetch, f"{town.acme.url}/-/switch", body, **{"X-Acme": "1"})
    assert early == {"status": 409, "said": "no new version of staging/shop is waiting to be switched to"}


async def test_a_start_that_cannot_be_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AcmeFault, match=r"^Acme could not be started: .*git"):
        await acme.start(tmp_path / "data")


def test_the_front_inherits_none_of_our_files_also_from_uvloop(tmp_path: Path) -> None:
    """A front that outlives a kill must hold nothing that the next Grail wants."""
    uvloop = pytest.importorskip("uvloop")

    async def start() -> tuple[int, list[str]]:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        running = await acme.start(tmp_path)
        try:
            assert running._child
            folder = Path(f"/proc/{running._child.pid}/fd")
            files = [os.readlink(each) for each in folder.iterdir()]
        finally:
            await running.stop()
            server.close()
        return len(files), files

    before = os.environ.get("ACME_FRONT")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        count, files = runner.run(start())
    os.environ.pop("ACME_FRONT")
    if before is not None:
        os.environ["ACME_FRONT"] = before
    assert sum(each.startswith("socket:") for each in files) == 1, files
    assert count <= 5, files
