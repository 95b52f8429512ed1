"""The form that pages somebody says what will happen, in every case, and fits Slack."""

import json

from bot.services.page_open import Opened
from bot.slack.views import page_open as views
from bot.workspace.blockkit import faults
from tests.bot.slack.views.test_limits import check, each_text


def test_what_will_happen_is_said_in_every_case() -> None:
    assert views.happens("shop", ("Omar", "Olga")) == (
        ":bell: PagerDuty opens a page on shop in your name and wakes *Omar and Olga*. The card follows."
    )
    assert views.happens("shop", ()) == (
        ":warning: Nobody is on call for shop at PagerDuty: nobody would be woken. Call somebody."
    )
    assert views.happens("shop", None) == (
        ":grey_question: PagerDuty does not say now who is on call for shop. I page whoever is."
    )
    assert (
        views.opened(Opened("shop", "U1", 7, ("Omar",))).text
        == ":bell: #7 is open on shop: PagerDuty wakes Omar."[7:]
    )


@each_text
def test_words_from_outside_fit_and_mention_nobody(words: str) -> None:
    form = views.form(
        [words[:80] or "shop", "search"], words[:80], words, views.happens(words[:60], (words,) * 9), "C1"
    )
    assert faults(json.loads(json.dumps(form["blocks"])), "modal") == []
    one = Opened(words[:60], "U1", 7, (words,) * 9, words)
    check(views.offered(words[:60], words, views.happens(words[:60], (words,))))
    check(views.opened(one))
    check(views.not_opened(one))
    check(views.asked(words[:60]))
