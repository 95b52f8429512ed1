"""An ask as it lies in the inbox."""

from bot.slack import Ask


def test_an_ask_of_a_newer_version_is_read_without_what_this_one_does_not_know() -> None:
    ask = Ask("1", "command", "T1", "U1", "status")
    assert Ask.stored({**vars(ask), "mood": "hopeful"}) == ask
