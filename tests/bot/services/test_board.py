"""How long the line before a place may take."""

from dataclasses import replace

from bot.domain.deploys import Deploy
from bot.services.board import Line, _took

ONE = Deploy(
    "d-1", "shop", "staging", "main", "a" * 40, "Sell honey", "succeeded", "u", "U1", "Dana", "T1", "C1", 1_000.0,
    started=1_000.0, ended=1_100.0,
)  # fmt: skip


def test_the_wait_is_what_runs_there_still_takes_and_a_deploy_for_each_before() -> None:
    running = replace(ONE, state="running", started=1_000.0, ended=None)
    line = Line("shop", "staging", running, (ONE, ONE, ONE), 100.0, 1_030.0)
    assert [line.wait(number) for number in (1, 2, 3)] == [70.0, 170.0, 270.0]
    assert replace(line, now=5_000.0).wait(2) == 100.0
    assert replace(line, running=None).wait(1) == 0.0
    assert replace(line, median=None).wait(1) is None


def test_what_a_deploy_takes_is_the_median_of_those_that_succeeded_in_that_very_place() -> None:
    quick, slow = replace(ONE, ended=1_010.0), replace(ONE, ended=9_000.0)
    others = [
        replace(ONE, state="failed"),
        replace(ONE, environment="production"),
        replace(ONE, action="restart"),
    ]
    assert _took([ONE, quick, slow], "staging") == 100.0
    assert _took(others, "staging") is None
