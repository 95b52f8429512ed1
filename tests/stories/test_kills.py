"""`kill -9` at ten points of a deploy: each ends in exactly one deploy, one run of it and one card."""

import json
from collections.abc import Awaitable, Callable

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import cards, thread_of

Point = Callable[[Workspace, GrailProcess], Awaitable[None]]


def run_says(grail: GrailProcess, word: str) -> bool:
    """Whether what the recipe's own process has written down holds this word."""
    files = list((grail.folder / "data" / "runs").glob("d-1/status.json"))
    return bool(files) and word in json.dumps(json.loads(files[0].read_text()))


async def at_once(workspace: Workspace, grail: GrailProcess) -> None:
    """Slack has its 200, and nothing else has happened for certain."""


async def asked(workspace: Workspace, grail: GrailProcess) -> None:
    """The words are taken: whoever typed them has let go, and nothing is shown yet."""


async def card_stands(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.wait_for("#storefront", lambda ms: bool(cards(ms)))


async def card_in_flight(workspace: Workspace, grail: GrailProcess) -> None:
    """Slack has taken the card, and has not answered yet: nobody knows whether it stands."""
    await card_stands(workspace, grail)


async def run_begun(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.wait_until(lambda: run_says(grail, "running"))


async def step_started(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])


async def step_shown(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.wait_for("#storefront", lambda ms: "Step 3 of 4" in str(cards(ms)[-1].get("blocks")))


async def lines_in_thread(workspace: Workspace, grail: GrailProcess) -> None:
    grail.open_gate()
    await workspace.wait_for(
        "#storefront", lambda ms: any("checkout" in m["text"] for m in ms if m.get("thread_ts"))
    )


async def run_over(workspace: Workspace, grail: GrailProcess) -> None:
    grail.open_gate()
    await workspace.wait_until(lambda: run_says(grail, '"phase": "succeeded", "why"'))


async def card_over(workspace: Workspace, grail: GrailProcess) -> None:
    grail.open_gate()
    await workspace.wait_for("#storefront", lambda ms: "succeeded" in cards(ms)[-1]["text"])


@pytest.mark.parametrize(
    "point",
    [
        at_once,
        asked,
        card_stands,
        card_in_flight,
        run_begun,
        step_started,
        step_shown,
        lines_in_thread,
        run_over,
        card_over,
    ],
    ids=lambda point: point.__name__,
)
async def test_a_kill_anywhere_leaves_one_deploy_and_one_card(
    point: Point, workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    if point is card_in_flight:
        await workspace.weather(down="after", methods=["chat.postMessage"], times=1)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await point(workspace, grail)
    grail.kill()
    grail.open_gate()
    await grail.start()
    # Whoever holds work and gives no sign of life is taken for dead after some seconds: let them pass.
    await workspace.clock(forward=20)

    found = await workspace.wait_for(
        "#storefront", lambda ms: "succeeded" in cards(ms)[-1]["text"], within=25
    )
    await workspace.wait_for("#storefront", lambda ms: any("health" in m["text"] for m in ms))
    assert len(cards(found)) == 1
    assert grail.runs() == ["d-1"]
    lines = [
        line for line in await thread_of(workspace, "#storefront", cards(found)[0]) if "restarted" not in line
    ]
    assert len(lines) == 1
