"""Which deploy a report is of: one of Grail's own, one that somebody claimed, or a new one."""

from dataclasses import replace
from typing import Any

from bot.domain.deploys import Deploy
from bot.domain.reported import Reported, confirms, ours, ran_here, told

REPORT = Reported(
    "b-1", "staging", "a" * 40, "succeeded", 1_000.0, 1_100.0, "main", "Jenkins", "https://ci.example.com"
)


def a_deploy(**more: Any) -> Deploy:
    made = Deploy(
        "d-1", "shop", "staging", "main", "a" * 40, "s", "succeeded", "dana@example.com", "U1", "Dana", "T1", "C1",
        990.0, run="d-1", started=1_010.0, ended=1_090.0,
    )  # fmt: skip
    return replace(made, **more)


def test_a_report_of_what_grail_ran_itself_at_that_time_is_of_that_deploy() -> None:
    own = a_deploy()
    assert ours(REPORT, [own]) is own
    assert ours(REPORT, [a_deploy(ended=None)]) is not None  # it runs still, and its last step reports it
    assert ours(REPORT, [a_deploy(started=None, requested=1_150.0, ended=None)]) is not None  # clocks differ
    for other in (
        a_deploy(commit="b" * 40), a_deploy(environment="production"), a_deploy(run=""), a_deploy(action="restart"),
        a_deploy(outside="olga"), a_deploy(started=1_200.0, ended=1_300.0), a_deploy(started=100.0, ended=900.0),
    ):  # fmt: skip
        assert ours(REPORT, [other]) is None, other


def test_a_report_completes_what_somebody_claimed_and_nothing_else() -> None:
    claimed = a_deploy(run="", outside="-", started=None)
    assert confirms(REPORT, claimed)
    assert not confirms(REPORT, None)
    for other in (
        a_deploy(), replace(claimed, reported="b-0"), replace(claimed, state="cancelled"),
        replace(claimed, commit="b" * 40),
    ):  # fmt: skip
        assert not confirms(REPORT, other), other
    assert not confirms(replace(REPORT, result="failed"), claimed)
    after = told(claimed, REPORT)
    assert (after.by_name, after.outside, after.reported) == ("Dana", "Jenkins", "b-1")
    assert (after.started, after.ended, after.link) == (1_000.0, 1_100.0, "https://ci.example.com")


def test_only_what_grail_ran_or_a_driver_saw_is_known_to_have_run() -> None:
    assert ran_here(a_deploy())
    assert not ran_here(a_deploy(reported="b-1", outside="Jenkins"))
    assert ran_here(a_deploy(reported="b-1", outside="Jenkins", confirmed=True))
