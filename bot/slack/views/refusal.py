"""Refuse like a colleague: what is in the way, who and since when, what to do next."""

from math import inf

from bot.errors import Reason, Refusal
from bot.slack import Message
from bot.slack.views.text import context, cut, escape, section, when
from bot.slack.views.ways import row


def refused(refusal: Refusal) -> Message:
    """All reasons at once. What they say may quote people, commits and systems.

    The stable codes stand small below, as what one tells whoever one asks; the lock screen has the sentences alone.
    """
    sentences = [_sentence(reason) for reason in refusal.reasons]
    hint = escape(refusal.hint or "")
    lines = [f":no_entry: {sentence}" for sentence in sentences]
    if hint:
        lines.append(hint)
    codes = ", ".join(dict.fromkeys(escape(reason.code) for reason in refusal.reasons))
    text = " ".join([*sentences, hint]).strip().replace("`", "")
    shown = [section("\n".join(lines)), *([row(refusal.offers)] if refusal.offers else [])]
    return Message(cut(text, 2900), [*shown, context(f"In a word: {codes}")])


def _sentence(reason: Reason) -> str:
    ends = f" Until {when(reason.until)}." if reason.until and reason.until != inf else ""
    return f"{escape(reason.sentence)}{ends}"


def broken(request: str) -> Message:
    """When Grail itself failed: said, never silent."""
    text = "That went wrong on my side, not yours. It is in the log, and nothing was changed half-way."
    return Message(text, [section(f":warning: {text}"), context(f"Say this number to an admin: `{request}`")])


def store_gone() -> Message:
    text = "I cannot reach my memory (Redis) just now, so I changed nothing. Try again in a minute."
    return Message(text, [section(f":warning: {text}")])
