"""pages: what is open."""

from bot.slack import Command, Reply, Turn
from bot.slack.views import page_list as views


async def pages(turn: Turn) -> Reply:
    return Reply(views.listed(await turn.services.pages.open(), turn.now))


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
]
