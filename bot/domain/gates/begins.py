"""The time for which somebody set it: `at 14:00`. It is judged afresh then, and begins or says why not."""

from collections.abc import Iterator

from bot.domain.gates._words import Condition, Facts


def judge(facts: Facts) -> Iterator[Condition]:
    at = facts.deploy.begins
    if at is None or facts.emergency:
        return
    if facts.now >= at:
        yield Condition("at", "passed", "its-time", "Its time has come.")
        return
    yield Condition(
        "at", "failed", "not-yet", f"It is set for {facts.deploy.begins_said}.",
        clears="the clock, or who asked for it", button="now", cures=True, until=at,
    )  # fmt: skip
