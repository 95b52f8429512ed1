"""Web and worker with no more rights in Redis than docs/redis.acl gives them, as docs/redis-acl.md says to run them."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server, short_folder
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, cards, told

ACL = Path(__file__).parents[2] / "docs" / "redis.acl"


@pytest.fixture
def acl_server() -> Iterator[Server]:
    """A server where the default user may do nothing."""
    folder = short_folder()
    shutil.copy(ACL, folder / "users.acl")
    server = Server(folder, "--appendonly", "yes", "--aclfile", str(folder / "users.acl"))
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ended() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Processes that are ended with the test."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(timeout=20)


def address(server: Server, user: str) -> str:
    return server.url.replace("unix://", f"unix://{user}:change-me-{user}@")


async def test_web_and_worker_live_with_the_least_rights_in_redis(
    workspace: Workspace,
    resting_grail: GrailProcess,
    acl_server: Server,
    ended: list["subprocess.Popen[bytes]"],
) -> None:
    grail = resting_grail
    grail.environment["REDIS_URL"] = address(acl_server, "grail-worker")
    ended.append(grail.spawn("worker"))
    grail.environment["REDIS_URL"] = address(acl_server, "grail-web")
    await grail.start("web")
    assert grail.process is not None
    ended.append(grail.process)

    # A deploy to its end, one that is cancelled in the middle, and one that rolls back; each in a channel of its own,
    # because Slack takes one message a second in each.
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded", within=25)
    grail.shut_gate()
    await workspace.type(DANA, "#platform", "@Grail deploy search to staging")
    running = await card_says(workspace, "#platform", "running")
    await workspace.press(DANA, "deploy.cancel", in_="#platform", message=running["ts"])
    await card_says(workspace, "#platform", "cancelled", within=25)
    grail.open_gate()
    await workspace.type(DANA, "#unsorted", "/grail deploy shop to staging fails-health")
    await card_says(workspace, "#unsorted", "failed", within=25)

    # What is read, remembered and told besides.
    for words, answer in (
        ("whoami", "Dana"),
        ("help", "deploy"),
        ("status shop", "shop"),
        ("deploys shop", "d-3"),
        ("why d-1", "succeeded"),
        ("notify deploys failures", "failures"),
        ("whoami token", "grail-"),
    ):
        await workspace.type(DANA, "#general", f"/grail {words}")
        await told(workspace, DANA, "#general", answer)
    await workspace.open_home(DANA)
    await workspace.wait_until(lambda: workspace.home(DANA), within=20)
    await workspace.type(OMAR, "#general", "/grail pause everything to see whether it can")
    await told(workspace, OMAR, "#general", "paused")

    for place in ("#storefront", "#platform", "#unsorted"):
        assert len(cards(await workspace.messages(place))) == 1
    last = "The last 8 lines of d-3:"
    await workspace.wait_for("#unsorted", lambda ms: any(m["text"] == last for m in ms), within=20)
    words = grail.text()
    assert not [line for line in words.splitlines() if "NOPERM" in line or "permission" in line.lower()]
