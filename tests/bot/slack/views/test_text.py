"""Text from outside can mention nobody, forge no link and turn nothing round."""

import pytest

from bot.slack.views.text import escape, quiet, said


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("<https://x.example|y> &lt;", "&lt;https://x.example|y&gt; &amp;lt;"),
        ("pay \u202e001 €\u2066", "pay 001 €"),
        ("bell\x07 nul\x00 escape\x1b[31m", "bell nul escape[31m"),
        ("a family: \U0001f468\u200d\U0001f469", "a family: \U0001f468\u200d\U0001f469"),
        ("half a \ud800 letter", "half a  letter"),
    ],
)
def test_what_calls_links_or_cannot_be_seen_is_taken_out(outside: str, shown: str) -> None:
    assert escape(outside) == shown


def test_a_line_of_text_from_outside_is_one_line_of_plain_words() -> None:
    assert quiet("*Urgent*\n`rm` _now_ ~or~\x00 never") == "∗Urgent∗ 'rm' ＿now＿ ∼or∼ never"
    assert len(quiet("x" * 10_000)) == 150


def test_underlines_inside_a_word_stay_and_those_around_it_set_nothing_in_italics() -> None:
    assert quiet("Mend test_a_price in my_shop.py") == "Mend test_a_price in my_shop.py"
    assert quiet("_now_ and __init__ a_ _b") == "＿now＿ and ＿＿init＿＿ a＿ ＿b"


def test_the_lock_screen_begins_with_words_and_not_with_signs() -> None:
    message = said(":double_vertical_bar: *Everything* is `paused`: the data centre is on fire.")
    assert message.text == "Everything is paused: the data centre is on fire."
    assert ":double_vertical_bar: *Everything*" in message.blocks[0]["text"]["text"]
