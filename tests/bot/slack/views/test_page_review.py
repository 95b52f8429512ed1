"""A review tells what happened in the reader's time, asks what a blameless one asks, and no word in it is Markdown."""

from dataclasses import replace

from bot.domain.pages import Move
from bot.domain.timeline import Moment
from bot.slack.views.page_review import QUESTIONS, review
from tests.bot.slack.views.test_limits import NOW, SHA, each_text
from tests.bot.slack.views.test_page import TOLD, a_page

OPENED = NOW - 60


def test_the_review_holds_what_happened_in_order_and_the_questions() -> None:
    page = a_page("triggered", "acknowledged", "resolved", told=replace(TOLD, opened=OPENED))
    note = Move("n", "annotated", OPENED + 15, "Dana", None, "the cache is *cold*")
    page = replace(page, moves=(*page.moves, note), cause="deploy")
    deploy = Moment(
        OPENED - 600, "deploy", "fix the cart", "Dana", "shop", "production", "d-12", SHA, "succeeded"
    )
    before = replace(page, told=replace(page.told, number=4600))
    file = review(page, [deploy], [before], "UTC")
    assert file.name == "review-4711.md"
    lines = file.content.split("\n")
    assert lines[0] == "# shop: checkout 5xx above 2 %"
    assert "- Somebody had it after: 10 s" in lines
    assert "- It lasted: 20 s" in lines
    assert "- It was: deploy" in lines
    told = [line.split(": ", 1)[1] for line in lines[lines.index("## What happened (UTC)") + 2 :][:5]]
    assert told == [
        "shop production d-12, fix the cart, succeeded (Dana)",
        "PagerDuty was told, and woke Omar",
        "Omar acknowledged it",
        "Dana: the cache is \\*cold\\*",
        "Omar resolved it",
    ]
    assert "#4600, lasted 20 s, deploy" in file.content
    assert file.content.endswith(QUESTIONS)
    assert "who did" not in QUESTIONS.casefold()


@each_text
def test_words_from_outside_make_no_line_of_their_own(words: str) -> None:
    told = replace(TOLD, title=words, named=words, url="")
    page = a_page("triggered", "resolved", told=told, words=words, service="")
    page = replace(page, moves=(*page.moves, Move("n", "annotated", NOW, words, None, words)))
    file = review(page, [Moment(NOW, "other", words, words)], [page], "UTC")
    plain = review(a_page("triggered", "resolved", told=TOLD), [], [], "UTC")
    assert file.content.count("\n#") == plain.content.count("\n#") + 1  # "The same before"
