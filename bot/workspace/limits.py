"""How often a method may be called: in no minute more often than its tier says; and one posting a second a channel,
with a short burst. All of it by the workspace's clock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .clock import Clock
from .faults import SlackError

MINUTE = 60.0


@dataclass(frozen=True)
class Tier:
    """a_minute: how many calls Slack takes in any 60 seconds."""

    a_minute: int


@dataclass(frozen=True)
class Rate:
    """A bucket. burst: calls at once. per_second: how fast it fills again."""

    burst: int
    per_second: float


TIER_1 = Tier(1)
TIER_2 = Tier(20)
TIER_3 = Tier(50)
TIER_4 = Tier(100)
SPECIAL = Tier(300)  # what Slack only says to be generous
CHANNEL = Rate(10, 1.0)  # posting to one channel


class Limits:
    """tell: told of each call that was one too many: the method, the path of what it names, and why."""

    def __init__(self, clock: Clock, tell: Callable[[str, str, str], None] = lambda *_: None) -> None:
        self._clock, self._tell = clock, tell
        self._buckets: dict[str, tuple[float, float]] = {}  # what is left, and when that was
        self._taken: dict[str, list[float]] = {}  # when each call of the last minute was

    def take(self, method: str, rate: Tier | Rate, channel: str = "") -> None:
        """One call, to that channel if one is named. Raises `ratelimited` with Retry-After in whole seconds where it is
        one too many.
        """
        name = f"{method} {channel}"
        now = self._clock.now()
        if isinstance(rate, Tier):
            taken = [at for at in self._taken.get(name, ()) if now - MINUTE < at <= now]
            self._taken[name] = taken
            if len(taken) >= rate.a_minute:
                self._tell(method, "", f"called more than {rate.a_minute} times within a minute")
                raise limited(taken[-rate.a_minute] + MINUTE - now)
            taken.append(now)
            return
        left, at = self._buckets.get(name, (float(rate.burst), now))
        left = min(float(rate.burst), left + max(now - at, 0.0) * rate.per_second)
        if left < 1:
            self._buckets[name] = (left, now)
            self._tell(method, "/channel", f"more than {rate.per_second:g} a second in {channel}")
            raise limited(math.ceil((1 - left) / rate.per_second))
        self._buckets[name] = (left - 1, now)


def limited(seconds: float) -> SlackError:
    whole = max(1, math.ceil(seconds))
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(whole)})
