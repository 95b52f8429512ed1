"""A deploy in words: what a tired person reads on its card, at every turn that it can take."""

from dataclasses import replace
from typing import Any

from bot.domain.deploys import Deploy, State, StepShown
from bot.slack.views.deploy import answer, card, notice, shows

NOW = 1_795_446_000.0
STEPS = tuple(StepShown(name, "pending") for name in ("checkout", "test", "start", "check"))
NEW, OLD = "53f89f4" + "0" * 33, "a51f398" + "0" * 33
DEPLOY = Deploy(
    "d-4", "shop", "staging", "fails-health", NEW, "Ask the stock room", "running", "dana@example.com", "U1",
    "Dana", "T1", "C1", NOW - 4, run="d-4", started=NOW - 3.4, steps=STEPS, previous=OLD, previous_subject="Find honey",
)  # fmt: skip


def at(state: State, *phases: str, **more: Any) -> Deploy:
    """The deploy in this state, its steps in these phases; the one that runs or failed has said something."""
    said = {"failed": "the stock room does not answer", "running": "healthy in a moment"}
    steps = [
        replace(step, phase=phase, started=NOW - 3, ended=NOW - 2.6, last_line=said.get(phase, ""))
        for step, phase in zip(STEPS, phases, strict=False)
    ]
    steps += [StepShown("back", phase) for phase in phases[len(STEPS) :]]
    ended = None if state == "running" else NOW
    return replace(DEPLOY, state=state, steps=tuple(steps), ended=ended, **more)


FAILED = at(
    "failed", "succeeded", "succeeded", "failed", "skipped", "succeeded",
    why="Step `start` failed with exit status 1.", rolled_back=True,
)  # fmt: skip


def texts(deploy: Deploy) -> list[str]:
    """What the sections and the context of its card say."""
    blocks = card(deploy, NOW).blocks
    return [
        block["text"]["text"] if "text" in block else block["elements"][0]["text"]
        for block in blocks
        if block["type"] in ("section", "context")
    ]


def plan(deploy: Deploy) -> Any:
    return card(deploy, NOW).blocks[1]


def rows(deploy: Deploy) -> list[tuple[str, str]]:
    return [(task["title"], task["status"]) for task in plan(deploy)["tasks"]]


def test_a_running_deploy_names_its_step_and_shows_what_the_step_said_last() -> None:
    deploy = at("running", "succeeded", "running", "pending", "pending")
    assert plan(deploy)["title"] == "Step 2 of 4: test"
    assert "healthy in a moment" in str(plan(deploy)["tasks"][1]["details"])
    assert texts(deploy)[-1].startswith("d-4 · by Dana · replaces `a51f398` Find honey · since <!date^")
    assert "✓" not in str(plan(deploy))


def test_a_failed_deploy_says_why_in_the_words_of_the_step_and_what_runs_now() -> None:
    assert texts(FAILED)[1] == (
        "Step `start` failed with exit status 1.\n"
        "```the stock room does not answer```\n"
        ":leftwards_arrow_with_hook: I rolled back by myself: `a51f398` Find honey runs again."
    )
    assert plan(FAILED)["title"] == "Failed at start"


def test_a_failed_deploy_does_not_claim_to_replace_what_still_runs() -> None:
    assert texts(FAILED)[-1] == "d-4 · by Dana · took 3.4 s"


def test_a_step_that_was_skipped_does_not_look_done_and_the_roll_back_is_named() -> None:
    assert rows(FAILED) == [
        ("checkout", "complete"),
        ("test", "complete"),
        ("start", "error"),
        ("check (skipped)", "pending"),
        ("roll-back: back", "complete"),
    ]
    assert "3 of 5 steps" in str(card(FAILED, NOW).base_blocks)


def test_where_nothing_ran_before_the_roll_back_names_no_commit() -> None:
    said = texts(replace(FAILED, previous=None))[1]
    assert said.endswith("I rolled back by myself: everything is as it was before.")


def test_a_roll_back_that_failed_too_calls_for_somebody() -> None:
    said = texts(replace(FAILED, rolled_back=False))[1]
    assert said.endswith("*The roll-back failed too.* Somebody has to look at the environment now.")


