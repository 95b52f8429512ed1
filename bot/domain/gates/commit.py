"""What git says of the commit: whether the main branch is ahead of it, whether its ref has moved, how much is new."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Behind:
    """missing: commits of the main branch that it does not have; more: there are more than were counted."""

    main: str
    missing: int
    allowed: int = 0
    more: bool = False


@dataclass(frozen=True)
class Moved:
    """means: the commit that its ref means now. at: when the commit was made, seconds since the epoch."""

    means: str
    at: float | None = None


@dataclass(frozen=True)
class Size:
    """How much goes along since what stands there. None: nothing stands there, so that nobody can say."""

    commits: int | None
    files: int | None
    most_commits: int
    most_files: int
    more: bool = False


@family("behind", Behind, "whether it is behind the main branch", "git")
def behind(facts: Facts, found: Behind) -> Iterator[Condition]:
    if found.missing <= found.allowed:
        yield Condition("behind", "passed", "up-to-date", f"It has what {found.main} has.")
        return
    many = f"{found.missing}{' or more' if found.more else ''}"
    commits = "commit" if many == "1" else "commits"
    yield Condition(
        "behind", "failed", "behind-main", f"It is {many} {commits} behind {found.main}.",
        clears=f"taking in {found.main}, or {WAIVER}", button="head", also=("diff",), about=found.main,
    )  # fmt: skip


@family("moved", Moved, "what its ref means now", "git")
def moved(facts: Facts, found: Moved) -> Iterator[Condition]:
    deploy = facts.deploy
    if found.means != deploy.commit:
        yield Condition(
            "moved", "failed", "ref-moved",
            f"{deploy.ref} meant {deploy.short()} when it was asked for, and means {found.means[:7]} now.",
            clears=f"asking again, or {WAIVER}", button="again", also=("diff",),
        )  # fmt: skip
    elif found.at is not None and found.at > deploy.requested:
        yield Condition(
            "moved", "failed", "made-after-request", f"{deploy.short()} was made after it was asked for.",
            clears=f"asking again, or {WAIVER}", button="again", also=("diff",),
        )  # fmt: skip
    else:
        yield Condition("moved", "passed", "not-moved", f"{deploy.ref} means {deploy.short()} as it did.")


@family("size", Size, "how large the change is", "git")
def size(facts: Facts, found: Size) -> Iterator[Condition]:
    if found.commits is None or found.files is None:
        yield Condition("size", "passed", "first-there", "It is the first one there.")
        return
    many = f"{found.commits}{' or more' if found.more else ''}"
    said = f"{many} {'commit' if many == '1' else 'commits'} and {found.files} changed " + (
        "file" if found.files == 1 else "files"
    )
    if found.commits <= found.most_commits and found.files <= found.most_files:
        yield Condition("size", "passed", "small-enough", f"{said.capitalize()} go along.")
        return
    yield Condition(
        "size", "failed", "large-change",
        f"{said.capitalize()} go along; more than {found.most_commits} and {found.most_files} is much at once.",
        clears=f"smaller steps, or {WAIVER}", button="diff",
    )  # fmt: skip
