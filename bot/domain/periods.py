"""How long: what people write as `30m`, `24h`, `7d`, `2w`."""

import re

SECONDS = {"m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_PERIOD = re.compile(r"(\d{1,5})\s*([mhdw])")


def period(word: str) -> float | None:
    """Seconds; None for what is no length of time."""
    found = _PERIOD.fullmatch(word.strip().casefold())
    return float(found[1]) * SECONDS[found[2]] if found and int(found[1]) else None
