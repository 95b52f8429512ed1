"""Gates: everything that a deploy is judged by, all at once, by one pure function over one frozen record of facts.

`can i deploy`, `why`, `--plan`, the form and the admission of a deploy use this same function, so that an answer and
what then happens cannot differ. Right, lock, freeze and claim are enforced from the first day; every other gate begins
by telling what it would have stopped, until somebody enforces it. One file here is one family of gates.
"""

from dataclasses import replace

from bot.domain.gates import approvals, begins, checks, commit, coverage, history, order, pages, place, times
from bot.domain.gates._words import (
    ALWAYS,
    BUTTONS,
    EMERGENCY,
    NAMES,
    PEOPLE,
    UNWAIVABLE,
    Condition,
    Facts,
    Family,
    Mode,
    NotSetUp,
    Outcome,
    Unknown,
    Verdict,
)

__all__ = [
    "ALWAYS", "BUTTONS", "EMERGENCY", "NAMES", "PEOPLE", "UNWAIVABLE", "Condition", "Facts", "Mode",
    "NotSetUp", "Outcome", "Unknown", "Verdict", "judge",
]  # fmt: skip

FAMILIES: tuple[Family, ...] = (
    place.judge,
    begins.judge,
    times.windows,
    times.hours,
    checks.judge,
    coverage.judge,
    order.judge,
    commit.behind,
    commit.moved,
    commit.size,
    history.judge,
    pages.judge,
    approvals.judge,
    approvals.mentor,
)


def judge(facts: Facts) -> Verdict:
    """All conditions at once. The same facts give the same verdict, whoever asks and for whatever purpose."""
    return Verdict(tuple(_settled(facts, one) for family in FAMILIES for one in family(facts)))


def _settled(facts: Facts, one: Condition) -> Condition:
    """The condition in its mode, and waived where somebody waived it."""
    mode: Mode = "enforced" if one.gate in ALWAYS else facts.modes.get(one.gate, "telling")
    if facts.emergency and one.gate not in EMERGENCY:
        mode = "telling"
    outcome, sentence = one.outcome, one.sentence
    if outcome in ("failed", "unknown") and one.gate in facts.waived and one.gate not in UNWAIVABLE:
        outcome, sentence = "waived", f"{sentence} Waived by {facts.waived[one.gate]}."
    return replace(one, mode=mode, outcome=outcome, sentence=sentence)
