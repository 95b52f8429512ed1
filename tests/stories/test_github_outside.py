"""What GitHub knows of deploys that Grail did not make, and the way back by GitHub Actions."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.github import GitHub, connected, words_with_github
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


@pytest.fixture
def workspace_words(clock_file: object, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def github(workspace: Workspace, resting_grail: GrailProcess) -> GitHub:
    return await connected(workspace, resting_grail)


@pytest.fixture
async def grail(github: GitHub, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def deployed(workspace: Workspace, github: GitHub, ref: str, sha: str, runs: int) -> None:
    await workspace.type(DANA, PLACE, f"/grail deploy shop to staging {ref}")
    await github.until(lambda seen: len(seen["runs"]) == runs)
    await github.run("success")
    await workspace.clock(forward=20)
    await card_says(workspace, PLACE, f"succeeded · {sha[:7]}")


async def test_what_another_tool_tells_github_is_shown_as_outside_and_a_silent_github_is_named(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await deployed(workspace, github, "main", grail.repository.head(), 1)
    theirs = grail.repository.branch("hats", {"hats": "1"})
    await workspace.clock(forward=60)
    await github.deployed("staging", "hats", by="olga-at-github")

    async def noted() -> bool:
        return bool(await grail.metric('grail_hooks_heard_total{outcome="outside",source="github"}'))

    await workspace.wait_until(noted)
    await github.weather(failing=True)
    await workspace.clock(forward=60)
    await workspace.type(DANA, PLACE, "/grail status shop")
    words = await told(workspace, DANA, PLACE, "*outside*")
    assert (
        f":warning: *outside*: `{theirs[:7]}` Work on hats really runs there by olga-at-github, since <!date^"
        in words
    )
    assert ":grey_question: GitHub answers 502. This is what I knew <!date^" in words
    await github.weather(failing=False)
    found = [m for m in await workspace.messages(PLACE, as_=DANA) if "*outside*" in words_of(m)]
    await workspace.press(DANA, "outside.mine", message=found[-1]["ts"])
    await told(workspace, DANA, PLACE, f"d-2: shop to staging, {theirs[:7]}, is down as yours.")
    card = await card_says(workspace, PLACE, f"succeeded · {theirs[:7]}")
    assert "brought there without me as olga-at-github there; Dana says that it was theirs." in words_of(card)


async def test_a_roll_back_by_github_actions_goes_to_the_commit_and_asks_github_for_nothing_before(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    good = grail.repository.head()
    await deployed(workspace, github, "main", good, 1)
    bad = grail.repository.commit("Sell the counter", {"count": "1"})
    await deployed(workspace, github, bad, bad, 2)
    await github.weather(failing=True)  # no fact of GitHub's is needed to judge it
    await workspace.type(DANA, PLACE, "/grail rollback shop staging --plan")
    plan = await told(workspace, DANA, PLACE, "I would")
    assert f"I would *roll back shop in staging* to `{good[:7]}` Open the shop (d-1 by Dana)." in plan
    assert f"It takes back 1 commit up to `{bad[:7]}`." in plan
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    await card_says(workspace, PLACE, "(roll-back): running")
    await github.weather(failing=False)  # but the workflow has to be started there
    await workspace.clock(forward=10)
    seen = await github.until(lambda seen: len(seen["runs"]) == 3)
    newest = max(seen["runs"], key=lambda run: run["id"])
    assert (newest["inputs"]["commit"], newest["inputs"]["environment"]) == (good, "staging")
    grail.kill()
    await github.run("success")
    await grail.start()
    await workspace.clock(forward=60)
    await card_says(workspace, PLACE, f"(roll-back): succeeded · {good[:7]}")
    lock = f"shop staging is locked · Dana: d-3 rolled back to {good[:7]}"
    await workspace.wait_for(PLACE, lambda ms: any(m["text"] == lock for m in ms))
    assert len(await github.runs()) == 3
    await workspace.type(OMAR, PLACE, f"/grail deploy shop to staging {bad}")
    assert "took back from shop staging" in await told(workspace, OMAR, PLACE, "took back")
    await workspace.type(OMAR, PLACE, "/grail status shop")
    assert "*outside*" not in await told(workspace, OMAR, PLACE, "*staging*")
