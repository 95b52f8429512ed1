"""The rungs: each is explained, wherever it is named to a person."""

from bot.config.values import RUNGS
from bot.domain.rungs import MEANING, explained


def test_every_rung_says_what_it_means_in_a_few_words() -> None:
    assert tuple(MEANING) == RUNGS
    assert explained("local") == "local (running the services on one's own machine)"
    assert explained("watch") == "watch (watching an operator at work)"
    assert explained("decide") == "decide (saying what to do while an operator does it)"
    assert explained("drive") == "drive (doing it with an operator as the net)"
    assert explained("solo") == "solo (doing it alone)"
