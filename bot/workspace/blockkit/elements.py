"""Buttons, menus and inputs: every element that a block may hold, with its limits."""

import re
from collections.abc import Mapping
from typing import Any

from .objects import (
    IDENTIFIER,
    confirm,
    conversation_filter,
    dispatch_action_config,
    initial_among_options,
    option,
    option_groups,
    options,
    plain,
    slack_file,
    values_differ,
)
from .rich import rich_text
from .rules import NAME, Check, Fault, Rule, array, flag, number, one_of, record, string, typed, url, word

_ACTION: dict[str, Check] = {"action_id": IDENTIFIER}
_FOCUS: dict[str, Check] = {"focus_on_load": flag}
_PICKED: dict[str, Check] = {**_ACTION, **_FOCUS, "confirm": confirm, "placeholder": plain(150)}
_WRITTEN: dict[str, Check] = {
    **_ACTION,
    **_FOCUS,
    "placeholder": plain(150),
    "dispatch_action_config": dispatch_action_config,
}


def _pattern(form: str, why: str) -> Check:
    expression = re.compile(form)

    def check(value: Any, path: str, found: list[Fault]) -> None:
        if not isinstance(value, str) or not expression.fullmatch(value):
            found.append(Fault(path, why))

    return check


_date = _pattern(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date as YYYY-MM-DD")
_time = _pattern(r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm")
_numeral = _pattern(r"-?\d+(\.\d+)?", "must be a number written as a string")
_some = number(1)
_style = word("primary", "danger")


def _in_order(low: str, high: str) -> Rule:
    """Two bounds of one thing, the low one not above the high one."""

    def rule(value: Mapping[str, Any]) -> tuple[str, str] | None:
        if low in value and high in value and float(value[low]) > float(value[high]):
            return low, f"{low} must not be greater than {high}"
        return None

    return rule


image = typed(
    "image",
    {"alt_text": string(2000)},
    {"image_url": url(), "slack_file": slack_file},
    one_of("image_url", "slack_file"),
)

button = typed(
    "button",
    {"text": plain(75)},
    {
        **_ACTION,
        "value": string(2000),
        "url": url(),
        "style": _style,
        "confirm": confirm,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
    },
)

_trigger = record(
    {"url": url()},
    {"customizable_input_parameters": array(record({"name": string(), "value": string()}, {}))},
)

workflow_button = typed(
    "workflow_button",
    {"text": plain(75), "workflow": record({"trigger": _trigger}, {})},
    {**_ACTION, "style": _style, "confirm": confirm, "accessibility_label": string(75)},
)

_feedback = record({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})

MENUS: dict[str, Check] = {}
"""Every select menu, by type; a `multi_` menu picks several."""

for _many in (False, True):
    _prefix = "multi_" if _many else ""
    _first = "initial_options" if _many else "initial_option"
    _one_or_more: Check = array(option(), 100, 1) if _many else option()
    _most: dict[str, Check] = {"max_selected_items": _some} if _many else {}
    _answers: dict[str, Check] = {} if _many else {"response_url_enabled": flag}

    def _initial(name: str, many: bool = _many) -> dict[str, Check]:
        return {f"initial_{name}s": array(NAME, None, 1)} if many else {f"initial_{name}": NAME}

    MENUS |= {
        f"{_prefix}static_select": typed(
            f"{_prefix}static_select",
            {},
            {
                **_PICKED,
                **_most,
                "options": options(100),
                "option_groups": option_groups,
                _first: _one_or_more,
            },
            one_of("options", "option_groups"),
            values_differ,
            initial_among_options(_first),
        ),
        f"{_prefix}external_select": typed(
            f"{_prefix}external_select",
            {},
            {**_PICKED, **_most, "min_query_length": number(0), _first: _one_or_more},
        ),
        f"{_prefix}users_select": typed(
            f"{_prefix}users_select", {}, {**_PICKED, **_most, **_initial("user")}
        ),
        f"{_prefix}conversations_select": typed(
            f"{_prefix}conversations_select",
            {},
            {
                **_PICKED,
                **_most,
                **_answers,
                **_initial("conversation"),
                "default_to_current_conversation": flag,
                "filter": conversation_filter,
            },
        ),
        f"{_prefix}channels_select": typed(
            f"{_prefix}channels_select", {}, {**_PICKED, **_most, **_answers, **_initial("channel")}
        ),
    }

CHOICES: dict[str, Check] = {
    "checkboxes": typed(
        "checkboxes",
        {"options": options(10, marks=True)},
        {**_ACTION, **_FOCUS, "confirm": confirm, "initial_options": options(10, marks=True)},
        values_differ,
        initial_among_options("initial_options"),
    ),
    "radio_buttons": typed(
        "radio_buttons",
        {"options": options(10, marks=True)},
        {**_ACTION, **_FOCUS, "confirm": confirm, "initial_option": option(marks=True)},
        values_differ,
        initial_among_options("initial_option"),
    ),
    "datepicker": typed("datepicker", {}, {**_PICKED, "initial_date": _date}),
    "timepicker": typed("timepicker", {}, {**_PICKED, "initial_time": _time, "timezone": NAME}),
    "datetimepicker": typed(
        "datetimepicker",
        {},
        {**_ACTION, **_FOCUS, "confirm": confirm, "initial_date_time": number(1_000_000_000, 9_999_999_999)},
    ),
}

PRESSED: dict[str, Check] = {
    "button": button,
    "workflow_button": workflow_button,
    "overflow": typed(
        "overflow", {"options": options(5, link=True)}, {**_ACTION, "confirm": confirm}, values_differ
    ),
}

WRITTEN: dict[str, Check] = {
    "plain_text_input": typed(
        "plain_text_input",
        {},
        {
            **_WRITTEN,
            "initial_value": string(3000),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
        _in_order("min_length", "max_length"),
    ),
    "email_text_input": typed("email_text_input", {}, {**_WRITTEN, "initial_value": string(3000)}),
    "url_text_input": typed("url_text_input", {}, {**_WRITTEN, "initial_value": string(3000)}),
    "number_input": typed(
        "number_input",
        {"is_decimal_allowed": flag},
        {**_WRITTEN, "initial_value": _numeral, "min_value": _numeral, "max_value": _numeral},
        _in_order("min_value", "max_value"),
    ),
    "rich_text_input": typed(
        "rich_text_input",
        {},
        {**_WRITTEN, "initial_value": rich_text, "min_lines": number(1, 100), "max_lines": number(1, 100)},
        _in_order("min_lines", "max_lines"),
    ),
    "file_input": typed("file_input", {}, {**_ACTION, "filetypes": array(NAME), "max_files": number(1, 10)}),
}

FEEDBACK: dict[str, Check] = {
    "feedback_buttons": typed(
        "feedback_buttons", {"positive_button": _feedback, "negative_button": _feedback}, {**_ACTION}
    ),
    "icon_button": typed(
        "icon_button",
        {"icon": word("trash"), "text": plain(75)},
        {
            **_ACTION,
            "value": string(2000),
            "confirm": confirm,
            "accessibility_label": string(75),
            "visible_to_user_ids": array(NAME),
        },
    ),
}
