"""The history as people read it: a line a deploy, buttons that go on from one, figures only where there are enough."""

from dataclasses import replace

from bot.domain.delivery import DAY, Delivery, Figure
from bot.domain.deploys import Deploy
from bot.domain.history import Page, Selection
from bot.slack.views.history import delivered, deploys

NOW = 1_795_446_000.0
DEPLOY = Deploy(
    "d-4", "shop", "staging", "main", "53f89f4" + "0" * 33, "Sell honey", "failed", "dana@example.com", "U1", "Dana",
    "T1", "C1", NOW,
)  # fmt: skip
FEW = Delivery(30 * DAY, Figure(None, 4), Figure(None, 0), Figure(None, 4), Figure(None, 1), 1, 0)
MANY = Delivery(30 * DAY, Figure(2.1, 63), Figure(15_000.0, 60), Figure(8 / 66, 66), Figure(2_100.0, 7), 8, 1)


def test_an_empty_list_says_how_to_begin_with_a_place_that_there_is() -> None:
    message = deploys(Page(()), Selection("gateway"), "?", example="gateway to staging")
    assert message.text == "No deploys yet of gateway. Say deploy gateway to staging for the first one."
    narrow = deploys(Page(()), Selection("shop", "production", by="dana@example.com", state="failed"), "?")
    assert narrow.text == "No deploys of shop in production like that, by dana@example.com, failed."
    assert deploys(Page(()), Selection("shop"), "?", "d-3").text == "No more deploys of shop."


def test_a_page_has_a_line_a_deploy_and_buttons_that_carry_where_it_ends_and_what_was_asked() -> None:
    page = Page((DEPLOY, replace(DEPLOY, id="d-3", state="succeeded")), older="d-3", newer="d-4", back_to=NOW)
    message = deploys(page, Selection("shop", ref="main"), "?service=shop&ref=main", "d-5")
    assert message.text == "2 deploys of shop, ref main, the newest d-4 failed"
    lines, looked, buttons = message.blocks
    assert lines["text"]["text"].splitlines()[0] == "*Deploys of shop*, ref main"
    assert (
        lines["text"]["text"]
        .splitlines()[1]
        .startswith(":x: d-4 *staging* `53f89f4` Sell honey — failed, Dana, <!date^")
    )
    assert "I looked back to <!date^" in looked["elements"][0]["text"]
    assert [(one["text"]["text"], one["action_id"], one["value"]) for one in buttons["elements"]] == [
        ("Newer", "deploys.newer", "d-4?service=shop&ref=main"),
        ("Older", "deploys.page", "d-3?service=shop&ref=main"),
    ]


def test_the_figures_are_four_lines_in_words_and_few_deploys_tell_nothing() -> None:
    assert delivered(MANY).splitlines() == [
        "*Last 30 days*",
        "Succeeded: 2.1 a day (63 deploys)",
        "From commit to here: 4 h 10 min (60 commits, the median)",
        "Failed: 12 % (8 of 66)",
        "Restored after: 35 min (7 failures, the median), 1 not restored yet",
    ]
    assert delivered(FEW).splitlines() == [
        "*Last 30 days*",
        "Succeeded: only 4 so far, too few to tell",
        "From commit to here: none yet",
        "Failed: 1 of 4, too few to tell",
        "Restored after: only 1 so far, too few to tell",
    ]
    seldom = replace(MANY, frequency=Figure(0.2, 6))
    assert "Succeeded: 1.4 a week (6 deploys)" in delivered(seldom)
    first = deploys(Page((DEPLOY,)), Selection("shop", "staging"), "?", figures=MANY)
    assert first.blocks[0]["elements"][0]["text"] == delivered(MANY)
