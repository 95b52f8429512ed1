"""Finds the files of a report in the repository. A report names them as its tool saw them: relative to the repository,
to a source folder, to a package, or absolute on a machine that is gone. Names are compared only; nothing is opened.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

MOST_SOURCES = 10
DEEPEST = 20  # folders that may stand before what the repository knows


def found(names: Iterable[str], sources: Iterable[str], tree: Collection[str]) -> dict[str, str]:
    """The path in the repository of each name that has one there. tree: all paths of the repository.

    What explains most of the names is taken first, so that one file that happens to lie elsewhere under the same name
    does not mislead. What is left is taken where exactly one path ends so.
    """
    known = tree if isinstance(tree, set | frozenset) else frozenset(tree)
    left = {name: parts for name in names if (parts := _parts(name)) is not None}
    result: dict[str, str] = {}
    ways = list(_ways(left, tuple(sources)[:MOST_SOURCES]))
    while left and ways:
        tried = [(_by(way, left, known), way) for way in ways]
        best, _ = max(tried, key=lambda one: len(one[0]))
        if not best:
            break
        result |= best
        left = {name: parts for name, parts in left.items() if name not in best}
        ways = [way for hit, way in tried if hit and hit is not best]
    return result | _by_ends(left, known)


Way = tuple[int, tuple[str, ...]]  # folders to take away, and what to put before


def _ways(names: Mapping[str, tuple[str, ...]], sources: tuple[str, ...]) -> Iterator[Way]:
    """Those that take away least come first: they win where others explain as much."""
    yield 0, ()
    for source in sources:
        parts = _parts(source) or ()
        for start in range(max(0, len(parts) - DEEPEST), len(parts)):
            yield 0, parts[start:]
    deepest = max((len(parts) for parts in names.values()), default=0)
    for away in range(1, min(deepest, DEEPEST)):
        yield away, ()


def _by(way: Way, names: Mapping[str, tuple[str, ...]], known: Collection[str]) -> dict[str, str]:
    away, before = way
    start = "".join(f"{part}/" for part in before)
    tried = ((name, start + "/".join(parts[away:])) for name, parts in names.items() if len(parts) > away)
    return {name: path for name, path in tried if path in known}


def _by_ends(names: Mapping[str, tuple[str, ...]], known: Collection[str]) -> dict[str, str]:
    wanted = {"/".join(parts): name for name, parts in names.items()}
    ending: dict[str, list[str]] = {}
    for path in known if wanted else ():
        end = path
        for _ in range(DEEPEST):
            _, folder, end = end.partition("/")
            if not folder:
                break
            if end in wanted:
                ending.setdefault(end, []).append(path)
    return {wanted[end]: paths[0] for end, paths in ending.items() if len(paths) == 1}


def _parts(name: str) -> tuple[str, ...] | None:
    """Its folders and its own name, without `.` and `..`; None where it leads nowhere or outside."""
    parts: list[str] = []
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts) or None
