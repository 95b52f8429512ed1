"""Lines that tests run: put together, counted, and held against what a change touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coverage import (
    HIGHEST_LINE,
    MOST_FILES,
    Gathering,
    Lines,
    OddReport,
    Uncovered,
    hits,
    merged,
    of_change,
    percent,
    span,
)

LINES = st.dictionaries(st.integers(1, 200), st.booleans(), min_size=1, max_size=30)


def of(lines: dict[int, bool]) -> Lines:
    gathering = Gathering()
    for number, hit in lines.items():
        gathering.line("a", number, hit)
    return gathering.files()["a"]


def numbers(bits: int) -> set[int]:
    return {n for n in range(bits.bit_length()) if bits >> n & 1}


@given(LINES, LINES)
def test_a_line_that_one_report_runs_is_run(one: dict[int, bool], other: dict[int, bool]) -> None:
    both = merged([{"a": of(one)}, {"a": of(other)}, {"a": of(one)}])["a"]
    assert numbers(both.known) == set(one) | set(other)
    assert numbers(both.hit) == {n for n in {*one, *other} if one.get(n) or other.get(n)}


def test_a_line_that_a_report_names_twice_is_run_if_one_of_them_says_so() -> None:
    gathering = Gathering()
    for hit in (False, True, False):
        gathering.line("a", 3, hit)
    assert gathering.files() == {"a": Lines(8, 8)}


def test_per_cent_are_of_the_lines_of_all_files() -> None:
    assert percent({"a": of({1: True, 2: True, 3: True}), "b": of({1: False})}) == 75.0
    assert percent({}) is None


@given(LINES, st.sets(st.integers(1, 200)))
def test_of_a_change_every_line_without_a_test_is_named(lines: dict[int, bool], touched: set[int]) -> None:
    found = of_change({"a": of(lines)}, {"a": sum(1 << n for n in touched), "b": 7})
    named = {n for one in found.uncovered for first, last in one.lines for n in range(first, last + 1)}
    assert named == {n for n in touched if lines.get(n) is False}
    assert (found.known, found.hit) == (len(touched & set(lines)), len([n for n in touched if lines.get(n)]))


def test_the_worst_file_comes_first() -> None:
    files = {"a": of({1: False}), "b": of({1: False, 2: False, 3: True, 4: False}), "c": of({1: True})}
    found = of_change(files, dict.fromkeys("abc", span(1, 4)))
    assert found.uncovered == (Uncovered("b", 3, 4, ((1, 2), (4, 4))), Uncovered("a", 1, 1, ((1, 1),)))
    assert found.percent == pytest.approx(100 * 2 / 6)
    assert of_change(files, {"d": 1}).percent is None


@pytest.mark.parametrize("number", [-1, -(10**30), HIGHEST_LINE + 1, 10**300])
def test_a_line_that_no_file_has_is_odd(number: int) -> None:
    with pytest.raises(OddReport, match=r"It names line -?1?.*: a line is a number from 1 to 1,000,000\."):
        Gathering().line("a", number, True)


def test_line_0_is_left_out_and_nothing_at_all_is_odd() -> None:
    gathering = Gathering()
    gathering.line("a", 0, True)
    with pytest.raises(OddReport, match=r"^It names no line of code\.$"):
        gathering.files()


def test_more_files_or_lines_than_any_repository_has_are_odd() -> None:
    gathering = Gathering()
    for number in range(MOST_FILES):
        gathering.line(str(number), HIGHEST_LINE, True)
    with pytest.raises(OddReport, match=r"^It names more than 50,000 files: send it in parts\.$"):
        gathering.line("one more", 1, True)
    with pytest.raises(OddReport, match="its line numbers are wrong"):
        gathering.files()  # and no memory was taken for them


def test_hits_are_a_count_whatever_its_size() -> None:
    assert [hits(text) for text in ("0", "1", "1e308", "99999999999999999999", "0.0", "inf")] == [
        False, True, True, True, False, True,
    ]  # fmt: skip
    for text in ("nan", "-1", "", "many", "1e308x"):
        with pytest.raises(OddReport, match="It says that a line was run"):
            hits(text)
