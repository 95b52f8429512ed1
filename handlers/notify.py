"""notify: what a person wants to be told directly, and when not."""

import re

from bot.errors import NotUnderstood
from bot.services.people import CHOICES, Choice, Quiet
from bot.slack import Command, Reply, Turn
from bot.slack.lookup import safe
from bot.slack.views.notify import chosen

KINDS = ("deploys", "commits")
_HOURS = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_BETWEEN = re.compile(r"(?<=\d)\s*[-–—]+\s*(?=\d)")  # 22:00-7:00
LITTLE = ("to", "from", "until")
HINT = (
    "Say `notify deploys always`, `failures` or `never`; `notify commits never`; `notify quiet 22:00 to 7:00`; "
    "`notify quiet off`."
)


async def notify(turn: Turn) -> Reply:
    """Without words: what is set. With words: set it."""
    typed = _BETWEEN.sub(" ", " ".join(turn.given.words).casefold()).split()
    words = [word for word in typed if word not in LITTLE]
    if turn.given.plan:
        raise NotUnderstood("`notify` only changes what I tell you, so there is nothing to plan.", hint=HINT)
    if words:
        await _set(turn, words)
    found = await turn.services.people.preferences(turn.holder.team_id, turn.holder.user_id)
    return Reply(
        chosen({kind: found.choice(kind) for kind in KINDS}, found.quiet, turn.holder.zone, bool(words))
    )


async def _set(turn: Turn, words: list[str]) -> None:
    people = turn.services.people
    match words:
        case ["quiet", "off"]:
            await people.quiet(turn.holder, None)
        case ["quiet", begin, end]:
            await people.quiet(turn.holder, Quiet(_hour(begin), _hour(end)))
        case [kind, choice] if kind in KINDS:
            await people.choose(turn.holder, kind, _choice(choice))
        case [choice]:
            for kind in KINDS:
                await people.choose(turn.holder, kind, _choice(choice))
        case _:
            raise NotUnderstood("I don't understand what you want to be told.", code="notify", hint=HINT)


def _choice(word: str) -> Choice:
    for choice in CHOICES:
        if word == choice:
            return choice
    raise NotUnderstood(f"`{safe(word, 40)}` is none of always, failures, never.", code="notify", hint=HINT)


def _hour(word: str) -> str:
    found = _HOURS.match(word)
    if found is None:
        raise NotUnderstood(
            f"`{safe(word, 40)}` is not a time of day.",
            code="notify",
            hint="Write it as `22:00`. " + HINT,
        )
    return f"{int(found[1]):02}:{found[2]}"


COMMANDS = [
    Command(
        "notify [<words>]",
        "what I tell you directly: always, failures, never; quiet hours",
        notify,
        changes=True,
        examples=["notify deploys failures", "notify commits never", "notify quiet 22:00 to 7:00"],
        detail="It is about messages to you alone; cards in channels stay as they are. "
        "Without words it shows what is set.",
        takes="…",
    ),
]
