"""Until when: what people write as `18:00`, `tomorrow 9:00`, `friday 9:00`, `2026-12-01`, in their own zone."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HALF_DAY = re.compile(r"(1[0-2]|0?[1-9])(?::([0-5]\d))?(am|pm)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment(words: Sequence[str], now: float, zone: str) -> tuple[float, int] | None:
    """The moment with which these words begin, in seconds since the epoch, and how many of them it takes; None: they
    begin with none. It may lie in the past. A day alone is its beginning; a weekday is the next one that is to come.
    """
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(now, UTC).astimezone(here)
    if not words:
        return None
    if (alone := clock_of(words[0])) is not None:
        return datetime.combine(local.date(), alone, here).timestamp(), 1
    said = clock_of(words[1]) if len(words) > 1 else None
    used, at = (1, time()) if said is None else (2, said)
    word = words[0].casefold()
    if word in ("today", "tomorrow"):
        if word == "today" and said is None:
            return None  # it has begun already
        day = local.date() + timedelta(days=word == "tomorrow")
        return datetime.combine(day, at, here).timestamp(), used
    if (number := _weekday(word)) is not None:
        day = local.date() + timedelta(days=(number - local.weekday()) % 7)
        found = datetime.combine(day, at, here).timestamp()
        if found <= now:
            found = datetime.combine(day + timedelta(days=7), at, here).timestamp()
        return found, used
    if _DATE.fullmatch(word):
        try:
            return datetime.combine(date.fromisoformat(word), at, here).timestamp(), used
        except (ValueError, OverflowError):
            return None
    return None


def working_morning(now: float, zone: str) -> float:
    """When the next working day begins there, at nine."""
    here = ZoneInfo(zone)
    day = datetime.fromtimestamp(now, UTC).astimezone(here).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(9), here).timestamp()


def clock_there(now: float, zone: str) -> str:
    """`Monday 19:05 in Europe/Berlin`: what the clock on that person's wall says."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()].capitalize()} {local:%H:%M} in {zone}"


def clock_of(word: str) -> time | None:
    """`18:00`, `9:05`, `2pm`, `12:30am`; None for what is no time of day."""
    if found := _CLOCK.fullmatch(word):
        return time(int(found[1]), int(found[2]))
    if found := _HALF_DAY.fullmatch(word.casefold()):
        return time(int(found[1]) % 12 + (12 if found[3] == "pm" else 0), int(found[2] or 0))
    return None


def _weekday(word: str) -> int | None:
    """Also by its first letters: `fri`."""
    found = [number for number, day in enumerate(DAYS) if len(word) >= 3 and day.startswith(word)]
    return found[0] if found else None
