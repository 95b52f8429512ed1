"""The time among the words of a command: `at 14:00`, wherever it stands."""

from collections.abc import Sequence

from bot.domain.begins import HINT, looks
from bot.errors import NotUnderstood
from bot.slack.lookup import safe
from bot.slack.words import Word


def timed(words: Sequence[Word], usage: str) -> tuple[tuple[str, ...], list[Word]]:
    """The words that say a time, and the others. It looks like one, or it is a day and `at` stands before it.

    Raises NotUnderstood for two of them, and for an `at` with nothing behind it.
    """
    time: tuple[str, ...] = ()
    rest: list[Word] = []
    index = 0
    while index < len(words):
        called = words[index].kind == "word" and words[index].low == "at"
        span = _plain(words[index + called :])
        many = looks(span, called=called)
        if many and time:
            raise NotUnderstood(
                f"You say two times: `{safe(' '.join(time))}` and `{safe(' '.join(span[:many]))}`.",
                code="two-times",
                hint=f"Say it as `{usage}`.",
            )
        if many:
            time = tuple(span[:many])
            index += called + many
        elif called and index + 1 == len(words):
            raise NotUnderstood("At what time?", code="no-such-time", hint=HINT)
        else:
            rest.append(words[index])
            index += 1
    return time, rest


def _plain(words: Sequence[Word]) -> list[str]:
    """Those that they begin with and that are not quoted nor a link: what is quoted is what it says."""
    found = []
    for word in words[:3]:
        if word.kind != "word":
            break
        found.append(word.text)
    return found
