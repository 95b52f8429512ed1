"""What a person may type for a ref: a branch, a tag, a commit or a pull request like `#812`.

The rules are git's own (git check-ref-format), with one more: what begins with `-` is refused before anything
else, because to every program that is handed it it would be an option.
"""

import re
import unicodedata

from bot.errors import NotUnderstood

LONGEST = 200  # bytes; file systems end at 255, and git adds its own endings

_PULL_REQUEST = re.compile(r"#([1-9][0-9]{0,8})")
_SHA = re.compile(r"[0-9a-fA-F]{7,40}")
_FORBIDDEN = frozenset(" ~^:?*[\\")
_HINT = "Name a branch, a tag, a commit or a pull request like `#812`."


def check_ref(text: str) -> str:
    """The ref as it was typed, if git could know one of that name; else NotUnderstood, code `bad-ref`."""
    why = _fault(text)
    if why is not None:
        raise NotUnderstood(f"`{_shown(text)}` cannot be a ref: {why}.", code="bad-ref", hint=_HINT)
    return text


def pull_request(ref: str) -> int | None:
    """The number in `#812`; None for every other ref."""
    found = _PULL_REQUEST.fullmatch(ref)
    return int(found[1]) if found else None


def may_be_sha(ref: str) -> bool:
    """Whether it could be a commit's SHA, whole or its first seven digits at least."""
    return _SHA.fullmatch(ref) is not None


def _fault(text: str) -> str | None:
    if text.startswith("-"):
        return "it begins with `-`"
    if not text.strip():
        return "it is empty"
    if text.startswith("#"):
        return None if pull_request(text) is not None else "after `#` comes the number of a pull request"
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return "it has a character in it that cannot be seen"
        if character in _FORBIDDEN or character.isspace():
            return "it has a space in it" if character.isspace() else f"it has `{character}` in it"
    return _fault_of_parts(text)


def _fault_of_parts(text: str) -> str | None:
    if text == "@":
        return "git keeps `@` for itself"
    for pair in ("..", "@{", "//"):
        if pair in text:
            return f"it has `{pair}` in it"
    if text[0] == "/" or text[-1] in "/.":
        return f"it begins or ends with `{text[0] if text[0] == '/' else text[-1]}`"
    for part in text.split("/"):
        if part.startswith("."):
            return "a part of it begins with `.`"
        if part.endswith(".lock"):
            return "a part of it ends with `.lock`"
    return None


def _shown(text: str) -> str:
    """Fit to be quoted: no line breaks, nothing unseen, no back-ticks, not longer than a line."""
    seen = "".join("�" if unicodedata.category(c)[0] == "C" or c == "`" else c for c in text[:61])
    return seen[:60] + "…" if len(seen) > 60 else seen
