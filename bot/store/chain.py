"""The chain of the audit: what an entry holds, the hash that ties it to the one before, and the check of them all."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import orjson

from bot.errors import NotUnderstood

Kind = Literal["ask", "verdict", "refusal", "waiver", "approval", "effect"]
Row = tuple[str, Mapping[str, str]]  # the id in the stream, and the fields

# In the order in which they are hashed. Entries of the first days have only the first ones.
FIRST = ("at", "who", "word", "what", "outcome", "request")
LATER = ("kind", "service", "environment", "deploy", "channel")
_POSTED = re.compile(r"([0-9][0-9,.' ]*) entr(?:y|ies).*?\b([0-9a-f]{64})\b", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One thing that was done. who: a pseudonym, or "grail"; name: whose it is, None when it was erased.

    kind: what sort of thing it is. service, environment, deploy: what it is about; channel: where it was asked, or
    "direct"; each "" where there is none.
    """

    number: int
    at: float
    who: str
    word: str
    what: str
    outcome: str
    request: str
    name: str | None = None
    kind: str = "ask"
    service: str = ""
    environment: str = ""
    deploy: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a check of the chain. entries: the last one that is as it was written. fault: the first thing
    that is wrong, as a sentence.
    """

    entries: int
    fault: str | None


class Head(NamedTuple):
    """The newest entry at some moment."""

    number: int
    hash: str

    @classmethod
    def posted(cls, text: str) -> "Head":
        """The head in a line of the operations channel. Raises NotUnderstood where there is none."""
        found = _POSTED.search(text)
        if found is None:
            raise NotUnderstood(
                "This is no head of the audit: it needs the number of entries and the hash of 64 characters.",
                code="no-head",
                hint="Give the whole line, as it was posted, in quotation marks.",
            )
        return cls(int(re.sub(r"\D", "", found[1])), found[2])


def digest(previous: str, number: int, fields: Mapping[str, str]) -> str:
    """The hash of an entry: of the one before, its number and its fields."""
    names = (*FIRST, *LATER) if "kind" in fields else FIRST
    body = orjson.dumps([previous, number, *(fields.get(name, "") for name in names)])
    return hashlib.sha256(body).hexdigest()


def entry(id: str, row: Mapping[str, str]) -> Entry | None:
    """None for what nobody can read."""
    try:
        number, at = int(id.partition("-")[0]), float(row["at"])
        later = {name: row[name] for name in LATER if name in row}
        return Entry(
            number, at, row["who"], row["word"], row["what"], row["outcome"], row["request"], **later
        )
    except (KeyError, ValueError):
        return None


async def checked(rows: AsyncIterator[Row], head: Head) -> tuple[Verdict, Head]:
    """Walk entries, oldest first, that have to reach `head` at least. Answers with what is wrong, and the last entry.

    Where the first entries are missing, the first that stands can only be checked by the posted head of the one
    before it (see `holds`); all after it are checked.
    """
    at, missing = Head(0, ""), ""
    async for id, row in rows:
        number = at.number + 1
        if id != f"{number}-0" and not at.number and (first := _number(id)) > 1:
            missing = f"Entries 1 to {first - 1} are missing, and Grail takes none away."
            at = Head(first, row.get("hash", ""))
            continue
        if id != f"{number}-0":
            return _broken(
                at, missing, f"Entry {number} is missing: after {at.number} comes {_number(id)}."
            ), at
        hash = digest(at.hash, number, row)
        if row.get("hash") != hash:
            return _broken(at, missing, f"Entry {number} was changed, or the one before it."), at
        if number == head.number and hash != head.hash:
            return _broken(
                at, missing, f"Entry {number} is not the one that was written: all was written anew."
            ), at
        at = Head(number, hash)
    if at.number < head.number:
        missing_end = f"Entries after {at.number} are missing: there should be {head.number}."
        return _broken(at, missing, missing_end), at
    if missing:
        return _broken(at, missing, "From there on none was changed, none is missing."), at
    return Verdict(at.number, None), at


async def holds(rows: AsyncIterator[Row], posted: Head) -> Verdict:
    """Whether a head that was posted is in the chain, and the chain unbroken up to it."""
    at = Head(0, "")
    async for id, row in rows:
        number = _number(id)
        if not at.number and number > 1:
            if posted.number < number - 1:
                return Verdict(0, _too_old(posted, number))
            if (
                posted.number == number - 1
            ):  # all that is left of the one before: this one has to follow from it
                follows = row.get("hash") == digest(posted.hash, number, row)
                return Verdict(posted.number if follows else 0, None if follows else _other(number))
            at = Head(number, row.get("hash", ""))
        if number > posted.number:
            break
        if at.number != number:
            if number != at.number + 1:
                return Verdict(at.number, f"Entry {at.number + 1} is missing, which comes before that head.")
            at = Head(number, digest(at.hash, number, row))
        if row.get("hash") != at.hash:
            return Verdict(number - 1, f"Entry {number} was changed, or the one before it.")
    if at.number < posted.number:
        return Verdict(
            at.number, f"That head is entry {posted.number}, and the last one that stands is {at.number}."
        )
    if at.hash != posted.hash:
        return Verdict(
            posted.number - 1,
            f"Entry {posted.number} is not the one whose head was posted: its hash is {at.hash}. All up to it may have "
            "been written anew.",
        )
    return Verdict(posted.number, None)


def _other(first: int) -> str:
    return f"Entry {first}, the first that stands, does not follow from that head: one of them is another."


def _too_old(posted: Head, first: int) -> str:
    return f"That head is entry {posted.number}, and entries 1 to {first - 1} are missing: nobody can say any more."


def _broken(at: Head, missing: str, fault: str) -> Verdict:
    return Verdict(at.number, f"{missing} {fault}".strip())


def _number(id: str) -> int:
    return int(id.partition("-")[0])
