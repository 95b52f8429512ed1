"""What the handlers of pages share: which page is meant, and what becomes of something that is asked of it."""

from bot.domain.pages import Act, Page
from bot.errors import NotUnderstood
from bot.slack import Card, Reply, Turn
from bot.slack.views import page as views
from bot.slack.views import page_list


async def meant(turn: Turn, said: str | None) -> str:
    """The page that is said, else the one whose thread this is. Raises NotUnderstood where it is neither."""
    if said:
        return said
    page = await here(turn)
    if page is None:
        raise NotUnderstood(
            "I need a page, like `#4711`.",
            code="missing",
            hint="`pages` lists those that are open; in the thread of a page you need not name it.",
        )
    return page.id


async def here(turn: Turn) -> Page | None:
    """The page whose thread this is."""
    if not turn.ask.thread or turn.ask.thread == turn.ask.message:
        return None
    return await turn.services.pages.in_thread(turn.ask.channel, turn.ask.thread)


def plain(text: str) -> str:
    """What somebody typed, as they typed it: Slack sends three signs in another guise."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


async def asked(turn: Turn, act: Act, said: str, *, detail: str = "", shown: str = "") -> Reply:
    """Noted and shown on the card now; done, and shown as done, when PagerDuty says so."""
    pages = turn.services.pages
    page = await pages.ask(
        said, act, turn.holder, id=turn.ask.id, request=turn.ask.request, detail=detail, shown=shown
    )
    return Reply(
        page_list.asked(page, act), outcome=page.id, card_follows=True, cards=(await card(turn, page),)
    )


async def card(turn: Turn, page: Page) -> Card:
    """Its card, as it stands."""
    around = await turn.services.page_around.of(page)
    message = views.card(page, turn.now, around)
    return Card(views.card_of(page.id), turn.services.pages.channel_of(page), message, page.rev)
