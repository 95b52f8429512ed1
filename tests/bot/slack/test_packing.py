"""A message within Slack's limits, with our mark on it."""

import json

from bot.slack import Message
from bot.slack.packing import BLOCKS_LIMIT, TEXT_LIMIT, mark, marked, pack, variants

DIVIDER = {"type": "divider"}
PLAN = {"type": "plan"}


def test_a_long_text_is_cut_and_says_so() -> None:
    text = json.loads(pack(Message("x" * 5_000)))["text"]
    assert (len(text), text[-2:]) == (TEXT_LIMIT, "x…")
    assert json.loads(pack(Message("x" * TEXT_LIMIT)))["text"] == "x" * TEXT_LIMIT


def test_more_blocks_than_slack_takes_end_in_a_note_that_counts_the_rest() -> None:
    body = json.loads(pack(Message("x", [DIVIDER] * 60, base_blocks=[DIVIDER] * 51)))
    assert len(body["blocks"]) == len(body["base"]) == BLOCKS_LIMIT
    assert body["blocks"][-1]["elements"][0]["text"] == "… and 11 more that do not fit here."
    assert body["base"][-1]["elements"][0]["text"] == "… and 2 more that do not fit here."
    assert json.loads(pack(Message("x", [DIVIDER] * 50)))["blocks"] == [DIVIDER] * 50


def test_newer_blocks_are_tried_before_base_blocks_and_those_before_text_alone() -> None:
    body = json.loads(pack(Message("x", [PLAN], base_blocks=[DIVIDER])))
    assert variants(body, base_only=False) == [[PLAN], [DIVIDER], []]
    assert variants(body, base_only=True) == [[DIVIDER], []]
    assert variants(json.loads(pack(Message("x", [PLAN]))), base_only=True) == [[PLAN], []]
    assert variants(json.loads(pack(Message("x"))), base_only=False) == [[]]


def test_a_message_is_known_by_its_mark() -> None:
    assert mark("card:deploy:d-12") == {"event_type": "grail_card", "event_payload": {"card": "deploy:d-12"}}
    assert marked({"metadata": mark("card:deploy:d-12")}, "card:deploy:d-12")
    assert marked({"metadata": mark("say:1") | {"more": "of Slack's"}}, "say:1")
    assert not marked({"metadata": mark("say:1")}, "say:2")
    assert not marked({"metadata": mark("line:1")}, "say:1")
    assert not marked({}, "say:1")
