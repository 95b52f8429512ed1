"""From when to when: what people write, and what was assumed where it can mean two things."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.spans import moment_in, span_in
from bot.errors import NotUnderstood

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


NOW = at("2026-11-27 10:00")  # a Friday


def said(seconds: float, zone: str = BERLIN) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("now", "Fri 2026-11-27 10:00"),
        ("18:00", "Fri 2026-11-27 18:00"),
        ("tomorrow 3:00", "Sat 2026-11-28 03:00"),
        ("monday 9:00", "Mon 2026-11-30 09:00"),
        ("in 2h", "Fri 2026-11-27 12:00"),
        ("2h ago", "Fri 2026-11-27 08:00"),
        ("yesterday 9:00", "Thu 2026-11-26 09:00"),
        ("last monday 9:00", "Mon 2026-11-23 09:00"),
        ("2025-01-01 9:00", "Wed 2025-01-01 09:00"),
    ],
)
def test_a_moment_lies_ahead_or_back(words: str, meant: str) -> None:
    found = moment_in(words.split(), NOW, BERLIN)
    assert (said(found.at), found.notes) == (meant, ())


def test_a_weekday_that_is_today_says_which_one_was_taken() -> None:
    today, week = moment_in(["friday", "18:00"], NOW, BERLIN), moment_in(["fri", "9:00"], NOW, BERLIN)
    assert said(today.at) == "Fri 2026-11-27 18:00"
    assert today.notes == ("It is Friday today; I took today.",)
    assert said(week.at) == "Fri 2026-12-04 09:00"
    assert week.notes == ("It is Friday today; I took Friday in a week, 2026-12-04.",)


def test_a_time_that_the_clocks_leave_out_or_show_twice_says_what_was_taken() -> None:
    skipped = moment_in(["2026-03-29", "2:30"], NOW, BERLIN)
    assert said(skipped.at) == "Sun 2026-03-29 03:30"
    assert skipped.notes == ("The clocks leave out 02:30 on 2026-03-29 in Europe/Berlin; I took 03:30.",)
    doubled = moment_in(["2026-10-25", "2:30"], NOW, BERLIN)
    assert doubled.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    assert doubled.notes == ("The clocks show 02:30 twice on 2026-10-25 in Europe/Berlin; I took the first.",)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("tomorrow 25:00", "`25:00` is no time of day."),
        ("18:75", "`18:75` is no time of day."),
        ("teatime", "I cannot read a time in `teatime`."),
        ("friday or so", "I cannot read a time in `friday or so`."),
        ("2026-02-30", "I cannot read a time in `2026-02-30`."),
    ],
)
def test_what_is_no_time_is_refused_with_what_to_say(words: str, why: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        moment_in(words.split(), NOW, BERLIN)
    assert (str(refusal.value), refusal.value.code) == (why, "no-such-time")
    assert refusal.value.hint == "Say it as `18:00`, `tomorrow 18:00`, `friday 9:00` or `2026-12-01 9:00`."


@pytest.mark.parametrize(
    ("words", "since", "until", "rest"),
    [
        ("from friday 18:00 to monday 9:00", "Fri 2026-11-27 18:00", "Mon 2026-11-30 09:00", ""),
        ("from monday 9:00 to friday 9:00 olga", "Mon 2026-11-30 09:00", "Fri 2026-12-04 09:00", "olga"),
        ("olga from 18:00 to 9:00", "Fri 2026-11-27 18:00", "Sat 2026-11-28 09:00", "olga"),
        ("for 2h", "Fri 2026-11-27 10:00", "Fri 2026-11-27 12:00", ""),
        ("2h olga", "Fri 2026-11-27 10:00", "Fri 2026-11-27 12:00", "olga"),
        ("until 18:00", "Fri 2026-11-27 10:00", "Fri 2026-11-27 18:00", ""),
        ("from tomorrow 9:00 for 1d", "Sat 2026-11-28 09:00", "Sun 2026-11-29 09:00", ""),
        ("from 2026-12-01 to 2026-12-02", "Tue 2026-12-01 00:00", "Wed 2026-12-02 00:00", ""),
    ],
)
def test_a_span_is_read_wherever_it_stands(words: str, since: str, until: str, rest: str) -> None:
    found = span_in(words.split(), NOW, BERLIN)
    assert found is not None
    assert (said(found.since), said(found.until), " ".join(found.rest)) == (since, until, rest)


def test_an_end_of_a_night_in_which_the_clocks_change_is_that_of_the_wall() -> None:
    found = span_in(["from", "2026-03-28", "22:00", "to", "6:00"], NOW, BERLIN)
    assert found is not None
    assert found.until - found.since == 7 * 3600


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ("from tomorrow 9:00 to 2026-11-01", "ends-before",
         "That would end before it begins: from Saturday 09:00 in Europe/Berlin to Sunday 00:00 in Europe/Berlin."),
        ("from friday 18:00", "no-end", "Until when?"),
        ("for 2h until 18:00", "two-ends", "You say for how long and until when: I need one of them."),
        ("from teatime to 18:00", "no-such-time", "I cannot read a time in `from teatime to`."),
        ("from tomorrow 25:00 to monday", "no-such-time", "`25:00` is no time of day."),
        ("18:00", "no-such-span", "Is `18:00` the beginning or the end?"),
    ],
)  # fmt: skip
def test_a_span_that_cannot_be_is_refused_with_what_to_say(words: str, code: str, why: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        span_in(words.split(), NOW, BERLIN)
    assert (refusal.value.code, str(refusal.value)) == (code, why)


def test_where_no_time_is_said_there_is_no_span() -> None:
    assert span_in(["olga"], NOW, BERLIN) is None
