"""How long, how many, how much: every bound that is a number, at its last good value and one beyond.

A row names a block, the place in it, and the bound. The block stands good as it is; only the one place is changed.
"""

import copy
from typing import Any

import pytest

from bot.workspace.blockkit import Fault, Surface, faults

from .samples import CARD, CHART, GOOD, PICTURE, asking, button, choice, marked, plain, rich, section, task

OPTION = {**choice(), "description": plain()}
MARKED = {"text": marked(), "value": "v", "description": marked()}
GROUPS = [{"label": plain(), "options": [choice()]}]
FEEDBACK = GOOD["context_actions"]
ICON = {
    "type": "context_actions",
    "elements": [{"type": "icon_button", "icon": "trash", "text": plain(), "visible_to_user_ids": ["U"]}],
}
PIE = {**CHART, "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}}
INPUT = asking({"type": "plain_text_input", "initial_value": "a", "min_length": 1, "max_length": 2})


def line(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def acting(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [element]}


LENGTHS: list[tuple[dict[str, Any], str, int | None, int]] = [
    # the block, the place of the text, the most and the fewest characters
    (asking({"type": "static_select", "options": [OPTION]}), "element/options/0/text/text", 75, 1),
    (asking({"type": "static_select", "options": [OPTION]}), "element/options/0/description/text", 75, 1),
    (asking({"type": "radio_buttons", "options": [MARKED]}), "element/options/0/text/text", 75, 1),
    (asking({"type": "radio_buttons", "options": [MARKED]}), "element/options/0/description/text", 75, 1),
    (asking({"type": "static_select", "option_groups": GROUPS}), "element/option_groups/0/label/text", 75, 1),
    (acting(button(confirm={"text": plain(), "confirm": plain()})), "elements/0/confirm/confirm/text", 30, 1),
    (acting(button(accessibility_label="a")), "elements/0/accessibility_label", 75, 0),
    (acting(button(agent_prompt="a")), "elements/0/agent_prompt", 4000, 0),
    (acting({"type": "users_select", "placeholder": plain()}), "elements/0/placeholder/text", 150, 1),
    (acting({"type": "users_select", "initial_user": "U"}), "elements/0/initial_user", 255, 1),
    (acting({"type": "multi_users_select", "initial_users": ["U"]}), "elements/0/initial_users/0", 255, 1),
    (acting({"type": "timepicker", "timezone": "UTC"}), "elements/0/timezone", 255, 1),
    (
        acting(
            {
                "type": "workflow_button",
                "text": plain(),
                "workflow": {"trigger": {"url": "https://example.com"}},
                "accessibility_label": "a",
            }
        ),
        "elements/0/text/text",
        75,
        1,
    ),
    (
        acting(
            {
                "type": "workflow_button",
                "text": plain(),
                "workflow": {"trigger": {"url": "https://example.com"}},
                "accessibility_label": "a",
            }
        ),
        "elements/0/accessibility_label",
        75,
        0,
    ),
    ({"type": "context", "elements": [PICTURE]}, "elements/0/alt_text", 2000, 0),
    ({"type": "context", "elements": [marked()]}, "elements/0/text", 3000, 1),
    ({"type": "image", "slack_file": {"id": "F"}, "alt_text": "a"}, "slack_file/id", 255, 1),
    ({**PICTURE, "title": plain()}, "title/text", 2000, 1),
    (INPUT, "label/text", 2000, 1),
    (INPUT, "element/initial_value", 3000, 0),
    (asking({"type": "email_text_input", "initial_value": "a"}), "element/initial_value", 3000, 0),
    (asking({"type": "url_text_input", "initial_value": "a"}), "element/initial_value", 3000, 0),
    (asking({"type": "file_input", "filetypes": ["txt"]}), "element/filetypes/0", 255, 1),
    (GOOD["video"], "alt_text", 2000, 0),
    (GOOD["video"], "title/text", 199, 1),
    ({**GOOD["video"], "author_name": "a"}, "author_name", 49, 0),
    ({**GOOD["video"], "description": plain()}, "description/text", 199, 1),
    (GOOD["file"], "external_id", 255, 1),
    (FEEDBACK, "elements/0/positive_button/text/text", 75, 1),
    (FEEDBACK, "elements/0/negative_button/value", 2000, 0),
    (ICON, "elements/0/text/text", 75, 1),
    (ICON, "elements/0/value", 2000, 0),
    (FEEDBACK, "elements/0/positive_button/accessibility_label", 75, 0),
    (ICON, "elements/0/accessibility_label", 75, 0),
    (ICON, "elements/0/visible_to_user_ids/0", 255, 1),
    (task(), "task_id", 255, 1),
    (task(), "title", None, 1),
    (GOOD["plan"], "title", None, 1),
    (GOOD["task_card"], "sources/0/text", None, 1),
    (CARD, "subtitle/text", 150, 1),
    (GOOD["container"], "title/text", 150, 1),
    (GOOD["container"], "subtitle/text", 150, 1),
    (GOOD["data_table"], "caption", None, 1),
    (GOOD["table"], "rows/0/0/text", None, 1),
    (PIE, "chart/segments/0/label", 20, 1),
    (CHART, "chart/series/0/name", 20, 1),
    (CHART, "chart/axis_config/x_label", 50, 0),
    (
        {**CHART, "chart": {**CHART["chart"], "axis_config": {"categories": ["Mon", "Tue"], "y_label": "y"}}},  # type: ignore[dict-item]
        "chart/axis_config/y_label",
        50,
        0,
    ),
    (CHART, "title", 50, 1),
    (line({"type": "text", "text": "a"}), "elements/0/elements/0/text", None, 1),
    (line({"type": "user", "user_id": "U"}), "elements/0/elements/0/user_id", 255, 1),
    (line({"type": "emoji", "name": "wave"}), "elements/0/elements/0/name", None, 1),
    (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_preformatted", "elements": [], "language": "sh"}],
        },
        "elements/0/language",
        255,
        1,
    ),
]

COUNTS: list[tuple[dict[str, Any], str, int | None, int]] = [
    # the block, the place of the list, the most and the fewest items
    (asking({"type": "static_select", "option_groups": GROUPS}), "element/option_groups", 100, 1),
    (
        asking({"type": "multi_external_select", "initial_options": [OPTION]}),
        "element/initial_options",
        100,
        1,
    ),
    (asking({"type": "multi_users_select", "initial_users": ["U"]}), "element/initial_users", None, 1),
    (
        acting({"type": "conversations_select", "filter": {"include": ["im"]}}),
        "elements/0/filter/include",
        None,
        1,
    ),
    ({"type": "section", "fields": [plain()]}, "fields", 10, 1),
    ({"type": "context", "elements": [marked()]}, "elements", 10, 1),
    ({"type": "rich_text", "elements": rich()["elements"]}, "elements", None, 1),
    (GOOD["rich_text"], "elements/1/elements", None, 1),
    (CARD, "actions", 25, 1),
    ({"type": "carousel", "elements": [{"type": "card", "body": marked()}]}, "elements", 10, 1),
    ({"type": "container", "title": plain(), "child_blocks": [section()]}, "child_blocks", 10, 1),
    (GOOD["table"], "rows", 100, 1),
    (GOOD["table"], "rows/0", 20, 1),
    (GOOD["table"], "column_settings", 20, 0),
    (GOOD["data_table"], "rows", 101, 2),
    (GOOD["context_actions"], "elements", 5, 1),
    (PIE, "chart/segments", 12, 1),
]

NUMBERS: list[tuple[dict[str, Any], str, float | None, float | None]] = [
    # the block, the place of the number, the least and the most
    (asking({"type": "external_select", "min_query_length": 1}), "element/min_query_length", 0, None),
    (asking({"type": "multi_users_select", "max_selected_items": 1}), "element/max_selected_items", 1, None),
    (asking({"type": "datetimepicker"}), "element/initial_date_time", 1_000_000_000, 9_999_999_999),
    (asking({"type": "plain_text_input"}), "element/min_length", 0, 3000),
    (asking({"type": "plain_text_input"}), "element/max_length", 1, 3000),
    (asking({"type": "rich_text_input"}), "element/min_lines", 1, 100),
    (asking({"type": "rich_text_input"}), "element/max_lines", 1, 100),
    (asking({"type": "file_input"}), "element/max_files", 1, 10),
    (GOOD["data_table"], "page_size", 1, 100),
    (GOOD["data_table"], "row_header_column_index", 0, 1),
    (PIE, "chart/segments/0/value", 0, None),
    (GOOD["rich_text"], "elements/1/indent", 0, 8),
    (GOOD["rich_text"], "elements/1/offset", 0, None),
    (line({"type": "emoji", "name": "wave"}), "elements/0/elements/0/skin_tone", 1, 6),
    (line({"type": "date", "timestamp": 1, "format": "{date}"}), "elements/0/elements/0/timestamp", 0, None),
]


def judged(block: dict[str, Any], place: str, value: Any) -> list[Fault]:
    """The faults of the block with this value at the place."""
    changed = copy.deepcopy(block)
    *way, last = place.split("/")
    at: Any = changed
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    surface: Surface = "modal" if block["type"] == "alert" else "message"
    return [fault for fault in faults([changed], surface) if fault.path == f"/blocks/0/{place}"]


def said(row: tuple[Any, ...]) -> str:
    return f"{row[0]['type']}/{row[1]}"


@pytest.mark.parametrize(("block", "place", "most", "least"), LENGTHS, ids=map(said, LENGTHS))
def test_a_text_is_as_long_as_slack_allows(block: Any, place: str, most: int | None, least: int) -> None:
    path = f"/blocks/0/{place}"
    assert judged(block, place, "x" * (most or 20_000)) == []
    assert judged(block, place, "x" * least) == []
    if most is not None:
        assert judged(block, place, "x" * (most + 1)) == [
            Fault(path, f"must be less than {most + 1} characters")
        ]
    if least:
        assert judged(block, place, "") == [Fault(path, "must be more than 0 characters")]
    assert judged(block, place, 1) == [Fault(path, "must provide a string")]


@pytest.mark.parametrize(("block", "place", "most", "least"), COUNTS, ids=map(said, COUNTS))
def test_a_list_is_as_long_as_slack_allows(block: Any, place: str, most: int | None, least: int) -> None:
    path = f"/blocks/0/{place}"
    at = block
    for step in place.split("/"):
        at = at[int(step)] if isinstance(at, list) else at[step]
    item = at[0]
    assert judged(block, place, [item] * (most or 200)) == []
    assert judged(block, place, [item] * least) == []
    if most is not None:
        assert judged(block, place, [item] * (most + 1)) == [
            Fault(path, f"no more than {most} items allowed")
        ]
    if least:
        assert judged(block, place, [item] * (least - 1)) == [
            Fault(path, f"no fewer than {least} items allowed")
        ]
    assert judged(block, place, "many") == [Fault(path, "must provide an array")]


@pytest.mark.parametrize(("block", "place", "least", "most"), NUMBERS, ids=map(said, NUMBERS))
def test_a_number_keeps_within_its_bounds(block: Any, place: str, least: Any, most: Any) -> None:
    path = f"/blocks/0/{place}"
    if least is not None:
        assert judged(block, place, least) == []
        assert judged(block, place, least - 1) == [Fault(path, f"must be greater than or equal to {least:g}")]
    if most is not None:
        assert judged(block, place, most) == []
        assert judged(block, place, most + 1) == [Fault(path, f"must be less than or equal to {most:g}")]
    assert judged(block, place, "1") == [Fault(path, "must provide a number")]
    assert judged(block, place, True) == [Fault(path, "must provide a number")]


@pytest.mark.parametrize(
    ("date", "right"),
    [
        ("2026-01-01", True),
        ("2026-12-31", True),
        ("2026-09-10", True),
        ("2026-10-29", True),
        ("2026-13-01", False),
        ("2026-00-10", False),
        ("2026-01-00", False),
        ("2026-01-32", False),
        ("2026-1-1", False),
        ("26-01-01", False),
    ],
)
def test_a_date_is_written_in_full(date: str, right: bool) -> None:
    found = judged(asking({"type": "datepicker"}), "element/initial_date", date)
    wrong = [Fault("/blocks/0/element/initial_date", "must be a date as YYYY-MM-DD")]
    assert found == ([] if right else wrong)
