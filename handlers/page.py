"""pages, ack, resolve, escalate: what is open, and what is done about it, in PagerDuty and as who asks."""

from typing import Any

from bot.domain.pages import Act
from bot.slack import Card, Command, Press, Reply, Turn
from bot.slack.views import page as views


async def pages(turn: Turn) -> Reply:
    return Reply(views.listed(await turn.services.pages.open(), turn.now))


async def ack(turn: Turn) -> Reply:
    return await _said(turn, "ack")


async def resolve(turn: Turn) -> Reply:
    return await _said(turn, "resolve")


async def escalate(turn: Turn) -> Reply:
    return await _said(turn, "escalate")


async def press_ack(turn: Turn) -> Reply:
    return await _asked(turn, "ack", turn.values["value"])


async def press_resolve(turn: Turn) -> Reply:
    return await _asked(turn, "resolve", turn.values["value"])


async def press_escalate(turn: Turn) -> Reply:
    return await _asked(turn, "escalate", turn.values["value"])


async def _said(turn: Turn, act: Act) -> Reply:
    word = turn.given.words[0]
    if turn.given.plan:
        return Reply(views.planned(await turn.services.pages.find(word), act))
    return await _asked(turn, act, word)


async def _asked(turn: Turn, act: Act, said: str) -> Reply:
    """Noted and shown on the card now; done, and shown as done, when PagerDuty says so."""
    pages = turn.services.pages
    page = await pages.ask(said, act, turn.holder, id=turn.ask.id, request=turn.ask.request)
    card = Card(views.card_of(page.id), pages.channel_of(page), views.card(page, turn.now), page.rev)
    return Reply(views.asked(page, act), outcome=page.id, card_follows=True, cards=(card,))


_USAGE: dict[str, Any] = {"group": "on call", "changes": True, "takes": "page"}

COMMANDS = [
    Command(
        "pages",
        "which pages are open",
        pages,
        group="on call",
        right="pages",
        examples=["pages"],
        detail="Each with its buttons, whoever it was sent to.",
    ),
    Command(
        "ack <words>",
        "say that you have a page",
        ack,
        examples=["ack #4711"],
        detail="PagerDuty has it from you, as if you had pressed it there. A page that is resolved stays so.",
        **_USAGE,
    ),
    Command(
        "resolve <words>",
        "say that a page is over",
        resolve,
        examples=["resolve #4711"],
        **_USAGE,
    ),
    Command(
        "escalate <words>",
        "wake who comes after those that were paged",
        escalate,
        examples=["escalate #4711"],
        **_USAGE,
    ),
]
PRESSES = [
    Press("page.ack", press_ack),
    Press("page.resolve", press_resolve),
    Press("page.escalate", press_escalate),
]
