"""The figures of a service's pages: medians, and nights that are counted once however often they were broken."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.page_figures import UNSAID, Figures, figures, quarter
from bot.domain.pages import Move, Page, Told

BERLIN = "Europe/Berlin"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).timestamp()


def a_page(
    opened: str, first: float | None, lasted: float | None, cause: str = "", urgency: str = "high"
) -> Page:
    begun = at(opened)
    moves = [Move("1", "triggered", begun, "", "triggered")]
    moves += [Move("2", "acknowledged", begun + first, "Omar", "acknowledged")] if first is not None else []
    moves += [Move("3", "resolved", begun + lasted, "Omar", "resolved")] if lasted is not None else []
    return Page(
        opened, 1, "shop", Told(opened=begun, urgency=urgency), begun, begun, tuple(moves), cause=cause
    )


def test_a_night_is_broken_once_and_belongs_to_the_day_on_which_it_began() -> None:
    pages = [
        a_page("2026-11-23T23:30", 60, 600, "noise"),
        a_page("2026-11-24T03:12", 120, 1200, "noise"),  # the same night
        a_page("2026-11-24T22:00", 180, None, "deploy"),
        a_page("2026-11-25T06:59", None, 60),  # the same as the one before
        a_page("2026-11-25T07:00", 240, 300, "code"),
        a_page("2026-11-26T03:00", 30, 60, "noise", urgency="low"),
    ]
    assert figures(pages, BERLIN) == Figures(6, 120, 300, 2, {"noise": 2, "deploy": 1, UNSAID: 1})


def test_without_pages_there_are_no_medians() -> None:
    assert figures([], BERLIN) == Figures(0, None, None, 0, {})
    assert figures([replace(a_page("2026-11-23T12:00", None, None), told=Told())], BERLIN).pages == 0


@pytest.mark.parametrize(
    ("now", "begin", "end", "name"),
    [
        ("2026-11-24T12:00", "2026-10-01T00:00", "2027-01-01T00:00", "2026 Q4"),
        ("2026-03-31T23:59", "2026-01-01T00:00", "2026-04-01T00:00", "2026 Q1"),
        ("2026-04-01T00:00", "2026-04-01T00:00", "2026-07-01T00:00", "2026 Q2"),
    ],
)
def test_a_quarter_begins_and_ends_by_the_wall_clock(now: str, begin: str, end: str, name: str) -> None:
    assert quarter(at(now), BERLIN) == (at(begin), at(end), name)
