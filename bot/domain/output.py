"""Which lines of a run's output matter to whoever has to know why it failed, at night, on a phone."""

import re
from collections.abc import Sequence

_HEADING = re.compile(r"── (.+) ──")  # how a run begins each step in its output
_TROUBLE = re.compile(
    r"\b(?:\w*(?:error|exception)|fail(?:s|ed|ure|ures)?|fatal|panic|refused|denied|cannot|can't|could not|no such"
    r"|not found|not healthy|no answer|does not answer|timed? ?out|out of memory|killed|unexpected|invalid|missing)\b",
    re.IGNORECASE,
)
# A test that passed, as test runners say it: `… ok`, `PASSED`, `✓ …`, `--- PASS: …`, `ok 12 - …`.
_PASSED = re.compile(r"(?:\.\.\. ok|\bPASSED(?: *\[.*\])?)\s*$|^\s*(?:[✓✔√]\s|--- PASS: |ok \d+\b)")
# Said by the run itself; the card says it in its own sentence.
_OURS = re.compile(r"Step `.+` failed with exit status \d+\.|── .+ ──")
_RULE = re.compile(r"[\W_]*")  # a line drawn with signs


def of_step(output: str, step: str) -> list[str]:
    """The lines that one step printed; all of them where its heading is no longer there."""
    lines = output.splitlines()
    starts = [at for at, line in enumerate(lines) if (m := _HEADING.fullmatch(line.strip())) and m[1] == step]
    if not starts:
        return lines
    rest = lines[starts[-1] + 1 :]
    end = next((at for at, line in enumerate(rest) if _HEADING.fullmatch(line.strip())), len(rest))
    return rest[:end]


def few(lines: Sequence[str], most: int = 3) -> list[str]:
    """The lines that tell most of a failure, in their order: the last ones that speak of trouble, the very last too."""
    said = [
        line.strip()
        for line in lines
        if not _OURS.fullmatch(line.strip()) and not _RULE.fullmatch(line.strip())
    ]
    said = list(dict.fromkeys(line for line in said if not _PASSED.search(line)))
    telling = [line for line in said if _TROUBLE.search(line)] or said
    if said and said[-1] not in telling:
        telling.append(said[-1])
    return telling[-most:]


def tail(lines: Sequence[str], most: int = 40) -> list[str]:
    """At most so many lines, the last ones, without the tests that passed and with one empty line at most between."""
    kept: list[str] = []
    for line in lines:
        if _PASSED.search(line) or (not line.strip() and (not kept or not kept[-1])):
            continue
        kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept[-most:]
