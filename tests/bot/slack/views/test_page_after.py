"""What follows on a page is short, says what to do, and mentions nobody but who has it."""

from dataclasses import replace

import pytest

from bot.domain.brings import Brings, Change
from bot.domain.pages import Move
from bot.slack.views import page_after as views
from tests.bot.slack.views.test_limits import NOW, SHA, a_deploy, check, each_text
from tests.bot.slack.views.test_page import TOLD, a_page

ENDED = a_page("triggered", "acknowledged", "resolved")


def test_what_it_was_is_one_tap() -> None:
    message = views.why(ENDED)
    assert message.text == "What was #4711? shop: checkout 5xx above 2 %. It lasted 20 s."
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    labels = [one["text"]["text"] for row in rows for one in row]
    assert labels == ["A deploy", "The code", "Infrastructure", "Somebody outside", "Noise"]
    assert views.why_said(replace(ENDED, cause="outside")).text == (
        "#4711 counts as: somebody outside. Tap another if that was a slip."
    )


def test_who_has_a_page_is_reminded_by_name() -> None:
    page = a_page("triggered", "acknowledged")
    words = str(views.still(page, "U1", NOW + 3600).blocks)
    assert (
        "<@U1>: nothing was heard of this page for 1 h, and you have it. Is it over, or who could help?"
        in words
    )
    assert "Nothing was heard of this page for 1 h; Omar has it." in str(
        views.still(page, "", NOW + 3600 - 50).blocks
    )


def test_who_deployed_before_sees_the_diff_and_can_roll_back() -> None:
    deploy = a_deploy("fix the cart").with_(state="succeeded", environment="production", started=NOW - 360)
    brings = Brings("a" * 40, SHA, (Change(SHA, "fix the cart", "Dana"),), 3, file_count=1)
    message = views.deployed(a_page("triggered"), deploy, brings, NOW)
    assert message.text == "shop production: a page opened 5 min after your d-12: checkout 5xx above 2 %"
    words = str(message.blocks)
    assert "It need not be because of it." in words
    assert f"• `{SHA[:7]}` fix the cart\\n• and 2 more\\n1 file changed" in words
    assert "'action_id': 'page.rollback'" in words


@each_text
@pytest.mark.parametrize("cause", ["deploy", "what"])
def test_words_from_outside_fit_and_mention_nobody(words: str, cause: str) -> None:
    told = replace(TOLD, url="", title=words, named=words)
    page = replace(a_page("triggered", "acknowledged", told=told, words=words, service=""), cause=cause)
    over = replace(page, moves=(*page.moves, Move("9", "resolved", NOW, words, "resolved")))
    brings = Brings(SHA, SHA, (Change(SHA, words, words),) * 9, 900, file_count=3)
    for message in (views.why(over), views.why_said(over), views.still(page, "", NOW)):
        check(message)
    check(views.deployed(page, a_deploy(words), brings, NOW))
    check(views.deployed(page, a_deploy(words), None, NOW))
