"""A bucket holds a burst, and fills evenly as time goes on."""

import pytest

from bot.workspace.clock import Clock
from bot.workspace.faults import SlackError
from bot.workspace.limits import TIER_1, TIER_2, TIER_3, TIER_4, Limits, Rate


def test_a_burst_then_one_at_a_time() -> None:
    clock = Clock()
    limits = Limits(clock)
    rate = Rate(burst=2, per_second=0.5)
    limits.take("a", rate)
    limits.take("a", rate)
    limits.take("b", rate)
    with pytest.raises(SlackError) as refused:
        limits.take("a", rate)
    assert (refused.value.word, refused.value.status, refused.value.headers) == (
        "ratelimited",
        429,
        {"Retry-After": "2"},
    )
    clock.forward(2)
    limits.take("a", rate)
    clock.forward(-3_600)
    with pytest.raises(SlackError):
        limits.take("a", rate)
    clock.forward(7_200)
    limits.take("a", rate)
    limits.take("a", rate)
    with pytest.raises(SlackError):
        limits.take("a", rate)


def test_in_no_minute_a_method_is_called_more_often_than_its_tier_says() -> None:
    clock = Clock()
    told: list[tuple[str, ...]] = []
    limits = Limits(clock, lambda *what: told.append(what))
    for _ in range(10):
        limits.take("chat.update", TIER_3)
    clock.forward(30)
    for _ in range(40):
        limits.take("chat.update", TIER_3)
    assert told == []
    with pytest.raises(SlackError) as refused:
        limits.take("chat.update", TIER_3)
    assert refused.value.headers in ({"Retry-After": "30"}, {"Retry-After": "29"})
    assert told == [("chat.update", "", "called more than 50 times within a minute")]
    clock.forward(30)
    for _ in range(10):
        limits.take("chat.update", TIER_3)
    with pytest.raises(SlackError):
        limits.take("chat.update", TIER_3)
    clock.forward(-3_600)
    limits.take("chat.update", TIER_3)


def test_the_tiers_are_slacks() -> None:
    assert [tier.a_minute for tier in (TIER_1, TIER_2, TIER_3, TIER_4)] == [1, 20, 50, 100]
