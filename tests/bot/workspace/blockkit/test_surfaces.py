"""Whole messages, modals and Home tabs: how many blocks, which ids, how much together."""

import copy
import json
from typing import Any

import pytest

from bot.workspace.blockkit import faults, message_faults, view_faults

from .samples import CHART, GOOD, MODAL, asking, button, marked, only, plain, section


def test_a_message_has_50_blocks_and_a_view_100() -> None:
    assert faults([{"type": "divider"}] * 50, "message") == []
    assert only(faults([{"type": "divider"}] * 51, "message")) == ("/blocks", "no more than 50 items allowed")
    for surface in ("modal", "home"):
        assert faults([{"type": "divider"}] * 100, surface) == []
        assert only(faults([{"type": "divider"}] * 101, surface)) == (
            "/blocks",
            "no more than 100 items allowed",
        )


def test_what_is_no_block_is_refused_with_its_place() -> None:
    assert only(faults({"type": "divider"}, "message")) == ("/blocks", "must provide an array")
    assert only(faults(["divider"], "message")) == ("/blocks/0", "must provide an object")
    assert only(faults([{}], "message")) == ("/blocks/0", "missing required field: type")
    assert only(faults([{"type": "banner"}], "message")) == ("/blocks/0/type", "unsupported type: banner")
    assert only(faults([{"type": ["section"]}], "message")) == (
        "/blocks/0/type",
        "unsupported type: ['section']",
    )


def test_a_fault_reads_as_slack_writes_it() -> None:
    (found,) = faults([section("x" * 3001)], "message")
    assert str(found) == "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


def test_every_fault_is_told_at_once() -> None:
    found = faults([section(""), {"type": "header", "text": plain("x" * 151)}], "message")
    assert [fault.path for fault in found] == ["/blocks/0/text/text", "/blocks/1/text/text"]


def test_a_block_id_stands_once_in_a_message_even_inside_of_another_block() -> None:
    twice = [
        {**section(), "block_id": "same"},
        {"type": "container", "title": plain(), "child_blocks": [{**section(), "block_id": "same"}]},
    ]
    assert only(faults(twice, "message")) == (
        "/blocks/1/child_blocks/0/block_id",
        '`block_id` "same" already exists for another block',
    )


def test_an_action_id_stands_once_in_its_block_and_may_come_again_in_the_next() -> None:
    row = {"type": "actions", "elements": [button("go")]}
    assert faults([row, row], "message") == []
    assert only(faults([{"type": "actions", "elements": [button("go"), button("go")]}], "message")) == (
        "/blocks/0/elements/1/action_id",
        '`action_id` "go" already exists for another element',
    )


def test_only_one_element_takes_the_focus() -> None:
    field = asking({"type": "plain_text_input", "focus_on_load": True})
    assert only(faults([field, field], "modal")) == (
        "/blocks/1/element/focus_on_load",
        "only one element may have focus_on_load",
    )


@pytest.mark.parametrize("second", ["table", "data_table"])
def test_a_message_holds_one_table(second: str) -> None:
    inside = {"type": "container", "title": plain(), "child_blocks": [GOOD["table"]]}
    assert only(faults([GOOD["table"], GOOD[second]], "message")) == (
        "/blocks/1",
        "only one table is allowed in a message",
    )
    assert only(faults([GOOD[second], inside], "message")) == (
        "/blocks/1/child_blocks/0",
        "only one table is allowed in a message",
    )


def test_a_message_holds_two_charts() -> None:
    assert faults([CHART, CHART], "message") == []
    assert only(faults([CHART, CHART, CHART], "message")) == (
        "/blocks/2",
        "only two data_visualization blocks are allowed in a message",
    )


def test_all_markdown_of_a_message_together_has_12000_characters() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert faults([half, half], "message") == []
    assert only(faults([half, half, {"type": "markdown", "text": "x"}], "message")) == (
        "/blocks/2/text",
        "must be less than 12001 characters in all markdown blocks",
    )


