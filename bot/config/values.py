"""The small values that config.yaml is made of: names, durations, zones, channels, e-mails, argument lists.

Each checks itself and says in one sentence what is wrong and what is allowed; faults.py puts the path
before it.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from bot.config.addresses import well_formed

Rung = Literal["local", "watch", "decide", "drive", "solo"]
RUNGS: tuple[Rung, ...] = ("local", "watch", "decide", "drive", "solo")

LITTLE_WORDS = frozenset(
    {"to", "in", "for", "from", "at", "everything"}
)  # the grammar needs these for itself

K = TypeVar("K")
V = TypeVar("V")


class Frozen(dict[K, V]):
    """A dict that stays as it was read, so that nobody changes the configuration behind another's back."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the configuration cannot be changed; load another one")

    __setitem__ = __delitem__ = clear = pop = popitem = update = __ior__ = _refuse
    setdefault = _refuse

    def __copy__(self) -> "Frozen[K, V]":
        return self

    def __deepcopy__(self, memo: object) -> "Frozen[K, V]":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (Frozen, (dict(self),))


def frozen(value: Mapping[K, V]) -> Mapping[K, V]:
    return Frozen(value)


_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+(?:\.\d+)?)s)?")


_DURATION_FOR_EDITORS = r"^(?=.)(\d+d)?\s*(\d+h)?\s*(\d+m)?\s*(\d+(\.\d+)?s)?$"


def duration(value: Any, info: ValidationInfo) -> float:
    """Seconds of "5m", "1h 30m", "90s". From Python also a plain number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if info.context is not None:  # a number in a file: five what?
            raise ValueError(f"{value} has no unit; allowed: a duration such as 30s, 5m, 1h 30m")
        seconds = float(value)
    elif isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())) and value.strip():
        days, hours, minutes, rest = (float(part or 0) for part in match.groups())
        seconds = ((days * 24 + hours) * 60 + minutes) * 60 + rest
    else:
        raise ValueError(f"{shown(value)} is not a duration; allowed: for example 30s, 5m, 1h 30m")
    if not 0 < seconds <= 7 * 24 * 3600:
        raise ValueError(f"{shown(value)} is out of bounds; allowed: more than nothing, at most 7d")
    return seconds


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{shown(value)} is not a name; allowed: up to 63 of a-z, 0-9, . _ - with a letter or digit first"
        )
    if value in LITTLE_WORDS:
        raise ValueError(f"{shown(value)} is a word of the commands; give it another name")
    return value


def zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{shown(value)} is not a time zone; allowed: for example Europe/Berlin, UTC"
        ) from None
    return value


def day(value: str) -> str:
    try:
        if len(value) != 10:
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise ValueError(f'{shown(value)} is not a day; allowed: for example "2026-01-05"') from None
    return value


_CHANNEL = re.compile(r"#[^\s#@<>,]{1,80}|[CG][A-Z0-9]{5,}")


def channel(value: str) -> str:
    if not _CHANNEL.fullmatch(value):
        raise ValueError(
            f'{shown(value)} is not a channel; allowed: "#name" in quotes, or an id such as C0123ABCD'
        )
    return value


_EMAIL = re.compile(r"[^\s@<>|]+@[^\s@<>|]+\.[^\s@<>|.]+")


def email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError(f"{shown(value)} is not an e-mail address")
    return value.lower()


def argument(value: Any) -> str:
    """One word of a command, or a value of its environment. Never a number: YAML reads 1.10 as 1.1."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not text; write it in quotes")
    if "\0" in value:
        raise ValueError("holds a zero byte, which no program can be given")
    return value


def arguments(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(
            f"{shown(value)} is a shell line, and no shell runs here; allowed: a list with one word an item, "
            f"such as [make, deploy]"
        )
    if isinstance(value, list | tuple) and not value:
        raise ValueError("is empty; allowed: a list with one word an item, such as [make, deploy]")
    return value


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# What Grail itself is told through its environment. A recipe is other people's code and gets none of it.
_GRAILS_OWN = re.compile(r"(SLACK|PAGERDUTY|GITHUB|ARGOCD|JENKINS|GRAIL|REDIS)_.*")


def variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError(
            f"{shown(value)} is not a variable's name; allowed: letters, digits and _, no digit first"
        )
    return value


def passed_variable(value: str) -> str:
    if _GRAILS_OWN.fullmatch(variable(value)):
        raise ValueError(f"{value} is Grail's own and never reaches a recipe; give the recipe one of its own")
    return value


def url(value: str) -> str:
    if not well_formed(value):
        raise ValueError(
            f"{shown(value)} is not an address; allowed: https://… or http://…, with {{service}} and {{environment}} "
            "filled in"
        )
    return value


def shown(value: Any) -> str:
    """A value as a fault quotes it: short, on one line."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]


Duration = Annotated[
    float,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": _DURATION_FOR_EDITORS, "examples": ["30s", "5m", "1h 30m"]}),
]
Name = Annotated[str, AfterValidator(name)]
Zone = Annotated[str, AfterValidator(zone)]
Day = Annotated[str, AfterValidator(day)]
Channel = Annotated[str, AfterValidator(channel)]
Email = Annotated[str, AfterValidator(email)]
Url = Annotated[str, AfterValidator(url)]
Argument = Annotated[str, BeforeValidator(argument)]
Variable = Annotated[str, AfterValidator(variable)]
PassedVariable = Annotated[str, AfterValidator(passed_variable)]
Arguments = Annotated[tuple[Argument, ...], BeforeValidator(arguments)]
