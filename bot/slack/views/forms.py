"""The forms (modals)."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.config import Config
from bot.slack import Block, Given
from bot.slack.grammar import environments
from bot.slack.views.text import cut, escape, section

VALUE = 150  # characters of an option's value
OPTIONS = 100  # that a select can show


def deploy_form(
    config: Config,
    given: Given,
    channel: str,
    places: Sequence[tuple[str, str]] = (),
    judged: Sequence[str] = (),
) -> dict[str, Any]:
    """Service, environment, ref: what was said is filled in, else what this person most probably means.

    channel: where the card will stand. places: where the person may deploy, the likeliest first. judged: what is said
    of the deploy that is chosen in it, in paragraphs.
    """
    # Several services that were said stay together, as one choice.
    chosen = ",".join(given.services) or next((service for service, _ in places), None)
    services = given.services or ((chosen,) if chosen else ())
    known = environments(Given(services=tuple(services)), config)
    # Never production unasked: what is offered is the first environment of config.yaml where the person may deploy.
    likely = next(
        (n for n in known if services and all((service, n) in places for service in services)), None
    )
    return {
        "type": "modal",
        "callback_id": "deploy",
        "private_metadata": channel,
        "title": _plain("Deploy"),
        "submit": _plain("Deploy"),
        "close": _plain("Not now"),
        "blocks": [
            {**_service(chosen), "dispatch_action": True},
            {
                **_select(
                    "environment", "Environment", environments(given, config), given.environment or likely
                ),
                "dispatch_action": True,
            },
            {
                "type": "input",
                "block_id": "ref",
                "optional": True,
                "dispatch_action": True,
                "label": _plain("Branch, tag or commit"),
                "hint": _plain("Left empty: the environment's own, else the head of the main branch."),
                "element": {
                    "type": "external_select",
                    "action_id": "ref",
                    "min_query_length": 0,
                    "placeholder": _plain("main"),
                },
            },
            {
                "type": "input",
                "block_id": "time",
                "optional": True,
                "dispatch_action": True,
                "label": _plain("When"),
                "hint": _plain("Left empty: now. Else a time in your own zone, at most 24 hours ahead."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "time",
                    "max_length": 40,
                    "placeholder": _plain("14:00, tomorrow 9:00, friday 18:00"),
                    **({"initial_value": " ".join(given.time)} if given.time else {}),
                },
            },
            *(section(cut(one, 2900)) for one in judged),
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


def service_options(config: Config, teams: Iterable[str], typed: str) -> list[tuple[str, str]]:
    """The services whose name holds what was typed: the person's own team's first, then what begins with it."""
    wanted, own = typed.strip().casefold(), set(teams)
    found = [service for service in config.services.values() if wanted in service.name]
    found.sort(key=lambda s: (s.team not in own, not s.name.startswith(wanted), s.name))
    return [(service.name, service.name) for service in found[:OPTIONS]]


def _service(chosen: str | None) -> Block:
    """Looked up as one types: a list would end at a hundred."""
    element: dict[str, Any] = {
        "type": "external_select",
        "action_id": "service",
        "min_query_length": 0,
        "placeholder": _plain("Type a few letters"),
    }
    if chosen and len(chosen) <= VALUE:  # half a value would name something else
        element["initial_option"] = {"text": _plain(cut(chosen.replace(",", ", "), 75)), "value": chosen}
    return {"type": "input", "block_id": "service", "label": _plain("Service"), "element": element}


def _select(block: str, label: str, names: Iterable[str], chosen: str | None) -> Block:
    # Half a value would name something else: what does not fit can only be typed.
    fitting = [name for name in names if len(name) <= VALUE][:OPTIONS]
    options = [{"text": _plain(cut(name.replace(",", ", "), 75)), "value": name} for name in fitting]
    element: dict[str, Any] = {"type": "static_select", "action_id": block, "options": options}
    initial = next((option for option in options if option["value"] == chosen), None)
    if initial:
        element["initial_option"] = initial
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
