"""What was it, and [Write it up]: what is done about a page when it is over."""

from bot.domain.pages import CAUSES
from bot.domain.rights import demand, may
from bot.errors import NotUnderstood
from bot.slack import Press, Reply, Turn, paging
from bot.slack.views import page_after as views
from bot.slack.views.page_review import review
from bot.slack.views.text import said


async def press_why(turn: Turn) -> Reply:
    cause = next((one for one in CAUSES if turn.ask.text == f"page.why.{one}"), None)
    if cause is None:
        raise NotUnderstood("This button is of an older version of me.")
    page = await turn.services.page_after.say_why(turn.values["value"], cause, turn.holder)
    card = await paging.card(turn, page)
    return Reply(views.why_said(page), outcome=f"{page.id} {cause}", cards=(card,))


async def press_review(turn: Turn) -> Reply:
    """To who asks for it alone: what becomes of it is theirs to say."""
    services = turn.services
    page = await services.pages.find(turn.values["value"])
    demand(may(services.config(), turn.holder, "pages", service=page.service or None, now=turn.now))
    changes, similar = await services.page_around.before(page), await services.page_around.similar(page)
    file = review(page, changes, similar, turn.holder.zone)
    words = f"What is known of #{page.told.number} stands in the file, with the questions of a review."
    return Reply(said(words), file=file, outcome=page.id)


PRESSES = [
    *(Press(action, press_why) for _, action in views.WHYS.values()),
    Press("page.review", press_review, changes=False),
]
