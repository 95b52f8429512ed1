"""What is outside, and what only looks so."""

from dataclasses import replace

from bot.domain.deploys import Deploy
from bot.domain.outside import Heard, compared

OURS, OTHER = "a" * 40, "b" * 40
HEARD = Heard(OTHER, at=200.0)
FAILED = Deploy(
    "d-1",
    "shop",
    "staging",
    "main",
    OTHER,
    "Sell honey",
    "failed",
    "u",
    "U1",
    "Dana",
    "T1",
    "C1",
    1.0,
    ended=100.0,
)


def test_another_commit_than_ours_is_outside_and_ours_is_known() -> None:
    assert compared(HEARD, OURS, 100.0, None) == "outside"
    assert compared(HEARD, "", 0.0, None) == "outside"
    assert compared(Heard(OURS, at=200.0), OURS, 100.0, None) == "known"
    assert compared(Heard("", at=200.0), OURS, 100.0, None) == "nothing"
    assert compared(Heard("", at=200.0), "", 0.0, None) == "known"


def test_what_was_heard_before_our_deploy_says_nothing_of_now() -> None:
    assert compared(replace(HEARD, at=100.0), OURS, 100.0, None) == "known"
    assert compared(None, OURS, 100.0, None) == "known"
    assert compared(Heard(fault="GitHub answers 502.", silent=300.0), OURS, 100.0, None) == "known"


def test_what_a_failed_deploy_of_ours_left_is_not_somebody_elses() -> None:
    assert compared(HEARD, OURS, 50.0, FAILED) == "left"
    assert compared(replace(HEARD, at=99.0), OURS, 50.0, FAILED) == "left"
    assert compared(Heard("c" * 40, at=99.0), OURS, 50.0, FAILED) == "known"  # asked while it ran
    assert compared(Heard("c" * 40, at=200.0), OURS, 50.0, FAILED) == "outside"


def test_a_silence_is_told_until_the_next_answer() -> None:
    silent = replace(HEARD, fault="GitHub answers 502.", silent=300.0)
    assert (silent.fails, silent.asked) == ("GitHub answers 502.", 300.0)
    assert replace(silent, at=301.0).fails == ""
