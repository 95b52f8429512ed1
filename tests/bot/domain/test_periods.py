"""Lengths of time as people write them."""

import pytest

from bot.domain.periods import period


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("30m", 1800), ("24h", 86400), ("7d", 604800), ("2W", 1209600), (" 1 h ", 3600)],
)
def test_a_number_and_a_letter_is_a_length_of_time(word: str, seconds: float) -> None:
    assert period(word) == seconds


@pytest.mark.parametrize("word", ["", "7", "d", "0d", "-1d", "1.5h", "7 days", "999999d", "7d7"])
def test_anything_else_is_none(word: str) -> None:
    assert period(word) is None
