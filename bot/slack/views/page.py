"""A page: its one card, the lines of its thread, and the list of those that are open."""

from collections.abc import Sequence

from bot.domain.pages import DOINGS, Act, Doing, Move, Page
from bot.slack import Block, Message, Shows
from bot.slack.views.text import (
    actions,
    button,
    confirm,
    context,
    cut,
    duration,
    escape,
    quiet,
    said,
    section,
    when,
)

MARK = {"triggered": ":rotating_light:", "acknowledged": ":eyes:", "resolved": ":white_check_mark:"}
LATE = 60.0  # seconds after which a page is said to be heard of late
LISTED = 12
TITLE = 300  # characters of a title on the card


def card_of(id: str) -> str:
    """The id of its card."""
    return f"page:{id}"


def shows(page: Page) -> Shows:
    """Whatever changes on a page is shown at once, and its end before everything else."""
    return Shows(result=not page.open)


def card(page: Page, now: float) -> Message:
    """The one card of a page, as it stands."""
    told = page.told
    state = page.state if page.state != "acknowledged" else f"acknowledged by {_names(page.acknowledged_by)}"
    if page.resolved_by and not page.open:
        state = f"resolved by {quiet(page.resolved_by, 60)}"
    lead = f"{MARK[page.state]} *{quiet(_service(page), 60)}* — *{state}*"
    blocks: list[Block] = [section(f"{lead}\n*{quiet(told.title, TITLE)}*")]
    if page.late > LATE:
        blocks.append(section(f":hourglass: I heard of it {duration(page.late)} after it began."))
    if not page.service:
        blocks.append(section(_unknown(page)))
    blocks += [section(_under_way(one)) for one in page.doing]
    blocks.append(context(" · ".join(_facts(page))))
    if page.open:
        blocks.append(actions(*_buttons(page)))
    return Message(text(page), blocks)


def text(page: Page) -> str:
    """What the lock screen shows: severity, service and what in its first 60 characters, then how it stands."""
    words = f"{severity(page)} {quiet(_service(page), 30)}: {quiet(page.told.title, 150)}"
    return words if page.state == "triggered" else f"{words} · {page.state}"


def severity(page: Page) -> str:
    """Its priority; where it has none, how urgent it is."""
    return quiet(page.told.priority, 12) or (page.told.urgency.upper() or "PAGE")


def line(move: Move) -> Message | None:
    """What the thread says of a move; None for what the card itself shows."""
    if move.what == "annotated" and move.text:
        return said(
            f"Note of {quiet(move.by, 60)}" if move.by else "A note",
            section(f":memo: {quiet(move.by, 60) or 'Note'}, {when(move.at)}:\n{_quoted(move.text)}"),
        )
    words = {"escalated": "escalated it", "reassigned": "reassigned it", "acknowledged": "acknowledged it",
             "resolved": "resolved it", "reopened": "opened it again", "unacknowledged": "gave it back"}  # fmt: skip
    if move.what not in words or not move.by:
        return None
    return said(f"{quiet(move.by, 60)} {words[move.what]} {when(move.at)}.")


def listed(pages: Sequence[Page], now: float) -> Message:
    """Those that are open, each with its buttons, the newest first."""
    if not pages:
        return said("No page is open.")
    blocks: list[Block] = []
    newest = sorted(pages, key=lambda one: one.told.opened, reverse=True)
    for page in newest[:LISTED]:
        who = f" · {_names(page.acknowledged_by)} has it" if page.acknowledged_by else ""
        head = f"{MARK[page.state]} *{severity(page)} {quiet(_service(page), 60)}* — {page.state}{who}"
        since = duration(max(0.0, now - page.told.opened))
        blocks.append(section(f"{head}\n{quiet(page.told.title, 150)} · #{page.told.number} · for {since}"))
        blocks.append(actions(*_buttons(page)))
    if len(newest) > LISTED:
        blocks.append(context(f"And {len(newest) - LISTED} more, older ones."))
    words = "1 page is open" if len(newest) == 1 else f"{len(newest)} pages are open"
    return said(f"{words}: {', '.join(sorted({quiet(_service(one), 60) for one in newest}))}", *blocks)


