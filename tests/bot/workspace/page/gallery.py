"""One of each: (name, block, words that must be seen). For messages; a form for the modal stands at the end."""

from typing import Any

from tests.fixtures.workspace import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mark(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def words(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def line(*pieces: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(pieces)}


def choose(*names: str) -> list[Json]:
    return [{"text": plain(name), "value": name} for name in names]


def button(name: str, **more: Any) -> Json:
    return {"type": "button", "action_id": name, "text": plain(name), **more}


STEPS = ("Prepare", "Test", "Start the new version", "Check its health", "Switch the front over")


def plan(done: int, *, broken: bool = False) -> Json:
    """The steps of a deploy, so many of them done."""
    now = "error" if broken else "in_progress"
    tasks = []
    for at, name in enumerate(STEPS):
        status = "complete" if at < done else now if at == done else "pending"
        task: Json = {"type": "task_card", "task_id": f"step-{at}", "title": name, "status": status}
        if at < done:
            task["details"] = rich(line(words(f"{at + 1}.4 s")))
        if at == done and broken:
            log = "GET http://127.0.0.1:40211/health\n503 Service Unavailable"
            task["output"] = rich({"type": "rich_text_preformatted", "elements": [words(log)]})
        tasks.append(task)
    return {"type": "plan", "title": "shop to staging", "tasks": tasks}


def card(title: str) -> Json:
    return {
        "type": "card",
        "title": mark(f"*{title}*"),
        "subtitle": mark("`4f2a91c`"),
        "body": mark("Round prices the way the tax office does"),
        "actions": [button(f"Deploy {title}", style="primary"), button(f"Logs {title}")],
    }


def chart(kind: str) -> Json:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    series = [
        {"name": name, "data": [{"label": day, "value": (at * step) % 9 + 1} for at, day in enumerate(days)]}
        for name, step in (("shop", 4), ("search", 7))
    ]
    return {
        "type": "data_visualization",
        "title": f"Deploys a day ({kind})",
        "chart": {"type": kind, "series": series, "axis_config": {"categories": days, "y_label": "Deploys"}},
    }


PIE = [{"label": "noise", "value": 60}, {"label": "real", "value": 40}]
EACH: list[tuple[str, Json, list[str]]] = [
    ("section", {"type": "section", "text": mark("*Deploy* `shop`")}, ["Deploy shop"]),
    (
        "fields",
        {"type": "section", "fields": [mark("*Who*\nDana"), plain("Since 2 h")]},
        ["Dana", "Since 2 h"],
    ),
    ("accessory", {"type": "section", "text": plain("Pick"), "accessory": button("Go")}, ["Pick", "Go"]),
    ("header", {"type": "header", "text": plain("Hello :rocket:")}, ["Hello 🚀"]),
    (
        "context",
        {"type": "context", "elements": [mark("asked by <@U0DANA00000>"), plain("now")]},
        ["@Dana Keller"],
    ),
    (
        "actions",
        {"type": "actions", "elements": [button("Yes", style="primary"), button("No", style="danger")]},
        ["Yes"],
    ),
    (
        "input",
        {
            "type": "input",
            "label": plain("Reason"),
            "hint": plain("short"),
            "element": {"type": "plain_text_input"},
        },
        ["Reason", "short"],
    ),
    ("rich_text", rich(line(words("Rich "), words("bold", bold=True))), ["Rich bold"]),
    (
        "rich_text elements",
        rich(
            line(
                {"type": "user", "user_id": "U0OMAR00000"},
                {"type": "channel", "channel_id": "C0OPS000000"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "tada"},
                {"type": "link", "url": "https://example.com", "text": "a link"},
                {"type": "date", "timestamp": 1700000000, "format": "{date_num}", "fallback": "then"},
                {"type": "color", "value": "#0b6450"},
            ),
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [line(words("first")), line(words("second"))],
            },
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [line(words("nested"))]},
            {"type": "rich_text_quote", "elements": [words("quoted")]},
            {"type": "rich_text_preformatted", "elements": [words("pre\n  formatted")]},
        ),
        [
            "@Omar Haddad",
            "#ops",
            "@here",
            "🎉",
            "a link",
            "2023-11-14",
            "#0b6450",
            "second",
            "nested",
            "quoted",
        ],
    ),
    ("plan", plan(3), ["shop to staging", "3 of 5", "Check its health"]),
    ("plan that broke", plan(3, broken=True), ["503 Service Unavailable"]),
    ("card", card("shop"), ["shop", "4f2a91c", "tax office", "Deploy shop"]),
    (
        "carousel",
        {"type": "carousel", "elements": [card("one"), card("two"), card("three")]},
        ["one", "three"],
    ),
    (
        "container",
        {
            "type": "container",
            "title": plain("Log of the step"),
            "subtitle": mark("40 lines"),
            "is_collapsible": True,
            "child_blocks": [{"type": "section", "text": plain("inside it")}],
        },
        ["Log of the step", "40 lines", "inside it"],
    ),
    (
        "table",
        {
            "type": "table",
            "rows": [[cell("Service"), cell("Who")], [cell("shop"), rich(line(words("Dana")))]],
        },
        ["Service", "Dana"],
    ),
    (
        "markdown",
        {"type": "markdown", "text": "## Notes\n\n- **one**\n- two\n\n```\ncode\n```"},
        ["Notes", "one", "code"],
    ),
    ("bar", chart("bar"), ["Deploys a day (bar)", "shop", "search"]),
    ("line", chart("line"), ["Deploys a day (line)"]),
    ("area", chart("area"), ["Deploys a day (area)"]),
    (
        "pie",
        {"type": "data_visualization", "title": "Alerts", "chart": {"type": "pie", "segments": PIE}},
        ["Alerts", "noise · 60%"],
    ),
    (
        "context_actions",
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "vote",
                    "positive_button": {"text": plain("Good"), "value": "1"},
                    "negative_button": {"text": plain("Bad"), "value": "0"},
                },
                {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Delete")},
            ],
        },
        [],
    ),
    (
        "video",
        {
            "type": "video",
            "title": plain("How to deploy"),
            "title_url": "https://example.com/v",
            "video_url": "https://example.com/v",
            "thumbnail_url": "https://example.com/t.png",
            "alt_text": "A talk",
        },
        ["How to deploy"],
    ),
    ("divider", {"type": "divider"}, []),
    (
        "every menu",
        {
            "type": "actions",
            "elements": [
                {"type": "static_select", "placeholder": plain("Ref"), "options": choose("main", "other")},
                {"type": "multi_users_select", "placeholder": plain("People")},
                {"type": "channels_select", "placeholder": plain("Channel")},
                {"type": "datepicker", "initial_date": "2026-11-23"},
                {"type": "timepicker", "initial_time": "14:30"},
                {"type": "radio_buttons", "options": choose("left", "right")},
                {"type": "checkboxes", "options": choose("up", "down")},
                {"type": "overflow", "options": choose("Logs", "Why")},
            ],
        },
        ["Ref", "People", "Channel", "right", "down"],
    ),
]

FORM: Json = {
    "type": "modal",
    "title": plain("Deploy a service"),
    "submit": plain("Deploy"),
    "close": plain("Cancel"),
    "blocks": [
        {"type": "alert", "level": "warning", "text": mark("*production* serves 214 people right now.")},
        {
            "type": "input",
            "block_id": "service",
            "label": plain("Service"),
            "element": {"type": "static_select", "action_id": "v", "options": choose("shop", "search")},
        },
        {
            "type": "input",
            "block_id": "where",
            "label": plain("Environment"),
            "element": {
                "type": "radio_buttons",
                "action_id": "v",
                "options": choose("staging", "production"),
                "initial_option": choose("staging")[0],
            },
        },
        {
            "type": "input",
            "block_id": "ref",
            "optional": True,
            "label": plain("Ref"),
            "hint": plain("A branch, a commit, or #812"),
            "element": {"type": "plain_text_input", "action_id": "v", "placeholder": plain("main")},
        },
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Reason"),
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
    ],
}
