"""The order of environments: what goes here has succeeded there, and is the newest that did."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family

SEEN = "seen-there"  # the code of what Grail did not bring there, and the system there says stands there


@dataclass(frozen=True)
class Order:
    """after: the environment that comes before. stands: the commit that stands there, "" for none.

    succeeded: this commit went well there some time. running: the deploy that is bringing it there now.
    word: where Grail did not bring it there, whose word that it stands there is; doubt: why that word proves nothing, a
    sentence, "" where the system there says the same now.
    """

    after: str
    stands: str = ""
    succeeded: bool = False
    running: str = ""
    word: str = ""
    doubt: str = ""


@family("after", Order, "what stands in the environment before")
def judge(facts: Facts, found: Order) -> Iterator[Condition]:
    short, where = facts.deploy.short(), found.after
    if found.stands == facts.deploy.commit and found.doubt:
        yield Condition(
            "after", "failed", "not-proven",
            f"{short} stands in {where} by the word of {found.word} alone. {found.doubt}",
            clears=f"a deploy of it to {where}, or {WAIVER}", button="deploy", first=f"{where} {facts.deploy.commit}",
        )  # fmt: skip
    elif found.stands == facts.deploy.commit and found.word:
        yield Condition(
            "after", "passed", SEEN, f"{short} stands in {where}: {found.word}, and {where} says so too."
        )
    elif found.stands == facts.deploy.commit:
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
