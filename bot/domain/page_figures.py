"""How a service was paged in a quarter: how often, how fast somebody had it, how long it took, what nights it broke."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

from bot.domain.pages import Page
from bot.domain.quiet import at_night

UNSAID = "not said"  # the cause of a page of which nobody said one


@dataclass(frozen=True)
class Figures:
    """acknowledged, resolved: medians in seconds, None where there is none. nights: how many nights were broken, each
    counted once; causes: of the pages that broke them, by how often.
    """

    pages: int
    acknowledged: float | None
    resolved: float | None
    nights: int
    causes: Mapping[str, int]


def quarter(at: float, zone: str) -> tuple[float, float, str]:
    """Beginning and end of the quarter that holds this moment, and its name, `2026 Q4`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    number = (local.month - 1) // 3
    begin = datetime(local.year, number * 3 + 1, 1, tzinfo=ZoneInfo(zone))
    year, after = (local.year + 1, 0) if number == 3 else (local.year, number + 1)
    end = datetime(year, after * 3 + 1, 1, tzinfo=ZoneInfo(zone))
    return begin.timestamp(), end.timestamp(), f"{local.year} Q{number + 1}"


def figures(pages: Sequence[Page], zone: str) -> Figures:
    """Of these pages, nights by the wall clock of this zone. A night belongs to the day on which it began."""
    found = [one for one in pages if one.told.opened]
    nightly = [one for one in found if one.told.urgency != "low" and at_night(one.told.opened, zone)]
    return Figures(
        len(found),
        _median([one.acknowledged_after for one in found]),
        _median([one.lasted for one in found]),
        len({_night(one.told.opened, zone) for one in nightly}),
        dict(Counter(one.cause or UNSAID for one in nightly).most_common()),
    )


def _night(at: float, zone: str) -> object:
    """Twelve hours back, a whole night lies in one day."""
    return datetime.fromtimestamp(at - 12 * 3600, UTC).astimezone(ZoneInfo(zone)).date()


def _median(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return median(known) if known else None
