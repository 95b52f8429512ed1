"""Each block: taken where it may stand, refused elsewhere, with its required fields and nothing unknown."""

from typing import Any

import pytest

from bot.workspace.blockkit import Fault, Surface, faults

from .samples import GOOD, only

NEW = set(list(GOOD)[list(GOOD).index("plan") :])
MODAL_ONLY = {"alert"}
NOT_IN_MODALS = {
    "file",
    "plan",
    "task_card",
    "card",
    "carousel",
    "container",
    "table",
    "data_table",
    "data_visualization",
    "markdown",
    "context_actions",
}
AT_HOME_TOO = {"card", "carousel", "data_visualization"}


def in_one(block: dict[str, Any], surface: Surface = "message") -> tuple[str, str]:
    return only(faults([block], surface))


@pytest.mark.parametrize("kind", GOOD)
def test_every_block_is_taken_where_it_may_stand_and_refused_elsewhere(kind: str) -> None:
    allowed: dict[Surface, bool] = {
        "message": kind not in MODAL_ONLY,
        "modal": kind not in NOT_IN_MODALS,
        "home": kind in AT_HOME_TOO or kind not in MODAL_ONLY | NOT_IN_MODALS,
    }
    for surface, may in allowed.items():
        found = faults([GOOD[kind]], surface)
        assert found == ([] if may else [Fault("/blocks/0/type", f"unsupported type: {kind}")]), surface


@pytest.mark.parametrize("kind", GOOD)
def test_an_old_workspace_knows_the_base_blocks_only(kind: str) -> None:
    surface: Surface = "modal" if kind in MODAL_ONLY else "message"
    found = faults([GOOD[kind]], surface, old=True)
    assert found == ([Fault("/blocks/0/type", f"unsupported type: {kind}")] if kind in NEW else [])


@pytest.mark.parametrize("kind", GOOD)
def test_a_property_that_slack_does_not_know_is_refused(kind: str) -> None:
    surface: Surface = "modal" if kind in MODAL_ONLY else "message"
    assert in_one({**GOOD[kind], "colour": "red"}, surface) == (
        "/blocks/0",
        "invalid additional property: colour",
    )


@pytest.mark.parametrize("kind", GOOD)
def test_a_block_id_has_255_characters_at_most(kind: str) -> None:
    surface: Surface = "modal" if kind in MODAL_ONLY else "message"
    assert faults([{**GOOD[kind], "block_id": "b" * 255}], surface) == []
    assert in_one({**GOOD[kind], "block_id": "b" * 256}, surface) == (
        "/blocks/0/block_id",
        "must be less than 256 characters",
    )


REQUIRED = [
    (kind, key)
    for kind, keys in {
        "header": ["text"],
        "image": ["alt_text"],
        "context": ["elements"],
        "actions": ["elements"],
        "input": ["label", "element"],
        "rich_text": ["elements"],
        "video": ["title", "alt_text", "thumbnail_url", "video_url"],
        "file": ["external_id", "source"],
        "plan": ["title"],
        "task_card": ["task_id", "title", "status"],
        "carousel": ["elements"],
        "container": ["child_blocks"],
        "table": ["rows"],
        "data_table": ["caption", "rows"],
        "data_visualization": ["title", "chart"],
        "markdown": ["text"],
        "context_actions": ["elements"],
    }.items()
    for key in keys
]


@pytest.mark.parametrize(("kind", "key"), REQUIRED)
def test_a_required_field_that_is_missing_is_named(kind: str, key: str) -> None:
    block = {name: value for name, value in GOOD[kind].items() if name != key}
    assert in_one(block) == ("/blocks/0", f"missing required field: {key}")
