"""From what Slack sends to plain words: quotes, entities, surplus spaces, any case.

Slack sends `<@U1|dana>`, `<#C1|ops>`, `<https://x.example|x>`, `&amp;`; phones send “smart quotes” and long dashes.
"""

import html
import re
from dataclasses import dataclass, replace

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_DASHES = re.compile(r"(?<!\S)[—–](?=\w)")  # phones turn `--plan` into `—plan`
_MARKS = ".,;:!?…"
_SPACES = re.compile(r"[\s\u00a0\u200b\u2060\ufeff]+")
_TOKEN = re.compile(
    r'<(?P<entity>[^<>]+)>|"(?P<double>[^"]*)"|\'(?P<single>[^\']*)\'|(?P<bare>[^\s"<]+|["<])'
)


@dataclass(frozen=True)
class Word:
    """One word. kind: `word`, `quoted`, `person` (text is the user id), `channel` (the id), `link` (the address)."""

    text: str
    kind: str = "word"

    @property
    def low(self) -> str:
        return self.text.casefold()


def split(text: str) -> list[Word]:
    """The words of a line. Never fails: an open quote is an ordinary character."""
    clean = _DASHES.sub("--", _SPACES.sub(" ", text.translate(_QUOTES))).strip()
    words = [word for match in _TOKEN.finditer(clean) if (word := _word(match)) is not None]
    while words and _is_mark(words[0]):  # `@Grail, status`
        del words[0]
    while words and _is_mark(words[-1]):  # `status ?`
        del words[-1]
    return words


def trimmed(word: Word) -> Word:
    """The word without the comma or full stop that follows it in a sentence. What is quoted stays as it is."""
    text = word.text.rstrip(_MARKS).rstrip("`*_~") if word.kind == "word" else word.text
    return word if text in ("", word.text) else replace(word, text=text)


def _is_mark(word: Word) -> bool:
    return word.kind == "word" and not word.text.strip(_MARKS)


def _word(match: "re.Match[str]") -> Word | None:
    if (entity := match["entity"]) is not None:
        return _entity(entity)
    for quoted in (match["double"], match["single"]):
        if quoted is not None:
            return Word(html.unescape(quoted), "quoted") if quoted.strip() else None
    bare = html.unescape(match["bare"]).strip("`*_~") if len(match["bare"]) > 1 else match["bare"]
    return Word(bare) if bare.strip("\"'<>") else None


def _entity(entity: str) -> Word:
    target, _, label = entity.partition("|")
    if target.startswith("@"):
        return Word(target[1:], "person")
    if target.startswith("#"):
        return Word(target[1:], "channel")
    if target.startswith("!"):
        return Word(label or target, "word")
    if target.startswith("mailto:"):
        return Word(target.removeprefix("mailto:"))
    # Slack makes a link of anything that looks like a host name: `main.py` typed is a word, not an address.
    if label and "://" in target and label == target.split("://", 1)[1].rstrip("/"):
        return Word(html.unescape(label))
    return Word(html.unescape(target), "link")
