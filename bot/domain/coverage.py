"""Which lines the tests of a commit run: reports put together, counted, and held against what a change touches.

A set of lines is an int whose bit n stands for line n: putting two together is one operation, however long the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MOST_FILES = 50_000
HIGHEST_LINE = 1_000_000
MOST_BITS = 20_000_000  # the highest lines of all files of a report, together


@dataclass(frozen=True)
class Lines:
    """known: lines that hold code; hit: those of them that a test runs."""

    known: int = 0
    hit: int = 0

    def __or__(self, other: "Lines") -> "Lines":
        return Lines(self.known | other.known, self.hit | other.hit)


@dataclass(frozen=True)
class Report:
    """files: by the names that the report gives them. sources: the folders that these may be relative to."""

    files: Mapping[str, Lines]
    sources: tuple[str, ...] = ()


class OddReport(Exception):
    """A report that cannot be used. `str(error)` is a sentence that says why."""


@dataclass(frozen=True)
class Uncovered:
    """A changed file: `lines` of its `changed` lines with code that no test runs, as ranges, first to last."""

    path: str
    count: int
    changed: int
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class OfChange:
    """known: changed lines with code; hit: those that a test runs. uncovered: the worst first."""

    known: int
    hit: int
    uncovered: tuple[Uncovered, ...]

    @property
    def percent(self) -> float | None:
        """None: nothing of what changed is code."""
        return 100 * self.hit / self.known if self.known else None


class Gathering:
    """Lines as a parser meets them; what no real file has is refused before it takes memory."""

    def __init__(self) -> None:
        self._hits: dict[str, dict[int, bool]] = {}

    def line(self, file: str, number: int, hit: bool) -> None:
        """Raises OddReport. Line 0, where some tools put what has no line, is left out."""
        if not 0 <= number <= HIGHEST_LINE:
            raise OddReport(
                f"It names line {str(number)[:20]}: a line is a number from 1 to {HIGHEST_LINE:,}."
            )
        lines = self._hits.get(file)
        if lines is None:
            if len(self._hits) >= MOST_FILES:
                raise OddReport(f"It names more than {MOST_FILES:,} files: send it in parts.")
            lines = self._hits[file] = {}
        if number:
            lines[number] = hit or lines.get(number, False)

    def files(self) -> dict[str, Lines]:
        """Raises OddReport where there is nothing."""
        found = {name: lines for name, lines in self._hits.items() if lines}
        if not found:
            raise OddReport("It names no line of code.")
        if sum(max(lines) for lines in found.values()) > MOST_BITS:
            raise OddReport(
                "Its files would have more lines than any repository: its line numbers are wrong."
            )
        return {
            name: Lines(_bits(lines), _bits(n for n in lines if lines[n])) for name, lines in found.items()
        }


def _bits(numbers: Iterable[int]) -> int:
    wanted = sorted(numbers)
    if not wanted:
        return 0
    room = bytearray(wanted[-1] // 8 + 1)
    for number in wanted:
        room[number // 8] |= 1 << number % 8
    return int.from_bytes(room, "little")


def hits(text: str) -> bool:
    """Whether a count of runs, as tools write it, is one at least. Raises OddReport."""
    try:
        count = float(text)
    except ValueError:
        count = -1.0
    if not count >= 0:  # also what is no number
        raise OddReport(f"It says that a line was run {text[:20]!r} times.")
    return count > 0


def merged(reports: Iterable[Mapping[str, Lines]]) -> dict[str, Lines]:
    """All of them together: a line that one of them runs is run."""
    found: dict[str, Lines] = {}
    for files in reports:
        for name, lines in files.items():
            found[name] = found.get(name, Lines()) | lines
    return found


def percent(files: Mapping[str, Lines]) -> float | None:
    """Of all lines; None without any."""
    known = sum(lines.known.bit_count() for lines in files.values())
    return 100 * sum(lines.hit.bit_count() for lines in files.values()) / known if known else None


def of_change(files: Mapping[str, Lines], changed: Mapping[str, int]) -> OfChange:
    """changed: the lines of each file that a change adds or alters, as bits."""
    known = hit = 0
    uncovered = []
    for path in sorted(files.keys() & changed.keys()):
        touched = files[path].known & changed[path]
        run = files[path].hit & touched
        known += touched.bit_count()
        hit += run.bit_count()
        if missing := touched & ~run:
            ranges = tuple(_ranges(missing))
            uncovered.append(Uncovered(path, missing.bit_count(), touched.bit_count(), ranges))
    return OfChange(known, hit, tuple(sorted(uncovered, key=lambda one: -one.count)))


def span(first: int, count: int) -> int:
    """The bits of so many lines from the first."""
    return ((1 << count) - 1) << first


def _ranges(bits: int) -> Iterator[tuple[int, int]]:
    """The lines as ranges, both ends in them."""
    at = 0
    while bits:
        gap = (bits & -bits).bit_length() - 1
        bits >>= gap
        run = (~bits & (bits + 1)).bit_length() - 1
        yield at + gap, at + gap + run - 1
        bits >>= run
        at += gap + run
