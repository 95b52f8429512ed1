"""What a recipe is asked about an environment: which commit runs there, and whether it is well."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from bot.config import Recipe
from bot.drivers import Stands
from bot.errors import OutsideUnavailable
from tests.bot.drivers.conftest import Scene, gone, until

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
async def asked(scene: Scene) -> Scene:
    """The driver's mirror has the repository, as it does as soon as somebody looked for a commit."""
    await scene.driver._git.commit(str(scene.repository), "main")
    return scene


def recipe(question: str, script: str, **more: object) -> dict[str, object]:
    return {question: {"run": ["sh", "-c", script], **more}}


async def test_it_answers_the_commit_that_the_command_prints_and_none_is_nothing(asked: Scene) -> None:
    order = asked.order(recipe=recipe("standing", f"echo {SHA}"))
    assert await asked.driver.standing(order) == Stands(SHA)
    assert await asked.driver.standing(asked.order(recipe=recipe("standing", "echo none"))) == Stands("")
    assert await asked.driver.standing(asked.order()) is None
    assert await asked.driver.health(asked.order()) is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo main", "it printed no commit: main"),
        (f"echo {SHA}; echo {SHA}", f"it printed no commit: {SHA}"),
        (f"echo {SHA.upper()}", f"it printed no commit: {SHA.upper()}"),
        ("true", "it printed no commit: nothing"),
        ("echo the front is away >&2; exit 3", "the front is away"),
        ("exit 3", "it ended with exit status 3"),
        ("yes", "it printed far too much"),
        ("sleep 30", "it took longer than 0.5 s"),
    ],
)
async def test_what_is_no_answer_is_said_to_be_none(asked: Scene, script: str, why: str) -> None:
    order = asked.order(recipe=recipe("standing", script, timeout=0.5))
    with pytest.raises(OutsideUnavailable) as silent:
        await asked.driver.standing(order)
    assert str(silent.value) == f"`standing` of the recipe did not answer: {why}."


async def test_it_gets_what_the_steps_get_and_runs_in_the_folder_that_it_names_alone(
    asked: Scene, marks: Path
) -> None:
    asked.environ |= {"FRONT": "http://front", "SECRET": "never-passed-on"}
    script = (
        "pwd; ls; ls ..; echo $FRONT $GRAIL_SERVICE $0 $HOME; id -u; env | grep -c SECRET; ls $HOME $TMPDIR"
    )
    given = {
        "pass_env": ["FRONT"],
        "health": {"run": ["sh", "-c", f"({script}) > {marks}/said; false", "{environment}"], "cwd": "ops"},
    }
    assert await asked.driver.health(asked.order(recipe=given)) == "exit status 1"
    lines = (marks / "said").read_text().split("\n")
    folder = lines[0]
    assert folder.endswith("/checkout/ops")
    assert lines[1:3] == ["say.sh", "ops"]  # nothing of hello.txt, which lies beside it
    assert lines[3] == f"http://front shop staging {folder.removesuffix('/checkout/ops')}/home"
    assert (lines[4] == str(os.geteuid())) == (os.geteuid() != 0)
    assert lines[5] == "0"
    assert not Path(folder).exists()


async def test_what_it_leaves_running_is_ended_with_it_and_when_its_time_is_over(
    asked: Scene, marks: Path
) -> None:
    for name, script in (("left", "exit 0"), ("slow", "sleep 60")):
        order = asked.order(
            recipe=recipe("health", f"sleep 60 & echo $! > {marks}/{name}; {script}", timeout=1.0)
        )
        began = time.monotonic()
        said = await asked.driver.health(order)
        assert said == ("" if name == "left" else "it did not answer within 1 s")
        assert time.monotonic() - began < 30
        pid = int((marks / name).read_text())

        async def ended(pid: int = pid) -> bool:
            return gone(pid)

        await until(ended)


async def test_secrets_that_are_passed_on_are_not_repeated(asked: Scene) -> None:
    asked.environ |= {"DATABASE": "postgres-pass-42"}
    given = recipe("health", "echo cannot log in with $DATABASE; exit 1") | {"pass_env": ["DATABASE"]}
    assert await asked.driver.health(asked.order(recipe=given)) == "cannot log in with •••"


async def test_a_health_check_that_ends_with_75_cannot_tell(asked: Scene) -> None:
    for script, why in (("echo no network; exit 75", "no network"), ("exit 75", "it says no more")):
        with pytest.raises(OutsideUnavailable) as unknown:
            await asked.driver.health(asked.order(recipe=recipe("health", script)))
        assert str(unknown.value) == f"Its health check cannot tell: {why}."


async def test_a_commit_that_nobody_has_and_a_program_that_is_not_there_are_said(asked: Scene) -> None:
    missing = asked.order(recipe=recipe("standing", "true"), commit=SHA)
    with pytest.raises(
        OutsideUnavailable, match="could not be asked: the files of 0123456 are not to be had"
    ):
        await asked.driver.standing(missing)
    absent = asked.order(recipe={"standing": {"run": ["no-such-program"]}})
    with pytest.raises(OutsideUnavailable, match="`no-such-program`: No such file or directory"):
        await asked.driver.standing(absent)


async def test_many_may_be_asked_at_once(asked: Scene) -> None:
    order = asked.order(recipe=recipe("standing", f"sleep 0.2; echo {SHA}"))
    answers = await asyncio.gather(*(asked.driver.standing(order) for _ in range(6)))
    assert answers == [Stands(SHA)] * 6


def test_a_question_takes_no_longer_than_somebody_waits() -> None:
    with pytest.raises(ValueError, match="less than or equal to 8"):
        Recipe(name="test", standing={"run": ["true"], "timeout": 9.0})
