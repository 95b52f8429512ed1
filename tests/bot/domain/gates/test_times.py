"""Freeze windows and working hours, in their own zone, over changes of daylight saving too."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.gates.times import Hours, Window, Windows
from tests.bot.domain.gates.facts import only

BERLIN = ZoneInfo("Europe/Berlin")
WEEKEND = Window("0 17 * * 5", "Europe/Berlin", 63 * 3600.0, "the weekend")
OFFICE = Hours("Europe/Berlin", (0, 1, 2, 3, 4), "09:00", "17:00")


def at(*when: int) -> float:
    return datetime(*when, tzinfo=BERLIN).timestamp()  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ((2026, 11, 20, 16, 59, 59), False),
        ((2026, 11, 20, 17, 0), True),
        ((2026, 11, 23, 7, 59, 59), True),
        ((2026, 11, 23, 8, 0), False),
    ],
)
def test_a_window_is_open_from_its_beginning_until_before_its_end(when: tuple[int, ...], open_: bool) -> None:
    assert (WEEKEND.open(at(*when)) is not None) is open_


def test_a_window_says_why_and_until_when_and_time_clears_it() -> None:
    one = only("windows", Windows((WEEKEND,)), now=at(2026, 11, 21, 12, 0))
    assert one.sentence == "A freeze window is open there: the weekend."
    assert (one.code, one.cures, one.stops) == ("freeze-window", True, True)
    assert (one.since, one.until) == (at(2026, 11, 20, 17, 0), at(2026, 11, 23, 8, 0))
    assert one.clears == "its end, or who may waive it"
    assert only("windows", Windows((WEEKEND,)), now=at(2026, 11, 24, 12, 0)).code == "no-freeze-window"


def test_windows_that_overlap_end_with_the_last_of_them() -> None:
    daily = Window("0 12 * * 1-3", "Europe/Berlin", 30 * 3600.0)
    assert daily.open(at(2026, 11, 23, 13, 0)) == (at(2026, 11, 23, 12, 0), at(2026, 11, 26, 18, 0))
    always = Window("* * * * *", "UTC", 86400.0)
    assert (always.open(at(2026, 11, 23, 13, 0)) or (0, 0))[1] > at(2026, 11, 24, 13, 0)


def test_a_window_over_the_end_of_summer_time_is_as_long_as_it_says() -> None:
    night = Window("0 22 * * 6", "Europe/Berlin", 12 * 3600.0)
    begin = at(2026, 10, 24, 22, 0)
    assert night.open(begin + 3600) == (begin, begin + 12 * 3600)
    assert datetime.fromtimestamp(begin + 12 * 3600, BERLIN).hour == 9  # the clock was set back on the way


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ((2026, 11, 23, 8, 59), (2026, 11, 23, 9, 0)),
        ((2026, 11, 23, 9, 0), None),
        ((2026, 11, 23, 16, 59), None),
        ((2026, 11, 23, 17, 0), (2026, 11, 24, 9, 0)),
        ((2026, 11, 27, 17, 0), (2026, 11, 30, 9, 0)),  # a Friday
        ((2026, 3, 28, 12, 0), (2026, 3, 30, 9, 0)),  # summer time begins in between
    ],
)
def test_outside_of_working_hours_it_is_said_when_they_begin(
    when: tuple[int, ...], opens: tuple[int, ...] | None
) -> None:
    one = only("hours", OFFICE, now=at(*when))
    if opens is None:
        assert (one.outcome, one.sentence) == ("passed", "It is within working hours there.")
    else:
        assert one.until == at(*opens)
        assert one.sentence == "It is outside of working hours there (09:00 to 17:00, Europe/Berlin)."
        assert (one.code, one.cures) == ("outside-hours", True)
