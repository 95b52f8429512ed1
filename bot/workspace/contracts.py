"""Slack's published JSON schemas, where they are at hand: an app's requests and our answers are held to them.

They know shapes, not lengths (those are in `blockkit`). Each is read and prepared once, at its first use. Two
things make a check cheap enough for every call, and its sentence short enough to read: a union of records is
decided by their `type`, and blocks are judged one by one, each against the block that it says it is.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

KNOWN_FAULTS = {
    "request.*: blocks": (
        "the arguments take `KnownBlock | Block`, and Block is any object with a type: so blocks are judged "
        "against KnownBlock alone"
    ),
    "response.*: blocks": (
        "generated from samples, one record merged from every block seen, without header, input or any newer "
        "block, and with a context's text as an object: so these too are judged against KnownBlock alone"
    ),
    "response.views.*: null": (
        "Slack sends null for a close, submit or previous_view_id that is not there; the files know no null"
    ),
    "types.KnownBlock: data_visualization": (
        "the block was published in June 2026, @slack/types 3.2.0 does not have it yet"
    ),
    "types.SlackEvent: view of app_home_opened": (
        "the view is described as it is sent to Slack, not as Slack sends it back with id, state and hash"
    ),
    "event-wrapper: authed_users": (
        "required there, but Slack has sent `authorizations` in its place since 2021"
    ),
}
"""What is wrong or missing in the vendor's files, and why we do as we do."""

_NEWER_THAN_THE_FILES = {"data_visualization"}


class Contracts:
    """folder: `contracts/slack`, with `jsonschema/` and the event wrapper; None: no check finds anything."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if folder is not None and (folder / "jsonschema").is_dir() else None
        self._prepared: dict[str, _Schema | None] = {}

    @property
    def at_hand(self) -> bool:
        """Whether there are schemas to hold anything to."""
        return self._folder is not None

    def request(self, method: str, arguments: Mapping[str, Any]) -> list[str]:
        """What is wrong with an app's arguments: `/path: why`. A method without a schema is not judged.

        arguments: without the token; values may be strings, as a form sends them.
        """
        schema = self._schema(f"request.{method}")
        if schema is None:
            return []
        read = {
            key: schema.read(key, value)
            for key, value in arguments.items()
            if value is not None and key != "token"
        }
        found = schema.faults(read)
        for path, blocks in _blocks_in(read):
            found.extend(self.blocks(blocks, path))
        return found

    def response(self, method: str, body: Mapping[str, Any]) -> list[str]:
        """What is wrong with an answer of ours."""
        if body.get("ok") is False:
            return [] if isinstance(body.get("error"), str) else ["/error: is missing"]
        schema = self._schema(f"response.{method}")
        if schema is None:
            return []
        view = body.get("view")
        if isinstance(view, dict):
            body = {**body, "view": {key: value for key, value in view.items() if value is not None}}
        found = schema.faults(body)
        for path, blocks in _blocks_in(body):
            found.extend(self.blocks(blocks, path))
        return found

    def blocks(self, blocks: Any, path: str = "/blocks") -> list[str]:
        """What is wrong with the form of these blocks."""
        schema = self._schema("types.KnownBlock")
        if schema is None or not isinstance(blocks, list):
            return []
        found: list[str] = []
        for index, block in enumerate(blocks):
            if not (isinstance(block, dict) and block.get("type") in _NEWER_THAN_THE_FILES):
                found.extend(schema.faults(block, f"{path}/{index}"))
        return found

    def view(self, view: Any) -> list[str]:
        """What is wrong with the form of a modal or a Home tab."""
        kind = view.get("type") if isinstance(view, dict) else None
        schema = self._schema("types.HomeView" if kind == "home" else "types.ModalView")
        if schema is None:
            return []
        found = schema.faults(view, "/view")
        return found + self.blocks(view.get("blocks"), "/view/blocks") if isinstance(view, dict) else found

    def event(self, event: Mapping[str, Any]) -> list[str]:
        """What is wrong with an event of ours, the inner part of an event_callback."""
        schema = self._schema("types.SlackEvent")
        return schema.faults({key: value for key, value in event.items() if key != "view"}) if schema else []

    def envelope(self, body: Mapping[str, Any]) -> list[str]:
        """What is wrong with an event_callback of ours, without the event in it."""
        schema = self._schema("event-wrapper")
        return schema.faults({"authed_users": ["U0"], **body}) if schema else []

    def _schema(self, name: str) -> "_Schema | None":
        if name not in self._prepared:
            self._prepared[name] = self._read(name)
        return self._prepared[name]

    def _read(self, name: str) -> "_Schema | None":
        if self._folder is None:
            return None
        inside = "event-wrapper.schema.json" if name == "event-wrapper" else f"jsonschema/{name}.json"
        file = self._folder / inside
        return _Schema(json.loads(file.read_text())) if file.is_file() else None


def _blocks_in(body: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Where a request or an answer holds blocks."""
    yield f"{path}/blocks", body.get("blocks")
    for key in ("view", "message"):
        if isinstance(body.get(key), dict):
            yield from _blocks_in(body[key], f"{path}/{key}")
    for key in ("attachments", "messages"):
        for index, each in enumerate(body[key] if isinstance(body.get(key), list) else ()):
            if isinstance(each, dict):
                yield from _blocks_in(each, f"{path}/{key}/{index}")


