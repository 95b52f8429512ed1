"""When deploys rest: the freeze windows of config.yaml, and the hours in which people work. Time cures both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.domain.gates._words import WAIVER, Condition, Facts, family

_MOST = 60  # openings, each before the end of the one before, that are followed to their end


@dataclass(frozen=True)
class Window:
    """Opens when `cron` says in `zone`, and is closed again after so many seconds."""

    cron: str
    zone: str
    seconds: float
    reason: str = ""

    def open(self, now: float) -> tuple[float, float] | None:
        """When it opened last, and until when it stays open; None: it is closed. Openings that overlap are one."""
        zone = ZoneInfo(self.zone)
        minute = datetime.fromtimestamp(now - now % 60 + 60, zone)  # the one that begins now is looked at too
        since = next(CronSim(self.cron, minute, reverse=True)).timestamp()
        until = since + self.seconds
        if now >= until:
            return None
        for opening in islice(CronSim(self.cron, datetime.fromtimestamp(since, zone)), _MOST):
            if opening.timestamp() > until:
                break
            until = opening.timestamp() + self.seconds
        return since, until


@dataclass(frozen=True)
class Windows:
    each: tuple[Window, ...]


@dataclass(frozen=True)
class Hours:
    """Wall-clock times such as "09:00", on these weekdays (0 is Monday), in `zone`."""

    zone: str
    days: tuple[int, ...]
    begin: str
    end: str

    def opens(self, now: float) -> float | None:
        """When they begin next; None: it is within them now."""
        zone = ZoneInfo(self.zone)
        today = datetime.fromtimestamp(now, zone).date()
        for ahead in range(8):
            day = today + timedelta(days=ahead)
            if day.weekday() not in self.days:
                continue
            first = datetime.combine(day, time.fromisoformat(self.begin), zone).timestamp()
            last = datetime.combine(day, time.fromisoformat(self.end), zone).timestamp()
            if now < first:
                return first
            if now < last:
                return None
        return now


@family("windows", Windows, "which freeze windows there are")
def windows(facts: Facts, found: Windows) -> Iterator[Condition]:
    """One condition for each window that is open."""
    none = True
    for window in found.each:
        if (span := window.open(facts.then)) is not None:
            none = False
            why = f": {window.reason}" if window.reason else ""
            yield Condition(
                "windows", "failed", "freeze-window", f"A freeze window is open there{_then(facts)}{why}.",
                clears=f"its end, or {WAIVER}", button="park", cures=True, since=span[0], until=span[1],
            )  # fmt: skip
    if none:
        yield Condition("windows", "passed", "no-freeze-window", "No freeze window is open.")


@family("hours", Hours, "what the working hours are")
def hours(facts: Facts, found: Hours) -> Iterator[Condition]:
    opens = found.opens(facts.then)
    if opens is None:
        yield Condition("hours", "passed", "within-hours", "It is within working hours there.")
        return
    yield Condition(
        "hours", "failed", "outside-hours",
        f"It is outside of working hours there{_then(facts)} ({found.begin} to {found.end}, {found.zone}).",
        clears=f"the clock, or {WAIVER}", button="park", cures=True, until=opens,
    )  # fmt: skip


def _then(facts: Facts) -> str:
    return " then" if facts.then > facts.now else ""
