"""Moments as people write them, in their own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.moments import clock_there, moment, working_morning

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 19, 5, tzinfo=ZoneInfo(BERLIN)).timestamp()  # a Monday


def at(*parts: int, zone: str = BERLIN) -> float:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("words", "when", "used"),
    [
        ("20:30", at(2026, 11, 23, 20, 30), 1),
        ("20:30 the fair", at(2026, 11, 23, 20, 30), 1),
        ("18:00", at(2026, 11, 23, 18, 0), 1),  # it is over, and nobody guesses tomorrow
        ("tomorrow 9:00", at(2026, 11, 24, 9, 0), 2),
        ("tomorrow", at(2026, 11, 24), 1),
        ("today 21:00", at(2026, 11, 23, 21, 0), 2),
        ("friday 9:00 the fair", at(2026, 11, 27, 9, 0), 2),
        ("Fri the fair", at(2026, 11, 27), 1),
        ("monday 21:00", at(2026, 11, 23, 21, 0), 2),
        ("monday 9:00", at(2026, 11, 30, 9, 0), 2),
        ("2026-12-01", at(2026, 12, 1), 1),
        ("2026-12-01 18:00", at(2026, 12, 1, 18, 0), 2),
        ("2020-01-01", at(2020, 1, 1), 1),
    ],
)
def test_a_time_a_day_or_both_is_a_moment(words: str, when: float, used: int) -> None:
    assert moment(words.split(), NOW, BERLIN) == (when, used)


@pytest.mark.parametrize(
    "words", ["", "lunch", "24:00", "9", "today", "2026-13-01", "fr", "for 2h", "the fair"]
)
def test_anything_else_is_none(words: str) -> None:
    assert moment(words.split(), NOW, BERLIN) is None


def test_it_is_in_the_zone_of_who_says_it_also_where_the_clocks_change() -> None:
    assert moment(["20:30"], NOW, "America/New_York") == (
        at(2026, 11, 23, 20, 30, zone="America/New_York"),
        1,
    )
    before = at(2026, 10, 24, 12, 0)  # the clocks go back in the night that follows
    found = moment(["tomorrow", "12:00"], before, BERLIN)
    assert found is not None
    assert found[0] - before == 25 * 3600
    assert clock_there(NOW, BERLIN) == "Monday 19:05 in Europe/Berlin"
    assert clock_there(NOW, "Asia/Tokyo") == "Tuesday 03:05 in Asia/Tokyo"


def test_the_next_working_morning_is_at_nine_and_never_at_a_weekend() -> None:
    assert working_morning(NOW, BERLIN) == at(2026, 11, 24, 9)
    for day in (27, 28, 29):  # a Friday, and the weekend
        assert working_morning(at(2026, 11, day, 8), BERLIN) == at(2026, 11, 30, 9)
