"""What must hold of rotations: somebody is on each, and which of them leads to which comes to an end."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.gates import CLOCK

Data = Mapping[str, Any]
Known = Callable[[str, Any, str, list[str]], Iterator[str]]

WAYS = ("people", "sun", "pagerduty")
SHORTEST = 3600  # seconds from where one part of the sun begins to where the next does
_FIRST = date(2026, 1, 1)
_DAYS = range(
    0, 730, 3
)  # also the week lies in them in which Europe's clocks are changed and America's are not


def rotation_faults(rotations: Mapping[str, Data], people: list[str], known: Known) -> Iterator[str]:
    """people: e-mail addresses in small letters. known: the fault of a name that is used and nowhere defined."""
    for name, rotation in rotations.items():
        path = f"rotations.{name}"
        yield from _of_ways(path, rotation)
        yield from _of_people(path, rotation, people, known)
        yield from _of_others(path, name, rotations, known)
        yield from _of_hours(path, rotation)
        yield from _of_sun(f"{path}.sun", rotation)


def _of_ways(path: str, rotation: Data) -> Iterator[str]:
    ways = [way for way in WAYS if way in rotation]
    if not ways:
        yield f"{path}: nobody is on it; give it people, or sun, or the pagerduty schedule that says who"
    elif len(ways) > 1:
        yield f"{path}: has {' and '.join(ways)}, and needs one of them"
    if "people" in rotation and "zone" not in rotation:
        yield f"{path}.zone: is missing"


def _of_people(path: str, rotation: Data, people: list[str], known: Known) -> Iterator[str]:
    lists = {"people": rotation.get("people"), "shadows": rotation.get("shadows")}
    for number, part in enumerate(_list(rotation.get("sun"))):
        lists[f"sun.{number}.people"] = part.get("people") if isinstance(part, dict) else None
    on_it = {_low(one) for field, emails in lists.items() if field != "shadows" for one in _list(emails)}
    for field, emails in lists.items():
        for index, email in enumerate(_list(emails)):
            yield from known(f"{path}.{field}.{index}", _low(email), "person", people)
            if field == "shadows" and _low(email) in on_it:
                yield f"{path}.{field}.{index}: {email} is on the rotation itself; keep one of both"


def _of_others(path: str, name: str, rotations: Mapping[str, Data], known: Known) -> Iterator[str]:
    for field, other in _others(rotations[name]):
        yield from known(f"{path}.{field}", other, "rotation", list(rotations))
        if _reaches(rotations, other, name, set()):
            yield f"{path}.{field}: leads back to {name} itself"


def _of_hours(path: str, rotation: Data) -> Iterator[str]:
    hours = rotation.get("hours")
    if "otherwise" in rotation and hours is None:
        yield f"{path}.otherwise: is of no use without hours; say in which hours {path.split('.')[1]} itself is on call"
    if not isinstance(hours, dict):
        return
    if "people" not in rotation:
        yield f"{path}.hours: is of no use without people; leave it out"
    begin, end = hours.get("begin", "09:00"), hours.get("end", "17:00")
    if begin == end:
        yield f"{path}.hours: {begin} to {end} is no time of a day; leave hours out for day and night"


def _of_sun(path: str, rotation: Data) -> Iterator[str]:
    """Each part begins after the one before it and before the next, on every day, however the clocks are changed."""
    parts = _list(rotation.get("sun"))
    if len(parts) < 2 or not all(_is_part(part) for part in parts):
        return  # the models complain of it
    for day in _DAYS:
        if found := _squeezed(parts, _FIRST + timedelta(days=day)):
            before, number = found
            yield (
                f"{path}.{number}.begin: overlaps with sun.{before} on {_FIRST + timedelta(days=day)}; "
                "write the parts in the order of a day, each an hour after the one before at least"
            )
            return


def _squeezed(parts: Sequence[Data], day: date) -> tuple[int, int] | None:
    """Which part has less than an hour until which one begins, on that day; None: each has its time."""
    begins = [_begin(parts[0], day)]
    for part in parts[1:]:
        days = (day + timedelta(days=more) for more in (-1, 0, 1, 2))
        begins.append(next(begin for at in days if (begin := _begin(part, at)) > begins[-1]))
    begins.append(_begin(parts[0], day + timedelta(days=1)))
    lengths = [after - before for before, after in pairwise(begins)]
    if min(lengths) >= SHORTEST:
        return None
    # One that lies before its forerunner is found a day later: then its wait is what is too long.
    number = lengths.index(max(lengths)) if lengths[-1] < 0 else lengths.index(min(lengths))
    return number, (number + 1) % len(parts)


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("begin"), str):
        return False
    try:
        ZoneInfo(str(part.get("zone")))
    except Exception:  # whatever is wrong with it, its model says so
        return False
    return re.fullmatch(CLOCK, part["begin"]) is not None


def _begin(part: Data, day: date) -> float:
    return datetime.combine(day, time.fromisoformat(part["begin"]), ZoneInfo(part["zone"])).timestamp()


def _others(rotation: Data) -> list[tuple[str, str]]:
    """The rotations that this one leads to, and where that is written."""
    found = [(f"escalates_to.{index}", one) for index, one in enumerate(_list(rotation.get("escalates_to")))]
    found.append(("otherwise", rotation.get("otherwise")))
    return [(field, one) for field, one in found if isinstance(one, str)]


def _reaches(rotations: Mapping[str, Data], at: str, goal: str, seen: set[str]) -> bool:
    if at == goal:
        return True
    seen.add(at)
    others = [other for _, other in _others(rotations.get(at, {}))]
    return any(_reaches(rotations, other, goal, seen) for other in others if other not in seen)


def _low(email: Any) -> Any:
    return email.lower() if isinstance(email, str) else email


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
