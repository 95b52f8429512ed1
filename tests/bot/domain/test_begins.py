"""When a deploy shall begin: said in the zone of who says it, and refused in words where it can be misread."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.begins import begin, looks, understood
from bot.errors import NotUnderstood

BERLIN = "Europe/Berlin"


def at(*parts: int, zone: str = BERLIN, fold: int = 0) -> float:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).timestamp()  # type: ignore[arg-type, misc]


NOW = at(2026, 11, 26, 19, 5)  # a Thursday


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("20:30", at(2026, 11, 26, 20, 30)),
        ("at 20:30", at(2026, 11, 26, 20, 30)),
        ("8:30pm", at(2026, 11, 26, 20, 30)),
        ("tomorrow 9:00", at(2026, 11, 27, 9, 0)),
        ("9:00 tomorrow", at(2026, 11, 27, 9, 0)),
        ("today, 21:00.", at(2026, 11, 26, 21, 0)),
        ("friday 18:00", at(2026, 11, 27, 18, 0)),
        ("Fri at 18:00", at(2026, 11, 27, 18, 0)),
        ("2026-11-27 2pm", at(2026, 11, 27, 14, 0)),
        ("tomorrow 12am", at(2026, 11, 27, 0, 0)),
    ],
)
def test_a_time_is_in_the_zone_of_who_says_it(words: str, when: float) -> None:
    assert begin(words.split(), NOW, BERLIN) == when


def test_what_was_understood_names_the_day_and_the_zone() -> None:
    assert understood(at(2026, 11, 27, 18, 0), BERLIN) == "Friday 18:00 in Europe/Berlin"
    assert understood(at(2026, 11, 27, 18, 0), "Asia/Tokyo") == "Saturday 02:00 in Asia/Tokyo"


@pytest.mark.parametrize(
    ("words", "code", "sentence", "hint"),
    [
        ("25:00", "no-such-time", "I cannot read a time in `25:00`.",
         "Say it as `at 14:00`, `at tomorrow 9:00` or `at friday 18:00`."),
        ("14:00:main", "no-such-time", "I cannot read a time in `14:00:main`.",
         "Say it as `at 14:00`, `at tomorrow 9:00` or `at friday 18:00`."),
        ("18:00", "in-the-past", "`18:00` is over: it is Thursday 19:05 in Europe/Berlin.",
         "Say `at tomorrow 18:00`, or leave the time out to begin now."),
        ("today 9:00", "in-the-past", "`today 9:00` is over: it is Thursday 19:05 in Europe/Berlin.",
         "Leave the time out to begin now."),
        ("friday", "no-time-of-day", "`friday` says no time of day.",
         "Say it as `at friday 9:00`. If it is a branch, leave the `at` out."),
        ("friday 19:30", "too-far",
         "`friday 19:30` is Friday 2026-11-27 19:30, and a deploy can be set for 24 hours ahead at most.",
         "Ask for it again from Thursday 19:30 in Europe/Berlin on."),
        ("thursday 9:00", "too-far",
         "`thursday 9:00` is Thursday 2026-12-03 09:00, and a deploy can be set for 24 hours ahead at most.",
         "Ask for it again from Wednesday 09:00 in Europe/Berlin on."),
    ],
)  # fmt: skip
def test_what_can_be_no_beginning_is_refused_with_what_to_say(
    words: str, code: str, sentence: str, hint: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        begin(words.split(), NOW, BERLIN)
    assert (refused.value.code, str(refused.value), refused.value.hint) == (code, sentence, hint)


def test_a_day_ahead_to_the_minute_is_not_too_far() -> None:
    assert begin(["friday", "19:05"], NOW, BERLIN) == NOW + 24 * 3600


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(NotUnderstood) as refused:
        begin(["2:30"], at(2027, 3, 28, 0, 10), BERLIN)
    assert refused.value.code == "skipped-time"
    assert str(refused.value) == (
        "There is no 02:30 on Sunday 2027-03-28 in Europe/Berlin: the clocks are put forward then."
    )
    assert refused.value.hint == "Say a time that there is, such as 03:30."


def test_of_a_time_that_comes_twice_the_first_is_taken_and_then_the_second() -> None:
    first, second = at(2026, 10, 25, 2, 30), at(2026, 10, 25, 2, 30, fold=1)
    assert second - first == 3600
    assert begin(["2:30"], first - 60, BERLIN) == first
    assert understood(first, BERLIN) == "Sunday 02:30 in Europe/Berlin, the first of the two"
    assert begin(["2:30"], first + 60, BERLIN) == second
    assert understood(second, BERLIN) == "Sunday 02:30 in Europe/Berlin, the second of the two"


@pytest.mark.parametrize(
    ("words", "called", "many"),
    [
        ("14:00 main", False, 1),
        ("25:00", False, 1),
        ("tomorrow 9:00 main", False, 2),
        ("9:00 tomorrow", False, 2),
        ("friday at 18:00", True, 3),
        ("friday", False, 0),  # a branch may be called so
        ("friday main", True, 1),
        ("main 14:00", True, 0),
        ("1.2", True, 0),
        ("14", True, 0),
        ("", True, 0),
    ],
)
def test_what_looks_like_a_time_is_one_and_a_day_only_where_it_is_called_one(
    words: str, called: bool, many: int
) -> None:
    assert looks(words.split(), called=called) == many
