"""A recipe runs step by step, once, and ends in a state that says how."""

import asyncio
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from bot.drivers import Order
from bot.drivers.recipe import _held
from bot.errors import Conflict, NotFound
from tests.bot.drivers.conftest import Scene, gone, shell, step, until


async def test_the_steps_run_in_their_order_in_the_checkout_of_the_commit(scene: Scene) -> None:
    state = await scene.run(
        recipe={
            "prepare": (shell("read", "cat hello.txt"),),
            "deploy": (step("say", "ops/say.sh"), step("here", "pwd", cwd="ops")),
            "check": (step("which", "git", "rev-parse", "HEAD"),),
        }
    )
    assert state.phase == "succeeded"
    assert state.rolled_back is None
    assert [(each.name, each.phase, each.last_line) for each in state.steps][:3] == [
        ("checkout", "succeeded", ""),
        ("read", "succeeded", "hello"),
        ("say", "succeeded", "said"),
    ]
    assert state.steps[3].last_line.endswith("/checkout/ops")
    assert state.steps[4].last_line == scene.commit
    assert all(each.started and each.ended and each.started <= each.ended for each in state.steps)


async def test_what_people_typed_arrives_as_whole_arguments_and_as_variables(scene: Scene) -> None:
    said = 'printf "%s|" "$@"; printf "%s|" "$GRAIL_REF" "$GRAIL_COMMIT" "$GRAIL_BY" "$GRAIL_STEP" "$NOTE" "$MORE"'
    words = ("{ref}", "{service}", "{environment}", "{deploy}", "{previous}", "{action}", "x{ref}")
    await scene.run(
        recipe={"deploy": (step("say", "sh", "-c", said, "-", *words, env={"NOTE": "{ref}"}),)},
        ref="$(touch x); `id`",
        previous="b" * 40,
        extra={"MORE": "more"},
    )
    lines = (await scene.driver.output("d-1")).splitlines()
    assert lines[-1] == (
        f"$(touch x); `id`|shop|staging|d-1|{'b' * 40}||x{{ref}}|"
        f"$(touch x); `id`|{scene.commit}|dana@example.com|say|{{ref}}|more|"
    )


async def test_a_run_is_begun_once_however_often_and_by_whomever_it_is_started(
    scene: Scene, marks: Path
) -> None:
    order = scene.order(
        recipe={"deploy": (shell("count", f"echo ran >> {marks}/ran; chmod 666 {marks}/ran"),)}
    )
    drivers = [scene.another_driver() for _ in range(4)]
    assert set(await asyncio.gather(*(driver.start(order) for driver in drivers))) == {"d-1"}
    assert (await scene.end("d-1")).phase == "succeeded"
    await scene.another_driver().start(order)
    assert (await scene.end("d-1")).phase == "succeeded"
    assert (marks / "ran").read_text() == "ran\n"


async def test_what_ran_under_a_number_before_is_never_taken_for_another_deploy(
    scene: Scene, marks: Path
) -> None:
    recipe = {"deploy": (shell("count", f"echo ran >> {marks}/ran; chmod 666 {marks}/ran"),)}
    await scene.run(recipe=recipe)
    order = scene.order(recipe=recipe)
    for other in (
        replace(order, service="search"),
        replace(order, environment="production"),
        replace(order, commit="b" * 40),
    ):
        with pytest.raises(Conflict) as refused:
            await scene.driver.start(other)
        assert (str(refused.value), refused.value.code) == (
            "Another deploy ran as d-1 on this machine.",
            "number-taken",
        )
    assert (marks / "ran").read_text() == "ran\n"


async def test_an_action_runs_its_own_steps_alone(scene: Scene) -> None:
    recipe = {
        "deploy": (shell("deploy", "exit 1"),),
        "rollback": (shell("back", "exit 1"),),
        "actions": {"flush": (shell("flush", 'echo "$GRAIL_ACTION"'),)},
    }
    state = await scene.run(recipe=recipe, action="flush")
    assert [(each.name, each.last_line) for each in state.steps] == [("checkout", ""), ("flush", "flush")]
    assert state.phase == "succeeded"
    with pytest.raises(NotFound) as refused:
        await scene.driver.start(scene.order("d-2", recipe=recipe, action="melt"))
    assert str(refused.value) == "There is no action `melt` for shop; there is: flush."
    assert not scene.folder("d-2").exists()


async def test_a_failed_deploy_is_rolled_back_and_the_rest_is_not_begun(scene: Scene) -> None:
    state = await scene.run(
        recipe={
            "deploy": (shell("half", "echo half done; exit 3"), shell("never", "true")),
            "check": (shell("check", "true"),),
            "rollback": (step("back", "echo", "to", "{previous}"),),
        },
        previous="b" * 40,
    )
    assert state.phase == "failed"
    assert state.why == "Step `half` failed with exit status 3."
    assert (state.rolled_back, state.untouched) == (True, False)
    assert [(each.name, each.phase) for each in state.steps] == [
        ("checkout", "succeeded"), ("half", "failed"), ("never", "skipped"), ("check", "skipped"),
        ("back", "succeeded"),
    ]  # fmt: skip
    assert state.steps[-1].last_line == f"to {'b' * 40}"


