"""A recent failure is told to who deploys into it, for a while."""

from bot.domain.gates.history import Recent
from tests.bot.domain.gates.facts import NOW, only

FAILED = Recent("d-3", "bbbbbbb", "Omar", "failed", True, NOW - 60, 1800.0)


def test_a_failure_just_before_is_said_until_its_time_is_over() -> None:
    one = only("recent", FAILED)
    assert one.sentence == "d-3 (bbbbbbb, by Omar) failed there just before."
    assert (one.code, one.cures, one.until) == ("recent-failure", True, NOW + 1740)
    assert only("recent", FAILED, now=NOW + 1739).code == "recent-failure"
    assert only("recent", FAILED, now=NOW + 1740).code == "no-recent-failure"


def test_it_says_when_it_was_this_very_commit_or_was_lost() -> None:
    again = Recent("d-3", "aaaaaaa", "Omar", "lost", True, NOW - 60, 1800.0, same=True)
    assert only("recent", again).sentence == "d-3 (the same commit, by Omar) was lost there just before."


def test_what_went_well_or_never_was_says_nothing() -> None:
    well = Recent("d-3", "bbbbbbb", "Omar", "succeeded", False, NOW - 60, 1800.0)
    never = Recent("", "", "", "", False, 0.0, 1800.0)
    assert [only("recent", found).outcome for found in (well, never)] == ["passed", "passed"]
