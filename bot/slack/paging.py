"""What the handlers of pages share: which page is meant, and what becomes of something that is asked of it."""

from bot.domain.pages import Act, Page
from bot.domain.periods import duration, period
from bot.errors import NotUnderstood, Stale
from bot.slack import Card, Reply, Turn
from bot.slack.lookup import safe
from bot.slack.views import page as views
from bot.slack.views import page_list

LONGEST_SNOOZE = 7 * 24 * 3600


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


async def merged(turn: Turn, said: str, into: str) -> tuple[str, str]:
    """The id of the page that another becomes part of, and how it is said."""
    page, target = (
        await turn.services.pages.find(said.partition(":")[0]),
        await turn.services.pages.find(into),
    )
    if page.id == target.id:
        raise NotUnderstood("A page cannot become part of itself.", code="same-page")
    if not target.open:
        raise Stale(f"#{target.told.number} is resolved. Nothing was changed.", code="page-resolved")
    return target.id, f"into #{target.told.number}"


def snoozed(words: str) -> tuple[str, str]:
    """Seconds, and how it is said. Raises NotUnderstood."""
    seconds = period(words)
    if seconds is None or seconds > LONGEST_SNOOZE:
        raise NotUnderstood(
            f"`{safe(words)}` is no time that a page can be snoozed for.",
            code="no-period",
            hint="Say `30m`, `2h` or `1d`; 7 days at most.",
        )
    return str(int(seconds)), f"for {duration(seconds)}"


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
