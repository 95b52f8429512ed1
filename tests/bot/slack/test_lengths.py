"""For how long, or until when: where it may stand beside a reason, and what is refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotUnderstood
from bot.slack.lengths import length

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 19, 5, tzinfo=ZoneInfo(BERLIN)).timestamp()  # a Monday
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=ZoneInfo(BERLIN)).timestamp()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", (None, None, False, "")),
        ("for 2h the fair", (7200.0, None, False, "the fair")),
        ("the fair 2h", (7200.0, None, False, "the fair")),
        ("warning for 2h old data", (7200.0, None, True, "old data")),
        ("until friday 9:00 the fair", (None, FRIDAY, False, "the fair")),
        ("the fair until friday 9:00", (None, FRIDAY, False, "the fair")),
        ("warning until Friday 9:00 old data", (None, FRIDAY, True, "old data")),
        ("nobody sleeps until the fair ends", (None, None, False, "nobody sleeps until the fair ends")),
        ("nobody sleeps until dawn", (None, None, False, "nobody sleeps until dawn")),
    ],
)
def test_it_may_stand_before_or_behind_the_reason(
    words: str, found: tuple[float | None, float | None, bool, str]
) -> None:
    assert length(words.split(), NOW, BERLIN) == found


@pytest.mark.parametrize(
    ("words", "sentence", "hint"),
    [
        ("until 18:00 the fair", "`until 18:00` is over: it is Monday 19:05 in Europe/Berlin.", "tomorrow 18:00`."),
        ("the fair until 2020-01-01", "`until 2020-01-01` is over: it is Monday 19:05 in Europe/Berlin.", "18:00`."),
        ("until lunch", "I cannot read a time in `until lunch`.", "or for how long: `for 2h`."),
        ("until", "I cannot read a time in `until`.", "or for how long: `for 2h`."),
        ("for 2h until friday 9:00", "You say for how long and until when: I need one of them.", "`for 2h`."),
    ],
)  # fmt: skip
def test_what_is_over_or_nobody_can_read_is_refused(words: str, sentence: str, hint: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        length(words.split(), NOW, BERLIN)
    assert str(refused.value) == sentence
    assert (refused.value.hint or "").endswith(hint)
