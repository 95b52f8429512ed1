"""The figures of services say both quarters, and how many more there are."""

from bot.domain.page_figures import Figures
from bot.slack.views import page_figures as views
from tests.bot.slack.views.test_limits import check, each_text

NOW = Figures(12, 90.0, 1500.0, 3, {"noise": 2, "not said": 1})
BEFORE = Figures(20, None, 3600.0, 9, {})


def test_both_quarters_stand_beside_each_other() -> None:
    message = views.figures([("shop", NOW, BEFORE)], "2026 Q4", "2026 Q3")
    assert message.text == "Pages in 2026 Q4 (in 2026 Q3): 12 (20)"
    words = str(message.blocks)
    assert "*shop*: 12 (20) pages" in words
    assert "acknowledged after 1 min 30 s (–), resolved after 25 min (1 h)" in words
    assert "nights broken: 3 (9), by noise 2, not said 1" in words


def test_what_was_never_paged_is_left_out_and_what_is_cut_is_counted() -> None:
    nothing = Figures(0, None, None, 0, {})
    assert views.figures([("shop", nothing, nothing)], "2026 Q4", "2026 Q3").text == (
        "No page was opened in 2026 Q4, and none in 2026 Q3."
    )
    assert "5 more services had fewer." in str(views.figures([("shop", NOW, BEFORE)] * 20, "a", "b").blocks)


@each_text
def test_words_from_outside_fit_and_mention_nobody(words: str) -> None:
    check(views.figures([(words, NOW, BEFORE)] * 40, "2026 Q4", "2026 Q3"))