def test_a_message_is_judged_with_its_attachments_and_metadata_also_as_json_in_strings() -> None:
    assert message_faults({"channel": "C1", "text": "hello"}) == []
    assert only(message_faults({"blocks": json.dumps([{"type": "banner"}])})) == (
        "/blocks/0/type",
        "unsupported type: banner",
    )
    assert only(message_faults({"blocks": "[{"})) == ("/blocks", "must provide an array")
    assert only(message_faults({"attachments": [{"blocks": [section("")]}]})) == (
        "/attachments/0/blocks/0/text/text",
        "must be more than 0 characters",
    )
    assert only(message_faults({"attachments": {}})) == ("/attachments", "must provide an array")
    assert only(message_faults({"attachments": [1]})) == ("/attachments/0", "must provide an object")
    assert only(message_faults({"attachments": [{"text": "x"}] * 101})) == (
        "/attachments",
        "no more than 100 items allowed",
    )
    good = {"event_type": "card", "event_payload": {"card": "deploy:1"}}
    assert message_faults({"metadata": json.dumps(good)}) == []
    assert only(message_faults({"metadata": {"event_type": "card"}})) == (
        "/metadata",
        "missing required field: event_payload",
    )
    assert only(message_faults({"metadata": {"event_payload": {}}})) == (
        "/metadata",
        "missing required field: event_type",
    )
    assert only(message_faults({"metadata": {"event_type": "card", "event_payload": {"x": "y" * 3000}}})) == (
        "/metadata",
        "must be less than 3001 characters",
    )
    assert only(message_faults({"metadata": "card"})) == ("/metadata", "must provide an object")
    assert only(message_faults({"blocks": [GOOD["plan"]]}, old=True)) == (
        "/blocks/0/type",
        "unsupported type: plan",
    )


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text", "must be less than 25 characters"),
        ({"title": marked()}, "/view/title/type", "unsupported type: mrkdwn"),
        ({"submit": plain("x" * 25)}, "/view/submit/text", "must be less than 25 characters"),
        ({"close": plain("x" * 25)}, "/view/close/text", "must be less than 25 characters"),
        ({"callback_id": "c" * 256}, "/view/callback_id", "must be less than 256 characters"),
        ({"private_metadata": "p" * 3001}, "/view/private_metadata", "must be less than 3001 characters"),
        ({"external_id": "e" * 256}, "/view/external_id", "must be less than 256 characters"),
        ({"type": "dialog"}, "/view/type", "unsupported type: dialog"),
        ({"colour": "red"}, "/view", "invalid additional property: colour"),
        ({"blocks": [GOOD["plan"]]}, "/view/blocks/0/type", "unsupported type: plan"),
        ({"blocks": {}}, "/view/blocks", "must provide an array"),
        ({"submit": None}, "/view/submit", "must provide an object"),
    ],
)
def test_a_modal_has_its_limits(change: dict[str, Any], path: str, why: str) -> None:
    assert view_faults(MODAL) == []
    assert only(view_faults({**MODAL, **change})) == (path, why)


@pytest.mark.parametrize("key", ["title", "blocks", "type"])
def test_a_modal_has_a_title_blocks_and_a_type(key: str) -> None:
    view = {name: value for name, value in MODAL.items() if name != key}
    assert only(view_faults(view)) == ("/view", f"missing required field: {key}")


def test_a_modal_that_asks_for_something_has_a_submit_button() -> None:
    view = {name: value for name, value in MODAL.items() if name != "submit"}
    assert only(view_faults(view)) == ("/view", "missing required field: submit")
    assert view_faults({**view, "blocks": [section()]}) == []


def test_a_home_tab_needs_no_title() -> None:
    assert view_faults({"type": "home", "blocks": [section(), GOOD["card"]]}) == []
    assert only(view_faults({"type": "home", "blocks": [GOOD["alert"]]})) == (
        "/view/blocks/0/type",
        "unsupported type: alert",
    )


def test_a_view_may_be_json_in_a_string_and_nothing_else() -> None:
    assert view_faults(json.dumps(MODAL)) == []
    assert only(view_faults("{")) == ("/view", "must provide an object")
    assert only(view_faults(None)) == ("/view", "must provide an object")


def test_a_view_has_250_kilobytes_at_most() -> None:
    big = {"type": "home", "blocks": [section("x" * 3000)] * 90}
    assert only(view_faults(big)) == ("/view", "must be less than 250001 bytes")


def test_judging_changes_nothing() -> None:
    before = copy.deepcopy(list(GOOD.values()))
    faults(before, "message")
    assert before == list(GOOD.values())


def test_no_json_whatever_makes_the_judge_stumble() -> None:
    odd: list[Any] = [
        None,
        True,
        0,
        float("inf"),
        -1.5,
        "",
        "x",
        [],
        {},
        [None],
        {"type": None},
        {"type": "section"},
    ]
    for block in GOOD.values():
        for key in block:
            for value in odd:
                for surface in ("message", "modal", "home"):
                    faults([{**block, key: value}], surface)
    for key in MODAL:
        for value in odd:
            view_faults({**MODAL, key: value})
            message_faults({"blocks": value, "attachments": [value], "metadata": value})
