"""When a deploy shall begin: `at 14:00`, `at friday 18:00`, `tomorrow 9:00`, in the zone of who says it.

A time that can be misread is refused and never guessed: somebody counts on it, and nobody looks when it comes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.moments import DAYS, clock_of, clock_there, moment
from bot.errors import NotUnderstood

LONGEST_SECONDS = 24 * 3600.0  # how far ahead a deploy can be set
HINT = "Say it as `at 14:00`, `at tomorrow 9:00` or `at friday 18:00`."
_CLOCK = re.compile(r"\d{1,2}:\S*|\d{1,2}(?::\d\d)?(?:am|pm)")  # no ref has a colon in it
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def looks(words: Sequence[str], *, called: bool) -> int:
    """With how many words that look like a time these begin. called: `at` stands before them.

    A day alone may be a branch: it is a time only where it is called one. What looks like a time need be none.
    """
    low = [_bare(word) for word in words[:3]]
    if not low:
        return 0
    if _CLOCK.fullmatch(low[0]):
        return 2 if len(low) > 1 and _day(low[1]) else 1
    if not _day(low[0]):
        return 0
    if len(low) > 1 and _CLOCK.fullmatch(low[1]):
        return 2
    if len(low) > 2 and low[1] == "at" and _CLOCK.fullmatch(low[2]):
        return 3
    return 1 if called else 0


def understood(at: float, zone: str) -> str:
    """`Tuesday 14:00 in Europe/Berlin`; also which of the two, where the clocks show it twice."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    if not _twice(local):
        return clock_there(at, zone)
    return f"{clock_there(at, zone)}, the {'second' if local.fold else 'first'} of the two"


def begin(words: Sequence[str], now: float, zone: str) -> float:
    """The moment that these words say, in seconds since the epoch.

    Raises NotUnderstood for what is none, for what is over, and for what is too far ahead.
    """
    low = [_bare(word) for word in words if _bare(word) != "at"]
    said = " ".join(low).replace("`", "'")[:60]
    if len(low) == 2 and _CLOCK.fullmatch(low[0]):
        low.reverse()
    clock = clock_of(low[-1]) if low else None
    if len(low) == 1 and _day(low[0]):
        raise NotUnderstood(
            f"`{said}` says no time of day.",
            code="no-time-of-day",
            hint=f"Say it as `at {said} 9:00`. If it is a branch, leave the `at` out.",
        )
    found = moment(low, now, zone)
    if found is None or clock is None or found[1] != len(low):
        raise NotUnderstood(f"I cannot read a time in `{said}`.", code="no-such-time", hint=HINT)
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(found[0], UTC).astimezone(here)
    if (local.hour, local.minute) != (clock.hour, clock.minute):
        raise NotUnderstood(
            f"There is no {clock:%H:%M} on {local:%A %Y-%m-%d} in {zone}: the clocks are put forward then.",
            code="skipped-time",
            hint=f"Say a time that there is, such as {local:%H:%M}.",
        )
    if _twice(local) and found[0] <= now:
        local = local.replace(fold=1)
    at = local.timestamp()
    if at <= now:
        again = f"Say `at tomorrow {clock:%H:%M}`, or leave" if len(low) == 1 else "Leave"
        raise NotUnderstood(
            f"`{said}` is over: it is {clock_there(now, zone)}.",
            code="in-the-past",
            hint=f"{again} the time out to begin now.",
        )
    if at > now + LONGEST_SECONDS:
        earliest = clock_there(at - LONGEST_SECONDS, zone)
        raise NotUnderstood(
            f"`{said}` is {local:%A %Y-%m-%d %H:%M}, and a deploy can be set for 24 hours ahead at most.",
            code="too-far",
            hint=f"Ask for it again from {earliest} on.",
        )
    return at


def _twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _bare(word: str) -> str:
    return word.casefold().rstrip(",.;!?")


def _day(word: str) -> bool:
    if word in ("today", "tomorrow") or _DATE.fullmatch(word):
        return True
    return len(word) > 2 and any(day.startswith(word) for day in DAYS)
