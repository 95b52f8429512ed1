"""A real git repository, read: what its refs mean, what a commit is, what lies between two."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
_MARKS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True)
class Commit:
    """Dates as git writes them, in ISO 8601."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str, str]  # name, e-mail, date
    committer: tuple[str, str, str]
    message: str


@dataclass(frozen=True)
class Changed:
    name: str
    status: str
    additions: int
    deletions: int
    before: str = ""


class Git:
    def __init__(self, path: Path) -> None:
        self._path = path

    def branch(self, name: str) -> str | None:
        return self._one(f"refs/heads/{name}")

    def ref(self, full: str) -> str | None:
        """`heads/main`, `tags/v1`."""
        return self._one(f"refs/{full}")

    def commit_of(self, said: str) -> str | None:
        """What a branch, a tag or a commit (also a short one) means."""
        if said.startswith(("heads/", "tags/", "pull/")) and (found := self._one(f"refs/{said}")):
            return found
        return self._one(f"refs/heads/{said}") or self._one(f"refs/tags/{said}") or self._one(said)

    def commit(self, sha: str) -> Commit:
        return _commit(self._path, sha)

    def between(self, base: str, head: str) -> tuple[int, int, str, list[Commit]]:
        """(ahead, behind, merge base, the commits that head has more, oldest first)."""
        behind, ahead = _git(self._path, "rev-list", "--left-right", "--count", f"{base}...{head}").split()
        common = _git(self._path, "merge-base", base, head).strip()
        shas = _git(self._path, "rev-list", "--reverse", f"{base}..{head}").split()
        return int(ahead), int(behind), common, [self.commit(sha) for sha in shas]

    def changed(self, base: str, head: str) -> list[Changed]:
        """The files that differ, from their common ancestor to head."""
        words = ("diff", "--no-color", "-M", f"{base}...{head}")
        counts: dict[str, tuple[int, int]] = {}
        rows = iter(_git(self._path, *words, "--numstat", "-z").split("\0"))
        for row in rows:
            if not row:
                continue
            added, removed, name = row.split("\t", 2)
            if not name:  # a rename: the two names follow
                next(rows)
                name = next(rows)
            counts[name] = tuple(int(n) if n.isdigit() else 0 for n in (added, removed))  # type: ignore[assignment]
        found = []
        rows = iter(_git(self._path, *words, "--name-status", "-z").split("\0"))
        for mark in rows:
            if not mark:
                continue
            name, before = next(rows), ""
            if mark[0] in "RC":
                before, name = name, next(rows)
            additions, deletions = counts.get(name, (0, 0))
            found.append(Changed(name, _MARKS.get(mark[0], "changed"), additions, deletions, before))
        return found

    def _one(self, name: str) -> str | None:
        try:
            return _git(
                self._path, "rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}"
            ).strip()
        except subprocess.CalledProcessError:
            return None


@lru_cache(maxsize=2_000)
def _commit(path: Path, sha: str) -> Commit:
    rows = _git(path, "show", "-s", "--no-show-signature", f"--format={_FORMAT}", sha).split("\0", 9)
    whole, tree, parents, an, ae, ad, cn, ce, cd, message = rows
    return Commit(
        whole, tree, tuple(parents.split()), (an, ae, utc(ad)), (cn, ce, utc(cd)), message.rstrip("\n")
    )


def utc(iso: str) -> str:
    """As GitHub writes times: `2026-01-05T09:00:00Z`."""
    moment = datetime.fromisoformat(iso).timestamp()
    return written(moment)


def written(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _git(path: Path, *words: str) -> str:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(path), *words], env=environment, capture_output=True, check=True, timeout=20
    )
    return done.stdout.decode("utf-8", "replace")
