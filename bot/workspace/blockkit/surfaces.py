"""Which block may stand where, how many of them, and no id twice."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from .blocks import BASE
from .newer import NEWER
from .objects import IDENTIFIER, plain
from .rules import Check, Fault, by_type, flag, record, string, word

Surface: TypeAlias = Literal["message", "modal", "home"]

_MOST: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_MARKDOWN = 12_000  # characters of all markdown blocks of a message together
_CELLS = 10_000  # characters of all cells of a table together
_METADATA = 3_000  # characters of a message's metadata, written as JSON
_VIEW = 250_000  # bytes of a view, written as JSON

_ELSEWHERE: dict[str, tuple[Surface, ...]] = {
    "alert": ("modal",),
    "card": ("message", "home"),
    "carousel": ("message", "home"),
    "data_visualization": ("message", "home"),
    "plan": ("message",),
    "task_card": ("message",),
    "container": ("message",),
    "table": ("message",),
    "data_table": ("message",),
    "markdown": ("message",),
    "context_actions": ("message",),
    "file": ("message",),
}
"""Where a block may stand, unless it may stand everywhere."""


def _known(surface: Surface, old: bool) -> dict[str, Check]:
    every = BASE if old else {**BASE, **NEWER}
    return {kind: check for kind, check in every.items() if surface in _ELSEWHERE.get(kind, (surface,))}


_BLOCKS: dict[tuple[Surface, bool], Check] = {
    (surface, old): by_type(_known(surface, old)) for surface in _MOST for old in (False, True)
}


def faults(blocks: Any, surface: Surface, *, old: bool = False, at: str = "") -> list[Fault]:
    """What Slack would refuse in these blocks; empty when nothing is wrong.

    blocks: a list of plain JSON. old: judge as a workspace that knows the base blocks only.
    at: a JSON pointer to put before every path (`/view`).
    """
    path = f"{at}/blocks"
    if not isinstance(blocks, list):
        return [Fault(path, "must provide an array")]
    found: list[Fault] = []
    if len(blocks) > _MOST[surface]:
        found.append(Fault(path, f"no more than {_MOST[surface]} items allowed"))
    check = _BLOCKS[surface, old]
    for index, block in enumerate(blocks):
        check(block, f"{path}/{index}", found)
    found.extend(_ids_twice(blocks, path))
    found.extend(_focus_twice(blocks, path))
    if surface == "message":
        found.extend(_too_much_together(blocks, path))
    return found


def message_faults(arguments: Mapping[str, Any], *, old: bool = False) -> list[Fault]:
    """What Slack would refuse in the blocks, attachments and metadata of a posted or edited message.

    arguments: as the method got them; blocks, attachments and metadata may still be JSON in a string.
    """
    found: list[Fault] = []
    blocks = _parsed(arguments.get("blocks"))
    if blocks is not None:
        found.extend(faults(blocks, "message", old=old))
    attachments = _parsed(arguments.get("attachments"))
    if isinstance(attachments, list):
        if len(attachments) > 100:
            found.append(Fault("/attachments", "no more than 100 items allowed"))
        for index, attachment in enumerate(attachments):
            if not isinstance(attachment, dict):
                found.append(Fault(f"/attachments/{index}", "must provide an object"))
            elif attachment.get("blocks") is not None:
                found.extend(faults(attachment["blocks"], "message", old=old, at=f"/attachments/{index}"))
    elif attachments is not None:
        found.append(Fault("/attachments", "must provide an array"))
    if arguments.get("metadata") is not None:
        found.extend(_metadata(_parsed(arguments["metadata"])))
    return found


_optional_view: dict[str, Check] = {
    "callback_id": IDENTIFIER,
    "private_metadata": string(3000),
    "external_id": IDENTIFIER,
    "blocks": lambda value, path, found: None,  # judged by `faults`, which knows the surface
}
_modal_alone: dict[str, Check] = {
    "submit": plain(24),
    "close": plain(24),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}
_VIEWS: dict[str, Check] = {
    "modal": record(
        {"type": word("modal"), "title": plain(24), "blocks": _optional_view["blocks"]},
        {**_optional_view, **_modal_alone},
    ),
    # a Home tab ignores what only a modal has, but looks at its form
    "home": record(
        {"type": word("home"), "blocks": _optional_view["blocks"]},
        {
            **_optional_view,
            **_modal_alone,
            "title": plain(24),
        },
    ),
}
_view = by_type(_VIEWS)


def view_faults(view: Any, *, old: bool = False) -> list[Fault]:
    """What Slack would refuse in a modal or a Home tab; view: plain JSON, or JSON in a string."""
    view = _parsed(view)
    found: list[Fault] = []
    _view(view, "/view", found)
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return found
    if "blocks" in view:
        found.extend(faults(view["blocks"], view["type"], old=old, at="/view"))
        if view["type"] == "modal" and "submit" not in view and _asks(view["blocks"]):
            found.append(Fault("/view", "missing required field: submit"))
    if len(json.dumps(view, ensure_ascii=False).encode()) > _VIEW:
        found.append(Fault("/view", f"must be less than {_VIEW + 1} bytes"))
    return found


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _metadata(metadata: Any) -> Iterator[Fault]:
    if not isinstance(metadata, dict):
        yield Fault("/metadata", "must provide an object")
        return
    if not isinstance(metadata.get("event_type"), str):
        yield Fault("/metadata", "missing required field: event_type")
    if not isinstance(metadata.get("event_payload"), dict):
        yield Fault("/metadata", "missing required field: event_payload")
    if len(json.dumps(metadata, ensure_ascii=False)) > _METADATA:
        yield Fault("/metadata", f"must be less than {_METADATA + 1} characters")


def _walk(blocks: list[Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every block, those inside of others too, with its path."""
    for index, block in enumerate(blocks):
        if isinstance(block, dict):
            here = f"{path}/{index}"
            yield block, here
            for key in ("child_blocks", "tasks"):
                if isinstance(block.get(key), list):
                    yield from _walk(block[key], f"{here}/{key}")
            if block.get("type") == "carousel" and isinstance(block.get("elements"), list):
                yield from _walk(block["elements"], f"{here}/elements")


