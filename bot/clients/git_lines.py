"""What git says of files and lines: the paths of a commit, the lines that a change adds or alters, what came before."""

import re
from collections.abc import Collection, Iterator

from bot.clients.git import Git

AT_ONCE = 500  # paths in one call
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


async def paths(git: Git, repository: str, sha: str) -> frozenset[str]:
    """All files of a commit (a full SHA). Raises as `Git.commit`."""
    said = await git.look_up(
        repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", sha, needs=(sha,)
    )
    return frozenset(name for name in said.split("\0") if name)


async def changed_lines(
    git: Git, repository: str, a: str, b: str, among: Collection[str]
) -> dict[str, list[tuple[int, int]]]:
    """Of each of these files that differs: its lines in `b` that `a` has not, as first line and count."""
    differ = [path for path in await git.changed(repository, a, b) if path in among]
    found: dict[str, list[tuple[int, int]]] = {}
    for start in range(0, len(differ), AT_ONCE):
        said = await git.look_up(
            repository, "--literal-pathspecs", "diff", "--unified=0", "--no-renames", "--no-color", "--no-ext-diff",
            "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", a, b, "--", *differ[start : start + AT_ONCE],
        )  # fmt: skip
        for path, first, count in hunks(said):
            found.setdefault(path, []).append((first, count))
    return found


async def history(git: Git, repository: str, sha: str, *, limit: int) -> list[str]:
    """The commits before this one, newest first, along the first parents."""
    said = await git.look_up(
        repository,
        "log",
        "--first-parent",
        f"--max-count={limit + 1}",
        "--format=%H",
        sha,
        "--",
        needs=(sha,),
    )
    return said.split()[1:]


def hunks(patch: str) -> Iterator[tuple[str, int, int]]:
    """Path, first line and count of each run of lines that a patch without context adds or alters."""
    path, skip = "", 0
    for line in patch.split("\n"):
        if skip:
            skip -= not line.startswith("\\")  # "\ No newline at end of file" counts for none
        elif line.startswith("+++ "):
            path = _path(line[4:].rstrip("\t"))
        elif path and (found := _HUNK.match(line)):
            gone, first, come = (int(part) if part is not None else 1 for part in found.groups())
            skip = gone + come
            if come:
                yield path, first, come
        elif line.startswith("diff "):
            path = ""


def _path(shown: str) -> str:
    """As git shows it in a patch: quoted where a character in it is not plain; "" for what is gone."""
    if shown.startswith('"'):
        plain = shown[1:-1].encode("ascii", "replace").decode("unicode_escape")
        shown = plain.encode("latin-1", "replace").decode("utf-8", "replace")
    return shown.removeprefix("b/") if shown != "/dev/null" else ""
