"""How long: what people write as `30m`, `24h`, `7d`, `2w`."""

import re

SECONDS = {"m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_PERIOD = re.compile(r"(\d{1,5})\s*([mhdw])")


def period(word: str) -> float | None:
    """Seconds; None for what is no length of time."""
    found = _PERIOD.fullmatch(word.strip().casefold())
    return float(found[1]) * SECONDS[found[2]] if found and int(found[1]) else None


def duration(seconds: float) -> str:
    """In words: `4 s`, `3 min`, `2 h 5 min`, `3 days`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10 and rest:
        return f"{minutes} min {rest} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"
