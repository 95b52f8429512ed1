"""The blocks that came later and roll out in stages: an old workspace refuses each as an unsupported type."""

from collections.abc import Mapping
from typing import Any

from .blocks import BASE, BLOCK_ID
from .elements import FEEDBACK, button, image
from .objects import either, marked, plain
from .rich import rich_text
from .rules import (
    NAME,
    WORDS,
    Check,
    any_of,
    array,
    by_type,
    flag,
    number,
    only,
    record,
    string,
    typed,
    url,
    word,
)

_RAW_TEXT = typed("raw_text", {"text": WORDS}, {})
_RAW_NUMBER = typed("raw_number", {"value": number(whole=False), "text": string()}, {})
_CELLS: dict[str, Check] = {"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": rich_text}
_SHORT = string(20, 1)  # labels in a chart

task_card = typed(
    "task_card",
    {
        "task_id": NAME,
        "title": WORDS,
        "status": word("pending", "in_progress", "complete", "error"),
    },
    {
        **BLOCK_ID,
        "details": rich_text,
        "output": rich_text,
        "sources": array(typed("url", {"url": url(), "text": WORDS}, {})),
    },
)


def _tasks_differ(value: Mapping[str, Any]) -> tuple[str, str] | None:
    seen: set[str] = set()
    for index, task in enumerate(value.get("tasks", ())):
        if task["task_id"] in seen:
            return f"tasks/{index}/task_id", f"duplicate task_id: {task['task_id']}"
        seen.add(task["task_id"])
    return None


card = typed(
    "card",
    {},
    {
        **BLOCK_ID,
        "hero_image": image,
        "icon": image,
        "title": marked(150),
        "subtitle": marked(150),
        "body": marked(200),
        "actions": array(by_type({"button": button}), 25, 1),
    },
    any_of("hero_image", "title", "actions", "body"),
)

table = typed(
    "table",
    {"rows": array(array(by_type(_CELLS), 20, 1), 100, 1)},
    {
        **BLOCK_ID,
        "column_settings": array(
            record({}, {"align": word("left", "center", "right"), "is_wrapped": flag}), 20
        ),
    },
)

_INSIDE = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
)


def _folds(value: Mapping[str, Any]) -> tuple[str, str] | None:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        return "default_collapsed", "default_collapsed requires is_collapsible to be true"
    return None


container = typed(
    "container",
    {"child_blocks": array(only({**BASE, "table": table}, (*_INSIDE, "table")), 10, 1)},
    {
        **BLOCK_ID,
        "title": plain(150),
        "rich_text_title": rich_text,
        "subtitle": either(150),
        "width": word("narrow", "standard", "wide", "full"),
        "icon": image,
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    any_of("title", "rich_text_title"),
    _folds,
)


def _rows_alike(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first row is the header: no rich text in it, and every row as wide as it is."""
    header = value["rows"][0]
    for index, cell in enumerate(header):
        if cell["type"] == "rich_text":
            return f"rows/0/{index}/type", "unsupported type: rich_text"
    for index, row in enumerate(value["rows"]):
        if len(row) != len(header):
            return f"rows/{index}", f"all rows must have {len(header)} cells"
    if value.get("row_header_column_index", 0) >= len(header):
        return "row_header_column_index", f"must be less than or equal to {len(header) - 1}"
    return None


data_table = typed(
    "data_table",
    {"caption": WORDS, "rows": array(array(by_type(_CELLS), 20, 1), 101, 2)},
    {**BLOCK_ID, "page_size": number(1, 100), "row_header_column_index": number(0)},
    _rows_alike,
)

_point = record({"label": _SHORT, "value": number(whole=False)}, {})
_segment = record({"label": _SHORT, "value": number(0, whole=False)}, {})
_axes = record(
    {"categories": array(_SHORT, 20, 1)},
    {"x_label": string(50), "y_label": string(50)},
)


def _series_fit(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """Each series has its own name and exactly one point for every category."""
    names: set[str] = set()
    categories = value["axis_config"]["categories"]
    for index, series in enumerate(value["series"]):
        if series["name"] in names:
            return f"series/{index}/name", f"duplicate series name: {series['name']}"
        names.add(series["name"])
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            return f"series/{index}/data", "labels must match the categories of axis_config"
    return None


_plotted: dict[str, Check] = {
    "series": array(record({"name": _SHORT, "data": array(_point, 20, 1)}, {}), 12, 1),
    "axis_config": _axes,
}
_charts: dict[str, Check] = {
    "pie": typed("pie", {"segments": array(_segment, 12, 1)}, {}),
    **{kind: typed(kind, _plotted, {}, _series_fit) for kind in ("line", "bar", "area")},
}

NEWER: dict[str, Check] = {
    "plan": typed(
        "plan",
        {"title": WORDS},
        {**BLOCK_ID, "tasks": array(by_type({"task_card": task_card}))},
        _tasks_differ,
    ),
    "task_card": task_card,
    "card": card,
    "carousel": typed("carousel", {"elements": array(by_type({"card": card}), 10, 1)}, BLOCK_ID),
    "container": container,
    "table": table,
    "data_table": data_table,
    "data_visualization": typed(
        "data_visualization", {"title": string(50, 1), "chart": by_type(_charts)}, BLOCK_ID
    ),
    "alert": typed(
        "alert",
        {"text": either(3000)},
        {**BLOCK_ID, "level": word("default", "info", "warning", "error", "success")},
    ),
    "markdown": typed("markdown", {"text": string(12000, 1)}, BLOCK_ID),
    "context_actions": typed("context_actions", {"elements": array(by_type(FEEDBACK), 5, 1)}, BLOCK_ID),
}