def _elements(block: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The elements that stand directly in a block, with their paths."""
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key], f"{path}/{key}"
    for key in ("elements", "actions"):
        for index, element in enumerate(block[key] if isinstance(block.get(key), list) else ()):
            if isinstance(element, dict):
                yield element, f"{path}/{key}/{index}"


def _ids_twice(blocks: list[Any], path: str) -> Iterator[Fault]:
    """A block_id is there once in a surface, an action_id once in its block."""
    ids: set[str] = set()
    for block, here in _walk(blocks, path):
        name = block.get("block_id")
        if isinstance(name, str) and name:
            if name in ids:
                yield Fault(f"{here}/block_id", f'`block_id` "{name}" already exists for another block')
            ids.add(name)
        actions: set[str] = set()
        for element, there in _elements(block, here):
            action = element.get("action_id")
            if isinstance(action, str) and action:
                if action in actions:
                    yield Fault(
                        f"{there}/action_id", f'`action_id` "{action}" already exists for another element'
                    )
                actions.add(action)


def _focus_twice(blocks: list[Any], path: str) -> Iterator[Fault]:
    first = True
    for block, here in _walk(blocks, path):
        for element, there in _elements(block, here):
            if element.get("focus_on_load") is True:
                if not first:
                    yield Fault(f"{there}/focus_on_load", "only one element may have focus_on_load")
                first = False


def _too_much_together(blocks: list[Any], path: str) -> Iterator[Fault]:
    """What a message may hold only so much of: one table, two charts, 12,000 characters of markdown."""
    tables = charts = written = 0
    for block, here in _walk(blocks, path):
        kind = block.get("type")
        if kind in ("table", "data_table"):
            tables += 1
            if tables > 1:
                yield Fault(here, "only one table is allowed in a message")
            if _letters(block.get("rows")) > _CELLS:
                yield Fault(f"{here}/rows", f"must be less than {_CELLS + 1} characters in all cells")
        elif kind == "data_visualization":
            charts += 1
            if charts > 2:
                yield Fault(here, "only two data_visualization blocks are allowed in a message")
        elif kind == "markdown" and isinstance(block.get("text"), str):
            before, written = written, written + len(block["text"])
            if before <= _MARKDOWN < written and before:
                yield Fault(
                    f"{here}/text", f"must be less than {_MARKDOWN + 1} characters in all markdown blocks"
                )


def _letters(value: Any) -> int:
    """How many characters people would read in these cells."""
    if isinstance(value, list):
        return sum(_letters(each) for each in value)
    if isinstance(value, dict):
        return sum(
            len(each) if key == "text" and isinstance(each, str) else _letters(each)
            for key, each in value.items()
            if key in ("text", "elements")
        )
    return 0


def _asks(blocks: Any) -> bool:
    """Whether there is something to fill in."""
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
