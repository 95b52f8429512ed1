"""A vendor's OpenAPI 3.0 file, where it is at hand: what an app asks and what we answer are held to it.

Only JSON is judged, and only what the file describes: an address that it leaves out (the files are trimmed to what
is used) is not judged. Each schema is prepared once, at its first use.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.protocols import Validator

from .contracts import short

_VERBS = ("get", "post", "put", "patch", "delete")


class OpenApi:
    """file: None or missing: no check finds anything."""

    def __init__(self, file: Path | None) -> None:
        self._file = file if file is not None and file.is_file() else None
        self._validators: dict[int, Validator] = {}

    @property
    def at_hand(self) -> bool:
        return self._file is not None

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str],
        body: Any,
        headers: Mapping[str, str] | None = None,
    ) -> list[str]:
        """What is wrong with a request: `/path: why`. path: as it came, percent-encoded. body: None without one.

        headers: where those that the file demands are to be there; their names may be in any letters.
        """
        operation = self._operation(verb, path)
        if operation is None:
            return []
        known = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
        found = [f"?{name}: is no parameter of this address" for name in query if name not in known]
        if headers is not None:
            given = {name.lower() for name in headers}
            demanded = [
                p["name"] for p in operation["parameters"] if p["in"] == "header" and p.get("required")
            ]
            found += [f"{name}: is a header that it needs" for name in demanded if name.lower() not in given]
        described = operation.get("requestBody")
        if described is None:
            return found + (["/: takes no body"] if body not in (None, {}) else [])
        if body is None:
            return found + (["/: needs a body"] if described.get("required") else [])
        return found + self._faults(_json_of(described), body)

    def answer(self, verb: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer of ours. body: None for none."""
        operation = self._operation(verb, path)
        if operation is None:
            return []
        described = operation["responses"].get(str(status))
        if described is None and (status == 304 or status >= 400):
            return []  # GitHub's file names few refusals (none at all for Actions), and no 304 where it sends one
        if described is None:
            return [f"/: {status} is no answer of this address"]
        return self._faults(_json_of(self._resolved(described)), body)

    def schema(self, name: str, body: Any) -> list[str]:
        """What is wrong with a body that has to be one of the named schemas. One that is not there is not judged."""
        schema = self._document.get("components", {}).get("schemas", {}).get(name)
        return self._faults(schema, body)

    @cached_property
    def _document(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        document: dict[str, Any] = json.loads(self._file.read_text())
        _say_null(document)
        return document

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        paths = []
        for template, item in self._document.get("paths", {}).items():
            pattern = "".join(
                "[^/]+" if part.startswith("{") else re.escape(part)
                for part in re.split(r"(\{[^}]+\})", template)
            )
            shared = item.get("parameters", [])
            operations = {}
            for verb in _VERBS:
                if verb in item:
                    given = [self._resolved(p) for p in (*shared, *item[verb].get("parameters", ()))]
                    operations[verb] = {**item[verb], "parameters": given}
            paths.append((re.compile(pattern), operations))
        return paths

    def _operation(self, verb: str, path: str) -> dict[str, Any] | None:
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and verb.lower() in operations:
                found: dict[str, Any] = operations[verb.lower()]
                return found
        return None

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            at: Any = self._document
            for step in part["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            part = at
        return part

    def _faults(self, schema: Any, value: Any) -> list[str]:
        if schema is None:
            return []
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = Draft7Validator({**schema, "components": self._document.get("components", {})})
            self._validators[id(schema)] = validator
        return [
            f"{''.join(f'/{part}' for part in error.absolute_path) or '/'}: {short(error)}"
            for error in _deepest(validator.iter_errors(value))
        ]


def _json_of(described: Mapping[str, Any]) -> Any:
    return described.get("content", {}).get("application/json", {}).get("schema")


def _say_null(node: Any) -> None:
    """OpenAPI 3.0 says `nullable`, JSON Schema says null."""
    if isinstance(node, list):
        for each in node:
            _say_null(each)
        return
    if not isinstance(node, dict):
        return
    for each in node.values():
        _say_null(each)
    if node.get("nullable") is not True:
        return
    if isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if "enum" in node and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
    else:
        for key in ("anyOf", "oneOf"):
            if key in node:
                node[key] = [*node[key], {"type": "null"}]
        if "allOf" in node:
            node["anyOf"] = [{"allOf": node.pop("allOf")}, {"type": "null"}]


def _deepest(errors: Any) -> Iterator[ValidationError]:
    """For a union that nothing fits, the faults of the branch that fits best: the sentence would be of no use."""
    for error in errors:
        if error.context:
            branches: dict[Any, list[ValidationError]] = {}
            for each in error.context:
                branches.setdefault(each.schema_path[0], []).append(each)
            yield from _deepest(min(branches.values(), key=len))
        else:
            yield error
