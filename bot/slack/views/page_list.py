"""Several pages, and what who asked for something of one is told."""

from collections.abc import Sequence

from bot.domain.pages import DOINGS, Act, Page
from bot.slack import Block, Message
from bot.slack.views.page import MARK, buttons, names, service_of, severity
from bot.slack.views.text import actions, context, duration, escape, quiet, said, section

LISTED = 12


def listed(pages: Sequence[Page], now: float) -> Message:
    """Those that are open, each with its buttons, the newest first."""
    if not pages:
        return said("No page is open.")
    blocks: list[Block] = []
    newest = sorted(pages, key=lambda one: one.told.opened, reverse=True)
    for page in newest[:LISTED]:
        who = f" · {names(page.acknowledged_by)} has it" if page.acknowledged_by else ""
        head = f"{MARK[page.state]} *{severity(page)} {quiet(service_of(page), 60)}* — {page.state}{who}"
        since = duration(max(0.0, now - page.told.opened))
        blocks.append(section(f"{head}\n{quiet(page.told.title, 150)} · #{page.told.number} · for {since}"))
        blocks.append(actions(*buttons(page)))
    if len(newest) > LISTED:
        blocks.append(context(f"And {len(newest) - LISTED} more, older ones."))
    words = "1 page is open" if len(newest) == 1 else f"{len(newest)} pages are open"
    return said(f"{words}: {', '.join(sorted({quiet(service_of(one), 60) for one in newest}))}", *blocks)


def asked(page: Page, act: Act) -> Message:
    """What who pressed is told at once: PagerDuty has not said anything yet."""
    return said(f"I am asking PagerDuty to {DOINGS[act]} #{page.told.number}; the card shows when it has.")


def planned(page: Page, act: Act, shown: str = "") -> Message:
    """shown: what else belongs to it, as `for 2 h`."""
    how = f" {shown}" if shown else ""
    words = f"I would {DOINGS[act]} #{page.told.number} ({service_of(page)}: {page.told.title}){how}."
    return said(escape(f"{words} Nothing was changed."))


def not_done(page: Page, act: Act, why: str, *more: Block) -> Message:
    """What who wanted it is told when it was not done. more: buttons."""
    link = f" <{escape(page.told.url)}|Open it in PagerDuty>" if page.told.url else ""
    lead = f"I did not {DOINGS[act]} #{page.told.number}"
    return said(
        escape(f"{lead}: {why}"),
        section(f":x: *{lead}* ({quiet(page.told.title, 80)}).\n{escape(why)}{link}"),
        *([actions(*more)] if more else []),
    )
