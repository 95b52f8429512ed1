"""A service is deployed by GitHub Actions: from the words in Slack to the run, and from the run to the one card."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.github import GitHub, connected, words_with_github
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OMAR, Workspace
from tests.stories.steps import card_says, cards, refused, thread_of, told, words_of


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def github(workspace: Workspace, resting_grail: GrailProcess) -> GitHub:
    return await connected(workspace, resting_grail)


@pytest.fixture
async def grail(github: GitHub, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def test_a_deploy_killed_in_the_middle_is_one_run_at_github_and_its_card_says_succeeded(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await github.until(lambda seen: len(seen["runs"]) == 1)
    await github.run("step")
    await github.run("step")
    first = await card_says(workspace, "#storefront", "running")
    await github.until(lambda seen: seen["deployments"][0]["statuses"][-1]["state"] == "in_progress")
    grail.kill()
    await github.fire(hooks="off")  # what GitHub tells meanwhile is lost for ever
    await github.run("step")
    await github.run("success")
    await github.fire(hooks="on")
    await grail.start()
    await workspace.clock(forward=60)
    await card_says(workspace, "#storefront", "succeeded", within=30)

    standing = cards(await workspace.messages("#storefront"))
    assert [card["ts"] for card in standing] == [first["ts"]]
    assert len(await github.runs()) == 1
    assert await github.told() == ["queued", "in_progress", "success"]
    await workspace.wait_for(
        "#storefront", lambda ms: any("Look whether it is well" in m["text"] for m in ms)
    )
    lines = await thread_of(workspace, "#storefront", first)
    names = ("Check out", "Deploy", "Look whether it is well")
    assert [sum(f" {name} succeeded" in line for line in lines) for name in names] == [1, 1, 1]
    assert await workspace.messages("#ops") == []  # a run that waits for its next look is not amiss
    await workspace.type(DANA, "#storefront", "/grail status shop")
    assert grail.repository.head()[:7] in await told(workspace, DANA, "#storefront", "d-1")


async def test_what_github_tells_moves_the_card_at_once_without_waiting_for_the_next_look(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await github.until(lambda seen: len(seen["runs"]) == 1)
    await github.run("step")
    await github.run("failure")
    card = await card_says(workspace, "#storefront", "failed")
    assert "Step `Set up job` of job `deploy` failed." in words_of(card)
    assert f"/actions/runs/{(await github.runs())[0]['id']}|see the run>" in str(card["blocks"])
    assert await grail.metric('grail_hooks_heard_total{outcome="woken",source="github"}')


async def test_cancel_ends_the_run_at_github_and_says_who_did(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await github.until(lambda seen: len(seen["runs"]) == 1)
    await github.run("step")
    card = await card_says(workspace, "#storefront", "running")
    await workspace.press(OMAR, "deploy.cancel", message=card["ts"])
    await github.until(lambda seen: seen["runs"][0]["cancelling"] is not None)
    await github.run("go")
    await workspace.clock(forward=30)
    ended = await card_says(workspace, "#storefront", "cancelled")
    assert "cancelled by Omar" in words_of(ended)


async def test_a_deploy_that_waits_for_a_person_at_github_says_so_on_its_card_until_they_have_spoken(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await github.until(lambda seen: len(seen["runs"]) == 1)
    await github.run("waiting", environment="production")
    await workspace.clock(forward=30)
    words = "It waits at GitHub for a person to let it go on (production)."
    await workspace.wait_for("#storefront", lambda ms: words in words_of(cards(ms)[-1]))
    await github.run("approved")
    await workspace.wait_for("#storefront", lambda ms: words not in words_of(cards(ms)[-1]))
    await github.run("vanished")
    await workspace.clock(forward=30)
    card = await card_says(workspace, "#storefront", "lost")
    assert "any more: somebody has deleted it." in words_of(card)


async def test_while_github_is_down_the_card_says_so_and_what_github_refuses_is_said_with_what_to_do(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await github.until(lambda seen: len(seen["runs"]) == 1)
    await github.run("step")
    await github.until(lambda seen: seen["deployments"][0]["statuses"][-1]["state"] == "in_progress")
    await github.weather(failing=True)
    await workspace.clock(forward=20)
    words = "GitHub answers 502. I keep asking."
    await workspace.wait_for("#storefront", lambda ms: words in words_of(cards(ms)[-1]))
    await github.weather(failing=False)
    await github.run("success")
    await workspace.clock(forward=20)
    card = await card_says(workspace, "#storefront", "succeeded")
    assert words not in words_of(card)

    await github.workflow(inputs=["deploy"])
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging fails-health")
    card = await card_says(workspace, "#storefront", "failed")
    assert (
        "GitHub does not let me start the workflow `deploy.yml` in acme/shop (Unexpected inputs provided: "
        "['commit', 'environment']). What GitHub says in brackets has to be put right first. Nothing was started."
    ) in words_of(card)
    assert len(await github.runs()) == 1


async def test_a_deploy_parked_behind_a_lock_is_approved_and_run_by_github_once_although_grail_is_killed_on_the_way(
    workspace: Workspace, grail: GrailProcess, github: GitHub
) -> None:
    by_github = "github: {repository: acme/shop, workflow: deploy.yml}"
    gated = f"{by_github}, gates: {{approvals: {{mode: enforced}}}}"
    grail.config.write_text(grail.config.read_text().replace(by_github, gated, 1))
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms), within=30)
    await workspace.type(OMAR, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked · Omar" in m["text"] for m in ms))

    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#storefront", "locked by Omar")
    assert "shop staging is locked by Omar: trying the new search." in words_of(refusal)
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    card = await card_says(workspace, "#storefront", "parked")
    grail.kill()
    await grail.start()
    await workspace.type(OMAR, "#storefront", "/grail unlock shop staging")
    await card_says(workspace, "#storefront", "waiting for approval")
    grail.kill()
    await grail.start()
    await workspace.press(MIA, "deploy.approve", message=card["ts"])
    await github.until(lambda seen: len(seen["runs"]) == 1)
    grail.kill()
    await github.run("step")
    await grail.start()
    await card_says(workspace, "#storefront", "running")
    await github.run("success")
    await workspace.clock(forward=30)
    await card_says(workspace, "#storefront", "succeeded")
    assert [one["ts"] for one in cards(await workspace.messages("#storefront"))] == [card["ts"]]
    assert len(await github.runs()) == 1
