"""The audit: who did what, appended and never changed. Each entry carries the hash of itself and the one before.

It names people by a pseudonym; the name behind it lies in a record of its own. When that is erased, the chain still
holds and nobody can be read from it.
"""

import re
import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from bot.errors import StoreUnavailable
from bot.store import keys
from bot.store.chain import Entry, Head, Kind, Verdict, checked, digest, entry, holds
from bot.store.scripts import Scripts, guarded

GRAIL = "grail"  # what Grail does by itself has no pseudonym

_TRIES = 100
_PAGE = 500
_APART = 600.0  # seconds by which the clocks of those who write may differ
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_EMAIL = re.compile(r"[^\s@<>|:,;\"']+@[^\s@<>|:,;\"']+\.[A-Za-z]+")
_WHO = re.compile(r"\b(T[A-Z0-9]+:[UW][A-Z0-9]+)\b")  # as buttons carry a person
_DIRECT = re.compile(r"[DU][A-Z0-9]+")  # a conversation with one person: its id would lead to the person


@dataclass(frozen=True)
class About:
    """What sort of thing an entry is, and what it is about; channel: Slack's id of where it was asked."""

    kind: Kind = "ask"
    service: str = ""
    environment: str = ""
    deploy: str = ""
    channel: str = ""


_NOTHING = About()


class Audit:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)
        self._head = Head(0, "")

    async def append(
        self,
        who: str,
        word: str,
        what: str,
        outcome: str,
        request: str,
        *,
        at: float,
        name: str = "",
        about: About = _NOTHING,
        once: str = "",
    ) -> int | None:
        """Add an entry and return its number. who: "<team id>:<user id>", or GRAIL; name: for the erasable record.

        People who are mentioned in `what` or `outcome` become pseudonyms too. once: what this entry is of; None when
        there was one of it, in the two days before somebody asked the last time.
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
            "kind": about.kind,
            "service": about.service,
            "environment": about.environment,
            "deploy": about.deploy,
            "channel": "direct" if _DIRECT.fullmatch(about.channel) else about.channel,
        }
        flat = [part for pair in fields.items() for part in pair]
        names = [keys.AUDIT(), keys.AUDIT_HEAD(), keys.AUDIT_ONCE(id=once)]
        for _ in range(_TRIES):
            number, previous = self._head
            hash = digest(previous, number + 1, fields)
            life = (keys.AUDIT_ONCE.life or 0) if once else 0
            answer = await self._scripts.run("audit_append", names, [number, previous, hash, life, *flat])
            if int(answer[0]) == 2:
                return None
            if int(answer[0]):
                self._head = Head(number + 1, hash)
                return number + 1
            self._head = Head(int(answer[1]), answer[2])  # somebody else was first: chain to theirs
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
            one = entry(id, row)
            if one is None:
                continue  # `verify` tells of it
            if one.at < since or len(found) >= limit:
                break
            if of is not None and not _names_one(one, of):
                continue
            if (word is None or one.word == word) and (about is None or about in one.what.split()):
                found.append(one)
        return await self._named(found)

    async def newest(
        self, since: float, until: float, *, words: Collection[str], most: int
    ) -> tuple[list[Entry], float | None]:
        """The entries of these words between these moments, newest first. No more than `most` entries are looked at;
        where that was not enough, also the moment back to which they were.
        """
        found: list[Entry] = []
        looked = 0
        last = until
        async for id, row in self._rows(newest_first=True):
            one = entry(id, row)
            if one is None or one.at > until:
                continue
            if one.at < since:
                break
            looked += 1
            if looked > most:
                return await self._named(found), last
            last = one.at
            if one.word in words:
                found.append(one)
        return await self._named(found), None

    async def first(self, since: float) -> int:
        """The number of an entry before which none is of since then; found by halving, however long the audit is."""
        if since <= 0:
            return 1
        low, high = 1, (await self.head()).number + 1
        while low < high:
            middle = (low + high) // 2
            rows = await guarded(self._redis.xrange)(keys.AUDIT(), f"{middle}-0", "+", count=1)
            one = entry(*rows[0]) if rows else None
            if one is not None and one.at < since - _APART:
                low = middle + 1
            else:
                high = middle
        return low

    async def walk(self, since: float = 0.0, *, first: int = 1) -> AsyncIterator[Entry]:
        """All entries since then, oldest first, a page in memory at a time. One that cannot be read is left out.

        first: the number to begin with.
        """
        page: list[Entry] = []
        async for id, row in self._rows(first=max(first, await self.first(since))):
            one = entry(id, row)
            if one is not None and one.at >= since:
                page.append(one)
            if len(page) == _PAGE:
                for each in await self._named(page):
                    yield each
                page = []
        for each in await self._named(page):
            yield each

    async def head(self) -> Head:
        """The newest entry; number 0 before the first."""
        number, hash = await guarded(self._redis.hmget)(keys.AUDIT_HEAD(), ["number", "hash"])
        return Head(int(number or 0), hash or "")

    async def verify(self) -> Verdict:
        """Walk the chain from the first entry to the head."""
        # The head is read first: others go on writing meanwhile, and what they add is checked with the rest.
        verdict, last = await checked(self._rows(), await self.head())
        if verdict.fault is None and (now := await self.head()).number < last.number:
            return Verdict(now.number, f"Entries after {now.number} were added by somebody else.")
        return verdict

    async def holds(self, posted: Head) -> Verdict:
        """Whether this head is in the chain, and the chain unbroken up to it."""
        return await holds(self._rows(), posted)

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
        for who in dict.fromkeys(_WHO.findall(text)):
            text = text.replace(who, await self.pseudonym(who))
        for email in dict.fromkeys(_EMAIL.findall(text)):
            text = text.replace(email, await self.pseudonym(email.lower(), email))
        return text

    async def _rows(
        self, *, newest_first: bool = False, first: int = 1
    ) -> AsyncIterator[tuple[str, dict[str, str]]]:
        edge = "+" if newest_first else f"{first}-0" if first > 1 else "-"
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

    async def _named(self, entries: Collection[Entry]) -> list[Entry]:
        names: Mapping[str, str] = await self._names({one.who for one in entries})
        return [replace(one, name=GRAIL if one.who == GRAIL else names.get(one.who)) for one in entries]

    async def _names(self, pseudonyms: set[str]) -> dict[str, str]:
        wanted = sorted(pseudonyms - {GRAIL})
        found = await guarded(self._redis.hmget)(keys.NAMES(), wanted) if wanted else []
        return {pseudonym: name for pseudonym, name in zip(wanted, found, strict=True) if name}


def _names_one(entry: Entry, pseudonyms: Collection[str]) -> bool:
    return entry.who in pseudonyms or any(one in entry.what or one in entry.outcome for one in pseudonyms)


__all__ = ["GRAIL", "About", "Audit", "Entry", "Head", "Verdict"]
