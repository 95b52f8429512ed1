"""The forms (modals)."""

from collections.abc import Iterable
from typing import Any

from bot.config import Config
from bot.slack import Block, Given
from bot.slack.grammar import environments
from bot.slack.views.text import cut

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
