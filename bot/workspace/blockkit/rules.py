"""The little language of checks: a check looks at one value and adds what is wrong, in Slack's own words."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Fault:
    """One thing that Slack would refuse. path: a JSON pointer (`/blocks/3/text`). why: Slack's sentence."""

    path: str
    why: str

    def __str__(self) -> str:
        """As Slack writes it into `errors`, and after `[ERROR] ` into `response_metadata.messages`."""
        return f"{self.why} [json-pointer:{self.path}]"


Check: TypeAlias = Callable[[Any, str, list[Fault]], None]


def string(most: int | None = None, least: int = 0) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not isinstance(value, str):
            found.append(Fault(path, "must provide a string"))
        elif most is not None and len(value) > most:
            found.append(Fault(path, f"must be less than {most + 1} characters"))
        elif len(value) < least:
            found.append(Fault(path, f"must be more than {least - 1} characters"))

    return check


WORDS = string(None, 1)
"""Something to read, however long."""
NAME = string(255, 1)
"""The id of something, or a short name."""


def url(most: int = 3000) -> Check:
    """An absolute web address."""
    length = string(most, 1)

    def check(value: Any, path: str, found: list[Fault]) -> None:
        before = len(found)
        length(value, path, found)
        if len(found) == before and not value.startswith(
            ("https://", "http://", "slack://", "mailto:", "tel:")
        ):
            found.append(Fault(path, f"invalid url: {value[:80]}"))

    return check


def number(least: float | None = None, most: float | None = None, *, whole: bool = True) -> Check:
    """A number between two bounds; a whole one unless told otherwise."""

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            found.append(Fault(path, "must provide a number"))
        elif whole and value != int(value):
            found.append(Fault(path, "must provide an integer"))
        elif least is not None and value < least:
            found.append(Fault(path, f"must be greater than or equal to {least:g}"))
        elif most is not None and value > most:
            found.append(Fault(path, f"must be less than or equal to {most:g}"))

    return check


def flag(value: Any, path: str, found: list[Fault]) -> None:
    if not isinstance(value, bool):
        found.append(Fault(path, "must provide a boolean"))


def anything(value: Any, path: str, found: list[Fault]) -> None:
    """Whatever it is, Slack does not look."""


def word(*allowed: str | int) -> Check:
    """One of these."""
    listed = ", ".join(str(each) for each in allowed)

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not any(value == each and type(value) is type(each) for each in allowed):
            found.append(Fault(path, f"must be a valid enum value: {listed}"))

    return check


def array(item: Check, most: int | None = None, least: int = 0) -> Check:
    """`least` to `most` items, each of them `item`."""

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not isinstance(value, list):
            found.append(Fault(path, "must provide an array"))
            return
        if most is not None and len(value) > most:
            found.append(Fault(path, f"no more than {most} items allowed"))
        if len(value) < least:
            found.append(Fault(path, f"no fewer than {least} items allowed"))
        for index, each in enumerate(value):
            item(each, f"{path}/{index}", found)

    return check


Rule: TypeAlias = Callable[[Mapping[str, Any]], "str | tuple[str, str] | None"]
"""A condition over a whole object: None when it holds; else the sentence, or its key and the sentence."""


def record(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Rule) -> Check:
    """An object with these properties alone: Slack refuses a whole message for one that it does not know."""
    known = {**required, **optional}

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not isinstance(value, dict):
            found.append(Fault(path, "must provide an object"))
            return
        before = len(found)
        for key in required:
            if key not in value:
                found.append(Fault(path, f"missing required field: {key}"))
        for key, each in value.items():
            if key in known:
                known[key](each, f"{path}/{key}", found)
            else:
                found.append(Fault(path, f"invalid additional property: {key}"))
        if len(found) > before:
            return  # a rule over several properties may rely on the form of each
        for rule in rules:
            why = rule(value)
            if isinstance(why, tuple):
                found.append(Fault(f"{path}/{why[0]}", why[1]))
            elif why:
                found.append(Fault(path, why))

    return check


def typed(kind: str, required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Rule) -> Check:
    """A record that carries its own `type`."""
    return record({"type": word(kind), **required}, optional, *rules)


def by_type(table: Mapping[str, Check]) -> Check:
    """The record that its `type` names, of those in `table`."""

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not isinstance(value, dict):
            found.append(Fault(path, "must provide an object"))
        elif "type" not in value:
            found.append(Fault(path, "missing required field: type"))
        elif not isinstance(value["type"], str) or value["type"] not in table:
            found.append(Fault(f"{path}/type", f"unsupported type: {value['type']}"))
        else:
            table[value["type"]](value, path, found)

    return check


def only(table: Mapping[str, Check], names: Sequence[str]) -> Check:
    """`by_type` over a part of a table."""
    return by_type({name: table[name] for name in names})


def one_of(*names: str) -> Rule:
    """Exactly one of these properties."""
    either = " or ".join(f"`{name}`" for name in names)

    def rule(value: Mapping[str, Any]) -> str | None:
        there = sum(name in value for name in names)
        if there == 0:
            return f"must define either {either}"
        return f"must define only one of {either}" if there > 1 else None

    return rule


def any_of(*names: str) -> Rule:
    """At least one of these properties."""
    either = " or ".join(f"`{name}`" for name in names)

    def rule(value: Mapping[str, Any]) -> str | None:
        return None if any(name in value for name in names) else f"must define either {either}"

    return rule
