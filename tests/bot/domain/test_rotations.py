"""The shifts that config.yaml writes down, also in the nights in which the clocks change, everywhere in the world.

One file, because every kind of rotation is held to the same words.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, Rotation, load
from bot.config.rotations import OnlyWithin, Part
from bot.domain.oncall import Override, Shift, gaps, on_call_at
from bot.domain.rotations import leads_to, on_call, roster, shift, written

BERLIN = ZoneInfo("Europe/Berlin")
OMAR, OLGA, MIA, DANA = "omar@example.com", "olga@example.com", "mia@example.com", "dana@example.com"
ROTATION = Rotation(name="storefront", people=(OMAR, OLGA), zone="Europe/Berlin", first="2026-01-05")
CONFIG = load(Path(__file__).parents[3] / "config.yaml")
DAY = 86400.0


def berlin(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def local(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


def changed(**more: Any) -> Rotation:
    return Rotation.model_validate({**ROTATION.model_dump(exclude_defaults=True), **more})


def company(**rotations: Rotation) -> Config:
    return CONFIG.model_copy(update={"rotations": rotations})


def at(rotation: Rotation, now: float) -> Shift | None:
    return shift(company(storefront=rotation), "storefront", now)


def holder(rotation: Rotation, now: float) -> str | None:
    found = at(rotation, now)
    return found.email if found else None


# --- weeks


def test_the_first_of_the_people_has_the_first_week() -> None:
    assert holder(ROTATION, berlin("2026-01-05 09:00")) == OMAR
    assert holder(ROTATION, berlin("2026-01-08 12:00")) == OMAR
    assert holder(ROTATION, berlin("2026-01-12 08:59")) == OMAR


def test_the_week_is_handed_over_at_nine_on_monday() -> None:
    found = at(ROTATION, berlin("2026-01-12 09:00"))
    assert found == Shift("storefront", OLGA, berlin("2026-01-12 09:00"), berlin("2026-01-19 09:00"))


def test_before_the_first_week_the_turns_are_counted_backwards() -> None:
    assert holder(ROTATION, berlin("2026-01-05 08:59")) == OLGA
    assert holder(ROTATION, berlin("2025-12-25 12:00")) == OMAR


def test_a_week_with_a_change_of_the_clocks_is_handed_over_at_nine_as_well() -> None:
    spring, autumn = at(ROTATION, berlin("2026-03-27 12:00")), at(ROTATION, berlin("2026-10-23 12:00"))
    assert spring is not None
    assert autumn is not None
    assert spring.until == berlin("2026-03-30 09:00")
    assert spring.until - spring.since == timedelta(days=7, hours=-1).total_seconds()
    assert autumn.until == berlin("2026-10-26 09:00")
    assert autumn.until - autumn.since == timedelta(days=7, hours=1).total_seconds()


def test_a_hand_over_in_the_hour_that_is_left_out_has_one_place_all_the_same() -> None:
    at_night = changed(day="sunday", at="02:30")
    skipped = datetime(2026, 3, 29, 1, 30, tzinfo=UTC).timestamp()  # 02:30 does not exist on that day
    before, after = at(at_night, skipped - 1), at(at_night, skipped)
    assert before is not None
    assert after is not None
    assert before.until == after.since == skipped


@given(st.floats(0, 4_000_000_000), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_every_moment_lies_in_exactly_one_shift(now: float, zone: str) -> None:
    found = written(changed(zone=zone), now, now + 8 * DAY)
    assert found[0].since <= now < found[0].until
    assert all(one.until == two.since and one.email != two.email for one, two in pairwise(found))


# --- days


def test_a_day_is_handed_over_every_day_and_has_23_or_25_hours_when_the_clocks_change() -> None:
    daily = changed(turns="daily")
    found = written(daily, berlin("2026-03-28 10:00"), berlin("2026-03-30 10:00"))
    assert [local(one.since, "Europe/Berlin").hour for one in found] == [9, 9, 9]
    assert [(one.until - one.since) / 3600 for one in found] == [23, 24, 24]
    assert [one.email for one in found] == [OMAR, OLGA, OMAR]
    autumn = written(daily, berlin("2026-10-24 10:00"), berlin("2026-10-24 11:00"))
    assert [(one.until - one.since) / 3600 for one in autumn] == [25]


def test_the_first_of_the_people_has_the_first_day() -> None:
    assert holder(changed(turns="daily"), berlin("2026-01-05 09:00")) == OMAR
    assert holder(changed(turns="daily"), berlin("2026-01-06 09:00")) == OLGA


@cache
def transitions(zone: str) -> tuple[float, ...]:
    """Every moment between 2024 and 2031 at which this zone's clocks are changed."""
    here, week = ZoneInfo(zone), 7 * 86400
    begin = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    steps = [begin + number * week for number in range(366)]

    def offset(at: int) -> timedelta | None:
        return datetime.fromtimestamp(at, here).utcoffset()

    found = []
    for one, two in pairwise(steps):
        if offset(one) != offset(two):
            low, high = one, two
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            found.append(float(high))
    return tuple(found)


