"""How much of the code its tests run: of all lines, of the lines that change, and whether it gets less."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Coverage:
    """Per cent. lines: of the commit, None: nothing was reported; base: of what stands there; changed: of the lines
    that differ from it. uncovered: changed files with lines that no test runs, the worst first. trend: of commits
    before it, oldest first. odd: why a report of it does not count, a sentence.
    """

    lines: float | None
    base: float | None = None
    changed: float | None = None
    uncovered: tuple[str, ...] = ()
    least: float = 0.0
    least_changed: float = 0.0
    most_drop: float = 100.0
    trend: tuple[float, ...] = ()
    odd: str = ""


@family("coverage", Coverage, "how much its tests cover", "The report of coverage")
def judge(facts: Facts, found: Coverage) -> Iterator[Condition]:
    if found.lines is None:
        odd = f" One came that does not count: {found.odd}" if found.odd else ""
        yield _failed(
            "no-coverage", f"Nobody has reported the coverage of this commit.{odd}", "a report", cures=True
        )
        return
    stopping = list(_stopping(found))
    if not stopping:
        changed = f" and {shown(found.changed)} % of the changed ones" if found.changed is not None else ""
        sentence = f"Its tests run {shown(found.lines)} % of the lines{changed}.{_before(found)}"
        stopping = [Condition("coverage", "passed", "covered", sentence)]
    odd = f" One more report does not count: {found.odd}" if found.odd else ""
    yield replace(stopping[0], sentence=stopping[0].sentence + odd)  # said once
    yield from stopping[1:]


def _stopping(found: Coverage) -> Iterator[Condition]:
    before = _before(found)
    if found.lines is not None and found.lines < found.least:
        yield _failed(
            "coverage-low",
            f"Its tests run {shown(found.lines)} % of the lines; {found.least:g} % is asked for.{before}",
            "tests",
        )
        before = ""
    if found.changed is not None and found.changed < found.least_changed:
        names = f" Look at {', '.join(found.uncovered[:3])}." if found.uncovered else ""
        yield _failed(
            "coverage-of-change-low",
            f"Its tests run {shown(found.changed)} % of the changed lines; {found.least_changed:g} % is asked for."
            f"{names}",
            "tests",
        )  # fmt: skip
    if found.lines is not None and found.base is not None and found.base - found.lines > found.most_drop:
        yield _failed(
            "coverage-dropped",
            f"Coverage falls from {shown(found.base)} % to {shown(found.lines)} %.{before}",
            "tests",
        )


def _before(found: Coverage) -> str:
    return f" Before: {', '.join(shown(one) for one in found.trend)} %." if found.trend else ""


def shown(value: float) -> str:
    """Cut, not rounded: 79.96 is less than 80, and has to look so."""
    return f"{math.floor(value * 10) / 10:.1f}"


def _failed(code: str, sentence: str, clears: str, *, cures: bool = False) -> Condition:
    return Condition(
        "coverage", "failed", code, sentence, clears=f"{clears}, or {WAIVER}", cures=cures,
        button="park" if cures else "coverage", also=("coverage",) if cures else (),
    )  # fmt: skip
