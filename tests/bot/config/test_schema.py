"""The JSON Schema for editors says what load() says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.config import schema
from tests.bot.config.conftest import SMALL

ROOT = Path(__file__).parents[3]


def faults(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(schema()))
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_schema_in_docs_is_the_one_of_the_code() -> None:
    assert (ROOT / "docs/config.schema.json").read_text("utf-8") == schema() + "\n", "say `make schema`"


def test_the_example_and_the_small_one_fit() -> None:
    assert faults((ROOT / "config.yaml").read_text("utf-8")) == []
    assert faults(SMALL) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("company: Small\n", ""),
        ("driver: recipe", "driver: docker"),
        ("environments:", "enviroments:"),
        ("timeout: 5m", "timeout: soon"),
        ("timeout: 5m", "timeout: 5"),
        ("run: [make, deploy]", "run: make deploy"),
        ("rung: solo", "rung: top"),
        ("team: web\n", "team: web\n    name: shop\n"),
        ("company: Small", "company: Small\nversion: x"),
    ],
)
def test_what_load_refuses_an_editor_underlines(old: str, new: str) -> None:
    assert old in SMALL
    assert faults(SMALL.replace(old, new, 1)) != []


def test_every_field_says_what_it_is_for_or_names_itself() -> None:
    kinds: dict[str, Any] = json.loads(schema())["$defs"]
    assert all(kind.get("description") for kind in kinds.values())
