"""One thing that happened, as a line of time shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["deploy", "action", "roll-back", "lock", "freeze", "gate", "config", "pause", "other"]


@dataclass(frozen=True)
class Moment:
    """at: when it began; ended: when it was over, None while it goes on, or where it took no time. Seconds since the
    epoch. words: what it was, as plain text, also from outside. service, environment: "" for all of them.
    """

    at: float
    kind: Kind
    words: str
    by: str = ""
    service: str = ""
    environment: str = ""
    id: str = ""  # of a deploy
    commit: str = ""
    outcome: str = ""
    ended: float | None = None


def needs(service: str, depends_on: Mapping[str, Sequence[str]]) -> list[str]:
    """All that a service depends on, the nearest first, each once, also where they depend on each other."""
    found: dict[str, None] = {}
    ahead = list(depends_on.get(service, ()))
    while ahead:
        one = ahead.pop(0)
        if one != service and one not in found:
            found[one] = None
            ahead += depends_on.get(one, ())
    return list(found)