def asked(page: Page, act: Act) -> Message:
    """What who pressed is told at once: PagerDuty has not said anything yet."""
    return said(f"I am asking PagerDuty to {DOINGS[act]} #{page.told.number}; the card shows when it has.")


def planned(page: Page, act: Act) -> Message:
    words = f"I would {DOINGS[act]} #{page.told.number} ({_service(page)}: {page.told.title})."
    return said(escape(f"{words} Nothing was changed."))


def not_done(page: Page, act: Act, why: str) -> Message:
    """What who wanted it is told when it was not done."""
    link = f" <{escape(page.told.url)}|Open it in PagerDuty>" if page.told.url else ""
    lead = f"I did not {DOINGS[act]} #{page.told.number}"
    return said(
        escape(f"{lead}: {why}"),
        section(f":x: *{lead}* ({quiet(page.told.title, 80)}).\n{escape(why)}{link}"),
    )


def _service(page: Page) -> str:
    return page.service or page.told.named or page.told.where or "unknown service"


def _names(names: Sequence[str]) -> str:
    return " and ".join(quiet(name, 60) for name in names[:5]) or "somebody"


def _unknown(page: Page) -> str:
    return (
        f":grey_question: config.yaml does not say whose this is. Put `pagerduty: {quiet(page.told.where, 40)}` under "
        "the service that it belongs to."
    )


def _under_way(doing: Doing) -> str:
    verb = {"ack": "acknowledges", "resolve": "resolves", "escalate": "escalates"}[doing.act]
    if doing.tries:
        return f":warning: {quiet(doing.by, 60)} {verb} it, but PagerDuty does not answer. I go on trying."
    return f":hourglass_flowing_sand: {quiet(doing.by, 60)} {verb} it: PagerDuty is being told."


def _facts(page: Page) -> list[str]:
    told = page.told
    number = f"#{told.number}" if told.number else page.id
    facts = [f"<{escape(told.url)}|{number}>" if told.url else number]
    facts += [f"priority {quiet(told.priority, 20)}"] if told.priority else []
    facts += [f"{quiet(told.urgency, 20)} urgency"] if told.urgency else []
    facts.append(f"since {when(told.opened)}")
    if page.state == "triggered" and told.assigned:
        facts.append(f"notified {_names(told.assigned)}")
    if page.state == "acknowledged":
        facts.append(f"acknowledged {when(page.since, '{time}')}")
    if not page.open:
        facts.append(f"lasted {duration(max(0.0, page.since - told.opened))}")
    return facts


def _buttons(page: Page) -> list[Block]:
    """The most urgent leftmost. What wakes somebody or ends it asks once more."""
    what = f"*{quiet(_service(page), 60)}*: {quiet(page.told.title, 150)}"
    found: list[Block] = []
    if page.state == "triggered":
        found.append(button("Acknowledge", "page.ack", page.seen, style="primary"))
    end = confirm(f"Resolve #{page.told.number}?", f"{what}\nIt is over for everybody.", "Resolve", "Not yet")
    more: dict[str, str] = {} if found else {"style": "primary"}
    found.append(button("Resolve", "page.resolve", page.seen, confirm=end, **more))
    wake = confirm(
        f"Escalate #{page.told.number}?",
        f"{what}\nIt wakes whoever is on call at the next level.",
        "Escalate",
        "Not yet",
    )
    found.append(button("Escalate", "page.escalate", page.seen, confirm=wake))
    return found


def _quoted(words: str) -> str:
    lines = [f"> {escape(line)}" for line in words.splitlines() if line.strip()]
    return cut("\n".join(lines), 2800)
