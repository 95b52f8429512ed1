"""The JSON Schema of config.yaml, for editors: completion, and faults while typing. docs/config.schema.json is it."""

from typing import Any

import orjson

from bot.config.models import Config

_FROM_THE_KEY = {
    "Recipe": "name",
    "Team": "name",
    "Service": "name",
    "Environment": "name",
    "Role": "name",
    "Rotation": "name",
    "Person": "email",
}


def schema() -> str:
    """As JSON."""
    written: dict[str, Any] = Config.model_json_schema()
    for kind, field in _FROM_THE_KEY.items():
        _leave_out(written["$defs"][kind], field)
    _leave_out(written, "version")
    written["patternProperties"] = {"^x-": {"description": "For anchors; Grail does not look at it."}}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **written,
        "title": "Grail's config.yaml",
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()


def _leave_out(block: dict[str, Any], field: str) -> None:
    """What load() puts in is not written by people."""
    del block["properties"][field]
    block["required"] = [name for name in block.get("required", []) if name != field]
