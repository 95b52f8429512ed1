"""A deploy by GitHub Actions is dispatched once, found by its mark, followed to its end, and shown at GitHub too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.drivers.github_scene import Scene
from tests.fixtures.github import GitHub, words_with_github


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def scene(github: GitHub, github_git: Path, clock_file: Path) -> AsyncIterator[Scene]:
    await github.workflow()
    made = Scene(github, github_git, clock_file)
    yield made
    for client in made.clients:
        await client.close()


async def test_a_deploy_is_dispatched_followed_step_by_step_and_shown_as_a_deployment(scene: Scene) -> None:
    order = scene.order()
    run = await scene.driver.start(order)
    [found] = await scene.played.runs()
    assert found["inputs"]["commit"] == order.commit
    assert found["inputs"]["environment"] == "staging"
    assert found["inputs"]["deploy"].startswith("d-1-")
    assert found["title"] == f"Deploy {found['inputs']['deploy']}"
    assert (await scene.until(run, "queued")).note == ""
    await scene.played.run("step")
    await scene.played.run("step")
    state = await scene.until(run, "running")
    assert [(step.name, step.phase) for step in state.steps] == [
        ("Check out", "running"), ("Deploy", "pending"), ("Look whether it is well", "pending"),
    ]  # fmt: skip
    assert state.link.endswith(f"/acme/shop/actions/runs/{found['id']}")
    await scene.played.run("success")
    state = await scene.until(run, "succeeded")
    assert {step.phase for step in state.steps} == {"succeeded"}
    assert await scene.played.told() == ["queued", "in_progress", "success"]
    [deployment] = (await scene.played.look())["deployments"]
    assert (deployment["environment"], deployment["sha"]) == ("staging", order.commit)
    assert deployment["statuses"][-1]["log_url"] == state.link
