"""The order of environments: what goes here has succeeded there, and is the newest that did."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Order:
    """after: the environment that comes before. stands: the commit that stands there, "" for none.

    succeeded: this commit went well there some time. running: the deploy that is bringing it there now.
    """

    after: str
    stands: str = ""
    succeeded: bool = False
    running: str = ""


@family("after", Order, "what stands in the environment before")
def judge(facts: Facts, found: Order) -> Iterator[Condition]:
    short, where = facts.deploy.short(), found.after
    if found.stands == facts.deploy.commit:
        yield Condition("after", "passed", "in-order", f"{short} stands in {where}.")
    elif found.running:
        yield Condition(
            "after", "failed", "on-its-way", f"{found.running} is only now bringing {short} to {where}.",
            clears=f"the end of {found.running}, or {WAIVER}", button="park", cures=True,
        )  # fmt: skip
    elif found.succeeded:
        yield Condition(
            "after", "failed", "not-the-newest",
            f"{short} went well in {where}, but {found.stands[:7]} went there after it.",
            clears=f"a deploy of it to {where}, or {WAIVER}", button="deploy", first=f"{where} {facts.deploy.commit}",
        )  # fmt: skip
    else:
        yield Condition(
            "after", "failed", "not-there-yet", f"{short} has not succeeded in {where}.",
            clears=f"a deploy of it to {where}, or {WAIVER}", button="deploy", first=f"{where} {facts.deploy.commit}",
        )  # fmt: skip
