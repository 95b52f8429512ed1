"""What stands at the place itself: the right, locks and freezes, the claim, the queue, what was taken back there.
Enforced from the first day.
"""

from collections.abc import Iterator

from bot.domain.gates._words import Condition, Facts
from bot.domain.locks import Lock
from bot.domain.periods import duration


def judge(facts: Facts) -> Iterator[Condition]:
    yield _right(facts)
    yield from _locks(facts, "freeze")
    yield from _locks(facts, "lock")
    yield _claim(facts)
    if facts.ahead and not facts.emergency:
        first = facts.ahead[0]
        count = len(facts.ahead)
        many = f"{first} waits before it" if count == 1 else f"{count} deploys wait before it, {first} first"
        yield Condition(
            "queue",
            "failed",
            "queued",
            f"{many}.",
            clears="their turns",
            button="line",
            also=("park",),
            cures=True,
        )
    if facts.quarantined and facts.deploy.action is None:
        yield _quarantine(facts)


def _quarantine(facts: Facts) -> Condition:
    by, where = facts.quarantined, f"{facts.deploy.service} {facts.deploy.environment}"
    return Condition(
        "quarantine",
        "failed",
        "quarantined",
        f"`{facts.deploy.short()}` is among what {by} took back from {where}: it may not go there again.",
        clears=f"`clear {where}` lets it, once you know that it is good.",
        button="clear",
    )


def _right(facts: Facts) -> Condition:
    if facts.right.allowed:
        return Condition("right", "passed", facts.right.code, facts.right.sentence)
    # What nobody can say now, they may say in a minute; what is not granted, somebody else may do.
    button = "again" if facts.right.code == "cannot-say" else "ask"
    return Condition(
        "right", "failed", facts.right.code, facts.right.sentence, clears="who may grant it", button=button
    )


def _locks(facts: Facts, kind: str) -> Iterator[Condition]:
    """One condition for each lock that stops it, one for each that only warns, or one that says there is none."""
    mine = [one for one in facts.locks if one.kind == kind and facts.now < one.until]
    for one in mine:
        if one.stops(facts.deploy.by, facts.now):
            past = "locked" if kind == "lock" else "frozen"
            sentence = f"{one.scope.first} is {past} by {one.by_name}{_reason(one)}."
            yield Condition(
                kind, "failed", past, sentence, clears=_ends(one), button="park", cures=True, until=one.until,
                since=one.since, also=("unlock" if kind == "lock" else "thaw", *(["holder"] if one.by_user else [])),
                about="\n".join((kind, one.scope.field, str(one.number), one.by_name)),
            )  # fmt: skip
        elif one.warning:
            yield Condition(kind, "passed", "warning", f"{one.by_name} warns{_reason(one)}.", since=one.since)
        else:
            yield Condition(kind, "passed", "own-lock", "The lock there is your own.", until=one.until)
    if not mine:
        yield Condition(kind, "passed", f"no-{kind}", f"There is no {kind}.")


def _ends(one: Lock) -> str:
    """Who can end it, and what they say."""
    said = ["unlock" if one.kind == "lock" else "thaw", one.scope.service, one.scope.environment]
    return f"{one.by_name}, or who may `{' '.join(word for word in said if word)}`"


def _reason(one: Lock) -> str:
    return f": {one.reason}" if one.reason else ""


def _claim(facts: Facts) -> Condition:
    held = facts.claim
    if held is None and not facts.claim_id:
        return Condition("claim", "passed", "free", "Nothing runs there.")
    if held is None:
        where = f"`{facts.deploy.environment}` of `{facts.deploy.service}`"
        sentence = f"{where} is held by {facts.claim_id}, whose record cannot be read."
        clears = f"`cancel {facts.claim_id}` ends what runs of it, and frees the environment."
        return Condition(
            "claim", "failed", "claimed", sentence, clears=clears, button="free", about=facts.claim_id
        )
    at, of = held.place
    progress = f", at step {at} of {of}" if held.steps else ""
    since = f" since {duration(facts.now - held.started)}" if held.started else ""
    sentence = (
        f"{held.service} in {held.environment} is taken: {held.by_name} has {held.id} ({held.what}, {held.short()}) "
        f"running there{since}{progress}."
    )
    return Condition(
        "claim",
        "failed",
        "claimed",
        sentence,
        clears="its end",
        button="line",
        also=("park",),
        cures=True,
        since=held.started,
    )
