"""For how long, or until when: as people write it before or behind a reason."""

from collections.abc import Sequence

from bot.domain.moments import clock_there, moment
from bot.domain.periods import period
from bot.errors import NotUnderstood
from bot.slack.lookup import safe

UNTIL = "until"
HINT = "Say it as `until 18:00`, `until friday 9:00` or `until 2026-12-01`, or for how long: `for 2h`."


def length(words: Sequence[str], now: float, zone: str) -> tuple[float | None, float | None, bool, str]:
    """Seconds or the moment, whether it only warns, and the reason: `2h`, `for 2h`, `until friday 9:00` and `warning`
    may stand first or last. Raises NotUnderstood for a moment that nobody can read, or that is over.
    """
    rest = list(words)
    warning = False
    seconds = until = None
    for _ in range(2):
        for end in (0, -1):
            if rest and rest[end].casefold() in ("warning", "warn"):
                warning = True
                del rest[end]
            elif rest and seconds is None and (found := period(rest[end])) is not None:
                seconds = found
                del rest[end]
                if rest and rest[end].casefold() == "for":
                    del rest[end]
            elif len(rest) > 1 and end == 0 and rest[0].casefold() == "for" and period(rest[1]) is not None:
                seconds = period(rest[1])
                del rest[:2]
            elif until is None and (span := _until(rest, end, now, zone)) is not None:
                first, last, until = span
                del rest[first:last]
    if seconds is not None and until is not None:
        raise NotUnderstood(
            "You say for how long and until when: I need one of them.", code="two-ends", hint=HINT
        )
    return seconds, until, warning, " ".join(rest)


def _until(rest: Sequence[str], end: int, now: float, zone: str) -> tuple[int, int, float] | None:
    """Where it stands, and the moment; None: it does not stand there. What begins with it has to be one."""
    folded = [word.casefold() for word in rest]
    if end == 0:
        if folded[:1] != [UNTIL]:
            return None
        begin = 0
    else:
        begins = [at for at in (len(rest) - 2, len(rest) - 3) if at >= 0 and folded[at] == UNTIL]
        if not begins:
            return None
        begin = begins[0]
    found = moment(rest[begin + 1 :], now, zone)
    if found is None or (end == -1 and begin + 1 + found[1] != len(rest)):
        if end == -1:
            return None  # a part of the reason
        said = safe(" ".join(rest[:3]), 60)
        raise NotUnderstood(f"I cannot read a time in `{said}`.", code="no-such-time", hint=HINT)
    at, used = found
    if at <= now:
        said = safe(" ".join(rest[begin : begin + 1 + used]), 60)
        raise NotUnderstood(
            f"`{said}` is over: it is {clock_there(now, zone)}.",
            code="in-the-past",
            hint="Say a moment that is still to come, such as `until tomorrow 18:00`.",
        )
    return begin, begin + 1 + used, at
