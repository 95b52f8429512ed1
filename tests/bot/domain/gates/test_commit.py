"""What git says of a commit: behind, moved, large."""

from dataclasses import replace

import pytest

from bot.domain.gates.commit import Behind, Moved, Size
from tests.bot.domain.gates.facts import COMMIT, DEPLOY, NOW, OTHER, only


@pytest.mark.parametrize(
    ("found", "code", "sentence"),
    [
        (Behind("main", 0), "up-to-date", "It has what main has."),
        (Behind("main", 2, allowed=2), "up-to-date", "It has what main has."),
        (Behind("main", 1), "behind-main", "It is 1 commit behind main."),
        (Behind("main", 3, allowed=2), "behind-main", "It is 3 commits behind main."),
        (Behind("main", 250, more=True), "behind-main", "It is 250 or more commits behind main."),
    ],
)
def test_behind_the_main_branch(found: Behind, code: str, sentence: str) -> None:
    one = only("behind", found)
    assert (one.code, one.sentence, one.stops) == (code, sentence, code == "behind-main")


def test_a_ref_that_moved_after_the_request_is_said_with_both_commits() -> None:
    deploy = replace(DEPLOY, id="d-1")
    one = only("moved", Moved(OTHER), deploy=deploy)
    assert one.sentence == "main meant aaaaaaa when it was asked for, and means bbbbbbb now."
    assert (one.code, one.clears) == ("ref-moved", "asking again, or who may waive it")
    assert only("moved", Moved(COMMIT, NOW), deploy=deploy).code == "not-moved"
    late = only("moved", Moved(COMMIT, NOW + 1), deploy=deploy)
    assert (late.code, late.sentence) == ("made-after-request", "aaaaaaa was made after it was asked for.")


@pytest.mark.parametrize(
    ("found", "code", "sentence"),
    [
        (Size(None, None, 50, 200), "first-there", "It is the first one there."),
        (Size(1, 1, 50, 200), "small-enough", "1 commit and 1 changed file go along."),
        (Size(50, 200, 50, 200), "small-enough", "50 commits and 200 changed files go along."),
        (Size(51, 3, 50, 200), "large-change",
         "51 commits and 3 changed files go along; more than 50 and 200 is much at once."),
        (Size(3, 201, 50, 200), "large-change",
         "3 commits and 201 changed files go along; more than 50 and 200 is much at once."),
    ],
)  # fmt: skip
def test_the_size_of_the_change(found: Size, code: str, sentence: str) -> None:
    one = only("size", found)
    assert (one.code, one.sentence, one.stops) == (code, sentence, code == "large-change")
