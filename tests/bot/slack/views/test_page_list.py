"""What who asked for something of a page is told, and those that are open."""

import json
from dataclasses import replace

from bot.slack.views import page_list
from bot.slack.views.page_forms import link_button
from bot.workspace.blockkit import faults
from tests.bot.slack.views.test_limits import NOW
from tests.bot.slack.views.test_page import TOLD, a_page


def test_what_would_be_done_is_said_in_full() -> None:
    message = page_list.planned(a_page("triggered"), "snooze", "for 2 h")
    assert message.text == "I would snooze #4711 (shop: checkout 5xx above 2 %) for 2 h. Nothing was changed."


def test_who_is_unknown_to_pagerduty_can_say_who_they_are_there() -> None:
    button = link_button(a_page("triggered"), "ack", "", "")
    message = page_list.not_done(a_page("triggered"), "ack", "PagerDuty knows nobody …", button)
    assert "I have another e-mail there" in str(message.blocks)


def test_those_that_are_open_are_counted_and_named() -> None:
    assert page_list.listed([], NOW).text == "No page is open."
    assert page_list.listed([a_page("triggered")] * 2, NOW).text == "2 pages are open: shop"
    assert page_list.listed([], NOW, "mine", 0, 3).text == "No open page is yours. 3 others are."
    assert (
        page_list.listed([], NOW, others=1, service="shop").text == "No page is open on shop. One other is."
    )


def test_the_older_ones_are_one_press_away() -> None:
    many = [replace(a_page("triggered"), id=f"Q{n}", told=replace(TOLD, opened=NOW - n)) for n in range(20)]
    first = page_list.listed(many, NOW)
    rows = [one for block in first.blocks if block["type"] == "actions" for one in block["elements"]]
    older = next(one for one in rows if one["action_id"] == "pages.older.all")
    assert (older["text"]["text"], older["value"]) == ("12 older", "8")
    last = str(page_list.listed(many, NOW, "all", 16).blocks)
    assert "17 to 20 of 20, the newest first." in last
    assert "pages.older" not in last


def test_several_can_be_chosen_at_once() -> None:
    many = [replace(a_page("triggered"), id=f"Q{n}") for n in range(120)]
    form = page_list.several(many, "C1")
    assert faults(json.loads(json.dumps(form["blocks"])), "modal") == []
    assert len(form["blocks"][0]["element"]["options"]) == 100
    message = page_list.several_asked("ack", many[:2], ["#9: It was resolved by Olga 3 s ago."])
    assert message.text == (
        "I am asking PagerDuty to acknowledge #4711, #4711; the cards show when it has.\n"
        "#9: It was resolved by Olga 3 s ago."
    )
