"""Quiet hours: when something that can wait may be told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_quiet(now: float, begin: str, end: str, zone: str) -> float:
    """`now`, or the end of the quiet hours that it lies in; seconds since the epoch.

    begin, end: wall-clock times like "22:00" in `zone`, over midnight where begin is the later one. Equal: no hours.
    """
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(now, UTC).astimezone(here)
    first, last = time.fromisoformat(begin), time.fromisoformat(end)
    clock = local.time()
    over_midnight = first > last
    inside = (clock >= first or clock < last) if over_midnight else first <= clock < last
    if not inside:
        return now
    day = local.date() + timedelta(days=1 if over_midnight and clock >= first else 0)
    return datetime.combine(day, last, here).timestamp()


NIGHT_BEGINS, NIGHT_ENDS = 22, 7  # hours of the wall clock
MORNING = time(9, 0)


def at_night(at: float, zone: str) -> bool:
    """Whether people there sleep at that moment, by the wall clock."""
    hour = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def next_working_morning(now: float, zone: str) -> float:
    """`now` by day; at night, nine o'clock of the next day that is no Saturday and no Sunday."""
    if not at_night(now, zone):
        return now
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(now, UTC).astimezone(here)
    day = local.date() + timedelta(days=1 if local.hour >= NIGHT_BEGINS else 0)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, here).timestamp()
