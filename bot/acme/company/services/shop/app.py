"""The shop: what is sold, and what it costs."""

from services.words import price

THINGS = {"tea": 450, "cup": 1250, "kettle": 3900}


def total(basket: dict[str, int]) -> int:
    """In cents. What we do not sell costs nothing and is left out."""
    return sum(THINGS[thing] * count for thing, count in basket.items() if thing in THINGS)


def answer(path: str) -> dict[str, object] | None:
    if path == "/":
        return {"things": {name: price(cents) for name, cents in THINGS.items()}}
    name = path.removeprefix("/things/")
    return {"thing": name, "price": price(THINGS[name])} if name in THINGS else None
