"""Web and workers as processes of their own, on one Redis; and Slack over Socket Mode."""

import signal

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import LONG, Server
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, cards, held, told


async def test_any_worker_on_the_machine_goes_on_where_a_killed_one_was(
    workspace: Workspace, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    first = grail.spawn("worker")
    await grail.start("web")
    await held(workspace, grail)
    await card_says(workspace, "#storefront", "running")

    grail.spawn("worker")
    first.kill()
    first.wait(LONG)
    await workspace.clock(forward=20)
    await workspace.wait_for("#storefront", lambda ms: any("I restarted" in m["text"] for m in ms))
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded")
    assert len(cards(await workspace.messages("#storefront"))) == 1
    assert grail.runs() == ["d-1"]


async def test_term_to_a_worker_leaves_its_recipe_to_be_adopted(
    workspace: Workspace, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    first = grail.spawn("worker")
    await grail.start("web")
    await held(workspace, grail)
    first.send_signal(signal.SIGTERM)
    assert first.wait(LONG) == 0
    grail.open_gate()
    grail.spawn("worker")
    await card_says(workspace, "#storefront", "succeeded")
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
    await workspace.wait_for("#storefront", lambda ms: "shop staging" in ms[-1]["text"])
    resting_grail.stop()


async def test_redis_gone_is_said_and_work_goes_on_when_it_is_back(
    workspace: Workspace, own_redis_server: Server, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    await grail.start()
    await held(workspace, grail)

    own_redis_server.kill()
    answer = await workspace.type(DANA, "#storefront", "/grail status")
    assert answer["ack"]["status"] == 503
    gone = "I cannot reach my memory (Redis) just now, so I changed nothing. Try again in a minute."
    assert gone in await told(workspace, DANA, "#storefront", "memory")

    own_redis_server.restart()
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded")
    assert len(cards(await workspace.messages("#storefront"))) == 1
    assert grail.runs() == ["d-1"]
    grail.stop()
