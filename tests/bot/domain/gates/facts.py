"""Facts to be judged, as the tests of the gates need them."""

from typing import Any

from bot.domain.deploys import Deploy
from bot.domain.gates import Condition, Facts, judge
from bot.domain.rights import Right

NOW = 1_795_440_000.0  # Monday 2026-11-23, 13:20 UTC
COMMIT, OTHER = "a" * 40, "b" * 40
DEPLOY = Deploy(
    id="", service="shop", environment="production", ref="main", commit=COMMIT, subject="Sell hats",
    state="requested", by="dana@example.com", by_user="U1", by_name="Dana", team="T1", channel="C1", requested=NOW,
    asker="T1:U1",
)  # fmt: skip
MAY = Right(True, "You may: the role operator.", "allowed")


def facts(**changes: Any) -> Facts:
    return Facts(**{"now": NOW, "deploy": DEPLOY, "right": MAY, **changes})


def of(gate: str, fact: object, **changes: Any) -> list[Condition]:
    """What is said of one gate, enforced, with this fact."""
    judged = judge(facts(more={gate: fact}, modes={gate: "enforced"}, **changes))
    return [one for one in judged if one.gate == gate]


def only(gate: str, fact: object, **changes: Any) -> Condition:
    (one,) = of(gate, fact, **changes)
    return one
