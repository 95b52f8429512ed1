"""Four eyes: somebody else who may looks at exactly this, and says yes."""

from collections.abc import Iterator

from bot.domain.deploys import Approval
from bot.domain.gates._words import Condition, Facts


def judge(facts: Facts) -> Iterator[Condition]:
    if facts.needed is None:
        return
    counted = {one.by: one for one in _of_others(facts)}
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


def mentor(facts: Facts) -> Iterator[Condition]:
    """Who does it with a net: somebody who could deploy there alone looks at it, and says yes."""
    if not facts.net:
        return
    nets = [one for one in _of_others(facts) if one.able]
    who = facts.deploy.by_name
    if nets:
        yield Condition("mentor", "passed", "with-a-net", f"{nets[0].by_name} is the net of {who}.")
        return
    yield Condition(
        "mentor", "failed", "needs-a-net",
        f"{who} does it with a net: somebody who may deploy there alone has to approve it.",
        clears="who may deploy there alone, and approve", button="approve",
    )  # fmt: skip


def _of_others(facts: Facts) -> list[Approval]:
    """Approvals of exactly this, but for those of who asked, by whatever name."""
    asked = facts.deploy
    return [
        one
        for one in facts.approvals
        if one.fingerprint == facts.fingerprint
        and one.by != asked.by
        and (not one.account or one.account != asked.asker)
    ]