def all_transitions() -> Iterator[tuple[str, float]]:
    for zone in sorted(available_timezones()):
        yield from ((zone, one) for one in transitions(zone))


# 02:30 is left out or comes twice in most of the world, 00:00 in the rest; 09:00 is what people write.
@pytest.mark.parametrize("hand_over", ["09:00", "02:30", "00:00"])
def test_at_every_change_of_the_clocks_in_every_zone_the_wall_clock_holds_and_there_is_no_gap_and_no_double(
    hand_over: str,
) -> None:
    known = list(all_transitions())
    assert len(known) > 1000
    said = time.fromisoformat(hand_over)
    for zone, change in known:
        rotation = Rotation(name="r", people=(OMAR, OLGA, MIA), zone=zone, turns="daily", at=hand_over)
        found = written(rotation, change - DAY, change + DAY)
        assert found[0].since <= change - DAY, zone
        assert found[-1].until >= change + DAY, zone
        for one, two in pairwise(found):
            assert one.until == two.since, zone
            assert one.email != two.email, zone
        for one in found:
            begins = local(one.since, zone)
            left_out = begins.replace(tzinfo=None) != datetime.combine(begins.date(), said)
            moved = (
                ZoneInfo(zone).utcoffset(begins.replace(tzinfo=None)) != local(one.until, zone).utcoffset()
            )
            if left_out:  # it does not exist on that day: the clocks were put forward over it
                assert change - 1 <= one.since <= change + 2 * 3600, zone
            elif not moved:
                assert one.until - one.since == DAY, zone


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-06-01"])
def test_following_the_sun_leaves_no_gap_and_no_double_however_the_clocks_differ(change: str) -> None:
    parts = [
        (OMAR, "Asia/Tokyo", "09:00"),
        (OLGA, "Europe/Berlin", "09:00"),
        (MIA, "America/New_York", "12:00"),
    ]
    sun = tuple(Part(people=(who, DANA), zone=zone, begin=begin) for who, zone, begin in parts)
    rotation = Rotation(name="world", sun=sun)
    middle = datetime.combine(date.fromisoformat(change), time(12), UTC).timestamp()
    found = written(rotation, middle - 3 * DAY, middle + 3 * DAY)
    assert gaps(found, middle - 3 * DAY, middle + 3 * DAY) == []
    assert all(one.until == two.since for one, two in pairwise(found))
    clocks = {
        (local(one.since, zone).hour, local(one.since, zone).minute)
        for number, one in enumerate(found)
        for zone in [["Asia/Tokyo", "Europe/Berlin", "America/New_York"][_part(one, number, found)]]
    }
    assert clocks <= {(9, 0), (12, 0)}


def _part(one: Shift, number: int, found: list[Shift]) -> int:
    """Which part of the sun a shift is: Tokyo's begin at midnight UTC all the year."""
    tokyo = next(index for index, shift in enumerate(found) if shift.since % DAY == 0)
    return (number - tokyo) % 3


def test_following_the_sun_each_part_has_its_own_weeks_or_days() -> None:
    sun = (
        Part(people=(OMAR, OLGA), zone="Asia/Tokyo", begin="09:00", turns="daily"),
        Part(people=(MIA, DANA), zone="Europe/Berlin", begin="09:00"),
    )
    rotation = Rotation(name="world", sun=sun, first="2026-01-05")
    found = written(rotation, berlin("2026-01-05 00:30"), berlin("2026-01-07 00:30"))
    assert [one.email for one in found] == [DANA, OMAR, MIA, OLGA, MIA]


# --- office hours


def test_in_office_hours_nobody_is_on_call_at_night_and_at_the_weekend() -> None:
    office = changed(hours=OnlyWithin())
    assert holder(office, berlin("2026-01-05 09:00")) == OMAR
    assert holder(office, berlin("2026-01-05 16:59")) == OMAR
    assert holder(office, berlin("2026-01-05 17:00")) is None
    assert holder(office, berlin("2026-01-10 12:00")) is None
    assert holder(office, berlin("2026-01-12 12:00")) == OLGA


