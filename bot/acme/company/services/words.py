"""How Acme says things: the same in every service."""


def price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02} EUR"


def short(commit: str) -> str:
    return commit[:7] or "unknown"
