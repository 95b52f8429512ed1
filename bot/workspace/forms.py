"""What stands in a form: Slack's state value for each element, from what a person chose, and what is missing."""

from collections.abc import Iterator
from typing import Any

from .faults import ControlError, Json
from .messages import elements

_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
_ONE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_MANY = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_TEXT = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
STATEFUL = (
    _OPTION - {"overflow"} | _OPTIONS | set(_ONE) | set(_MANY) | _TEXT | {"rich_text_input", "file_input"}
)


def chosen(element: Json, value: Any, suggested: list[Json] | None = None) -> Json:
    """Slack's state value, with the element's type, for what was chosen.

    value: Slack's own state object, or the bare thing: a text, an option's value, an id, a date, a list of those.
    suggested: the options that an external menu was last shown. Raises ControlError for an option that is not there.
    """
    kind = element["type"]
    if isinstance(value, dict) and value.get("type") == kind:
        return value
    if kind in _OPTION:
        return {"type": kind, "selected_option": _option(element, value, suggested)}
    if kind in _OPTIONS:
        several = value if isinstance(value, list) else [] if value is None else [value]
        return {"type": kind, "selected_options": [_option(element, one, suggested) for one in several]}
    if kind in _ONE:
        return {"type": kind, _ONE[kind]: value}
    if kind in _MANY:
        return {"type": kind, _MANY[kind]: value if isinstance(value, list) else [value]}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": _rich(value)}
    if kind == "file_input":
        return {"type": kind, "files": value or []}
    return {"type": kind, "value": None if value in (None, "") else str(value)}


def initial(element: Json) -> Json | None:
    """The state value that an element begins with, or None for an element that has none."""
    kind = element["type"]
    if kind not in STATEFUL:
        return None
    if kind in _OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options") or []}
    if kind in _ONE:
        return {"type": kind, _ONE[kind]: element.get("initial_" + _ONE[kind].removeprefix("selected_"))}
    if kind in _MANY:
        return {
            "type": kind,
            _MANY[kind]: element.get("initial_" + _MANY[kind].removeprefix("selected_")) or [],
        }
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "value": element.get("initial_value")}


def state(
    blocks: Any, given: Json, suggested: "dict[str, list[Json]] | None" = None, standing: Json | None = None
) -> Json:
    """All state values of a surface: what is given, else what stood there, else what each began with."""
    values: Json = {}
    for block, element in _stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        mine = given.get(block_id, {})
        if isinstance(mine, dict) and action_id in mine:
            value: Json | None = chosen(element, mine[action_id], (suggested or {}).get(action_id))
        else:
            value = ((standing or {}).get(block_id) or {}).get(action_id) or initial(element)
        values.setdefault(block_id, {})[action_id] = value
    return values


def unknown(blocks: Any, given: Json) -> str | None:
    """The first block_id/action_id of `given` that no input has, for a clear word to a program."""
    there = {(block["block_id"], element["action_id"]) for block, element in _stateful(blocks)}
    for block_id, actions in given.items():
        for action_id in actions if isinstance(actions, dict) else [""]:
            if (block_id, action_id) not in there:
                return f"{block_id}/{action_id}"
    return None


def missing(blocks: Any, values: Json) -> dict[str, str]:
    """What Slack's own client refuses to send: block_id -> the words under the input."""
    errors: dict[str, str] = {}
    for block, element in _stateful(blocks):
        if block.get("type") != "input":
            continue
        block_id = block["block_id"]
        value = values.get(block_id, {}).get(element["action_id"]) or {}
        held = next((held for key, held in value.items() if key != "type"), None)
        if held in (None, "", []):
            if not block.get("optional"):
                errors[block_id] = "Please complete this required field."
        elif element["type"] in _TEXT:
            wrong = _text_fault(element, str(held))
            if wrong:
                errors[block_id] = wrong
    return errors


def _text_fault(element: Json, text: str) -> str | None:
    least, most = element.get("min_length"), element.get("max_length")
    if least is not None and len(text) < least:
        return f"Please use at least {least} characters."
    if most is not None and len(text) > most:
        return f"Please use at most {most} characters."
    if element["type"] == "number_input":
        try:
            number = float(text)
        except ValueError:
            return "Please enter a number."
        if not element.get("is_decimal_allowed") and not number.is_integer():
            return "Please enter a whole number."
        if element.get("min_value") is not None and number < float(element["min_value"]):
            return f"Please enter a number of at least {element['min_value']}."
        if element.get("max_value") is not None and number > float(element["max_value"]):
            return f"Please enter a number of at most {element['max_value']}."
    if element["type"] == "email_text_input" and "@" not in text:
        return "Please enter an email address."
    if element["type"] == "url_text_input" and "://" not in text:
        return "Please enter an address such as https://example.com."
    return None


def _stateful(blocks: Any) -> Iterator[tuple[Json, Json]]:
    for block in blocks if isinstance(blocks, list) else []:
        for element in elements(block):
            if element["type"] in STATEFUL and "action_id" in element:
                yield block, element


def _option(element: Json, value: Any, suggested: list[Json] | None) -> Json | None:
    if value is None or isinstance(value, dict):
        return value
    options = list(element.get("options") or []) + list(suggested or [])
    for group in element.get("option_groups") or []:
        options += group.get("options", [])
    for option in options:
        if option.get("value") == value:
            return {
                key: held for key, held in option.items() if key in ("text", "value", "description", "url")
            }
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}
    there = ", ".join(str(option.get("value")) for option in options)
    raise ControlError(f"There is no option {value!r} in {element['action_id']!r}: there is {there}.")


def _rich(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [text]}
