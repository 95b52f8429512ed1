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


def test_the_tiers_are_slacks() -> None:
    a_minute = [round(tier.per_second * 60) for tier in (TIER_1, TIER_2, TIER_3, TIER_4)]
    assert a_minute == [1, 20, 50, 100]
