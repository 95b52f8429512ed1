"""what changed: deploys, locks, gates and config of a service and of what it needs, on one line of time."""

from bot.domain.periods import period
from bot.domain.rights import demand, may
from bot.errors import NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.lookup import nearest, safe
from bot.slack.views import timeline as views

DEFAULT = "2h"
LONGEST_SECONDS = 30 * 24 * 3600.0
PAGE = 16
RIGHT = "what"
_LITTLE = ("last", "the", "since")


async def changed(turn: Turn) -> Reply:
    words = tuple(word for word in turn.given.words if word.casefold() not in _LITTLE) or (DEFAULT,)
    if len(words) > 1 or period(words[0]) is None:
        raise _odd(turn, words)
    if (period(words[0]) or 0.0) > LONGEST_SECONDS:
        raise NotUnderstood(
            "I look back 30 days at most.",
            code="too-long",
            hint=f"Say `{' '.join(('what changed', turn.given.service or '', '30d')).replace('  ', ' ')}`; "
            "`deploys` and `audit` go back further.",
        )
    return await _page(turn, turn.given.service, words[0], turn.now, 0)


async def older(turn: Turn) -> Reply:
    service, words, until, start = [*turn.values["value"].split(":"), "", "", "", ""][:4]
    right = may(turn.services.config(), turn.holder, RIGHT, service=service or None, now=turn.now)
    demand(right)
    if period(words) is None or not until.isdecimal() or not start.isdecimal():
        raise NotUnderstood("This button is of an older version of me.", hint="Type the command instead.")
    return await _page(turn, service or None, words, float(until), int(start))


async def _page(turn: Turn, service: str | None, words: str, until: float, start: int) -> Reply:
    """until: the moment of the first page, so that what happens meanwhile shifts nothing."""
    until = float(int(until) + 1) if start == 0 else until
    since = until - (period(words) or 0.0)
    page = await turn.services.timeline.of(service, since, until, start=start, most=PAGE)
    value = f"{service or ''}:{words}:{int(until)}:{start + PAGE}"
    return Reply(views.changed(page, service or "", words, start, value, since, until))


def _odd(turn: Turn, words: tuple[str, ...]) -> NotUnderstood:
    odd = next((word for word in words if period(word) is None), words[-1])
    meant = nearest(odd, turn.services.config().services)
    hint = (
        f"Did you mean `what changed {meant}`?"
        if meant
        else "Say it as `what changed shop 2h`; `m`, `h`, `d` and `w` can be used."
    )
    return NotUnderstood(
        f"`{safe(odd)}` is neither a service nor a length of time.", code="no-period", hint=hint
    )


COMMANDS = [
    Command(
        "what changed [<service>] [<words>]",
        "see what was deployed, locked and set lately, of a service and of what it needs",
        changed,
        right=RIGHT,
        group="deploy",
        examples=["what changed {service} 2h", "what changed 24h"],
        detail="The newest stands first. Without a length of time it is the last 2 hours, 30 days at most.",
        takes="2h",
    ),
]
PRESSES = [Press("what.page", older, changes=False)]
