"""Checks on GitHub keep a deploy waiting; a GitHub that cannot say how they went is named, and stops as well."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.github import GitHub, words_with_github
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, refused, told, words_of

GATES = "{recipe: quick, gates: {checks: {mode: enforced, required: [test], repository: acme/shop}}}"


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def github(workspace: Workspace, resting_grail: GrailProcess) -> GitHub:
    """It has the very repository that Grail deploys; shop's staging wants its check `test`."""
    played = GitHub(workspace)
    await played.has(resting_grail.repository.path)
    text = resting_grail.config.read_text()
    resting_grail.config.write_text(text.replace("{staging: {recipe: quick}", f"{{staging: {GATES}", 1))
    resting_grail.environment |= played.environment
    return played


@pytest.fixture
async def grail(github: GitHub, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def test_a_deploy_is_parked_until_its_checks_have_passed_and_not_while_github_cannot_say(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await github.fire(check="test", ref="main", to="in_progress")
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#storefront", "checks-running")
    assert ":no_entry: test is still running." in words_of(refusal)
    await workspace.press(DANA, "deploy.checks", message=refusal["ts"])
    assert ":hourglass_flowing_sand: " in await told(workspace, DANA, "#storefront", "Checks of")
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    await card_says(workspace, "#storefront", "parked")

    await github.weather(failing=True)
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop to staging")
    unknown = await told(workspace, DANA, "#storefront", "Can I deploy")
    assert ":no_entry: GitHub cannot say how the checks of the commit went." in unknown
    assert "_Clears it: an answer of GitHub, or who may waive it._" in unknown
    await workspace.clock(forward=60)
    assert grail.runs() == []

    await github.weather(failing=False)
    await github.fire(check="test", ref="main", to="success")  # its webhook calls: no time goes by
    await card_says(workspace, "#storefront", "succeeded", within=30)
    assert grail.runs() == ["d-1"]
