"""The forms of a page: what takes more than a press."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.pages import Act, Page
from bot.slack import Block
from bot.slack.views.page import service_of
from bot.slack.views.text import button, cut, quiet, section

NOTE = 1500  # characters: a button has to carry them where somebody has first to say who they are
VALUE = 1900
TIMES = ("15m", "30m", "1h", "2h", "4h", "8h", "1d")
WORDS = {"15m": "15 minutes", "30m": "30 minutes", "1h": "1 hour", "2h": "2 hours", "4h": "4 hours",
         "8h": "8 hours", "1d": "1 day"}  # fmt: skip
MORNING = 9
CALLBACKS = {
    "snooze": "page.snooze", "note": "page.note", "reassign": "page.reassign", "responder": "page.responder",
    "merge": "page.merge",
}  # fmt: skip


def form(
    act: Act, page: Page, channel: str, *, others: Sequence[Page] = (), now: float, zone: str
) -> dict[str, Any]:
    """The form for one of the overflow's words. others: pages that this one could become part of."""
    match act:
        case "snooze":
            inputs = [_select("for", "Until it rings again", _times(now, zone), "1h")]
        case "note":
            inputs = [_words("words", "Note", "It stands in the thread, and in PagerDuty with your name.")]
        case "reassign":
            inputs = [_people("whom", "To whom", "PagerDuty rings them, and nobody else.")]
        case "responder":
            inputs = [
                _people("whom", "Whom to ask", "PagerDuty rings them too. The page stays with who has it.")
            ]
        case _:
            inputs = [_select("into", "Into which page", _named(others), None)]
    titles = {"snooze": "Snooze", "note": "Add a note", "reassign": "Reassign", "responder": "Ask for help",
              "merge": "Merge"}  # fmt: skip
    head = f"*#{page.told.number} {quiet(service_of(page), 60)}*: {quiet(page.told.title, 200)}"
    return _modal(
        f"page.{act}", f"{channel}\n{page.seen}", titles[act], titles[act], [section(head), *inputs]
    )


def add_form(pages: Sequence[Page], chosen: str, words: str, channel: str) -> dict[str, Any]:
    """Something that was said becomes a note of a page. chosen: the likeliest page's id."""
    inputs = [
        _select("page", "Page", _named(pages), chosen),
        _words("words", "Note", "It stands in the thread, and in PagerDuty with your name.", words),
    ]
    return _modal("page.add", channel, "Add to the page", "Add", inputs)


def link_form(carried: str, channel: str) -> dict[str, Any]:
    """Who somebody is at PagerDuty."""
    words = section(
        "PagerDuty does not know the e-mail that Slack has of you. Type the one that you have there, once: from then "
        "on what you press is done in your name. Operations are told."
    )
    inputs = [words, {"type": "input", "block_id": "email", "label": _plain("Your e-mail at PagerDuty"),
              "element": {"type": "plain_text_input", "action_id": "email", "max_length": 200}}]  # fmt: skip
    return _modal("page.link", f"{channel}\n{carried}", "You at PagerDuty", "That is me", inputs)


def link_button(page: Page, act: Act, detail: str, shown: str) -> Block:
    """Carries what was wanted, so that it is done and not lost."""
    wanted = {"act": act, "page": page.id, "detail": detail, "shown": shown}
    value = json.dumps(wanted, ensure_ascii=False)
    if len(value) > VALUE:
        value = json.dumps({"act": "", "page": page.id, "detail": "", "shown": ""})
    return button("I have another e-mail there", "page.link", value, style="primary")


def _named(pages: Sequence[Page]) -> list[tuple[str, str]]:
    return [
        (one.id, f"#{one.told.number} {service_of(one)}: {' '.join(one.told.title.split())}") for one in pages
    ]


def _times(now: float, zone: str) -> list[tuple[str, str]]:
    """Lengths of time, and the next morning of the reader."""
    here = ZoneInfo(zone)
    local = datetime.fromtimestamp(now, UTC).astimezone(here)
    day = local.date() + timedelta(days=0 if local.hour < MORNING else 1)
    morning = datetime.combine(day, datetime.min.time().replace(hour=MORNING), here).timestamp()
    minutes = max(1, int((morning - now) // 60))
    name = "this morning" if day == local.date() else "tomorrow"
    return [*((one, WORDS[one]) for one in TIMES), (f"{minutes}m", f"Until 9:00 {name}")]


def _modal(callback: str, carried: str, title: str, submit: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return {
        "type": "modal", "callback_id": callback, "private_metadata": carried, "title": _plain(title),
        "submit": _plain(submit), "close": _plain("Not now"), "blocks": list(blocks),
    }  # fmt: skip


def _select(block: str, label: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Block:
    found = [{"text": _plain(cut(text, 75)), "value": value} for value, text in options[:100]]
    element: dict[str, Any] = {"type": "static_select", "action_id": block, "options": found}
    if (initial := next((one for one in found if one["value"] == chosen), None)) is not None:
        element["initial_option"] = initial
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _words(block: str, label: str, hint: str, words: str = "") -> Block:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": block,
        "multiline": True,
        "max_length": NOTE,
    }
    if words:
        element["initial_value"] = words[:NOTE]
    return {
        "type": "input",
        "block_id": block,
        "label": _plain(label),
        "hint": _plain(hint),
        "element": element,
    }


def _people(block: str, label: str, hint: str) -> Block:
    element = {
        "type": "external_select", "action_id": block, "min_query_length": 0,
        "placeholder": _plain("Type a few letters"),
    }  # fmt: skip
    return {
        "type": "input",
        "block_id": block,
        "label": _plain(label),
        "hint": _plain(hint),
        "element": element,
    }


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
