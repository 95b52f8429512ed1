"""The forms of a page: each fits Slack, is filled with the likeliest, and carries what the card showed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.pages import Act
from bot.slack.views import page_forms as views
from bot.workspace.blockkit import faults
from tests.bot.slack.views.test_limits import NOW, each_text
from tests.bot.slack.views.test_page import TOLD, a_page

ACTS: tuple[Act, ...] = ("snooze", "note", "reassign", "responder", "merge")
NIGHT = datetime(2026, 11, 24, 3, 12, tzinfo=UTC).timestamp()


def made(act: Act, **more: Any) -> dict[str, Any]:
    how: dict[str, Any] = {"others": [a_page("triggered")], "now": NIGHT, "zone": "UTC"} | more
    return views.form(act, a_page("triggered"), "C1", **how)


def choices(form: dict[str, Any], block: str) -> list[tuple[str, str]]:
    found = next(one for one in form["blocks"] if one.get("block_id") == block)
    return [(one["value"], one["text"]["text"]) for one in found["element"]["options"]]


@pytest.mark.parametrize("act", ACTS)
def test_each_fits_slack_and_carries_the_card_that_was_seen(act: Act) -> None:
    form = made(act)
    assert faults(json.loads(json.dumps(form["blocks"])), "modal") == []
    assert form["private_metadata"] == f"C1\n{a_page('triggered').seen}"
    assert len(form["title"]["text"]) <= 24


def test_a_snooze_may_last_until_the_morning_of_who_reads() -> None:
    assert choices(made("snooze"), "for")[-1] == ("348m", "Until 9:00 this morning")
    assert choices(made("snooze", zone="America/New_York"), "for")[-1] == ("648m", "Until 9:00 tomorrow")


def test_what_was_pressed_is_carried_to_whoever_has_to_say_who_they_are_first() -> None:
    button = views.link_button(a_page("triggered"), "snooze", "3600", "for 1 h")
    assert json.loads(button["value"]) == {
        "act": "snooze",
        "page": "Q1",
        "detail": "3600",
        "shown": "for 1 h",
    }
    long = views.link_button(a_page("triggered"), "note", '"' * 1500, "")
    assert json.loads(long["value"])["act"] == ""
    assert len(long["value"]) <= 2000


@each_text
def test_words_from_outside_fit(words: str) -> None:
    page = a_page("triggered", told=replace(TOLD, title=words, named=words), service="")
    for act in ACTS:
        form = views.form(
            act, page, "C1", others=[replace(page, id=f"Q{n}") for n in range(3)], now=NOW, zone="UTC"
        )
        assert faults(json.loads(json.dumps(form["blocks"])), "modal") == []
    form = views.add_form([page], page.id, words, "C1")
    assert faults(json.loads(json.dumps(form["blocks"])), "modal") == []
    assert len(views.link_button(page, "note", words[:1500], "")["value"]) <= 2000
