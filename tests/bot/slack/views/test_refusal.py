"""Refusals: all that they quote is text."""

from bot.errors import Conflict, NotAllowed, Reason
from bot.slack.views.refusal import refused


def test_whatever_a_refusal_quotes_is_shown_as_text_in_its_words_and_on_the_lock_screen() -> None:
    shout = "Paused by <!channel>: see <https://evil.example|our page> & <@U1>"
    message = refused(Conflict(shout, hint="Ask <!here>.", reasons=[Reason("paused", shout)]))
    everything = message.text + str(message.blocks)
    assert "<" not in everything
    assert (
        "Paused by &lt;!channel&gt;: see &lt;https://evil.example|our page&gt; &amp; &lt;@U1&gt;"
        in everything
    )
    assert "Ask &lt;!here&gt;." in everything


def test_the_code_stands_small_below_and_the_lock_screen_says_what_is_in_the_way() -> None:
    sentence = "You may not deploy shop to production. It takes the role operator. Omar can do it."
    message = refused(NotAllowed(sentence, code="no-right", hint="`whoami` shows what you may do."))
    assert message.text == f"{sentence} whoami shows what you may do."
    said, below = message.blocks
    assert said["text"]["text"] == f":no_entry: {sentence}\n`whoami` shows what you may do."
    assert below["type"] == "context"
    assert below["elements"][0]["text"] == "In a word: no-right"


def test_several_reasons_stand_all_at_once_and_a_code_only_once() -> None:
    reasons = [
        Reason("frozen", "It is frozen."),
        Reason("locked", "It is locked."),
        Reason("locked", "Twice."),
    ]
    message = refused(Conflict("It is frozen.", reasons=reasons))
    assert message.text == "It is frozen. It is locked. Twice."
    assert message.blocks[0]["text"]["text"].count(":no_entry:") == 3
    assert message.blocks[1]["elements"][0]["text"] == "In a word: frozen, locked"


def test_until_when_stands_in_the_zone_of_who_reads_it() -> None:
    one = Reason("locked", "shop staging is locked by Omar.", 1_795_446_000.0)
    message = refused(Conflict("It is locked.", hint="Ask him.", reasons=[one]))
    until = "Until <!date^1795446000^{date_short_pretty} at {time}|2026-11-23 15:00 UTC>."
    assert message.text == f"shop staging is locked by Omar. {until} Ask him."
    assert (
        message.blocks[0]["text"]["text"] == f":no_entry: shop staging is locked by Omar. {until}\nAsk him."
    )
