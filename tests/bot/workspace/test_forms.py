"""Slack's state values from bare ones, and what Slack's own client refuses to send."""

from typing import Any

import pytest

from bot.workspace.faults import ControlError, Json
from bot.workspace.forms import chosen, initial, missing, state

OPTIONS: list[Json] = [
    {"text": {"type": "plain_text", "text": word}, "value": word} for word in ("a", "b", "c")
]


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "x", **more}


def form(*elements: Json, optional: bool = False) -> list[Json]:
    return [
        {"type": "input", "block_id": f"b{n}", "optional": optional, "element": one}
        for n, one in enumerate(elements)
    ]


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("plain_text_input", "x", {"value": "x"}),
        ("plain_text_input", "", {"value": None}),
        ("number_input", 7, {"value": "7"}),
        ("static_select", "b", {"selected_option": OPTIONS[1]}),
        ("radio_buttons", OPTIONS[0], {"selected_option": OPTIONS[0]}),
        ("checkboxes", ["a", "c"], {"selected_options": [OPTIONS[0], OPTIONS[2]]}),
        ("multi_static_select", "a", {"selected_options": [OPTIONS[0]]}),
        ("users_select", "U1", {"selected_user": "U1"}),
        ("multi_users_select", ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
        ("conversations_select", "C1", {"selected_conversation": "C1"}),
        ("datepicker", "2026-11-23", {"selected_date": "2026-11-23"}),
        ("timepicker", "09:30", {"selected_time": "09:30"}),
        ("datetimepicker", 1_800_000_000, {"selected_date_time": 1_800_000_000}),
        ("datetimepicker", "1800000000", {"selected_date_time": 1_800_000_000}),
        ("datepicker", None, {"selected_date": None}),
        ("overflow", "c", {"selected_option": OPTIONS[2]}),
        ("multi_external_select", ["a"], {"selected_options": [OPTIONS[0]]}),
        ("multi_channels_select", "C1", {"selected_channels": ["C1"]}),
        ("multi_conversations_select", None, {"selected_conversations": []}),
        ("file_input", "F1", {"files": ["F1"]}),
        (
            "rich_text_input",
            {"type": "rich_text", "elements": []},
            {"rich_text_value": {"type": "rich_text", "elements": []}},
        ),
    ],
)
def test_a_bare_value_becomes_slacks(kind: str, value: Any, held: Json) -> None:
    asked = element(kind, options=OPTIONS)
    assert chosen(asked, value) == {"type": kind, **held}
    assert chosen(asked, {"type": kind, **held}) == {"type": kind, **held}, "Slack's own passes through"
    assert chosen(asked, held) == {"type": kind, **held}, "also without its type"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("plain_text_input", ["x"], "'x' takes a text, not ['x']."),
        ("plain_text_input", True, "'x' takes a text, not True."),
        ("plain_text_input", {"value": {}}, "'x' takes a text, not {}."),
        ("static_select", {"text": {}, "value": "z"}, "There is no option 'z' in 'x': there is a, b, c."),
        ("external_select", 5, "There is no option 5 in 'x': there is a, b, c."),
        ("overflow", None, "Say which option of 'x', as \"value\"."),
        ("datepicker", "31.12.2026", "'x' takes a date such as 2026-11-23, not '31.12.2026'."),
        ("datepicker", "2026-02-30", "'x' takes a date such as 2026-11-23, not '2026-02-30'."),
        ("timepicker", "25:99", "'x' takes a time such as 09:30, not '25:99'."),
        ("timepicker", 9, "'x' takes a time such as 09:30, not 9."),
        ("datetimepicker", "tomorrow", "'x' takes a Unix time in seconds, not 'tomorrow'."),
    ],
)
def test_what_an_element_cannot_hold_is_refused_in_words(kind: str, value: Any, words: str) -> None:
    with pytest.raises(ControlError) as refused:
        chosen(element(kind, options=OPTIONS), value)
    assert str(refused.value) == words


def test_an_option_may_stand_in_a_group_or_have_been_suggested() -> None:
    grouped = element("static_select", option_groups=[{"label": {}, "options": OPTIONS}])
    assert chosen(grouped, "c")["selected_option"] == OPTIONS[2]
    assert chosen(element("external_select"), "b", OPTIONS)["selected_option"] == OPTIONS[1]
    with pytest.raises(ControlError, match=r"There is no option 'z' in 'x': there is a, b, c\."):
        chosen(grouped, "z")


@pytest.mark.parametrize(
    ("kind", "given", "held"),
    [
        ("plain_text_input", {"initial_value": "x"}, {"value": "x"}),
        ("static_select", {"initial_option": OPTIONS[0]}, {"selected_option": OPTIONS[0]}),
        ("checkboxes", {"initial_options": OPTIONS[:1]}, {"selected_options": OPTIONS[:1]}),
        ("users_select", {"initial_user": "U1"}, {"selected_user": "U1"}),
        ("multi_channels_select", {"initial_channels": ["C1"]}, {"selected_channels": ["C1"]}),
        ("datepicker", {"initial_date": "2026-11-23"}, {"selected_date": "2026-11-23"}),
        ("datetimepicker", {"initial_date_time": 5}, {"selected_date_time": 5}),
    ],
)
def test_what_was_not_touched_is_what_it_began_with(kind: str, given: Json, held: Json) -> None:
    one = element(kind, **given)
    assert initial(one) == {"type": kind, **held}
    assert state(form(one), {}) == {"b0": {"x": {"type": kind, **held}}}
    standing = {"b0": {"x": {"type": kind, "kept": True}}}
    assert state(form(one), {}, None, standing) == standing


def test_a_button_has_no_state() -> None:
    row = {
        "type": "actions",
        "block_id": "r",
        "elements": [element("button"), element("overflow", options=OPTIONS)],
    }
    assert state([row], {}) == {}


@pytest.mark.parametrize(
    ("one", "value", "words"),
    [
        (element("plain_text_input"), "", "Please complete this required field."),
        (element("plain_text_input", min_length=3), "ab", "Please use at least 3 characters."),
        (element("plain_text_input", max_length=3), "abcd", "Please use at most 3 characters."),
        (element("number_input"), "x", "Please enter a number."),
        (element("number_input"), "1.5", "Please enter a whole number."),
        (element("number_input", min_value="2"), "1", "Please enter a number of at least 2."),
        (element("number_input", max_value="2"), "3", "Please enter a number of at most 2."),
        (element("email_text_input"), "x", "Please enter an email address."),
        (element("url_text_input"), "x", "Please enter an address such as https://example.com."),
        (element("multi_users_select"), [], "Please complete this required field."),
        (element("plain_text_input"), "x" * 3001, "Please use at most 3000 characters."),
        (element("multi_users_select", max_selected_items=1), ["U1", "U2"], "Please choose at most 1."),
        (element("file_input", max_files=1), ["F1", "F2"], "Please choose at most 1."),
        (element("static_select", options=OPTIONS), None, "Please complete this required field."),
    ],
)
def test_what_slacks_client_refuses(one: Json, value: Any, words: str) -> None:
    blocks = form(one)
    assert missing(blocks, state(blocks, {"b0": {"x": value}})) == {"b0": words}


def test_an_optional_field_may_stay_empty() -> None:
    blocks = form(element("plain_text_input"), optional=True)
    assert missing(blocks, state(blocks, {})) == {}