class _Schema:
    """One file, prepared: blocks taken out, unions decided by `type`."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._definitions: dict[str, Any] = schema.get("definitions", {})
        _leave_out_blocks(schema)
        self._branches: dict[int, tuple[dict[str, list[Any]], list[Any]]] = {}
        kind: type[Validator] = extend(Draft7Validator, {"anyOf": self._union})  # type: ignore[no-untyped-call]
        self._validator = kind(schema)

    def faults(self, value: Any, path: str = "") -> list[str]:
        return [
            f"{path + ''.join(f'/{part}' for part in error.absolute_path) or '/'}: {short(error)}"
            for error in self._validator.iter_errors(value)
        ]

    def read(self, key: str, value: Any) -> Any:
        """What a form's string means for this argument: JSON, a number or a boolean where one is wanted."""
        kinds = self._kinds.get(key, set())
        if not isinstance(value, str) or "string" in kinds or not kinds:
            return value
        try:
            read = json.loads(value.lower() if value in ("True", "False") else value)
        except ValueError:
            return value
        if "boolean" in kinds and read in (0, 1):
            return bool(read)
        return read

    @cached_property
    def _kinds(self) -> dict[str, set[str]]:
        """For each argument, which types it may have."""
        found: dict[str, set[str]] = {}
        for record in self._records(self._schema):
            for key, schema in record.get("properties", {}).items():
                found.setdefault(key, set()).update(self._types(schema))
        return found

    def _types(self, schema: Mapping[str, Any]) -> Iterator[str]:
        if "enum" in schema and "type" not in schema:
            yield from {"boolean" if isinstance(each, bool) else "string" for each in schema["enum"]}
        for each in [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", ()):
            yield each
        for each in (*schema.get("anyOf", ()), *([self._named(schema)] if "$ref" in schema else ())):
            yield from self._types(each)

    def _named(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        name = schema["$ref"].removeprefix("#/definitions/").replace("%3C", "<").replace("%3E", ">")
        named: Mapping[str, Any] = self._definitions.get(name, {})
        return named

    def _records(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The records that a union comes to in the end."""
        if "$ref" in schema:
            yield from self._records(self._named(schema))
        elif "anyOf" in schema:
            for each in schema["anyOf"]:
                yield from self._records(each)
        else:
            yield schema

    def _sorted(self, union: list[Any]) -> tuple[dict[str, list[Any]], list[Any]]:
        """The branches of a union by the `type` of their records, and those without one."""
        if id(union) not in self._branches:
            by_type: dict[str, list[Any]] = {}
            rest: list[Any] = []
            for branch in union:
                types = [
                    record.get("properties", {}).get("type", {}).get("const")
                    for record in self._records(branch)
                ]
                if all(isinstance(each, str) for each in types):
                    for each in dict.fromkeys(types):
                        by_type.setdefault(each, []).append(branch)
                else:
                    rest.append(branch)
            self._branches[id(union)] = (by_type, rest)
        return self._branches[id(union)]

    def _union(
        self, validator: Any, union: list[Any], value: Any, schema: Mapping[str, Any]
    ) -> Iterator[ValidationError]:
        """anyOf, in our way: where records say by their `type` which one they are, only that one is asked."""
        by_type, rest = self._sorted(union)
        kind = value.get("type") if isinstance(value, dict) else None
        chosen = [*by_type.get(str(kind), ()), *rest] if by_type and isinstance(value, dict) else union
        if not chosen:
            yield ValidationError(f"unknown type {kind!r}")
            return
        least: list[ValidationError] | None = None
        for branch in chosen:
            found = list(validator.descend(value, branch))
            if not found:
                return
            if least is None or len(found) < len(least):
                least = found
        yield from least or ()


def _leave_out_blocks(schema: Any) -> None:
    """A list of blocks is a list and no more: `Contracts.blocks` looks closer, and once."""
    if isinstance(schema, list):
        for each in schema:
            _leave_out_blocks(each)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict) and properties.get("blocks", {}).get("type") == "array":
            properties["blocks"] = {"type": "array"}
        for each in schema.values():
            _leave_out_blocks(each)


def short(error: ValidationError) -> str:
    """The sentence without the value itself, which may be long or nobody's business."""
    value: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [key for key in value if isinstance(error.instance, dict) and key not in error.instance]
            return "is missing: " + ", ".join(f"`{key}`" for key in missing)
        case "type":
            return f"has to be of type {value if isinstance(value, str) else ' or '.join(value)}"
        case "enum":
            return f"has to be one of {', '.join(map(str, value))}"
        case "const":
            return f"has to be {value}"
    return error.message if len(error.message) < 200 else f"{error.message[:200]} …"
