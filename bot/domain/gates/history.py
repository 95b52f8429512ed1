"""A recent failure there: who deploys into it should know."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Recent:
    """The last deploy there that is over; "" for none. bad: it did not go well. within: seconds that it counts."""

    id: str
    short: str
    by_name: str
    state: str
    bad: bool
    ended: float
    within: float
    same: bool = False  # the very commit that is asked for now


@family("recent", Recent, "how the last deploy there went", "Redis")
def judge(facts: Facts, found: Recent) -> Iterator[Condition]:
    until = found.ended + found.within
    if not found.id or not found.bad or facts.now >= until:
        yield Condition("recent", "passed", "no-recent-failure", "The last one there did not fail just now.")
        return
    became = {"lost": "was lost", "cancelled": "was cancelled and rolled back"}.get(found.state, "failed")
    again = "the same commit" if found.same else found.short
    yield Condition(
        "recent", "failed", "recent-failure", f"{found.id} ({again}, by {found.by_name}) {became} there just before.",
        clears=f"time, or {WAIVER}", button="park", cures=True, since=found.ended, until=until,
        also=("failure",), about=found.id,
    )  # fmt: skip
