"""Whatever Slack does while a deploy runs, its one card says in the end what became of it."""

from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, cards, told

STORMS: list[dict[str, Any]] = [
    {"slow": 12, "times": 1},
    {"rate_limited": 2, "times": 2},
    {"failing": True, "times": 3},
    {"failing": "after", "times": 1},
    {"down": True, "times": 3},
    {"down": "after", "times": 1},
    {"old_blocks": True},
]


ALL_CALLS = [
    *((storm, method) for method in ("chat.postMessage", "chat.update") for storm in STORMS),
    *((storm, method) for method in ("users.info", "response_url") for storm in STORMS[1:-1]),
    (STORMS[0], "response_url"),
]


def name(value: Any) -> str:
    return value if isinstance(value, str) else "-".join(f"{key}={held}" for key, held in value.items())


@pytest.mark.parametrize(("storm", "method"), ALL_CALLS, ids=name)
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
    assert len(lines) == 1
    assert grail.runs() == ["d-1"]
    await workspace.weather(slow=0, rate_limited=0, failing=False, down=False, old_blocks=False, times=0)


@pytest.mark.parametrize("storm", STORMS[:-1], ids=name)
async def test_who_asked_is_told_of_a_failure_once_through_bad_weather(
    storm: dict[str, Any], workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.weather(**storm, methods=["conversations.open"])
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging fails-health")
    said = "shop to staging: failed"
    direct = await workspace.wait_for(
        "@Grail", lambda ms: any(m["text"].startswith(said) for m in ms), within=40, as_=DANA
    )
    assert sum(m["text"].startswith(said) for m in direct) == 1
    await workspace.weather(slow=0, rate_limited=0, failing=False, down=False, times=0)


async def test_a_card_that_cannot_be_looked_for_yet_is_not_posted_again(
    workspace: Workspace, grail: GrailProcess
) -> None:
    """The post has reached Slack and its answer is lost; then Slack fails at the question whether it did."""
    await workspace.weather(failing="after", times=3, methods=["chat.postMessage", "conversations.history"])
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded", within=40)
    assert len(cards(await workspace.messages("#storefront"))) == 1
    await workspace.weather(failing=False, times=0)


async def test_whom_slack_cannot_name_in_time_is_told_so_and_nothing_begins(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.weather(slow=12, times=1, methods=["users.info"])
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    assert (
        "Slack cannot say who you are right now, and I only work for full members. Try again in a minute."
    ) in " ".join((await told(workspace, DANA, "#storefront", "who you are")).split())
    assert grail.runs() == []
    await workspace.clock(60)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    assert grail.runs() == ["d-1"]


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
