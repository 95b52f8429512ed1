"""One good block of every kind, and the pieces that the tests build others from."""

from typing import Any

from bot.workspace.blockkit import Fault


def plain(text: str = "word") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def marked(text: str = "word") -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def choice(value: str = "v", text: str = "word") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def button(action: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(), "action_id": action, **more}


def rich(text: str = "word") -> dict[str, Any]:
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [line]}


def section(text: str = "word") -> dict[str, Any]:
    return {"type": "section", "text": marked(text)}


def asking(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "label": plain(), "element": element}


def task(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "task_card", "task_id": f"t{number}", "title": "Build", "status": "pending", **more}


PICTURE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a cat"}
CARD = {"type": "card", "title": marked(), "subtitle": marked(), "body": marked(), "actions": [button()]}
CHART = {
    "type": "data_visualization",
    "title": "Alerts",
    "chart": {
        "type": "line",
        "series": [{"name": "shop", "data": [{"label": "Mon", "value": 3}, {"label": "Tue", "value": 0.5}]}],
        "axis_config": {"categories": ["Mon", "Tue"], "x_label": "day"},
    },
}
GOOD: dict[str, dict[str, Any]] = {
    "section": {
        "type": "section",
        "block_id": "s",
        "text": marked(),
        "fields": [marked(), plain()],
        "accessory": button(url="https://example.com", style="danger", value="1"),
        "expand": True,
    },
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": {"type": "plain_text", "text": "Deploys", "emoji": True}},
    "image": {**PICTURE, "title": plain()},
    "context": {"type": "context", "elements": [PICTURE, marked(), plain()]},
    "actions": {
        "type": "actions",
        "elements": [
            button(
                confirm={
                    "title": plain(),
                    "text": marked(),
                    "confirm": plain(),
                    "deny": plain(),
                    "style": "danger",
                }
            ),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{**choice(), "url": "https://example.com", "description": plain()}],
            },
            {
                "type": "static_select",
                "action_id": "s",
                "options": [choice("a"), choice("b")],
                "initial_option": choice("b"),
            },
            {"type": "datetimepicker", "action_id": "d", "initial_date_time": 1_700_000_000},
            {"type": "checkboxes", "action_id": "c", "options": [{"text": marked(), "value": "x"}]},
        ],
    },
    "input": {
        **asking({"type": "plain_text_input", "action_id": "a", "multiline": True, "max_length": 10}),
        "hint": plain(),
        "optional": True,
        "dispatch_action": False,
    },
    "rich_text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                    {"type": "link", "url": "https://example.com", "text": "here"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    {"type": "team", "team_id": "T1"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "a day"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "color", "value": "#fff"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}], "border": 1},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "log"}]},
        ],
    },
    "video": {
        "type": "video",
        "title": plain(),
        "alt_text": "a film",
        "thumbnail_url": "https://example.com/t.png",
        "video_url": "https://example.com/v",
    },
    "file": {"type": "file", "external_id": "log", "source": "remote"},
    "plan": {
        "type": "plan",
        "title": "Deploy",
        "tasks": [task(1, details=rich(), output=rich()), task(2, status="error")],
    },
    "task_card": task(sources=[{"type": "url", "url": "https://example.com", "text": "the log"}]),
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD, CARD]},
    "container": {
        "type": "container",
        "title": plain(),
        "subtitle": marked(),
        "child_blocks": [section(), {"type": "divider"}],
        "is_collapsible": True,
        "default_collapsed": True,
        "width": "wide",
    },
    "table": {
        "type": "table",
        "column_settings": [{"align": "right", "is_wrapped": True}],
        "rows": [
            [{"type": "raw_text", "text": "a"}, rich()],
            [{"type": "raw_number", "value": 1.5, "text": "1.5"}],
        ],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Deploys",
        "page_size": 20,
        "row_header_column_index": 1,
        "rows": [
            [{"type": "raw_text", "text": "when"}, {"type": "raw_text", "text": "what"}],
            [{"type": "raw_number", "value": 1, "text": "1"}, rich()],
        ],
    },
    "data_visualization": CHART,
    "alert": {"type": "alert", "text": marked(), "level": "warning"},
    "markdown": {"type": "markdown", "text": "# Notes"},
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain(), "value": "+"},
                "negative_button": {"text": plain(), "value": "-"},
            },
            {"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain()},
        ],
    },
}

MODAL: dict[str, Any] = {
    "type": "modal",
    "title": plain("x" * 24),
    "submit": plain("x" * 24),
    "close": plain("x" * 24),
    "callback_id": "c" * 255,
    "private_metadata": "p" * 3000,
    "external_id": "e" * 255,
    "clear_on_close": True,
    "notify_on_close": True,
    "blocks": [asking({"type": "plain_text_input"})],
}


def only(found: list[Fault]) -> tuple[str, str]:
    assert len(found) == 1, found
    return found[0].path, found[0].why
