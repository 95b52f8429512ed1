"""Quiet hours hold by the person's own wall clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.quiet import end_of_quiet, next_working_morning

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("now", "begin", "end", "told"),
    [
        ("2026-11-23T21:59", "22:00", "07:00", "2026-11-23T21:59"),
        ("2026-11-23T22:00", "22:00", "07:00", "2026-11-24T07:00"),
        ("2026-11-24T03:12", "22:00", "07:00", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "22:00", "07:00", "2026-11-24T07:00"),
        ("2026-11-24T12:30", "12:00", "13:00", "2026-11-24T13:00"),
        ("2026-11-24T13:30", "12:00", "13:00", "2026-11-24T13:30"),
        ("2026-11-24T13:30", "12:00", "12:00", "2026-11-24T13:30"),
        # The night in which the clocks go forward has an hour less, and the wall clock holds.
        ("2026-03-28T23:00", "22:00", "07:00", "2026-03-29T07:00"),
        ("2026-10-24T23:00", "22:00", "07:00", "2026-10-25T07:00"),
    ],
)
def test_what_can_wait_waits_until_the_quiet_hours_end(now: str, begin: str, end: str, told: str) -> None:
    assert end_of_quiet(at(now), begin, end, "Europe/Berlin") == at(told)


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ("2026-11-24T14:00", "2026-11-24T14:00"),
        ("2026-11-24T21:59", "2026-11-24T21:59"),
        ("2026-11-24T22:00", "2026-11-25T09:00"),
        ("2026-11-25T03:12", "2026-11-25T09:00"),
        ("2026-11-25T07:00", "2026-11-25T07:00"),
        ("2026-11-27T23:00", "2026-11-30T09:00"),  # Friday night: on Monday
        ("2026-11-29T03:00", "2026-11-30T09:00"),
        ("2026-10-25T02:30", "2026-10-26T09:00"),  # the night in which the clock goes back, a Sunday
    ],
)
def test_what_came_at_night_waits_for_the_next_working_morning(now: str, asked: str) -> None:
    assert next_working_morning(at(now), "Europe/Berlin") == at(asked)
