"""A page: its one card, and the lines of its thread."""

from collections.abc import Sequence

from bot.domain.pages import Act, Doing, Move, Page
from bot.services.page_around import NOTHING, Around
from bot.services.pages import card_of
from bot.slack import Block, Message, Shows
from bot.slack.views import page_around
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

__all__ = ["card", "card_of", "line", "severity", "shows", "text"]

MARK = {"triggered": ":rotating_light:", "acknowledged": ":eyes:", "resolved": ":white_check_mark:"}
DOES: dict[Act, str] = {
    "ack": "acknowledges it", "resolve": "resolves it", "escalate": "escalates it", "reassign": "reassigns it",
    "responder": "asks for the help of", "snooze": "snoozes it", "wake": "ends its snooze", "note": "adds a note",
    "merge": "merges it",
}  # fmt: skip
LATE = 60.0  # seconds after which a page is said to be heard of late
TITLE = 300  # characters of a title on the card


def shows(page: Page) -> Shows:
    """Whatever changes on a page is shown at once, and its end before everything else."""
    return Shows(result=not page.open)


def card(page: Page, now: float, around: Around = NOTHING) -> Message:
    """The one card of a page, as it stands. What wakes nobody stands below the buttons."""
    told = page.told
    state = state_of(page)
    lead = f"{MARK[page.state]} *{quiet(service_of(page), 60)}* — *{state}*"
    blocks: list[Block] = [section(f"{lead}\n*{quiet(told.title, TITLE)}*")]
    if page.late > LATE:
        blocks.append(section(f":hourglass: I heard of it {duration(page.late)} after it began."))
    if not page.service:
        blocks.append(section(_unknown(page)))
    if page.snoozed > now:
        undo = button("Undo", "page.wake", page.seen, confirm=_wakes(page))
        blocks.append(section(f":zzz: Snoozed until {when(page.snoozed, '{time}')}.", accessory=undo))
    blocks += [section(_under_way(one)) for one in page.doing]
    blocks.append(context(" · ".join([*_facts(page), *page_around.links(around)])))
    if page.open:
        blocks.append(actions(*buttons(page), more(page)))
        blocks += page_around.blocks(page, around)
    else:
        blocks.append(actions(button("Write it up", "page.review", page.id)))
    return Message(text(page), blocks)


def state_of(page: Page) -> str:
    """How it stands, and by whom."""
    if page.state == "acknowledged":
        return f"acknowledged by {names(page.acknowledged_by)}"
    if page.resolved_by and not page.open:
        return f"resolved by {quiet(page.resolved_by, 60)}"
    return page.state


def text(page: Page) -> str:
    """What the lock screen shows: severity, service and what in its first 60 characters, then how it stands."""
    words = f"{severity(page)} {quiet(service_of(page), 30)}: {quiet(page.told.title, 150)}"
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
             "resolved": "resolved it", "reopened": "opened it again", "unacknowledged": "gave it back",
             "responder.added": f"asked {quiet(move.text, 60) or 'somebody else'} for help",
             "priority_updated": "changed its priority"}  # fmt: skip
    own = {
        "snoozed": f"snoozed it until {when(move.until, '{time}')}",
        "merged": f"merged it {quiet(move.text, 60)}",
    }
    done = (own if move.id.startswith("grail:") else words).get(move.what)
    if done is None or not move.by:
        return None
    return said(f"{quiet(move.by, 60)} {done}, {when(move.at)}.")


def service_of(page: Page) -> str:
    """What to call its service."""
    return page.service or page.told.named or page.told.where or "unknown service"


def names(found: Sequence[str]) -> str:
    """People by name, for a sentence."""
    return " and ".join(quiet(name, 60) for name in found[:5]) or "somebody"


def _unknown(page: Page) -> str:
    return (
        f":grey_question: config.yaml does not say whose this is. Put `pagerduty: {quiet(page.told.where, 40)}` under "
        "the service that it belongs to."
    )


def _under_way(doing: Doing) -> str:
    does = DOES[doing.act] + (f" {quiet(doing.shown, 60)}" if doing.shown else "")
    if doing.tries:
        return f":warning: {quiet(doing.by, 60)} {does}, but PagerDuty does not answer. I go on trying."
    return f":hourglass_flowing_sand: {quiet(doing.by, 60)} {does}: PagerDuty is being told."


def _facts(page: Page) -> list[str]:
    told = page.told
    number = f"#{told.number}" if told.number else page.id
    facts = [f"<{escape(told.url)}|{number}>" if told.url else number]
    facts += [f"priority {quiet(told.priority, 20)}"] if told.priority else []
    facts += [f"{quiet(told.urgency, 20)} urgency"] if told.urgency else []
    facts.append(f"since {when(told.opened)}")
    if page.notified:
        facts.append(f"notified {names(page.notified)}")
    if page.state == "acknowledged":
        facts.append(f"acknowledged {when(page.since, '{time}')}")
    if not page.open and page.cause:
        facts.append(f"it was {quiet(page.cause, 20)}")
    if not page.open:
        facts.append(f"lasted {duration(max(0.0, page.since - told.opened))}")
    return facts


def buttons(page: Page) -> list[Block]:
    """The most urgent leftmost. What wakes somebody or ends it asks once more."""
    what = f"*{quiet(service_of(page), 60)}*: {quiet(page.told.title, 150)}"
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


def more(page: Page) -> Block:
    """What is wanted less often: five at most, as Slack has it."""
    options = [("Snooze …", "snooze"), ("Add a note …", "note"), ("Reassign …", "reassign"),
               ("Ask somebody for help …", "responder"), ("Merge into another …", "merge")]  # fmt: skip
    return {
        "type": "overflow",
        "action_id": "page.more",
        "options": [
            {"text": {"type": "plain_text", "text": words}, "value": f"{act}:{page.seen}"}
            for words, act in options
        ],
    }


def _wakes(page: Page) -> Block:
    return confirm(
        f"End the snooze of #{page.told.number}?", "PagerDuty rings again at once.", "Undo", "Let it be"
    )


def _quoted(words: str) -> str:
    lines = [f"> {escape(line)}" for line in words.splitlines() if line.strip()]
    return cut("\n".join(lines), 2800)
