"""The forms (modals)."""

from collections.abc import Iterable
from typing import Any

from bot.config import Config
from bot.slack import Block, Given
from bot.slack.grammar import environments
from bot.slack.views.text import cut, escape, section

VALUE = 150  # characters of an option's value


def deploy_form(config: Config, given: Given, channel: str) -> dict[str, Any]:
    """Service, environment, ref: what was said is filled in. channel: where the card will stand."""
    # Several services that were said stay together, as one choice.
    services = [",".join(given.services)] if given.services else list(config.services)
    return {
        "type": "modal",
        "callback_id": "deploy",
        "private_metadata": channel,
        "title": _plain("Deploy"),
        "submit": _plain("Deploy"),
        "close": _plain("Not now"),
        "blocks": [
            _select("service", "Service", services, services[0] if len(services) == 1 else None),
            _select("environment", "Environment", environments(given, config), given.environment),
            {
                "type": "input",
                "block_id": "ref",
                "optional": True,
                "label": _plain("Branch, tag or commit"),
                "hint": _plain("Left empty: the environment's own, else the head of the main branch."),
                "element": {
                    "type": "external_select",
                    "action_id": "ref",
                    "min_query_length": 0,
                    "placeholder": _plain("main"),
                },
            },
        ],
    }


REASONS = (
    "It repairs an incident",
    "It is a security fix",
    "The gate is wrong here",
    "Whoever it concerns has agreed",
    "Something else",
)


def ship_form(what: str, waives: Iterable[str], carried: str, channel: str) -> dict[str, Any]:
    """One reason, and all that can be waived is. what: the deploy, as people say it; waives: sentences, if known."""
    lines = [f":warning: *{escape(what)}* begins although this stands in the way:"]
    lines += [f"• {escape(one)}" for one in waives] or ["• everything that can be waived"]
    lines.append("Operations are told, and somebody looks into it afterwards.")
    words = {"type": "plain_text_input", "action_id": "words", "max_length": 300}
    return {
        "type": "modal",
        "callback_id": "ship",
        "private_metadata": f"{channel}\n{carried}",
        "title": _plain("Ship anyway"),
        "submit": _plain("Ship anyway"),
        "close": _plain("Not now"),
        "blocks": [
            section("\n".join(lines)),
            _select("reason", "Why?", REASONS, None),
            {
                "type": "input",
                "block_id": "words",
                "optional": True,
                "label": _plain("In your own words"),
                "element": words,
            },
        ],
    }


def _select(block: str, label: str, names: Iterable[str], chosen: str | None) -> Block:
    # Half a value would name something else: what does not fit can only be typed.
    fitting = [name for name in names if len(name) <= VALUE][:100]
    options = [{"text": _plain(cut(name.replace(",", ", "), 75)), "value": name} for name in fitting]
    element: dict[str, Any] = {"type": "static_select", "action_id": block, "options": options}
    initial = next((option for option in options if option["value"] == chosen), None)
    if initial:
        element["initial_option"] = initial
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
