"""What stands in a form: Slack's state value for each element, from what a person chose, and what is missing."""

from collections.abc import Callable, Iterator
from datetime import date, time
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
TEXT_MOST = 3_000  # where the input names no length of its own
STATEFUL = (
    _OPTION - {"overflow"} | _OPTIONS | set(_ONE) | set(_MANY) | _TEXT | {"rich_text_input", "file_input"}
)


Names = Callable[[str, str], str]
"""Takes "user", "channel" or "conversation" and what was said of one (an e-mail, `#ops`, an id); answers its id."""


def as_said(kind: str, said: str) -> str:
    return said


def chosen(element: Json, value: Any, suggested: list[Json] | None = None, named: Names = as_said) -> Json:
    """Slack's state value, with the element's type, for what was chosen.

    value: Slack's own state object, or the bare thing: a text, an option's value, an id, a date, a list of those.
    suggested: the options that an external menu was last shown. named: how people and channels are found.
    Raises ControlError for what this element cannot hold.
    """
    kind = element["type"]
    key = _key(kind)
    if isinstance(value, dict) and (key in value or value.get("type") == kind):
        value = value.get(key)
        if key == "value" and isinstance(value, dict):
            raise ControlError(f"{element['action_id']!r} takes a text, not {value!r}.")
    if kind == "overflow" and value is None:
        raise ControlError(f'Say which option of {element["action_id"]!r}, as "value".')
    if kind in _OPTION:
        return {"type": kind, key: _option(element, value, suggested)}
    if kind in _OPTIONS:
        return {"type": kind, key: [_option(element, one, suggested) for one in _several(value)]}
    if kind in _ONE:
        return {"type": kind, key: None if value in (None, "") else _one(element, value, named)}
    if kind in _MANY:
        return {"type": kind, key: [_one(element, one, named) for one in _several(value)]}
    if kind == "rich_text_input":
        return {"type": kind, key: _rich(value)}
    if kind == "file_input":
        return {"type": kind, key: _several(value)}
    if not isinstance(value, (str, int, float, type(None))) or isinstance(value, bool):
        raise ControlError(f"{element['action_id']!r} takes a text, not {value!r}.")
    return {"type": kind, key: None if value in (None, "") else str(value)}


def initial(element: Json) -> Json | None:
    """The state value that an element begins with, or None for an element that has none."""
    kind = element["type"]
    if kind not in STATEFUL:
        return None
    key = _key(kind)
    begins = "initial_value" if key in ("value", "rich_text_value") else key.replace("selected_", "initial_")
    several = kind in _OPTIONS or kind in _MANY or kind == "file_input"
    return {"type": kind, key: element.get(begins) or ([] if several else None)}


def state(
    blocks: Any,
    given: Json,
    suggested: "dict[str, list[Json]] | None" = None,
    standing: Json | None = None,
    named: Names = as_said,
) -> Json:
    """All state values of a surface: what is given, else what stood there, else what each began with."""
    values: Json = {}
    for block, element in _stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        mine = given.get(block_id, {})
        if isinstance(mine, dict) and action_id in mine:
            value: Json | None = chosen(element, mine[action_id], (suggested or {}).get(action_id), named)
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
        else:
            many = isinstance(held, list)
            wrong = _list_fault(element, held) if many else _text_fault(element, str(held))
            if wrong:
                errors[block_id] = wrong
    return errors


def _list_fault(element: Json, held: list[Any]) -> str | None:
    most = element.get("max_files" if element["type"] == "file_input" else "max_selected_items")
    return f"Please choose at most {most}." if most is not None and len(held) > most else None


def _text_fault(element: Json, text: str) -> str | None:
    if element["type"] not in _TEXT:
        return None
    least, most = element.get("min_length"), element.get("max_length", TEXT_MOST)
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


def _key(kind: str) -> str:
    """Under which name a state value holds what was chosen."""
    if kind in _OPTION or kind in _OPTIONS:
        return "selected_option" if kind in _OPTION else "selected_options"
    other = {"rich_text_input": "rich_text_value", "file_input": "files"}
    return _ONE.get(kind) or _MANY.get(kind) or other.get(kind, "value")


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _option(element: Json, value: Any, suggested: list[Json] | None) -> Json | None:
    if value is None:
        return None
    whole, value = (value, value.get("value")) if isinstance(value, dict) else (None, value)
    options = list(element.get("options") or []) + list(suggested or [])
    for group in element.get("option_groups") or []:
        options += group.get("options", [])
    for option in options:
        if option.get("value") == value:
            return {
                key: held for key, held in option.items() if key in ("text", "value", "description", "url")
            }
    if "external" in element["type"] and isinstance(value, str) and value:
        return whole or {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    there = ", ".join(str(option.get("value")) for option in options) or "none"
    raise ControlError(f"There is no option {value!r} in {element['action_id']!r}: there is {there}.")


def _one(element: Json, value: Any, named: Names) -> Any:
    """One person, channel, date or time. Raises ControlError where it is none."""
    kind = element["type"].removeprefix("multi_")
    form = {"datepicker": "a date such as 2026-11-23", "timepicker": "a time such as 09:30"}.get(kind)
    if kind == "datetimepicker":
        digits = str(value)
        if digits.isdecimal() and len(digits) == 10 and not isinstance(value, (bool, float)):
            return int(digits)
        raise ControlError(f"{element['action_id']!r} takes a Unix time in seconds, not {value!r}.")
    if form is None:
        return named(kind.partition("s_")[0], str(value))
    try:
        read: Any = date.fromisoformat(value) if kind == "datepicker" else time.fromisoformat(value)
        if (read.isoformat() if kind == "datepicker" else f"{read:%H:%M}") == value:
            return value
    except (TypeError, ValueError):
        pass
    raise ControlError(f"{element['action_id']!r} takes {form}, not {value!r}.")


def _rich(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [text]}
