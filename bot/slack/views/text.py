"""The small change of every message: escaping, times in the reader's zone, durations in words, common blocks."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.domain.periods import duration as duration  # every message speaks of durations in the same words
from bot.slack import Block, Message

SECTION = 3000  # characters that a section's text holds
LOCK_SCREEN = 200


# Control characters, and those that turn the direction of what follows: a commit could make a card read backwards.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def escape(text: str) -> str:
    """Text from outside: it can mention nobody, forge no link and break no block."""
    return _UNSEEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """Text from outside for a file: without signs that nobody sees."""
    return _UNSEEN.sub("", text)


# Inside a word it sets nothing in italics, and names of tests and files are full of it.
_UNDERLINE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def quiet(text: str, most: int = 150) -> str:
    """One line of text from outside, escaped, cut, and without the marks that would set it in bold or code."""
    line = " ".join(text.split())
    line = line if len(line) <= most else line[: most - 1] + "…"
    return _UNDERLINE.sub("＿", escape(line).replace("`", "'").replace("*", "∗").replace("~", "∼"))


def lasted(seconds: float) -> str:
    """How long something took: as `duration`, but what was quick to a tenth: `0.4 s`."""
    return f"{max(seconds, 0.1):.1f} s" if seconds < 9.95 else duration(seconds)


def when(at: float, form: str = "{date_short_pretty} at {time}") -> str:
    """A moment in the reader's own zone, by Slack's date formatting."""
    fallback = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at)}^{form}|{fallback}>"


def clock(at: float) -> str:
    """The time of day in the reader's own zone."""
    return when(at, "{time}")


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION)}, **more}


def context(*texts: str) -> Block:
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": cut(text, 2000)} for text in texts[:10]],
    }


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, 150)}}


def button(text: str, action: str, value: str, **more: Any) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": cut(text, 75)},
        "value": value,
        **more,
    }


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    return {
        "title": {"type": "plain_text", "text": cut(title, 100)},
        "text": {"type": "mrkdwn", "text": cut(text, 300)},
        "confirm": {"type": "plain_text", "text": cut(yes, 30)},
        "deny": {"type": "plain_text", "text": cut(no, 30)},
    }


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


_HALF = re.compile(r"(?:<[^<>]{0,120}|&\w{0,4})$")


def cut(text: str, most: int) -> str:
    """At most so many characters, and no half of a date, a mention or an escaped sign at the end."""
    return text if len(text) <= most else _HALF.sub("", text[: most - 1]) + "…"


_SIGN = re.compile(r"^:[a-z_]+: ", re.MULTILINE)


def said(text: str, *blocks: Block) -> Message:
    """A message whose lock-screen text is its first words, without marks."""
    plain = _SIGN.sub("", text.replace("*", "").replace("`", ""))
    return Message(cut(plain, LOCK_SCREEN), list(blocks) or [section(text)])
