"""The checks of the commit, as its home says them: those that are required, and those that block the whole range."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from bot.domain.gates._words import WAIVER, Condition, Facts, family

State = Literal["passed", "failed", "running"]


@dataclass(frozen=True)
class Check:
    """One check of one commit, the newest of its name. What was skipped on purpose has passed."""

    name: str
    state: State
    commit: str = ""
    link: str = ""


@dataclass(frozen=True)
class Checks:
    """each: of this commit. earlier: of the others that go along. The rest are patterns of names.

    required: they have to pass; none named: all have to. blocking: they must not have failed on any commit that
    goes along.
    """

    each: tuple[Check, ...]
    earlier: tuple[Check, ...] = ()
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()


@family("checks", Checks, "how the checks of the commit went", "GitHub")
def judge(facts: Facts, found: Checks) -> Iterator[Condition]:
    each = [one for one in found.each if not _fits(found.ignored, one.name)]
    asked = [one for one in each if not found.required or _fits(found.required, one.name)]
    failed = [one for one in asked if one.state == "failed"]
    running = [one for one in asked if one.state == "running"]
    missing = [name for name in found.required if not any(fnmatchcase(one.name, name) for one in each)]
    before = [
        one
        for one in found.earlier
        if one.state == "failed" and _fits(found.blocking, one.name) and not _fits(found.ignored, one.name)
    ]
    if failed:
        yield _failed("checks-failed", f"{_named(failed)} failed.", f"a run that passes, or {WAIVER}")
    if before:
        where = _names([one.commit[:7] for one in before])
        yield _failed(
            "checks-failed-before", f"{_named(before)} failed on {where}, which goes along.",
            f"a run that passes, or {WAIVER}",
        )  # fmt: skip
    if missing:
        many = "is" if len(missing) == 1 else "are"
        yield _failed(
            "checks-missing", f"{_names(missing)} {many} required, and nothing of it has run.",
            f"its run, or {WAIVER}", cures=True,
        )  # fmt: skip
    if running:
        many = "is" if len(running) == 1 else "are"
        yield _failed("checks-running", f"{_named(running)} {many} still running.", "its end", cures=True)
    if not asked and not found.required:
        yield _failed("no-checks", "The commit has no checks.", f"a run of them, or {WAIVER}", cures=True)
    elif not (failed or before or missing or running):
        yield Condition("checks", "passed", "checks-passed", f"{_named(asked)} passed.")


def _failed(code: str, sentence: str, clears: str, *, cures: bool = False) -> Condition:
    return Condition(
        "checks", "failed", code, sentence, clears=clears, cures=cures,
        button="park" if cures else "checks", also=("checks",) if cures else ("again",),
    )  # fmt: skip


def _fits(patterns: Collection[str], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _named(checks: Sequence[Check]) -> str:
    return _names([one.name for one in checks])


def _names(names: Sequence[str], most: int = 4) -> str:
    """`test`, `test and lint`, `test, lint and 7 more`; each once."""
    each = list(dict.fromkeys(names))
    if len(each) > most:
        each = [*each[: most - 1], f"{len(each) - most + 1} more"]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}" if each else "Nothing"
