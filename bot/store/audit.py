"""The audit: who did what, appended and never changed. Each entry carries the hash of itself and the one before.

It names people by a pseudonym; the name behind it lies in a record of its own. When that is erased, the chain still
holds and nobody can be read from it.
"""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store import keys
from bot.store.scripts import Scripts, guarded

GRAIL = "grail"  # what Grail does by itself has no pseudonym

_TRIES = 100
_PAGE = 500
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_EMAIL = re.compile(r"[^\s@<>|:,;\"']+@[^\s@<>|:,;\"']+\.[A-Za-z]+")


@dataclass(frozen=True)
class Entry:
    """One thing that was done. who: a pseudonym, or "grail"; name: whose it is, None when it was erased."""

    number: int
    at: float
    who: str
    word: str
    what: str
    outcome: str
    request: str
    name: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of a check of the chain. fault: the first thing that is wrong, as a sentence."""

    entries: int
    fault: str | None


class Audit:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)
        self._head = (0, "")

    async def append(
        self, who: str, word: str, what: str, outcome: str, request: str, *, at: float, name: str = ""
    ) -> int:
        """Add an entry and return its number. who: "<team id>:<user id>", or GRAIL; name: for the erasable record.

        People who are mentioned in `what` or `outcome` become pseudonyms too.
        """
        team = who.partition(":")[0] if who != GRAIL else None
        pseudonym = who if who == GRAIL else await self.pseudonym(who, name)
        fields = {
            "at": repr(at),
            "who": pseudonym,
            "word": word,
            "what": await self._without_names(what, team),
            "outcome": await self._without_names(outcome, team),
            "request": request,
        }
        flat = [part for pair in fields.items() for part in pair]
        for _ in range(_TRIES):
            number, previous = self._head
            digest = _digest(previous, number + 1, fields)
            answer = await self._scripts.run(
                "audit_append", [keys.AUDIT(), keys.AUDIT_HEAD()], [number, previous, digest, *flat]
            )
            if int(answer[0]):
                self._head = (number + 1, digest)
                return number + 1
            self._head = (int(answer[1]), answer[2])  # somebody else was first: chain to theirs
        raise StoreUnavailable("The audit could not be written: too many write at once.")

    async def read(
        self,
        *,
        since: float = 0.0,
        word: str | None = None,
        about: str | None = None,
        of: Collection[str] | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """Newest first. word: only this one; about: only what was said with this in it, such as a service; of: only
        what these pseudonyms did, or what names them.
        """
        found: list[Entry] = []
        async for id, row in self._rows(newest_first=True):
            entry = _entry(id, row)
            if entry is None:
                continue  # `verify` tells of it
            if entry.at < since or len(found) >= limit:
                break
            if of is not None and not _names_one(entry, of):
                continue
            if (word is None or entry.word == word) and (about is None or about in entry.what.split()):
                found.append(entry)
        names = await self._names({entry.who for entry in found})
        return [_with_name(entry, names) for entry in found]

    async def verify(self) -> Verdict:
        """Walk the chain from the first entry to the head."""
        previous, number = "", 0
        async for id, row in self._rows():
            number += 1
            fields = {name: row.get(name, "") for name in ("at", "who", "word", "what", "outcome", "request")}
            if id != f"{number}-0":
                return Verdict(
                    number - 1, f"Entry {number} is missing: after {number - 1} comes {id.partition('-')[0]}."
                )
            digest = _digest(previous, number, fields)
            if row.get("hash") != digest:
                return Verdict(number - 1, f"Entry {number} was changed, or the one before it.")
            previous = digest
        head = await guarded(self._redis.hmget)(keys.AUDIT_HEAD(), ["number", "hash"])
        if (head[0] or "0", head[1] or "") != (str(number), previous):
            return Verdict(number, f"Entries after {number} are missing: there should be {head[0] or 0}.")
        return Verdict(number, None)

    async def pseudonyms(self, *whos: str) -> list[str]:
        """Those that these have; none is made."""
        found = await guarded(self._redis.hmget)(keys.PSEUDONYMS(), whos) if whos else []
        return [one for one in found if one]

    async def pseudonym(self, who: str, name: str = "") -> str:
        """This person's pseudonym; made at first need. `name` refreshes the erasable record."""
        key = keys.PSEUDONYMS()
        found: str | None = await guarded(self._redis.hget)(key, who)
        if found is None:
            await guarded(self._redis.hsetnx)(key, who, f"p-{secrets.token_hex(5)}")
            found = str(await guarded(self._redis.hget)(key, who))
        if name:
            await guarded(self._redis.hset)(keys.NAMES(), found, name)
        return found

    async def erase(self, *whos: str) -> None:
        """Forget who is behind the pseudonyms of these. The entries stay, and so does the chain."""
        for who in whos:
            found = await guarded(self._redis.hget)(keys.PSEUDONYMS(), who)
            if found is not None:
                await guarded(self._redis.hdel)(keys.NAMES(), found)
                await guarded(self._redis.hdel)(keys.PSEUDONYMS(), who)

    async def _without_names(self, text: str, team: str | None) -> str:
        for match in dict.fromkeys(_MENTION.findall(text)):
            pseudonym = await self.pseudonym(f"{team}:{match}") if team else "somebody"
            text = re.sub(rf"<@{match}(?:\|[^>]*)?>", pseudonym, text)
        for email in dict.fromkeys(_EMAIL.findall(text)):
            text = text.replace(email, await self.pseudonym(email.lower(), email))
        return text

    async def _rows(self, *, newest_first: bool = False) -> AsyncIterator[tuple[str, dict[str, str]]]:
        edge = "+" if newest_first else "-"
        while True:
            if newest_first:
                rows = await guarded(self._redis.xrevrange)(keys.AUDIT(), edge, "-", count=_PAGE)
            else:
                rows = await guarded(self._redis.xrange)(keys.AUDIT(), edge, "+", count=_PAGE)
            for id, row in rows:
                yield id, row
            if len(rows) < _PAGE:
                return
            edge = "(" + rows[-1][0]

    async def _names(self, pseudonyms: set[str]) -> dict[str, str]:
        wanted = sorted(pseudonyms - {GRAIL})
        found = await guarded(self._redis.hmget)(keys.NAMES(), wanted) if wanted else []
        return {pseudonym: name for pseudonym, name in zip(wanted, found, strict=True) if name}


def _digest(previous: str, number: int, fields: dict[str, str]) -> str:
    order = ("at", "who", "word", "what", "outcome", "request")
    body = orjson.dumps([previous, number, *(fields[name] for name in order)])
    return hashlib.sha256(body).hexdigest()


def _entry(id: str, row: dict[str, str]) -> Entry | None:
    try:
        number, at = int(id.partition("-")[0]), float(row["at"])
        return Entry(number, at, row["who"], row["word"], row["what"], row["outcome"], row["request"])
    except (KeyError, ValueError):
        return None


def _names_one(entry: Entry, pseudonyms: Collection[str]) -> bool:
    return entry.who in pseudonyms or any(one in entry.what or one in entry.outcome for one in pseudonyms)


def _with_name(entry: Entry, names: dict[str, str]) -> Entry:
    name = GRAIL if entry.who == GRAIL else names.get(entry.who)
    return Entry(**{**entry.__dict__, "name": name})
