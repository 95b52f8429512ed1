"""How often a method may be called: Slack's tiers, and one posting a second a channel, both with bursts.

Each limit is a bucket that holds a burst and fills evenly, by the workspace's clock.
"""

import math
from dataclasses import dataclass

from .clock import Clock
from .faults import SlackError


@dataclass(frozen=True)
class Rate:
    """burst: calls at once. per_second: how fast the bucket fills again."""

    burst: int
    per_second: float


TIER_1 = Rate(5, 1 / 60)
TIER_2 = Rate(20, 20 / 60)
TIER_3 = Rate(50, 50 / 60)
TIER_4 = Rate(100, 100 / 60)
SPECIAL = Rate(300, 300 / 60)  # what Slack only says to be generous
CHANNEL = Rate(10, 1.0)  # posting to one channel


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # what is left, and when that was

    def take(self, name: str, rate: Rate) -> None:
        """One call of `name`. Raises `ratelimited` with Retry-After in whole seconds where the bucket is empty."""
        now = self._clock.now()
        left, at = self._buckets.get(name, (float(rate.burst), now))
        left = min(float(rate.burst), left + max(now - at, 0.0) * rate.per_second)
        if left < 1:
            self._buckets[name] = (left, now)
            raise limited(math.ceil((1 - left) / rate.per_second))
        self._buckets[name] = (left - 1, now)


def limited(seconds: float) -> SlackError:
    whole = max(1, math.ceil(seconds))
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(whole)})
