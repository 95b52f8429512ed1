"""Each limit, from both sides: the last value that Slack takes and the first that it refuses.

Longer than a file here should be: it is one table, a row a limit.
"""

from typing import Any

import pytest

from bot.workspace.blockkit import Fault, faults

from .samples import (
    CARD,
    CHART,
    GOOD,
    PICTURE,
    asking,
    button,
    choice,
    marked,
    plain,
    rich,
    section,
    task,
)


def group(many: int) -> dict[str, Any]:
    return {"label": plain(), "options": [choice(str(n)) for n in range(many)]}


LIMITS: list[tuple[Any, Any, str, str]] = [
    # a block that is just right, the same gone over the limit, the path, the words
    (section("x" * 3000), section("x" * 3001), "/text/text", "must be less than 3001 characters"),
    (section("x"), section(""), "/text/text", "must be more than 0 characters"),
    (
        {"type": "section", "fields": [marked("x" * 2000)] * 10},
        {"type": "section", "fields": [marked("x" * 2001)]},
        "/fields/0/text",
        "must be less than 2001 characters",
    ),
    (
        {"type": "section", "fields": [marked()] * 10},
        {"type": "section", "fields": [marked()] * 11},
        "/fields",
        "no more than 10 items allowed",
    ),
    (
        {"type": "header", "text": plain("x" * 150)},
        {"type": "header", "text": plain("x" * 151)},
        "/text/text",
        "must be less than 151 characters",
    ),
    (
        {"type": "actions", "elements": [button(f"a{n}") for n in range(25)]},
        {"type": "actions", "elements": [button(f"a{n}") for n in range(26)]},
        "/elements",
        "no more than 25 items allowed",
    ),
    (
        {"type": "actions", "elements": [button()]},
        {"type": "actions", "elements": []},
        "/elements",
        "no fewer than 1 items allowed",
    ),
    (
        {"type": "context", "elements": [marked()] * 10},
        {"type": "context", "elements": [marked()] * 11},
        "/elements",
        "no more than 10 items allowed",
    ),
    (
        {"type": "actions", "elements": [button(value="v" * 2000)]},
        {"type": "actions", "elements": [button(value="v" * 2001)]},
        "/elements/0/value",
        "must be less than 2001 characters",
    ),
    (
        {"type": "actions", "elements": [{"type": "button", "text": plain("x" * 75)}]},
        {"type": "actions", "elements": [{"type": "button", "text": plain("x" * 76)}]},
        "/elements/0/text/text",
        "must be less than 76 characters",
    ),
    (
        {"type": "actions", "elements": [button("a" * 255)]},
        {"type": "actions", "elements": [button("a" * 256)]},
        "/elements/0/action_id",
        "must be less than 256 characters",
    ),
    (
        {"type": "actions", "elements": [button(style="primary")]},
        {"type": "actions", "elements": [button(style="default")]},
        "/elements/0/style",
        "must be a valid enum value: primary, danger",
    ),
    (
        {"type": "actions", "elements": [button(url="https://example.com")]},
        {"type": "actions", "elements": [button(url="example.com")]},
        "/elements/0/url",
        "invalid url: example.com",
    ),
    (
        asking({"type": "static_select", "options": [choice(str(n)) for n in range(100)]}),
        asking({"type": "static_select", "options": [choice(str(n)) for n in range(101)]}),
        "/element/options",
        "no more than 100 items allowed",
    ),
    (
        asking({"type": "static_select", "options": [choice("v" * 150)]}),
        asking({"type": "static_select", "options": [choice("v" * 151)]}),
        "/element/options/0/value",
        "must be less than 151 characters",
    ),
    (
        asking({"type": "static_select", "options": [choice(text="v" * 75)]}),
        asking({"type": "static_select", "options": [choice(text="v" * 76)]}),
        "/element/options/0/text/text",
        "must be less than 76 characters",
    ),
    (
        asking({"type": "static_select", "option_groups": [{"label": plain(), "options": [choice()]}]}),
        asking({"type": "static_select"}),
        "/element",
        "must define either `options` or `option_groups`",
    ),
    (
        asking({"type": "multi_static_select", "options": [choice("a")], "max_selected_items": 1}),
        asking({"type": "multi_static_select", "options": [choice("a")], "max_selected_items": 0}),
        "/element/max_selected_items",
        "must be greater than or equal to 1",
    ),
    (
        asking({"type": "static_select", "options": [choice("a")], "initial_option": choice("a")}),
        asking({"type": "static_select", "options": [choice("a")], "initial_option": choice("b")}),
        "/element/initial_option",
        "initial_option must exactly match one of the provided options",
    ),
    (
        asking({"type": "static_select", "options": [choice("a"), choice("b")]}),
        asking({"type": "static_select", "options": [choice("a"), choice("a")]}),
        "/element/options",
        "duplicate value: a",
    ),
    (
        asking({"type": "external_select", "min_query_length": 0}),
        asking({"type": "external_select", "options": []}),
        "/element",
        "invalid additional property: options",
    ),
    (
        asking({"type": "users_select", "initial_user": "U1"}),
        asking({"type": "users_select", "initial_users": ["U1"]}),
        "/element",
        "invalid additional property: initial_users",
    ),
    (
        asking({"type": "multi_channels_select", "initial_channels": ["C1"]}),
        asking({"type": "multi_channels_select", "initial_channels": []}),
        "/element/initial_channels",
        "no fewer than 1 items allowed",
    ),
    (
        asking({"type": "conversations_select", "filter": {"include": ["private"]}}),
        asking({"type": "conversations_select", "filter": {}}),
        "/element/filter",
        "must define either `include` or `exclude_external_shared_channels` or `exclude_bot_users`",
    ),
    (
        asking({"type": "checkboxes", "options": [choice(str(n)) for n in range(10)]}),
        asking({"type": "checkboxes", "options": [choice(str(n)) for n in range(11)]}),
        "/element/options",
        "no more than 10 items allowed",
    ),
    (
        asking({"type": "radio_buttons", "options": [{"text": marked(), "value": "1"}]}),
        asking({"type": "radio_buttons", "options": []}),
        "/element/options",
        "no fewer than 1 items allowed",
    ),
    (
        {
            "type": "section",
            "text": plain(),
            "accessory": {"type": "overflow", "options": [choice(str(n)) for n in range(5)]},
        },
        {
            "type": "section",
            "text": plain(),
            "accessory": {"type": "overflow", "options": [choice(str(n)) for n in range(6)]},
        },
        "/accessory/options",
        "no more than 5 items allowed",
    ),
    (
        asking({"type": "datepicker", "initial_date": "2026-11-23", "placeholder": plain("x" * 150)}),
        asking({"type": "datepicker", "initial_date": "23.11.2026"}),
        "/element/initial_date",
        "must be a date as YYYY-MM-DD",
    ),
    (
        asking({"type": "timepicker", "initial_time": "23:59"}),
        asking({"type": "timepicker", "initial_time": "24:00"}),
        "/element/initial_time",
        "must be a time as HH:mm",
    ),
    (
        asking({"type": "datetimepicker", "initial_date_time": 1_700_000_000}),
        asking({"type": "datetimepicker", "initial_date_time": 1_700_000_000.5}),
        "/element/initial_date_time",
        "must provide an integer",
    ),
    (
        asking({"type": "plain_text_input", "max_length": 3000}),
        asking({"type": "plain_text_input", "max_length": 3001}),
        "/element/max_length",
        "must be less than or equal to 3000",
    ),
    (
        asking({"type": "plain_text_input", "min_length": 3, "max_length": 3}),
        asking({"type": "plain_text_input", "min_length": 4, "max_length": 3}),
        "/element/min_length",
        "min_length must not be greater than max_length",
    ),
    (
        asking({"type": "number_input", "is_decimal_allowed": True, "min_value": "-1.5"}),
        asking({"type": "number_input", "is_decimal_allowed": True, "min_value": 1}),
        "/element/min_value",
        "must be a number written as a string",
    ),
    (
        asking({"type": "email_text_input", "placeholder": plain("x" * 150)}),
        asking({"type": "email_text_input", "placeholder": plain("x" * 151)}),
        "/element/placeholder/text",
        "must be less than 151 characters",
    ),
    (
        asking({"type": "url_text_input", "focus_on_load": True}),
        asking({"type": "url_text_input", "focus_on_load": "yes"}),
        "/element/focus_on_load",
        "must provide a boolean",
    ),
    (
        asking({"type": "rich_text_input", "initial_value": rich()}),
        asking({"type": "rich_text_input", "initial_value": "word"}),
        "/element/initial_value",
        "must provide an object",
    ),
    (
        asking({"type": "file_input", "max_files": 10}),
        asking({"type": "file_input", "max_files": 11}),
        "/element/max_files",
        "must be less than or equal to 10",
    ),
    (
        {**asking({"type": "datepicker"}), "label": plain("x" * 2000)},
        {**asking({"type": "datepicker"}), "label": marked()},
        "/label/type",
        "unsupported type: mrkdwn",
    ),
    (
        {**asking({"type": "datepicker"}), "hint": plain("x" * 2000)},
        {**asking({"type": "datepicker"}), "hint": plain("x" * 2001)},
        "/hint/text",
        "must be less than 2001 characters",
    ),
    (
        {"type": "actions", "elements": [button(confirm={"text": marked("x" * 300)})]},
        {"type": "actions", "elements": [button(confirm={"text": marked("x" * 301)})]},
        "/elements/0/confirm/text/text",
        "must be less than 301 characters",
    ),
    (
        {"type": "actions", "elements": [button(confirm={"text": plain(), "title": plain("x" * 100)})]},
        {"type": "actions", "elements": [button(confirm={"text": plain(), "title": plain("x" * 101)})]},
        "/elements/0/confirm/title/text",
        "must be less than 101 characters",
    ),
    (
        {"type": "actions", "elements": [button(confirm={"text": plain(), "deny": plain("x" * 30)})]},
        {"type": "actions", "elements": [button(confirm={"text": plain(), "deny": plain("x" * 31)})]},
        "/elements/0/confirm/deny/text",
        "must be less than 31 characters",
    ),
    (
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"},
        {**PICTURE, "slack_file": {"id": "F1"}},
        "",
        "must define only one of `image_url` or `slack_file`",
    ),
    (
        {**PICTURE, "alt_text": "a" * 2000},
        {**PICTURE, "alt_text": "a" * 2001},
        "/alt_text",
        "must be less than 2001 characters",
    ),
    (
        {"type": "section", "fields": [plain()]},
        {"type": "section"},
        "",
        "must define either `text` or `fields`",
    ),
    (
        {"type": "section", "text": plain(), "accessory": PICTURE},
        {"type": "section", "text": plain(), "accessory": {"type": "plain_text_input"}},
        "/accessory/type",
        "unsupported type: plain_text_input",
    ),
    (
        {"type": "actions", "elements": [{"type": "datetimepicker"}]},
        {"type": "section", "text": plain(), "accessory": {"type": "datetimepicker"}},
        "/accessory/type",
        "unsupported type: datetimepicker",
    ),
    (
        GOOD["card"],
        {**CARD, "title": marked("x" * 151)},
        "/title/text",
        "must be less than 151 characters",
    ),
    (GOOD["card"], {**CARD, "body": marked("x" * 201)}, "/body/text", "must be less than 201 characters"),
    (
        GOOD["card"],
        {"type": "card", "subtitle": marked()},
        "",
        "must define either `hero_image` or `title` or `actions` or `body`",
    ),
    (
        {"type": "carousel", "elements": [CARD] * 10},
        {"type": "carousel", "elements": [CARD] * 11},
        "/elements",
        "no more than 10 items allowed",
    ),
    (
        {"type": "container", "title": plain("x" * 150), "child_blocks": [section()] * 10},
        {"type": "container", "title": plain("x" * 150), "child_blocks": [section()] * 11},
        "/child_blocks",
        "no more than 10 items allowed",
    ),
    (
        {"type": "container", "rich_text_title": rich(), "child_blocks": [GOOD["table"]]},
        {"type": "container", "title": plain(), "child_blocks": [GOOD["plan"]]},
        "/child_blocks/0/type",
        "unsupported type: plan",
    ),
    (
        GOOD["container"],
        {"type": "container", "title": plain(), "child_blocks": [section()], "default_collapsed": True},
        "/default_collapsed",
        "default_collapsed requires is_collapsible to be true",
    ),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 20] * 100},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101},
        "/rows",
        "no more than 100 items allowed",
    ),
    (
        GOOD["table"],
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]},
        "/rows/0",
        "no more than 20 items allowed",
    ),
    (
        GOOD["table"],
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a" * 101}] * 10] * 10},
        "/rows",
        "must be less than 10001 characters in all cells",
    ),
    (
        GOOD["data_table"],
        {**GOOD["data_table"], "page_size": 101},
        "/page_size",
        "must be less than or equal to 100",
    ),
    (
        GOOD["data_table"],
        {**GOOD["data_table"], "rows": GOOD["data_table"]["rows"][:1]},
        "/rows",
        "no fewer than 2 items allowed",
    ),
    (
        GOOD["data_table"],
        {**GOOD["data_table"], "rows": [[rich()], [rich()]]},
        "/rows/0/0/type",
        "unsupported type: rich_text",
    ),
    (
        GOOD["data_table"],
        {**GOOD["data_table"], "rows": [*GOOD["data_table"]["rows"], [rich()]]},
        "/rows/2",
        "all rows must have 2 cells",
    ),
    (
        GOOD["data_table"],
        {**GOOD["data_table"], "row_header_column_index": 2},
        "/row_header_column_index",
        "must be less than or equal to 1",
    ),
    ({**CHART, "title": "x" * 50}, {**CHART, "title": "x" * 51}, "/title", "must be less than 51 characters"),
    (
        {**CHART, "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}] * 12}},
        {**CHART, "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}] * 13}},
        "/chart/segments",
        "no more than 12 items allowed",
    ),
    (CHART, {**CHART, "chart": {"type": "radar"}}, "/chart/type", "unsupported type: radar"),
    (
        CHART,
        {**CHART, "chart": {**CHART["chart"], "axis_config": {"categories": ["Mon"]}}},  # type: ignore[dict-item]
        "/chart/series/0/data",
        "labels must match the categories of axis_config",
    ),
    (
        {"type": "markdown", "text": "x" * 12000},
        {"type": "markdown", "text": "x" * 12001},
        "/text",
        "must be less than 12001 characters",
    ),
    (
        GOOD["context_actions"],
        {**GOOD["context_actions"], "elements": [button()]},
        "/elements/0/type",
        "unsupported type: button",
    ),
    (
        task(status="complete"),
        task(status="done"),
        "/status",
        "must be a valid enum value: pending, in_progress, complete, error",
    ),
    (
        GOOD["plan"],
        {"type": "plan", "title": "Deploy", "tasks": [task(1), task(1)]},
        "/tasks/1/task_id",
        "duplicate task_id: t1",
    ),
    (
        rich(),
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "dash", "elements": []}]},
        "/elements/0/style",
        "must be a valid enum value: bullet, ordered",
    ),
    (
        asking({"type": "radio_buttons", "options": [choice(str(n)) for n in range(10)]}),
        asking({"type": "radio_buttons", "options": [choice(str(n)) for n in range(11)]}),
        "/element/options",
        "no more than 10 items allowed",
    ),
    (
        asking({"type": "static_select", "option_groups": [group(100)]}),
        asking({"type": "static_select", "option_groups": [group(101)]}),
        "/element/option_groups/0/options",
        "no more than 100 items allowed",
    ),
]


@pytest.mark.parametrize(
    ("right", "wrong", "path", "why"), LIMITS, ids=[f"{n}{e[2]}" for n, e in enumerate(LIMITS)]
)
def test_each_limit_holds_up_to_the_last_character(right: Any, wrong: Any, path: str, why: str) -> None:
    assert faults([right], "message") == []
    assert Fault(f"/blocks/0{path}", why) in faults([wrong], "message")
