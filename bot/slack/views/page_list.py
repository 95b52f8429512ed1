"""Several pages, and what who asked for something of one is told."""

from collections.abc import Sequence
from typing import Any

from bot.domain.pages import DOINGS, Act, Page
from bot.slack import Block, Message
from bot.slack.views.page import MARK, buttons, names, service_of, severity
from bot.slack.views.text import actions, button, context, cut, duration, escape, quiet, said, section

LISTED = 8
WHICH = {"mine": "mine", "team": "my team's", "all": "all"}
SWITCH = {"mine": "pages.mine", "team": "pages.team", "all": "pages.all"}
OLDER = {"mine": "pages.older.mine", "team": "pages.older.team", "all": "pages.older.all"}
NOBODY = {
    "mine": "No open page is yours.",
    "team": "No page of your team is open.",
    "all": "No page is open.",
}


def listed(
    pages: Sequence[Page], now: float, which: str = "all", start: int = 0, others: int = 0, service: str = ""
) -> Message:
    """Those that are open, each with its buttons, the newest first. others: how many more are open that are not shown
    because of `which` or of the service.
    """
    switch = [
        button(text[0].upper() + text[1:], SWITCH[name], "0")
        for name, text in WHICH.items()
        if name != which or (name == "all" and others)
    ]
    if not pages:
        more = f" {others} others are." if others > 1 else " One other is." if others else ""
        words = (f"No page is open on {escape(service)}." if service else NOBODY[which]) + more
        return said(words, section(words), *([actions(*switch)] if others else []))
    blocks: list[Block] = []
    newest = sorted(pages, key=lambda one: one.told.opened, reverse=True)
    shown = newest[start : start + LISTED]
    for page in shown:
        who = f" · {names(page.acknowledged_by)} has it" if page.acknowledged_by else ""
        head = f"{MARK[page.state]} *{severity(page)} {quiet(service_of(page), 60)}* — {page.state}{who}"
        since = duration(max(0.0, now - page.told.opened))
        blocks.append(section(f"{head}\n{quiet(page.told.title, 150)} · #{page.told.number} · for {since}"))
        blocks.append(actions(*buttons(page)))
    last = start + len(shown)
    turns = [button("Several at once …", "pages.several", which)] if len(newest) > 1 else []
    turns += [button(f"{len(newest) - last} older", OLDER[which], str(last))] if last < len(newest) else []
    if turns:
        blocks.append(actions(*turns))
    blocks.append(actions(*switch))
    if last < len(newest) or start:
        blocks.append(context(f"{start + 1} to {last} of {len(newest)}, the newest first."))
    words = "1 page is open" if len(newest) == 1 else f"{len(newest)} pages are open"
    whose = "" if which == "all" else f" ({WHICH[which]})"
    return said(
        f"{words}{whose}: {', '.join(sorted({quiet(service_of(one), 60) for one in newest}))}", *blocks
    )


SEVERAL: dict[Act, str] = {"ack": "Acknowledge", "resolve": "Resolve", "snooze": "Snooze for 1 hour"}


def several(pages: Sequence[Page], channel: str) -> dict[str, Any]:
    """The form that does one thing to some of them. Each carries how it stood when it was drawn."""
    newest = sorted(pages, key=lambda one: one.told.opened, reverse=True)[:100]
    options = [
        {"text": _plain(cut(f"#{one.told.number} {service_of(one)}: {' '.join(one.told.title.split())}", 75)),
         "value": one.seen}
        for one in newest
    ]  # fmt: skip
    acts = [{"text": _plain(text), "value": act} for act, text in SEVERAL.items()]
    return {
        "type": "modal", "callback_id": "pages.several", "private_metadata": channel, "title": _plain("Several pages"),
        "submit": _plain("Do it"), "close": _plain("Not now"),
        "blocks": [
            {"type": "input", "block_id": "pages", "label": _plain("Pages"),
             "element": {"type": "multi_static_select", "action_id": "pages", "options": options}},
            {"type": "input", "block_id": "act", "label": _plain("What"),
             "element": {"type": "radio_buttons", "action_id": "act", "options": acts, "initial_option": acts[0]}},
        ],
    }  # fmt: skip


def several_asked(act: Act, done: Sequence[Page], not_done: Sequence[str]) -> Message:
    """not_done: a sentence for each that was not asked for."""
    numbers = ", ".join(f"#{one.told.number}" for one in done)
    words = f"I am asking PagerDuty to {DOINGS[act]} {numbers}; the cards show when it has." if done else ""
    lines = [words, *(f":no_entry: {escape(one)}" for one in not_done)]
    return said("\n".join(line for line in lines if line))


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


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
