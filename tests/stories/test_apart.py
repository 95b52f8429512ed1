"""Web and workers as processes of their own, on one Redis; and Slack over Socket Mode."""

import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, cards, told

Process = subprocess.Popen[bytes]


@pytest.fixture
def ended() -> Iterator[list[Process]]:
    """Processes that are ended with the test."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(timeout=20)


async def test_any_worker_on_the_machine_goes_on_where_a_killed_one_was(
    workspace: Workspace, resting_grail: GrailProcess, own_redis_server: Server, ended: list[Process]
) -> None:
    grail = resting_grail
    grail.environment["REDIS_URL"] = own_redis_server.url
    first = grail.spawn("worker")
    ended.append(first)
    await grail.start("web")
    assert grail.process is not None
    ended.append(grail.process)
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"], within=20)
    await card_says(workspace, "#storefront", "running")

    ended.append(grail.spawn("worker"))
    first.kill()
    first.wait()
    await workspace.clock(forward=20)
    await workspace.wait_for("#storefront", lambda ms: any("I restarted" in m["text"] for m in ms), within=25)
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded", within=25)
    assert len(cards(await workspace.messages("#storefront"))) == 1
    assert grail.runs() == ["d-1"]


async def test_term_to_a_worker_leaves_its_recipe_to_be_adopted(
    workspace: Workspace, resting_grail: GrailProcess, own_redis_server: Server, ended: list[Process]
) -> None:
    grail = resting_grail
    grail.environment["REDIS_URL"] = own_redis_server.url
    first = grail.spawn("worker")
    await grail.start("web")
    assert grail.process is not None
    ended.append(grail.process)
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"], within=20)
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    grail.open_gate()
    ended.append(grail.spawn("worker"))
    await card_says(workspace, "#storefront", "succeeded", within=25)
    assert grail.runs() == ["d-1"]


@pytest.mark.parametrize("workspace_words", [["--port", "0", "--socket"]])
async def test_socket_mode_needs_no_public_address(workspace: Workspace, resting_grail: GrailProcess) -> None:
    del resting_grail.environment["SLACK_SIGNING_SECRET"]
    resting_grail.environment["SLACK_APP_TOKEN"] = workspace.settings.app_token
    await resting_grail.start()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    await workspace.disconnect()
    await workspace.type(DANA, "#storefront", "@Grail status shop")
    await workspace.wait_for("#storefront", lambda ms: "shop staging" in ms[-1]["text"], within=25)
    resting_grail.stop()


async def test_redis_gone_is_said_and_work_goes_on_when_it_is_back(
    workspace: Workspace, resting_grail: GrailProcess, own_redis_server: Server
) -> None:
    grail = resting_grail
    grail.environment["REDIS_URL"] = own_redis_server.url
    await grail.start()
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])

    own_redis_server.kill()
    answer = await workspace.type(DANA, "#storefront", "/grail status")
    assert answer["ack"]["status"] == 503
    gone = "I cannot reach my memory (Redis) just now, so I changed nothing. Try again in a minute."
    assert gone in await told(workspace, DANA, "#storefront", "memory")

    own_redis_server.restart()
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded", within=25)
    assert len(cards(await workspace.messages("#storefront"))) == 1
    assert grail.runs() == ["d-1"]
    grail.stop()
