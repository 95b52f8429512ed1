"""The deploys that were, a page at a time: of a place, of a service or of all; by whom, in which state, since when.

A page goes on from a deploy, not from a number of them: what is asked for meanwhile moves nothing.
"""

from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.domain.history import Direction, Page, Selection
from bot.store import keys
from bot.store.deploys import readable
from bot.store.scripts import Argument, Scripts

LOOKED_AT = 1_000  # records that are looked through for one page
SPAN = 500  # records of which a span is at most
_CHUNK = 250


class History:
    most = SPAN

    def __init__(self, redis: Redis) -> None:
        self._scripts = Scripts(redis)

    async def page(
        self, selection: Selection, *, start: str = "", direction: Direction = "older", count: int = 10
    ) -> Page:
        """start: the deploy that it goes on from; "": the newest. One whose record cannot be read is left out."""
        found: list[Deploy] = []
        at, looked, more, last = start, 0, True, 0.0
        while more and len(found) <= count and looked < LOOKED_AT:
            want = _CHUNK if selection.narrow or looked else count + 1
            rows, at, many, more = await self._rows(selection, at, direction, want)
            looked += many
            for id, row in rows:
                record = _record(row)
                if record is None:
                    continue
                if record.get("reported") and record["requested"] < selection.since:
                    continue  # told of later than it was: what was asked for before it may be newer
                last = record["requested"]
                if last < selection.since and direction == "older":
                    more = False
                    break
                if _fits(selection, row, record):
                    found += readable([id], [row])
                if len(found) > count:
                    break
        full, ended = len(found) > count, bool(more) and len(found) <= count
        shown = found[:count] if direction == "older" else found[:count][::-1]
        beyond = (found[count - 1].id if full else at) if full or ended else ""
        before = (found[0].id if found else at) if start else ""
        older, newer = (beyond, before) if direction == "older" else (before, beyond)
        return Page(tuple(shown), older, newer, last if ended and direction == "older" else None)

    async def span(self, service: str, environment: str, since: float) -> list[Deploy]:
        """The deploys of a place since then, newest first; of very many only the newest."""
        selection = Selection(service, environment)
        found: list[Deploy] = []
        at, more = "", True
        while more and len(found) < SPAN:
            rows, at, _, more = await self._rows(selection, at, "older", _CHUNK)
            new = list(readable([id for id, _ in rows], [row for _, row in rows]))
            found += [one for one in new if one.requested >= since]
            if new and new[-1].requested < since:
                break
        return found

    async def _rows(
        self, selection: Selection, start: str, direction: Direction, count: int
    ) -> tuple[list[tuple[str, list[str]]], str, int, bool]:
        """Records that may fit, the one that was looked at last, how many were, and whether there are more."""
        place = {"service": selection.service, "environment": selection.environment}
        if selection.service and selection.environment:
            key = keys.DEPLOYS_AT(**place)
        elif selection.service:
            key = keys.DEPLOYS(service=selection.service)
        else:
            key = keys.DEPLOY_NUMBER()
        # Redis leaves out what cannot fit, so that only little of a long history travels.
        words = [orjson.dumps(word)[1:-1] for word in (selection.by, selection.ref) if word]
        args: list[Argument] = [
            keys.DEPLOY(id=""),
            start,
            int(direction == "newer"),
            count,
            selection.state,
            *words,
        ]
        at, many, more, *flat = await self._scripts.run("deploys_page", [key], args)
        return list(zip(flat[::2], flat[1::2], strict=True)), at or start, int(many), bool(more)


def _record(row: list[str]) -> dict[str, Any] | None:
    """The record alone, which costs a fifth of all of it; None for what nobody can read."""
    try:
        record: Any = orjson.loads(row[row.index("record") + 1])
        return record if isinstance(record["requested"], int | float) else None
    except (ValueError, TypeError, KeyError, IndexError):
        return None


def _fits(selection: Selection, row: list[str], record: dict[str, Any]) -> bool:
    if selection.state and row[row.index("state") + 1] != selection.state:
        return False
    if selection.environment and record.get("environment") != selection.environment:
        return False
    if selection.by and selection.by not in (record.get("by"), record.get("by_user")):
        return False
    if record["requested"] < selection.since:
        return False
    ref = selection.ref
    return (
        not ref or record.get("ref") == ref or (len(ref) >= 7 and str(record.get("commit")).startswith(ref))
    )
