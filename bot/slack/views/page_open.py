"""The form that pages somebody, and what becomes of it."""

import json
from collections.abc import Sequence
from typing import Any

from bot.services.page_open import Opened
from bot.slack import Block, Message
from bot.slack.views.text import actions, button, confirm, escape, quiet, said, section

WHAT = 250
URGENCIES = (("high", "It wakes them now"), ("low", "It can wait until they look"))


def form(services: Sequence[str], chosen: str, what: str, happens: str, channel: str) -> dict[str, Any]:
    """happens: who will be woken."""
    words: dict[str, Any] = {"type": "plain_text_input", "action_id": "what", "max_length": WHAT}
    if what:
        words["initial_value"] = what[:WHAT]
    options = [{"text": _plain(name[:75]), "value": name} for name in services[:100] if len(name) <= 150]
    which: dict[str, Any] = {"type": "static_select", "action_id": "service", "options": options}
    if (first := next((one for one in options if one["value"] == chosen), None)) is not None:
        which["initial_option"] = first
    urgency = [{"text": _plain(text), "value": value} for value, text in URGENCIES]
    return {
        "type": "modal", "callback_id": "page.open", "private_metadata": channel, "title": _plain("Page somebody"),
        "submit": _plain("Page them"), "close": _plain("Not now"),
        "blocks": [
            {"type": "input", "block_id": "service", "dispatch_action": True, "label": _plain("Service"),
             "element": which},
            {"type": "input", "block_id": "what", "label": _plain("What is wrong"), "element": words,
             "hint": _plain("It stands on their lock screen: the most important first.")},
            {"type": "input", "block_id": "urgency", "label": _plain("How urgent"),
             "element": {"type": "radio_buttons", "action_id": "urgency", "options": urgency,
                         "initial_option": urgency[0]}},
            section(happens),
        ],
    }  # fmt: skip


def happens(service: str, woken: Sequence[str] | None) -> str:
    """What will happen. woken: None: PagerDuty does not say."""
    if woken is None:
        return f":grey_question: PagerDuty does not say now who is on call for {escape(service)}. I page whoever is."
    if not woken:
        return f":warning: Nobody is on call for {escape(service)} at PagerDuty: nobody would be woken. Call somebody."
    names = " and ".join(quiet(one, 60) for one in woken[:5])
    return f":bell: PagerDuty opens a page on {escape(service)} in your name and wakes *{names}*. The card follows."


def offered(service: str, what: str, happens: str) -> Message:
    """Where no form can be shown: one press."""
    value = json.dumps({"service": service, "what": what[:WHAT]}, ensure_ascii=False)
    sure = confirm(f"Page {service}?", quiet(what, 200) or "?", "Page them", "Not now")
    blocks: list[Block] = [section(f"{happens}\n> {quiet(what, WHAT)}")]
    return said(
        f"Page {escape(service)}?", *blocks, actions(button("Page them", "page.open", value, confirm=sure))
    )


def asked(service: str) -> Message:
    return said(f"I am asking PagerDuty to page {escape(service)}; I tell you when it has.")


def opened(one: Opened) -> Message:
    names = " and ".join(quiet(name, 60) for name in one.woken[:5])
    return said(f":bell: #{one.number} is open on {escape(one.service)}: PagerDuty wakes {names}.")


def not_opened(one: Opened, *more: Block) -> Message:
    lead = f"I did not page {escape(one.service)}"
    rows = [actions(*more)] if more else []
    return said(f"{lead}: {escape(one.refused)}", section(f":x: *{lead}.* {escape(one.refused)}"), *rows)


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
