"""Who is on call, also in the weeks in which the clocks change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.config import Rotation, load
from bot.domain.rotations import on_call, on_call_for, shift

BERLIN = ZoneInfo("Europe/Berlin")
OMAR, OLGA = "omar@example.com", "olga@example.com"
ROTATION = Rotation(name="storefront", people=(OMAR, OLGA), zone="Europe/Berlin", first="2026-01-05")
CONFIG = load(Path(__file__).parents[3] / "config.yaml")


def berlin(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def test_the_first_of_the_people_has_the_first_week() -> None:
    assert shift(ROTATION, berlin("2026-01-05 09:00")).email == OMAR
    assert shift(ROTATION, berlin("2026-01-08 12:00")).email == OMAR
    assert shift(ROTATION, berlin("2026-01-12 08:59")).email == OMAR


def test_the_week_is_handed_over_at_nine_on_monday() -> None:
    found = shift(ROTATION, berlin("2026-01-12 09:00"))
    assert found.email == OLGA
    assert (found.since, found.until) == (berlin("2026-01-12 09:00"), berlin("2026-01-19 09:00"))


def test_before_the_first_week_the_turns_are_counted_backwards() -> None:
    assert shift(ROTATION, berlin("2026-01-05 08:59")).email == OLGA
    assert shift(ROTATION, berlin("2025-12-25 12:00")).email == OMAR


def test_a_week_with_a_change_of_the_clocks_is_handed_over_at_nine_as_well() -> None:
    spring, autumn = shift(ROTATION, berlin("2026-03-27 12:00")), shift(ROTATION, berlin("2026-10-23 12:00"))
    assert spring.until == berlin("2026-03-30 09:00")
    assert spring.until - spring.since == timedelta(days=7, hours=-1).total_seconds()
    assert autumn.until == berlin("2026-10-26 09:00")
    assert autumn.until - autumn.since == timedelta(days=7, hours=1).total_seconds()


def test_a_hand_over_in_the_hour_that_is_left_out_has_one_place_all_the_same() -> None:
    at_night = ROTATION.model_copy(update={"day": "sunday", "at": "02:30"})
    skipped = datetime(2026, 3, 29, 1, 30, tzinfo=UTC).timestamp()  # 02:30 does not exist on that day
    assert shift(at_night, skipped - 1).until == skipped
    assert shift(at_night, skipped).since == skipped


@given(st.floats(0, 4_000_000_000), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_every_moment_lies_in_exactly_one_shift(now: float, zone: str) -> None:
    rotation = ROTATION.model_copy(update={"zone": zone})
    found = shift(rotation, now)
    assert found.since <= now < found.until
    assert shift(rotation, found.until).since == found.until
    assert shift(rotation, found.until).email != found.email


def test_at_acme_somebody_is_on_call_for_shop_and_nobody_for_gateway() -> None:
    now = berlin("2026-01-06 12:00")
    for_shop = on_call_for(CONFIG, "shop", now)
    assert for_shop is not None
    assert for_shop.email == OMAR
    assert on_call_for(CONFIG, "gateway", now) is None
    assert on_call_for(CONFIG, "nothing", now) is None
    assert on_call(CONFIG, OMAR, now) == {"storefront"}
    assert on_call(CONFIG, OLGA, now) == frozenset()