def test_outside_its_hours_a_rotation_falls_to_another_one() -> None:
    office = changed(hours=OnlyWithin(), otherwise="nights")
    nights = Rotation(name="nights", people=(MIA,), zone="Europe/London")
    config = company(storefront=office, nights=nights)
    for moment, who in [("2026-01-05 12:00", OMAR), ("2026-01-05 20:00", MIA), ("2026-01-10 12:00", MIA)]:
        found = shift(config, "storefront", berlin(moment))
        assert found is not None
        assert (found.email, found.rotation) == (who, "storefront")
    week = roster(config, "storefront", berlin("2026-01-05 00:00"), berlin("2026-01-12 00:00"))
    assert gaps(week, berlin("2026-01-05 00:00"), berlin("2026-01-12 00:00")) == []


def test_hours_over_midnight_are_those_of_the_day_on_which_they_begin() -> None:
    night = changed(hours=OnlyWithin(days=("friday",), begin="22:00", end="06:00"))
    assert holder(night, berlin("2026-01-09 21:59")) is None
    assert holder(night, berlin("2026-01-10 05:59")) == OMAR
    assert holder(night, berlin("2026-01-10 22:00")) is None


def test_days_of_office_hours_are_counted_without_the_weekend_so_nobody_has_all_mondays() -> None:
    three = changed(turns="daily", people=(OMAR, OLGA, MIA, DANA, "devi@example.com"), hours=OnlyWithin())
    weeks = written(three, berlin("2026-01-05 00:00"), berlin("2026-01-17 00:00"))
    assert [one.email[:2] for one in weeks] == ["om", "ol", "mi", "da", "de"] * 2
    two = changed(turns="daily", hours=OnlyWithin())
    mondays = [holder(two, berlin(f"2026-01-{day:02} 12:00")) for day in (5, 12, 19)]
    assert mondays == [OMAR, OLGA, OMAR]


# --- levels, shadows, overrides


LEVELS = company(
    storefront=changed(escalates_to=["second"], shadows=[DANA]),
    second=Rotation(name="second", people=(MIA,), zone="Europe/London"),
)


def test_the_rotations_it_escalates_to_are_its_further_levels() -> None:
    now = berlin("2026-01-06 12:00")
    found = on_call_at(roster(LEVELS, "storefront", now, now + 1), now)
    assert [(one.email, one.level, one.rotation) for one in found] == [
        (OMAR, 1, "storefront"), (MIA, 2, "storefront"),
    ]  # fmt: skip


def test_whoever_is_behind_counts_as_on_call_and_who_shadows_does_not() -> None:
    now = berlin("2026-01-06 12:00")
    assert on_call(LEVELS, OMAR, now) == {"storefront"}
    assert on_call(LEVELS, MIA, now) == {"storefront", "second"}
    assert on_call(LEVELS, OLGA, now) == frozenset()
    assert on_call(LEVELS, DANA, now) == frozenset()


def test_an_override_gives_and_takes_being_on_call() -> None:
    now = berlin("2026-01-06 12:00")
    over = Override("o-1", "storefront", DANA, now - 60, now + 60, OMAR, "Omar", now - 60)
    assert on_call(LEVELS, DANA, now, overrides=[over]) == {"storefront"}
    assert on_call(LEVELS, OMAR, now, overrides=[over]) == frozenset()
    assert on_call(LEVELS, OMAR, now + 60, overrides=[over]) == {"storefront"}


def test_what_stands_elsewhere_is_taken_as_it_is_told() -> None:
    config = company(storefront=Rotation(name="storefront", pagerduty="PSCHED1"))
    told = {"storefront": [Shift("storefront", OLGA, 0, 100), Shift("storefront", MIA, 0, 100, level=2)]}
    assert [one.email for one in roster(config, "storefront", 0, 100, base=told)] == [OLGA, MIA]
    assert on_call(config, OLGA, 50, base=told) == {"storefront"}
    assert roster(config, "storefront", 0, 100) == []


def test_all_that_take_part_in_a_rotation_are_named_once() -> None:
    config = company(
        a=changed(name="a", hours=OnlyWithin(), otherwise="b", escalates_to=["b", "c"]),
        b=changed(name="b", escalates_to=["c"]),
        c=changed(name="c"),
    )
    assert leads_to(config, "a") == ["a", "b", "c"]


def test_at_acme_somebody_is_on_call_for_the_storefront() -> None:
    now = berlin("2026-01-06 12:00")
    found = shift(CONFIG, "storefront", now)
    assert found is not None
    assert found.email == OMAR
    assert on_call(CONFIG, OMAR, now) >= {"storefront"}
    assert "storefront" not in on_call(CONFIG, OLGA, now)
