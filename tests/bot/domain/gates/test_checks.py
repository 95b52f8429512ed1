"""The checks of a commit: all, those that are required, those that block a whole range."""

from typing import Any

import pytest

from bot.domain.gates.checks import Check, Checks, State
from tests.bot.domain.gates.facts import OTHER, of


def one(name: str, state: State = "passed", commit: str = "") -> Check:
    return Check(name, state, commit)


@pytest.mark.parametrize(
    ("found", "code", "sentence", "cures"),
    [
        ({"each": (one("test"), one("lint"))}, "checks-passed", "test and lint passed.", False),
        ({"each": (one("test", "failed"), one("lint"))}, "checks-failed", "test failed.", False),
        ({"each": (one("test", "running"),)}, "checks-running", "test is still running.", True),
        ({"each": (one("lint"),), "required": ("test", "e2e")}, "checks-missing",
         "test and e2e are required, and nothing of it has run.", True),
        ({"each": (one("test"), one("lint", "failed")), "required": ("te*",)}, "checks-passed", "test passed.", False),
        ({"each": (one("test"), one("lint", "failed")), "ignored": ("lint",)}, "checks-passed", "test passed.", False),
        ({"each": ()}, "no-checks", "The commit has no checks.", True),
        ({"each": (one("test"),), "earlier": (one("scan", "failed", OTHER),), "blocking": ("scan",)},
         "checks-failed-before", "scan failed on bbbbbbb, which goes along.", False),
        ({"each": (one("test"),), "earlier": (one("scan", "failed", OTHER),), "blocking": ("lint",)},
         "checks-passed", "test passed.", False),
    ],
)  # fmt: skip
def test_what_is_said_of_checks(found: dict[str, Any], code: str, sentence: str, cures: bool) -> None:
    (said,) = of("checks", Checks(**found))
    assert (said.code, said.sentence, said.cures) == (code, sentence, cures)
    assert said.stops == (code != "checks-passed")


def test_everything_that_is_wrong_with_them_is_said_at_once() -> None:
    found = Checks(
        (one("test", "failed"), one("lint", "running")), (one("scan", "failed", OTHER),), ("test", "lint", "e2e"),
        (), ("scan",),
    )  # fmt: skip
    assert [said.code for said in of("checks", found)] == [
        "checks-failed", "checks-failed-before", "checks-missing", "checks-running",
    ]  # fmt: skip


def test_a_hundred_failed_checks_are_said_in_one_line() -> None:
    found = Checks(tuple(one(f"test-{number}", "failed") for number in range(100)))
    assert of("checks", found)[0].sentence == "test-0, test-1, test-2 and 97 more failed."