def test_a_cancelled_deploy_says_where_and_by_whom() -> None:
    deploy = at("cancelled", "succeeded", "cancelled", "skipped", "skipped", cancelled_by="Omar")
    assert plan(deploy)["title"] == "Cancelled at test"
    assert rows(deploy)[1] == ("test (cancelled)", "error")
    assert texts(deploy)[-1] == "d-4 · by Dana · took 3.4 s · cancelled by Omar"


def test_a_lost_deploy_says_where_it_was_seen_last() -> None:
    assert (
        plan(at("lost", "succeeded", "running", "pending", "pending"))["title"] == "Lost at step 2 of 4: test"
    )


def test_a_deploy_that_succeeded_says_so_in_one_line_of_its_plan() -> None:
    deploy = at("succeeded", *["succeeded"] * 4)
    assert plan(deploy)["title"] == "All 4 steps done"


def test_a_deploy_that_failed_before_it_changed_anything_says_so() -> None:
    failed = at(
        "failed",
        "succeeded",
        "failed",
        "skipped",
        "skipped",
        untouched=True,
        telling="AssertionError: '3' != '3.00'\nFAILED (failures=2)",
        why="Step `test` failed with exit status 1.",
    )
    assert texts(failed)[1] == (
        "Step `test` failed with exit status 1.\n"
        "```AssertionError: '3' != '3.00'\nFAILED (failures=2)```\n"
        ":shield: Nothing was changed: what ran before still runs."
    )
    cancelled = replace(failed, state="cancelled", telling="", why="Cancelled by Omar in step `test`.")
    assert texts(cancelled)[1].endswith(":shield: Nothing was changed: what ran before still runs.")


def test_what_stands_is_linked_on_its_card() -> None:
    url = "http://127.0.0.1:4000/staging/shop/"
    stands = at("succeeded", *["succeeded"] * 4, url=url)
    assert texts(stands)[0].endswith(f"\n:link: <{url}|Open shop in staging>")
    assert url not in str(card(replace(FAILED, url=url), NOW).blocks)


def test_cancel_asks_before_it_is_pressed_and_the_careful_answer_comes_first() -> None:
    press = card(at("running", "running"), NOW).blocks[-1]["elements"][0]
    assert press["confirm"]["style"] == "danger"
    assert press["confirm"]["deny"]["text"] == "Let it run"


def test_the_answer_points_at_the_card_only_where_it_stands_elsewhere() -> None:
    assert "Its card" not in answer(DEPLOY, NOW, "C1").blocks[0]["text"]["text"]
    assert answer(DEPLOY, NOW, "C2").blocks[0]["text"]["text"].endswith("Its card is in <#C1>.")
    named = replace(DEPLOY, channel="#storefront")  # asked from a terminal: no id is known yet
    assert answer(named, NOW, "").blocks[0]["text"]["text"].endswith("Its card is in #storefront.")


def test_its_owner_is_told_where_the_card_is() -> None:
    assert notice(FAILED, "C1").blocks[0]["text"]["text"].endswith("\nIts card is in <#C1>.")
    assert "Its card" not in notice(FAILED, "D1").blocks[0]["text"]["text"]


def test_a_state_a_cancel_a_restart_and_a_step_that_broke_are_shown_at_once_and_what_a_step_prints_is_not() -> (
    None
):
    running = at("running", "succeeded", "running", "pending", "pending")
    counted = replace(
        running,
        rev=9,
        steps=(*running.steps[:1], replace(running.steps[1], last_line="more"), *running.steps[2:]),
    )
    assert shows(counted) == shows(running)
    further = shows(at("running", "succeeded", "succeeded", "running", "pending"))
    assert (further.state, further.step == shows(running).step) == (shows(running).state, False)
    assert shows(replace(running, note="It waits at GitHub for a person.")).step != shows(running).step
    for news in (
        at("succeeded", *["succeeded"] * 4),
        replace(running, cancelled_by="Omar"),
        replace(running, restarts=1),
        at("running", "succeeded", "failed", "skipped", "skipped"),
    ):
        assert shows(news).state != shows(running).state
        assert shows(news).result == news.over
    assert shows(replace(DEPLOY, state="parked")).state is None
