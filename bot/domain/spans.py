"""From when to when: what people write as `from friday 18:00 to monday 9:00`, `until 18:00` or `for 2h`, and a moment
ahead or back, each with what was assumed of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.moments import clock_there, moment
from bot.domain.periods import period
from bot.errors import NotUnderstood

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_LIKE_A_CLOCK = re.compile(r"\d{1,3}[:.]\d{1,3}")
HINT = "Say it as `18:00`, `tomorrow 18:00`, `friday 9:00` or `2026-12-01 9:00`."
SPAN_HINT = "Say it as `from friday 18:00 to monday 9:00`, `until 18:00` or `for 2h`."


@dataclass(frozen=True)
class Moment:
    """used: how many words it took. notes: what was assumed, in sentences."""

    at: float
    used: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """rest: the words that are no part of it."""

    since: float
    until: float
    notes: tuple[str, ...]
    rest: tuple[str, ...]


def read(words: Sequence[str], now: float, zone: str) -> Moment | None:
    """The moment with which these words begin; also `now`, `in 2h`, `2h ago`, `yesterday 9:00` and `last friday 9:00`.
    None: they begin with none. Raises NotUnderstood for a time of day that there is not.
    """
    low = [word.casefold().rstrip(",") for word in words]
    found = _near(low, now) or _back(low, now, zone)
    if found is None and (ahead := moment(low, now, zone)) is not None:
        found = Moment(*ahead)
    after = low[found.used : found.used + 1] if found else low[:1]
    if after and _LIKE_A_CLOCK.fullmatch(after[0]):
        raise NotUnderstood(f"`{after[0]}` is no time of day.", code="no-such-time", hint=HINT)
    if found is None or found.notes or low[0] in ("now", "in") or low[found.used - 1] == "ago":
        return found
    return replace(found, notes=tuple(_assumed(low[: found.used], found.at, now, zone)))


def moment_in(words: Sequence[str], now: float, zone: str) -> Moment:
    """All of these words, as a moment. Raises NotUnderstood."""
    found = read(words, now, zone)
    if found is None or found.used < len(words):
        raise NotUnderstood(f"I cannot read a time in `{_plain(words)}`.", code="no-such-time", hint=HINT)
    return found


def span_in(words: Sequence[str], now: float, zone: str) -> Span | None:
    """From when to when, wherever it stands among these words; without a beginning it begins now. None: it is not said.
    Raises NotUnderstood for times that cannot be read, and for an end that is not after the beginning.
    """
    rest: list[str] = []
    since: Moment | None = None
    until: Moment | None = None
    length: float | None = None
    ends: Sequence[str] = ()
    index = 0
    while index < len(words):
        word, tail = words[index].casefold(), words[index + 1 :]
        if word == "from" and since is None:
            since = _moment(word, tail, now, zone)
            index += 1 + since.used
        elif word in ("to", "until", "till", "-", "–") and until is None and not ends:
            ends = (
                tail  # read once the beginning is known: "friday to monday" is the Monday after that Friday
            )
            until = _end(word, ends, since, now, zone)
            index += 1 + until.used
        elif word == "for" and tail and length is None and (seconds := period(tail[0])) is not None:
            length, index = seconds, index + 2
        elif length is None and (seconds := period(word)) is not None:
            length, index = seconds, index + 1
        elif _LIKE_A_CLOCK.fullmatch(word):
            _moment("", words[index:], now, zone)
            raise NotUnderstood(f"Is `{word}` the beginning or the end?", code="no-such-span", hint=SPAN_HINT)
        else:
            rest.append(words[index])
            index += 1
    if until is not None and length is not None:
        raise NotUnderstood(
            "You say for how long and until when: I need one of them.", code="two-ends", hint=SPAN_HINT
        )
    begin = since.at if since else now
    if until is None and length is None:
        if since is not None:
            raise NotUnderstood("Until when?", code="no-end", hint=SPAN_HINT)
        return None
    end = until.at if until else begin + (length or 0.0)
    if end <= begin:
        raise NotUnderstood(
            f"That would end before it begins: from {clock_there(begin, zone)} to {clock_there(end, zone)}.",
            code="ends-before",
            hint=SPAN_HINT,
        )
    notes = (*(since.notes if since else ()), *(until.notes if until else ()))
    return Span(begin, end, notes, tuple(rest))


def _moment(word: str, tail: Sequence[str], now: float, zone: str) -> Moment:
    found = read(tail, now, zone)
    if found is None:
        said = _plain([*([word] if word else []), *tail[:2]])
        raise NotUnderstood(f"I cannot read a time in `{said}`.", code="no-such-time", hint=SPAN_HINT)
    return found


def _end(word: str, tail: Sequence[str], since: Moment | None, now: float, zone: str) -> Moment:
    """A time of day alone is the first such one after the beginning."""
    begin = since.at if since else now
    found = _moment(word, tail, begin, zone)
    if found.used == 1 and _CLOCK.fullmatch(tail[0].rstrip(",")) and found.at <= begin and since is not None:
        local = datetime.fromtimestamp(found.at, UTC).astimezone(ZoneInfo(zone))
        at = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone)).timestamp()
        return replace(found, at=at)
    return found


def _near(low: Sequence[str], now: float) -> Moment | None:
    if low[:1] == ["now"]:
        return Moment(now, 1)
    if len(low) > 1 and low[0] == "in" and (seconds := period(low[1])) is not None:
        return Moment(now + seconds, 2)
    if len(low) > 1 and low[1] == "ago" and (seconds := period(low[0])) is not None:
        return Moment(now - seconds, 2)
    return None


def _back(low: Sequence[str], now: float, zone: str) -> Moment | None:
    """`yesterday 9:00`, `last friday`: the same words a day or a week later, put back."""
    if low[:1] == ["yesterday"]:
        later, days, before = ["tomorrow", *low[1:]], 2, 0
    elif (
        low[:1] == ["last"]
        and len(low) > 1
        and any(day.startswith(low[1]) for day in _DAYS if len(low[1]) > 2)
    ):
        later, days, before = list(low[1:]), 7, 1
    else:
        return None
    found = moment(later, now, zone)
    if found is None:
        return None
    local = datetime.fromtimestamp(found[0], UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    at = (local - timedelta(days=days)).replace(tzinfo=ZoneInfo(zone)).timestamp()
    return Moment(at, found[1] + before)


def _assumed(low: Sequence[str], at: float, now: float, zone: str) -> list[str]:
    """What somebody may have meant otherwise: a day that is today's, a time that the clocks leave out or show twice."""
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(at, UTC).astimezone(here)
    today = datetime.fromtimestamp(now, UTC).astimezone(here)
    notes = []
    weekday = _DAYS[today.weekday()]
    if len(low[0]) > 2 and weekday.startswith(low[0]):
        which = (
            "today" if local.date() == today.date() else f"{weekday.capitalize()} in a week, {local:%Y-%m-%d}"
        )
        notes.append(f"It is {weekday.capitalize()} today; I took {which}.")
    clock = next((found for word in low if (found := _CLOCK.fullmatch(word))), None)
    if clock is None:
        return notes
    said = f"{int(clock[1]):02}:{clock[2]}"
    if f"{local:%H:%M}" != said:
        notes.append(f"The clocks leave out {said} on {local:%Y-%m-%d} in {zone}; I took {local:%H:%M}.")
    elif local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        notes.append(f"The clocks show {said} twice on {local:%Y-%m-%d} in {zone}; I took the first.")
    return notes


def _plain(words: Sequence[str]) -> str:
    return " ".join(words).replace("`", "'")[:60]
