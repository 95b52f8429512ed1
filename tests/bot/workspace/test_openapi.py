"""A vendor's OpenAPI file holds requests and answers to what it says; where there is none, nothing is judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.workspace.openapi import OpenApi

THING = {
    "type": "object",
    "required": ["id", "end"],
    "properties": {
        "id": {"type": "integer"},
        "end": {"type": "string", "nullable": True, "enum": ["well", "badly"]},
        "of": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/thing"}]},
    },
}
ANSWER = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}}
FILE = {
    "openapi": "3.0.3",
    "components": {
        "schemas": {"thing": THING},
        "parameters": {"name": {"name": "name", "in": "path"}, "page": {"name": "page", "in": "query"}},
    },
    "paths": {
        "/things/{name}": {
            "parameters": [{"$ref": "#/components/parameters/name"}],
            "get": {
                "parameters": [{"$ref": "#/components/parameters/page"}],
                "responses": {"200": ANSWER},
            },
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": THING}}},
                "responses": {"204": {"description": "done"}},
            },
        }
    },
}  # fmt: skip


@pytest.fixture
def judge(tmp_path: Path) -> OpenApi:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(FILE))
    return OpenApi(file)


def test_a_request_is_held_to_its_parameters_and_its_body(judge: OpenApi) -> None:
    assert judge.request("GET", "/things/a%2Fb", {"page": "2"}, None) == []
    assert judge.request("GET", "/things/a", {"pages": "2"}, None) == [
        "?pages: is no parameter of this address"
    ]
    assert judge.request("GET", "/things/a", {}, {"id": 1}) == ["/: takes no body"]
    assert judge.request("POST", "/things/a", {}, None) == ["/: needs a body"]
    assert sorted(judge.request("POST", "/things/a", {}, {"id": "1"})) == [
        "/: is missing: `end`",
        "/id: has to be of type integer",
    ]
    assert judge.request("GET", "/nowhere", {"a": "1"}, None) == []  # the file says nothing of it


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"id": 1, "end": None}, []),
        ({"id": 1, "end": "well", "of": None}, []),
        ({"id": 1, "end": "well", "of": {"id": 2, "end": "badly"}}, []),
        ({"id": 1, "end": "so"}, ["/end: has to be one of well, badly, None"]),
        ({"id": 1, "end": "well", "of": {"id": "x", "end": "well"}}, ["/of/id: has to be of type integer"]),
    ],
)
def test_an_answer_may_be_null_where_the_file_says_so_and_nowhere_else(
    judge: OpenApi, body: Any, faults: list[str]
) -> None:
    assert judge.answer("GET", "/things/a", 200, body) == faults


def test_an_answer_that_the_file_does_not_know_is_a_fault_a_refusal_is_not(judge: OpenApi) -> None:
    assert judge.answer("GET", "/things/a", 201, {}) == ["/: 201 is no answer of this address"]
    assert judge.answer("GET", "/things/a", 422, {"message": "no"}) == []
    assert judge.answer("POST", "/things/a", 204, None) == []


def test_without_a_file_nothing_is_judged(tmp_path: Path) -> None:
    for nobody in (OpenApi(None), OpenApi(tmp_path / "none.json")):
        assert not nobody.at_hand
        assert nobody.request("GET", "/things/a", {"pages": "2"}, None) == []
        assert nobody.schema("thing", {}) == []
