"""A deploy by GitHub Actions is dispatched once, found by its mark, followed to its end, and shown at GitHub too.

Longer than other files: it has a test for each way in which a run can begin, go and end.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.clients.github import GitHub as Client
from bot.drivers import GOING, Waits
from bot.drivers._github_run import Ref, mark_of, marks_in
from bot.drivers.github_actions import FOUND_WITHIN
from bot.errors import NotFound, OutsideUnavailable, Refusal
from tests.bot.drivers.github_scene import Scene
from tests.fixtures.github import GitHub, head, words_with_github


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


# --- begun once


async def test_a_deploy_is_dispatched_followed_step_by_step_and_shown_as_a_deployment(scene: Scene) -> None:
    order = scene.order()
    run = await scene.driver.start(order)
    [found] = await scene.played.runs()
    assert found["inputs"]["commit"] == order.commit
    assert found["inputs"]["environment"] == "staging"
    assert found["title"] == f"Deploy {mark_of(order)}"
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


@pytest.mark.parametrize("details", [True, False], ids=["with the run's id", "without the run's id"])
async def test_whoever_starts_it_again_finds_the_run_that_is_there(scene: Scene, details: bool) -> None:
    await scene.played.workflow(details=details)
    order = scene.order()
    name = scene.driver.run_of(order)
    for _ in range(3):
        run = await scene.restarted().start(replace(order, first=False))
        assert Ref.of(run).mark == Ref.of(name).mark
    [found] = await scene.played.runs()
    assert (await scene.restarted().state(name)).run == str(
        replace(Ref.of(run), run=found["id"])
    )  # by the name that was known before the start
    assert len((await scene.played.look())["deployments"]) == 1


async def test_a_run_that_github_does_not_list_yet_is_waited_for_and_not_dispatched_again(
    scene: Scene,
) -> None:
    await scene.played.workflow(details=False, lag=60)
    order = scene.order()
    run = await scene.driver.start(order)
    state = await scene.driver.state(run)
    assert (state.phase, state.note) == ("queued", "GitHub has been asked; its run is not to be seen yet.")
    await scene.restarted().start(replace(order, first=False))
    assert (await scene.driver.state(run)).phase == "queued"
    await scene.forward(61)
    await scene.played.run("step")
    assert (await scene.until(run, "running")).link
    assert len(await scene.played.runs()) == 1


async def test_killed_between_saying_so_and_the_dispatch_it_is_not_dispatched_and_lost_is_said(
    scene: Scene,
) -> None:
    order = scene.order()
    await scene.played.weather(down=True, methods=["dispatch"])
    run = await scene.driver.start(order)  # cut off: nobody knows whether GitHub has taken it
    await scene.played.weather(down=False)
    scene.restarted()
    await scene.driver.start(replace(order, first=False))
    assert (await scene.driver.state(run)).phase == "queued"
    await scene.forward(FOUND_WITHIN + 1)
    state = await scene.driver.state(run)
    assert state.phase == "lost"
    assert state.why == (
        f"I asked GitHub 2 minutes ago, and no run of `deploy.yml` carries its mark `{mark_of(order)}`. Does the "
        "workflow show that input in its `run-name`? Look at its runs on GitHub before you deploy again."
    )
    assert await scene.played.runs() == []
    assert await scene.played.told() == ["queued", "error"]


async def test_a_dispatch_whose_answer_was_lost_is_found_and_not_sent_again(scene: Scene) -> None:
    await scene.played.weather(down="after", methods=["dispatch"])
    run = await scene.driver.start(scene.order())
    await scene.played.weather(down=False)
    assert Ref.of(run).run == 0
    await scene.played.run("success")
    assert (await scene.until(run, "succeeded")).link
    assert len(await scene.played.runs()) == 1


@pytest.mark.parametrize("limit", [30, 31, "primary"])
async def test_what_github_has_certainly_not_taken_is_sent_again(scene: Scene, limit: "int | str") -> None:
    order = scene.order()
    await scene.played.weather(rate_limited=limit, methods=["dispatch"])
    with pytest.raises(
        Waits, match=r"^It waits for GitHub's limit, and begins in about \d+ (seconds|minutes)\.$"
    ):
        await scene.driver.start(order)
    await scene.played.weather(rate_limited=False)
    assert (await scene.driver.state(scene.driver.run_of(order))).phase == "starting"
    await scene.forward(3700)
    run = await scene.driver.start(replace(order, first=False))
    assert (await scene.until(run, "queued")).run
    assert len(await scene.played.runs()) == 1


async def test_the_first_to_try_tries_again_when_github_was_away(scene: Scene) -> None:
    order = scene.order()
    await scene.played.weather(failing=True)
    with pytest.raises(OutsideUnavailable, match="GitHub answers 502"):
        await scene.driver.start(order)
    assert (await scene.driver.state(scene.driver.run_of(order))).phase == "starting"
    await scene.played.weather(failing=False)
    await scene.driver.start(replace(order, first=False))
    assert len(await scene.played.runs()) == 1


async def test_whoever_comes_after_a_kill_asks_github_before_anything_is_started(scene: Scene) -> None:
    order = scene.order()
    name = scene.driver.run_of(order)
    await scene.played.weather(failing=True)
    state = await scene.driver.state(name)
    assert (state.phase, state.note) == ("queued", "GitHub answers 502. I keep asking.")
    await scene.played.weather(failing=False)
    assert (await scene.driver.state(name)).phase == "starting"


async def test_the_run_of_another_grail_with_the_same_id_is_not_taken_for_ours(scene: Scene) -> None:
    theirs = await scene.driver.start(scene.order("d-1", request="theirs"))
    await scene.played.run("success")
    await scene.until(theirs, "succeeded")
    ours = await scene.driver.start(scene.order("d-1", request="ours"))
    assert (await scene.until(ours, "queued")).phase == "queued"
    assert len(await scene.played.runs()) == 2
    assert marks_in("Deploy d-1-0123abcd (d-12-89abcdef), not d-3-0123abcd0 or xd-4-0123abcd") == [
        "d-1-0123abcd", "d-12-89abcdef",
    ]  # fmt: skip


# --- refused


@pytest.mark.parametrize(
    ("weather", "how", "sentence", "hint"),
    [
        ({"answers": 401}, {}, "GitHub does not take my token.",
         "An admin has to give Grail a GITHUB_TOKEN that is valid."),
        ({"answers": 403, "methods": ["deploy"]}, {},
         "GitHub does not let me note a Deployment in acme/shop (Resource not accessible by integration).",
         "An admin has to give its token this permission: deployments: write."),
        ({"answers": 403, "methods": ["dispatch"]}, {},
         "GitHub does not let me start the workflow `deploy.yml` in acme/shop (Resource not accessible by "
         "integration).",
         "An admin has to give its token this permission: actions: write."),
        ({}, {"workflow": "depoly.yml"}, "GitHub knows no workflow `depoly.yml` in acme/shop, or hides it from me.",
         "Look at its name in config.yaml, and whether Grail's token may see it."),
        ({}, {"repository": "acme/shoe"}, "GitHub knows no commit {short} in acme/shoe, or hides it from me.",
         "Look at its name in config.yaml, and whether Grail's token may see it."),
        ({"answers": 409, "methods": ["deploy"]}, {},
         "GitHub does not let me note a Deployment in acme/shop (Conflict).",
         "What GitHub says in brackets has to be put right first."),
        ({}, {"ref": "gone"},
         "GitHub does not let me start the workflow `deploy.yml` in acme/shop (No ref found for: gone).",
         "What GitHub says in brackets has to be put right first."),
        ({}, {"inputs": {"deploy": "{deploy}", "sha": "{commit}"}},
         "GitHub does not let me start the workflow `deploy.yml` in acme/shop (Unexpected inputs provided: ['sha']).",
         "What GitHub says in brackets has to be put right first."),
    ],
)  # fmt: skip
async def test_what_github_refuses_is_said_with_what_to_do_and_nothing_is_started(
    scene: Scene, weather: dict[str, Any], how: dict[str, Any], sentence: str, hint: str
) -> None:
    if weather:
        await scene.played.weather(**weather)
    with pytest.raises(Refusal) as refused:
        await scene.driver.start(scene.order(how=how))
    sentence = sentence.replace("{short}", scene.order().commit[:7])
    assert (str(refused.value), refused.value.hint) == (sentence, hint)
    assert refused.value.code.startswith("github-4")
    assert await scene.played.runs() == []
    deployments = (await scene.played.look())["deployments"]
    assert [one["statuses"][-1]["state"] for one in deployments] in ([], ["error"])


async def test_without_credentials_it_says_what_an_admin_has_to_do(scene: Scene) -> None:
    scene.driver._github = Client(None, scene.clock)
    with pytest.raises(Refusal) as refused:
        await scene.driver.start(scene.order())
    assert str(refused.value) == "I have no credentials for GitHub."
    assert refused.value.hint == "An admin has to set GITHUB_TOKEN for Grail."


async def test_an_action_is_a_workflow_of_its_own_and_an_unknown_one_is_refused(scene: Scene) -> None:
    await scene.played.workflow("restart.yml", run_name="Restart for {why}", inputs=["why"], details=False)
    how = {"actions": {"restart": {"workflow": "restart.yml", "inputs": {"why": "{by}: {deploy}"}}}}
    run = await scene.driver.start(scene.order(how=how, action="restart"))
    assert (await scene.until(run, "queued")).run
    [found] = await scene.played.runs()
    assert found["title"].startswith("Restart for dana@example.com: d-1-")
    with pytest.raises(NotFound) as refused:
        scene.driver.run_of(scene.order(how=how, action="melt"))
    assert str(refused.value) == "There is no action `melt` for shop."


# --- how it goes and ends


async def test_a_run_that_waits_for_a_person_says_for_whom_and_goes_on_when_they_have_spoken(
    scene: Scene,
) -> None:
    await scene.played.workflow(environment="production", held=False)
    run = await scene.driver.start(scene.order())
    state = await scene.until(run, "waiting")
    assert state.note == "It waits at GitHub for a person to let it go on (production)."
    await scene.forward(24 * 3600)  # nobody is told off for taking their time
    assert (await scene.driver.state(run)).phase == "waiting"
    await scene.played.run("approved")
    assert (await scene.until(run, "running")).note == ""
    assert await scene.played.told() == ["pending", "in_progress"]


@pytest.mark.parametrize(
    ("to", "phase", "why"),
    [
        ("failure", "failed", "Step `Check out` of job `deploy` failed."),
        ("timed_out", "failed", "Step `Check out` of job `deploy` ran out of time."),
        ("cancelled", "cancelled", "It was cancelled at GitHub."),
        ("vanished", "vanished", "GitHub knows nothing of its run {id} any more: somebody has deleted it."),
    ],
)
async def test_each_end_says_how_it_came(scene: Scene, to: str, phase: str, why: str) -> None:
    run = await scene.driver.start(scene.order())
    await scene.played.run("step")
    await scene.played.run("step")
    await scene.until(run, "running")
    found = await scene.played.run(to)
    state = await scene.until(run, phase)
    assert state.why == why.format(id=found["run"])
    assert (await scene.played.told())[-1] == ("failure" if to in ("failure", "timed_out") else "error")


async def test_several_jobs_are_shown_as_steps_each_with_what_it_is_at(scene: Scene) -> None:
    steps = [["Set up job", 0.0], ["Work", 5.0]]
    await scene.played.workflow(jobs=[{"name": name, "steps": steps} for name in ("build", "deploy")])
    run = await scene.driver.start(scene.order())
    await scene.played.run("step")
    await scene.played.run("step")
    state = await scene.until(run, "running")
    assert [(s.name, s.phase, s.last_line) for s in state.steps] == [
        ("build", "running", "Work"), ("deploy", "pending", ""),
    ]  # fmt: skip
    await scene.played.run("failure")
    assert (await scene.until(run, "failed")).why == "Step `Work` of job `build` failed."
    output = await scene.driver.output(run)
    assert output.splitlines()[:3] == [
        "build / Set up job: success", "build / Work: failure", "deploy / Set up job: skipped",
    ]  # fmt: skip
    assert f"/acme/shop/actions/runs/{Ref.of(run).run}/job/" in output.splitlines()[-1]
    assert await scene.driver.output(run, 1) == output.splitlines()[-1] + "\n"


# --- watchdogs, and the end


async def test_a_run_that_no_machine_takes_is_ended_and_has_failed(scene: Scene) -> None:
    run = await scene.driver.start(scene.order(how={"starts_within": "5m"}))
    await scene.until(run, "queued")
    await scene.forward(120)
    assert (await scene.driver.state(run)).note == "GitHub has no machine for it yet."
    await scene.forward(190)
    await scene.driver.state(run)
    await scene.played.run("go")
    await scene.forward(2)
    state = await scene.until(run, "failed")
    assert state.why == "GitHub did not start it within 5 minutes: no machine took it. I had it ended."
    assert state.untouched


async def test_a_run_without_a_sign_of_life_is_ended_and_has_failed(scene: Scene) -> None:
    run = await scene.driver.start(scene.order(how={"silent_for": "30m"}))
    await scene.played.run("step")
    await scene.played.run("step")
    await scene.until(run, "running")
    await scene.forward(29 * 60)
    assert (await scene.driver.state(run)).phase == "running"
    assert (await scene.played.runs())[0]["cancelling"] is None
    await scene.forward(2 * 60)
    await scene.driver.state(run)
    await scene.played.run("go")
    await scene.forward(2)
    state = await scene.until(run, "failed")
    assert state.why == "It has shown no sign of life for 31 minutes. I had it ended."


async def test_what_github_cannot_end_is_lost_in_the_end_and_said(scene: Scene) -> None:
    run = await scene.driver.start(scene.order())
    await scene.played.run("step")
    await scene.until(run, "running")
    await scene.played.weather(answers=403, methods=["cancel"])
    await scene.driver.cancel(run, "Omar")
    state = await scene.driver.state(run)
    assert state.note == (
        f"GitHub does not let me end run {Ref.of(state.run).run} in acme/shop (Resource not accessible by "
        "integration). "
        "An admin has to give its token this permission: actions: write."
    )
    await scene.forward(301)
    state = await scene.driver.state(run)
    assert state.phase == "lost"
    assert state.why.startswith("GitHub was told to end it 5 minutes ago, and it still runs: look there.")


async def test_a_run_cancelled_before_it_appears_is_ended_when_it_does(scene: Scene) -> None:
    await scene.played.workflow(details=False, lag=20, held=False, queue=600)
    run = await scene.driver.start(scene.order())
    await scene.driver.cancel(run, "Omar")
    await scene.forward(21)
    await scene.driver.cancel(run, "Omar")
    await scene.forward(2)
    assert (await scene.until(run, "cancelled")).untouched


@pytest.mark.parametrize(
    ("weather", "note"),
    [
        ({"failing": True}, "GitHub answers 502."),
        ({"down": True}, "GitHub's answer was cut off (ServerDisconnectedError)."),
        ({"answers": "rubbish"}, "GitHub's answer makes no sense."),
        ({"rate_limited": 20}, "GitHub lets me ask nothing for 20 seconds: its limit is used up."),
        ({"answers": 401},
         "GitHub does not take my token. An admin has to give Grail a GITHUB_TOKEN that is valid."),
    ],
)  # fmt: skip
async def test_while_github_does_not_answer_the_last_steps_stay_and_it_is_said(
    scene: Scene, weather: dict[str, Any], note: str
) -> None:
    run = await scene.driver.start(scene.order())
    await scene.played.run("step")
    before = await scene.until(run, "running")
    await scene.played.weather(**weather)
    state = await scene.driver.state(run)
    assert (state.phase, state.steps, state.link) == ("running", before.steps, before.link)
    assert state.note == f"{note} I keep asking."
    await scene.played.weather(**dict.fromkeys(weather))
    await scene.forward(30)
    await scene.played.run("success")
    assert (await scene.until(run, "succeeded")).note == ""


async def test_a_github_that_is_too_slow_is_not_waited_for(scene: Scene) -> None:
    run = await scene.driver.start(scene.order())
    scene.restarted(timeout=0.3)
    await scene.played.weather(slow=3)
    assert (await scene.driver.state(run)).note == "GitHub did not answer in time. I keep asking."


async def test_a_github_that_stays_silent_leaves_the_deploy_lost(scene: Scene) -> None:
    run = await scene.driver.start(scene.order(how={"silent_for": "30m"}))
    await scene.played.run("step")
    await scene.until(run, "running")
    await scene.played.weather(failing=True)
    assert (await scene.driver.state(run)).phase in GOING
    await scene.forward(31 * 60)
    state = await scene.driver.state(run)
    assert state.phase == "lost"
    assert state.why == "For 31 minutes GitHub has not told me what became of it. GitHub answers 502."


async def test_looking_again_at_what_has_not_changed_costs_nothing_of_the_limit(scene: Scene) -> None:
    run = await scene.driver.start(scene.order())
    await scene.played.run("step")
    await scene.until(run, "running")
    await scene.driver.state(run)
    used = (await scene.played.look())["used"]
    for _ in range(5):
        assert (await scene.driver.state(run)).phase == "running"
    assert (await scene.played.look())["used"] == used


async def test_a_status_that_github_did_not_take_is_told_at_the_next_look(scene: Scene) -> None:
    run = await scene.driver.start(scene.order())
    await scene.played.weather(failing=True, methods=["deployment-status"])
    await scene.played.run("step")
    await scene.until(run, "running")
    assert await scene.played.told() == []
    await scene.played.weather(failing=False)
    await scene.until(run, "running")
    assert await scene.played.told() == ["in_progress"]


async def test_no_run_of_github_is_a_process_of_this_machine(scene: Scene) -> None:
    await scene.driver.start(scene.order())
    assert await scene.driver.runs() == {}
    assert not scene.driver.local


# --- what stands there


async def test_what_stands_is_the_newest_success_of_the_environment_whoever_made_it(scene: Scene) -> None:
    order = scene.order()
    assert await scene.driver.standing(order) is None
    run = await scene.driver.start(order)
    await scene.played.run("success")
    await scene.until(run, "succeeded")
    ours = await scene.driver.standing(order)
    assert ours is not None
    assert (ours.commit, ours.by) == (order.commit, "grail[bot]")

    await scene.forward(60)
    await scene.played.deployed("production")
    await scene.played.deployed("staging", "main", task="restart")
    await scene.played.deployed("staging", "feature/x", by="olga", to="failure")
    assert await scene.driver.standing(order) == ours
    await scene.played.deployed("staging", "feature/x", by="olga")
    theirs = await scene.driver.standing(order)
    assert theirs is not None
    assert (theirs.commit, theirs.by) == (head(scene.git, "feature/x"), "olga")
    assert abs((theirs.since or 0) - scene.clock.now()) < 30


async def test_where_services_share_a_repository_only_what_is_known_to_be_of_this_one_counts(
    scene: Scene,
) -> None:
    run = await scene.driver.start(scene.order(service="search", alone=False))
    await scene.played.run("success")
    await scene.until(run, "succeeded")
    await scene.played.deployed("staging", "feature/x")
    assert await scene.driver.standing(scene.order(alone=False)) is None
    found = await scene.driver.standing(scene.order(service="search", alone=False))
    assert found is not None
    assert found.commit == head(scene.git)


async def test_while_github_is_down_it_does_not_say_what_stands(scene: Scene) -> None:
    await scene.played.weather(failing=True)
    with pytest.raises(OutsideUnavailable, match="GitHub answers 502"):
        await scene.driver.standing(scene.order())
    assert await scene.driver.health(scene.order()) is None
