"""Refusals: all that they quote is text."""

from bot.errors import Conflict, Reason
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
