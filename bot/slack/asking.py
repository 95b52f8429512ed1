"""Whom to ask where one may not: who may, and can be reached."""

from collections.abc import Sequence

from bot.domain.rights import others
from bot.errors import Offer
from bot.slack import Turn
from bot.slack.wanted import What

ASK = "ask.them"


async def offer(turn: Turn) -> Sequence[Offer]:
    """What a refusal for want of the right offers: to ask somebody whom Grail can reach."""
    given = turn.given
    if len(given.services) != 1 or given.environment is None or given.time:
        return ()
    what = What(given.services[0], given.environment, given.ref, given.action)
    whom = await whom_to_ask(turn, what)
    return (Offer(f"Ask {whom[0]}", ASK, what.value),) if whom else ()


async def whom_to_ask(turn: Turn, what: What) -> tuple[str, str] | None:
    """The first of those who may, who is on call first: the name, and Slack's user id."""
    able = others(
        turn.services.config(), turn.holder, what.word,
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip
    for person in able:
        known = await turn.services.people.known_by_email(person.email)
        if known is not None:
            return person.name, known.user_id
    return None
