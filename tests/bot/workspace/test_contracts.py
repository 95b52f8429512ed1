"""What is held to Slack's published schemas, and where we know better than they do."""

import os
from pathlib import Path
from typing import Any

import pytest

from bot.workspace.contracts import KNOWN_FAULTS, Contracts

from .blockkit.samples import GOOD, PICTURE, asking, marked, plain, section


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    shared = Path(os.environ.get("GRAIL_SHARED", Path(__file__).parents[4] / "shared"))
    made = Contracts(shared / "contracts" / "slack")
    if not made.at_hand:
        pytest.skip(
            "Slack's schemas are not at hand: set GRAIL_SHARED to the folder that holds contracts/slack"
        )
    return made


@pytest.mark.parametrize("kind", GOOD)
def test_the_limits_and_the_schemas_agree_on_a_good_block(contracts: Contracts, kind: str) -> None:
    assert contracts.blocks([GOOD[kind]]) == []


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ({"type": "banner"}, "/blocks/0: unknown type 'banner'"),
        ({"type": "section", "text": "word"}, "/blocks/0/text: has to be of type object"),
        ({"type": "header"}, "/blocks/0: is missing: `text`"),
        (
            {**GOOD["task_card"], "status": "done"},
            "/blocks/0/status: has to be one of pending, in_progress, complete, error",
        ),
        ({**GOOD["header"], "text": marked()}, "/blocks/0/text/type: has to be plain_text"),
        (asking({"type": "slider"}), "/blocks/0/element: unknown type 'slider'"),
        ({"type": "image", "alt_text": "a cat"}, "/blocks/0: is missing: `image_url`"),
    ],
)
def test_a_block_of_the_wrong_form_is_told_in_one_line(contracts: Contracts, block: Any, why: str) -> None:
    assert contracts.blocks([block]) == [why]


@pytest.mark.parametrize(
    ("method", "arguments", "faults"),
    [
        ("auth.test", {}, []),
        ("chat.postMessage", {"channel": "C1", "text": "hello", "token": "xoxb-1"}, []),
        ("chat.postMessage", {"text": "hello"}, ["/: is missing: `channel`"]),
        ("chat.postMessage", {"channel": "C1", "text": 1}, ["/text: has to be of type string"]),
        ("chat.postMessage", {"channel": "C1"}, ["/: is missing: `text`"]),
        ("chat.postMessage", {"channel": "C1", "text": "a", "blocks": None}, []),
        (
            "chat.postMessage",
            {"channel": "C1", "blocks": '[{"type": "section", "text": "x"}]'},
            ["/blocks/0/text: has to be of type object"],
        ),
        (
            "chat.postMessage",
            {"channel": "C1", "attachments": [{"blocks": [{"type": "header"}]}]},
            ["/attachments/0/blocks/0: is missing: `text`"],
        ),
        (
            "chat.postMessage",
            {
                "channel": "C1",
                "text": "a",
                "unfurl_links": "false",
                "metadata": '{"event_type": "a", "event_payload": {}}',
            },
            [],
        ),
        ("chat.postMessage", {"channel": "C1", "text": "a", "unfurl_links": "1", "link_names": "True"}, []),
        (
            "chat.postMessage",
            {"channel": "C1", "text": "a", "metadata": '{"event_type": 1}'},
            ["/metadata/event_type: has to be of type string"],
        ),
        ("chat.update", {"channel": "C1", "text": "a"}, ["/: is missing: `ts`"]),
        ("conversations.history", {"channel": "C1", "limit": "200", "include_all_metadata": "true"}, []),
        ("conversations.history", {"channel": "C1", "limit": "many"}, ["/limit: has to be of type number"]),
        ("files.completeUploadExternal", {"files": '[{"id": "F1", "title": "log"}]'}, []),
        ("files.completeUploadExternal", {"files": "[]"}, ["/files: [] should be non-empty"]),
        ("reactions.add", {"channel": "C1", "timestamp": "1.1"}, ["/: is missing: `name`"]),
        (
            "views.open",
            {"trigger_id": "1", "view": {"type": "modal", "blocks": [{"type": "header"}]}},
            ["/view: is missing: `title`", "/view/blocks/0: is missing: `text`"],
        ),
        ("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": [section()]}}, []),
        ("no.such.method", {"whatever": 1}, []),
    ],
)
def test_a_request_is_held_to_its_method(
    contracts: Contracts, method: str, arguments: dict[str, Any], faults: list[str]
) -> None:
    assert contracts.request(method, arguments) == faults


