"""The rungs of the ladder, each with the few words that say what it means to whoever never heard of it."""

from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "local": "running the services on one's own machine",
    "watch": "watching an operator at work",
    "decide": "saying what to do while an operator does it",
    "drive": "doing it with an operator as the net",
    "solo": "doing it alone",
}


def explained(rung: str) -> str:
    """`solo (doing it alone)`."""
    return f"{rung} ({MEANING[rung]})" if rung in MEANING else rung
