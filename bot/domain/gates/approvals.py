"""Four eyes: somebody else who may looks at exactly this, and says yes."""

from collections.abc import Iterator

from bot.domain.gates._words import Condition, Facts


def judge(facts: Facts) -> Iterator[Condition]:
    if facts.needed is None:
        return
    mine = {facts.deploy.by, facts.deploy.asker}
    counted = {
        one.by: one for one in facts.approvals if one.fingerprint == facts.fingerprint and one.by not in mine
    }
    names = " and ".join(one.by_name for one in counted.values())
    missing = facts.needed - len(counted)
    if missing <= 0:
        yield Condition("approvals", "passed", "approved", f"Approved by {names}.")
        return
    so_far = f" {names} did." if names else ""
    people = "one person" if missing == 1 else f"{missing} people"
    yield Condition(
        "approvals", "failed", "needs-approval", f"{people.capitalize()} who may has to approve it.{so_far}"
        if missing == 1 else f"{people.capitalize()} who may have to approve it.{so_far}",
        clears="who may approve", button="approve",
    )  # fmt: skip
