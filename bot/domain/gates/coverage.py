"""How much of the code its tests run: of all lines, of the lines that change, and whether it gets less."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Coverage:
    """Per cent. lines: of the commit, None: nothing was reported; base: of what stands there; changed: of the lines
    that differ from it. uncovered: changed files with lines that no test runs, the worst first.
    """

    lines: float | None
    base: float | None = None
    changed: float | None = None
    uncovered: tuple[str, ...] = ()
    least: float = 0.0
    least_changed: float = 0.0
    most_drop: float = 100.0


@family("coverage", Coverage, "how much its tests cover", "The report of coverage")
def judge(facts: Facts, found: Coverage) -> Iterator[Condition]:
    if found.lines is None:
        yield _failed(
            "no-coverage", "Nobody has reported the coverage of this commit.", "a report", cures=True
        )
        return
    good = True
    if found.lines < found.least:
        good = False
        yield _failed(
            "coverage-low", f"Its tests run {found.lines:.1f} % of the lines; {found.least:g} % is asked for.", "tests"
        )  # fmt: skip
    if found.changed is not None and found.changed < found.least_changed:
        good = False
        names = f" Look at {', '.join(found.uncovered[:3])}." if found.uncovered else ""
        yield _failed(
            "coverage-of-change-low",
            f"Its tests run {found.changed:.1f} % of the changed lines; {found.least_changed:g} % is asked for.{names}",
            "tests",
        )  # fmt: skip
    if found.base is not None and found.base - found.lines > found.most_drop:
        good = False
        yield _failed(
            "coverage-dropped", f"Coverage falls from {found.base:.1f} % to {found.lines:.1f} %.", "tests"
        )
    if good:
        yield Condition("coverage", "passed", "covered", f"Its tests run {found.lines:.1f} % of the lines.")


def _failed(code: str, sentence: str, clears: str, *, cures: bool = False) -> Condition:
    return Condition(
        "coverage", "failed", code, sentence, clears=f"{clears}, or {WAIVER}", button="park" if cures else "coverage",
        cures=cures,
    )  # fmt: skip
