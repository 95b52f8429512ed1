"""Whatever Slack does while a deploy runs, its one card says in the end what became of it."""

from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import cards

STORMS: list[dict[str, Any]] = [
    {"slow": 12, "times": 1},
    {"rate_limited": 2, "times": 2},
    {"failing": True, "times": 3},
    {"failing": "after", "times": 1},
    {"down": True, "times": 3},
    {"down": "after", "times": 1},
    {"old_blocks": True},
]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("storm", STORMS, ids=lambda storm: "-".join(f"{k}={v}" for k, v in storm.items()))
async def test_a_deploy_through_bad_weather_is_one_card_that_says_succeeded(
    storm: dict[str, Any], method: str, workspace: Workspace, grail: GrailProcess
) -> None:
    if "old_blocks" in storm:
        workspace.expect_violations()  # the first card is refused, and said again in base blocks
        await workspace.weather(**storm)
    else:
        await workspace.weather(**storm, methods=[method])
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    found = await workspace.wait_for(
        "#storefront", lambda ms: "succeeded" in cards(ms)[-1]["text"], within=40
    )
    found = await workspace.wait_for(
        "#storefront", lambda ms: any("health" in m["text"] for m in ms), within=40
    )
    assert len(cards(found)) == 1
    lines = [
        m["text"] for m in found if m.get("thread_ts") == cards(found)[0]["ts"] and m["ts"] != m["thread_ts"]
    ]
    assert len(lines) == len(set(lines)) == 4
    assert grail.runs() == ["d-1"]
    await workspace.weather(slow=0, rate_limited=0, failing=False, down=False, old_blocks=False, times=0)


async def test_a_workspace_without_the_plan_block_gets_a_progress_bar(
    workspace: Workspace, grail: GrailProcess
) -> None:
    workspace.expect_violations()
    await workspace.weather(old_blocks=True)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    found = await workspace.wait_for(
        "#storefront", lambda ms: "4 of 4 steps" in str(cards(ms)[-1].get("blocks"))
    )
    assert "`██████████` 4 of 4 steps" in str(cards(found)[-1]["blocks"])
    assert '"plan"' not in str(cards(found)[-1]["blocks"])
