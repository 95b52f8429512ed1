"""audit, my data: what was done, and what is kept about the person who asks."""

from collections.abc import Mapping

from bot.domain.periods import period
from bot.domain.rights import demand, may
from bot.errors import NotUnderstood
from bot.services.exports import Format
from bot.slack import Command, File, Press, Reply, Turn
from bot.slack.lookup import nearest, safe
from bot.slack.views import audit as views

DEFAULT = "7d"
PAGE = 20
FORMATS: Mapping[str, Format] = {"csv": "csv", "jsonl": "jsonl"}


async def audit(turn: Turn) -> Reply:
    words = turn.given.words or (DEFAULT,)
    if len(words) > 1 and words[-2].casefold() == "as":
        return await _file(turn, words[:-2] or (DEFAULT,), words[-1].casefold())
    if len(words) > 1 or period(words[0]) is None:
        raise _odd(turn, words)
    return await _page(turn, turn.given.service, words[0], 0)


async def _file(turn: Turn, words: tuple[str, ...], typed: str) -> Reply:
    if len(words) > 1 or (seconds := period(words[0])) is None:
        raise _odd(turn, words)
    if (format := FORMATS.get(typed)) is None:
        raise NotUnderstood(
            f"I cannot write the audit as `{safe(typed)}`.",
            code="no-format",
            hint="Say `audit 7d as csv`, or `as jsonl`.",
        )
    service = turn.given.service
    content, cut = await turn.services.records.file(service, turn.now - seconds, format)
    message = views.file(service or "everything", words[0], cut=cut)
    return Reply(message, file=File(f"audit-{service or 'all'}.{format}", "The audit", content))


async def older(turn: Turn) -> Reply:
    service, words, start = [*turn.values["value"].split(":"), "", ""][:3]
    right = may(turn.services.config(), turn.holder, "audit", service=service or None, now=turn.now)
    demand(right)
    return await _page(turn, service or None, words, int(start) if start.isdecimal() else 0)


async def _page(turn: Turn, service: str | None, words: str, start: int) -> Reply:
    since = turn.now - (period(words) or 0.0)
    excerpt = await turn.services.records.audit(service, since, start=start, most=PAGE)
    value = f"{service or ''}:{words}:{start + PAGE}"
    return Reply(views.audit(excerpt, service or "everything", words, start, value))


def _odd(turn: Turn, words: tuple[str, ...]) -> NotUnderstood:
    odd = next((word for word in words if period(word) is None), words[-1])
    meant = nearest(odd, turn.services.config().services)
    hint = (
        f"Did you mean `audit {meant}`?"
        if meant
        else "Say it as `audit shop 7d`; `m`, `h`, `d` and `w` can be used."
    )
    return NotUnderstood(
        f"`{safe(odd)}` is neither a service nor a length of time.", code="no-period", hint=hint
    )


async def my_data(turn: Turn) -> Reply:
    content = await turn.services.records.data(turn.holder)
    return Reply(
        views.data(turn.holder.name), file=File("my-data.json", "What Grail keeps about you", content)
    )


COMMANDS = [
    Command(
        "audit [<service>] [<words>]",
        "who did what, of a service or of everything, in the last 7 days or as long as you say",
        audit,
        right="audit",
        examples=["audit {service} 7d", "audit 24h", "audit {service} 7d as csv"],
        detail="It tells what was asked for and what came of it, refusals too. `as csv` or `as jsonl` sends it to you "
        "as a file. `grail audit verify` says whether anybody has changed it.",
        takes="24h",
    ),
    Command(
        "my data",
        "all that I keep about you, as a file for you alone",
        my_data,
        examples=["my data"],
    ),
]
PRESSES = [Press("audit.page", older, changes=False)]
