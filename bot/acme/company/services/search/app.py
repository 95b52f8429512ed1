"""Search: finds things in the shop by a part of their name."""

from urllib.parse import parse_qs, urlsplit

NAMES = ("tea", "teapot", "cup", "kettle")


def find(words: str) -> list[str]:
    wanted = words.lower().split()
    return [name for name in NAMES if any(word in name for word in wanted)]


def answer(path: str) -> dict[str, object] | None:
    asked = urlsplit(path)
    if asked.path != "/":
        return None
    words = parse_qs(asked.query).get("q", [""])[0]
    return {"found": find(words)}
