"""What stands at the place itself: right, freeze, lock, claim, queue; enforced whatever config.yaml says."""

from dataclasses import replace
from typing import Any

from bot.domain.deploys import StepShown
from bot.domain.gates import Condition, judge
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Right
from tests.bot.domain.gates.facts import DEPLOY, NOW, facts

OMARS = Lock(
    "lock", Scope("shop", "production"), "omar@example.com", "U5", "Omar", "T1", "the new search", NOW - 9, NOW + 9
)  # fmt: skip


def said(gate: str, **changes: Any) -> list[Condition]:
    return [one for one in judge(facts(modes={gate: "telling"}, **changes)) if one.gate == gate]


def test_a_missing_right_stops_and_says_why() -> None:
    (one,) = said("right", right=Right(False, "You may not deploy shop to production.", "no-right"))
    assert (one.stops, one.code, one.sentence, one.cures) == (
        True, "no-right", "You may not deploy shop to production.", False,
    )  # fmt: skip


def test_a_lock_stops_others_and_a_freeze_everybody_until_its_end() -> None:
    (one,) = said("lock", locks=(OMARS,))
    assert (one.stops, one.code, one.sentence) == (
        True, "locked", "shop production is locked by Omar: the new search.",
    )  # fmt: skip
    ends = "Omar, or who may `unlock shop production`"
    assert (one.clears, one.until, one.cures) == (ends, NOW + 9, True)
    (own,) = said("lock", locks=(replace(OMARS, by=DEPLOY.by),))
    assert (own.stops, own.code) == (False, "own-lock")
    (frozen,) = said("freeze", locks=(replace(OMARS, kind="freeze", by=DEPLOY.by, scope=Scope()),))
    assert (frozen.stops, frozen.sentence) == (True, "Everything is frozen by Omar: the new search.")
    assert frozen.clears == "Omar, or who may `thaw`"
    (over,) = said("lock", locks=(OMARS,), now=NOW + 9)
    assert (over.stops, over.code) == (False, "no-lock")
    (warning,) = said("lock", locks=(replace(OMARS, warning=True),))
    assert (warning.stops, warning.code, warning.sentence) == (
        False,
        "warning",
        "Omar warns: the new search.",
    )


def test_what_runs_there_is_named_with_how_far_it_is() -> None:
    steps = (
        StepShown("checkout", "succeeded"),
        StepShown("start", "running"),
        StepShown("health", "pending"),
    )
    running = replace(DEPLOY, id="d-7", by_name="Omar", state="running", steps=steps)
    (one,) = said("claim", claim=running, claim_id="d-7")
    assert one.sentence == (
        "shop in production is taken: Omar has d-7 (shop to production, aaaaaaa) running there, at step 2 of 3."
    )
    assert (one.stops, one.code, one.cures) == (True, "claimed", True)
    (broken,) = said("claim", claim_id="d-7")
    assert (broken.stops, broken.cures) == (True, False)
    assert broken.clears == "`cancel d-7` ends what runs of it, and frees the environment."


def test_who_stands_before_it_in_line() -> None:
    assert said("queue", ahead=("d-2",))[0].sentence == "d-2 waits before it."
    assert said("queue", ahead=("d-2", "d-3"))[0].sentence == "2 deploys wait before it, d-2 first."
    assert said("queue") == []