@pytest.mark.parametrize("kind", GOOD)
def test_an_answer_may_carry_every_block(contracts: Contracts, kind: str) -> None:
    message = {"type": "message", "user": "U1", "ts": "1.1", "text": "a", "blocks": [GOOD[kind]]}
    assert (
        contracts.response("chat.postMessage", {"ok": True, "channel": "C1", "ts": "1.1", "message": message})
        == []
    )
    assert contracts.response("conversations.history", {"ok": True, "messages": [message]}) == []


def test_an_answer_is_held_to_its_method(contracts: Contracts) -> None:
    assert contracts.response("chat.postMessage", {"ok": True, "ts": 1.1}) == [
        "/ts: has to be of type string"
    ]
    assert contracts.response(
        "chat.postMessage", {"ok": True, "message": {"blocks": [{"type": "header"}]}}
    ) == ["/message/blocks/0: is missing: `text`"]
    assert contracts.response(
        "conversations.history", {"ok": True, "messages": [{"blocks": [PICTURE, {}]}]}
    ) == ["/messages/0/blocks/1: unknown type None"]
    assert contracts.response("chat.postMessage", {"ok": False, "error": "channel_not_found"}) == []
    assert contracts.response("chat.postMessage", {"ok": False}) == ["/error: is missing"]
    view = {"id": "V1", "type": "modal", "title": plain(), "blocks": [section()], "previous_view_id": None}
    assert contracts.response("views.open", {"ok": True, "view": view}) == []
    assert contracts.response("no.such.method", {"ok": True, "whatever": 1}) == []


def test_a_view_is_held_to_its_kind(contracts: Contracts) -> None:
    assert contracts.view({"type": "modal", "title": plain(), "blocks": [section()]}) == []
    assert contracts.view({"type": "home", "blocks": [section()]}) == []
    assert contracts.view({"type": "home"}) == ["/view: is missing: `blocks`"]
    assert contracts.view({"type": "modal", "title": "word", "blocks": [{"type": "header"}]}) == [
        "/view/title: has to be of type object",
        "/view/blocks/0: is missing: `text`",
    ]
    assert contracts.view("home") == ["/view: has to be of type object"]


def test_our_events_are_held_to_theirs(contracts: Contracts) -> None:
    said = {"user": "U1", "text": "hello", "ts": "1.1", "channel": "C1", "event_ts": "1.1"}
    assert contracts.event({"type": "app_mention", **said}) == []
    assert contracts.event({"type": "message", "channel_type": "im", **said}) == []
    assert contracts.event({"type": "message", **said}) == ["/: is missing: `channel_type`"]
    home = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1.1"}
    assert contracts.event({**home, "view": {"id": "V1", "type": "home", "state": {"values": {}}}}) == []
    assert contracts.event({"type": "applause"}) == ["/: unknown type 'applause'"]


def test_our_envelopes_are_held_to_theirs(contracts: Contracts) -> None:
    event = {"type": "app_mention", "event_ts": "1.1"}
    envelope = {"token": "t", "team_id": "T1", "api_app_id": "A1", "event": event, "type": "event_callback"}
    assert contracts.envelope({**envelope, "event_id": "Ev1", "event_time": 1}) == []
    assert contracts.envelope({**envelope, "event_time": "1"}) == [
        "/: is missing: `event_id`",
        "/event_time: has to be of type integer",
    ]


def test_without_the_files_nothing_is_judged(tmp_path: Path) -> None:
    for nowhere in (Contracts(None), Contracts(tmp_path)):
        assert not nowhere.at_hand
        assert nowhere.request("chat.postMessage", {}) == []
        assert nowhere.response("chat.postMessage", {"ok": True, "ts": 1}) == []
        assert nowhere.blocks([{"type": "banner"}]) == []
        assert nowhere.view({}) == []
        assert nowhere.event({"type": "applause"}) == []
        assert nowhere.envelope({}) == []


def test_each_known_fault_of_the_files_has_its_reason() -> None:
    assert all(len(reason) > 40 for reason in KNOWN_FAULTS.values())