async def test_a_failed_check_is_rolled_back_and_a_failed_roll_back_is_said(scene: Scene) -> None:
    state = await scene.run(
        recipe={"check": (shell("check", "kill -KILL $$"),), "rollback": (shell("back", "exit 9"),)}
    )
    assert state.phase == "failed"
    assert state.rolled_back is False
    assert state.why == (
        "Step `check` was ended by the signal SIGKILL. "
        "The roll-back failed too: step `back` failed with exit status 9."
    )


async def test_a_failed_preparation_has_touched_nothing_and_is_not_rolled_back(
    scene: Scene, marks: Path
) -> None:
    state = await scene.run(
        recipe={
            "prepare": (shell("test", "exit 1"),),
            "deploy": (shell("deploy", f"touch {marks}/deployed"),),
            "rollback": (shell("back", f"touch {marks}/back"),),
        }
    )
    assert (state.phase, state.rolled_back, state.untouched) == ("failed", None, True)
    assert [each.phase for each in state.steps] == ["succeeded", "failed", "skipped"]
    assert list(marks.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (shell("slow", "sleep 60", "0.3s"), "Step `slow` took longer than 0.3 seconds and was ended."),
        (step("none", "no-such"), "Step `none` could not be started: `no-such`: No such file or directory."),
        (step("text", "./hello.txt"), "Step `text` could not be started: `./hello.txt`: Permission denied."),
        (
            shell("where", "true", cwd="nowhere"),
            "Step `where` could not be started: there is no folder `nowhere` in the checkout.",
        ),
    ],
)
async def test_a_step_that_cannot_end_well_says_why(scene: Scene, given: object, why: str) -> None:
    state = await scene.run(recipe={"deploy": (given,)})
    assert (state.phase, state.why) == ("failed", why)
    assert why in await scene.driver.output("d-1")


async def test_a_commit_that_is_not_there_is_said(scene: Scene) -> None:
    state = await scene.run(commit="f" * 40)
    assert state.phase == "failed"
    assert re.match(r"The commit fffffff could not be checked out: fatal: .*ffff", state.why)


async def test_the_checkout_comes_from_our_mirror_when_the_repository_is_away(
    scene: Scene, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.symlink_to(scene.repository)
    await scene.driver._git.commit(str(copy), "main")
    copy.unlink()
    assert (await scene.run(repository=str(copy))).phase == "succeeded"


async def test_a_background_child_that_keeps_the_output_open_does_not_keep_the_run(
    scene: Scene, marks: Path
) -> None:
    state = await scene.run(
        recipe={"deploy": (shell("start", f"echo up; sleep 600 & echo $! > {marks}/pid"),)}
    )
    assert state.phase == "succeeded"
    assert [each.last_line for each in state.steps] == ["", "up"]
    pid = int((marks / "pid").read_text())
    assert Path(f"/proc/{pid}/stat").exists()  # what a good step leaves in the background stays
    end(pid)


async def test_what_a_failed_step_left_in_its_group_is_ended(scene: Scene, marks: Path) -> None:
    script = f"trap '' TERM; sleep 600 & echo $! > {marks}/pid; exit 1"
    assert (await scene.run(recipe={"deploy": (shell("start", script),)})).phase == "failed"
    assert gone(int((marks / "pid").read_text()))


async def test_the_checkout_is_gone_at_the_end(scene: Scene) -> None:
    state = await scene.run(recipe={"deploy": (shell("say", "mkdir a; touch a/b; chmod 0 a; pwd"),)})
    checkout = Path(state.steps[-1].last_line)
    assert checkout.name == "checkout"

    async def tidy() -> bool:
        return not checkout.parent.exists()

    await until(tidy)


async def test_of_old_runs_only_the_newest_of_each_service_are_kept(scene: Scene) -> None:
    driver = scene.another_driver(keep=2)
    for number in range(1, 5):
        await scene.end(await driver.start(scene.order(f"d-{number}")))
        await until_let_go(scene, f"d-{number}")
    await scene.end(await driver.start(scene.order("d-9", service="search")))
    await driver.start(scene.order("d-5"))
    await scene.end("d-5")
    kept = sorted(each.name for each in scene.folder().parent.iterdir())
    assert kept == ["d-3", "d-4", "d-5", "d-9"]
    state = await driver.state("d-1")
    assert (state.phase, state.why) == ("lost", "Nothing is known of this run on this machine.")


async def until_let_go(scene: Scene, run: str) -> None:
    """Until its supervisor has ended too."""

    async def ended() -> bool:
        return not _held(scene.folder(run))

    await until(ended)


async def test_a_supervisor_that_comes_too_late_changes_nothing(scene: Scene) -> None:
    """As when the bot was killed while it started one, and the next bot started another."""
    order = scene.order()
    state = await scene.end(await scene.driver.start(order))
    await until_let_go(scene, "d-1")
    await scene.driver._launch(scene.folder(), order)
    assert await scene.driver.state("d-1") == state
    assert state.phase == "succeeded"


async def test_a_run_has_a_name_and_never_a_path(scene: Scene) -> None:
    for name in ("../d-1", "", ".hidden", "a/b", "a\n"):
        with pytest.raises(ValueError, match="not the name of a run"):
            await scene.driver.state(name)


async def test_before_it_has_begun_a_run_is_starting(scene: Scene) -> None:
    order: Order = scene.order()
    await asyncio.to_thread(scene.driver._write, scene.folder(), order)
    assert (await scene.driver.state("d-1")).phase == "starting"


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
