"""The audit as other programs read it: JSON lines, or CSV. One entry at a time, however many there are.

What each field holds stands in docs/audit.md.
"""

import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

import orjson

from bot.domain.deploys import Deploy
from bot.store.audit import Entry

_WORD = re.compile(r"[\w.-]+")
_DEPLOY = re.compile(r"\bd-\d+\b")
Format = Literal["jsonl", "csv"]
FIELDS = (
    "number", "time", "kind", "by", "name", "word", "what", "outcome", "service", "environment", "deploy", "channel",
    "request",
)  # fmt: skip

# A table takes what begins so for a formula, also behind blanks, and would carry it out.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def exported(entries: AsyncIterable[Entry], format: Format) -> AsyncIterator[str]:
    """Line by line, each with its end. Of CSV the first line names the fields."""
    if format == "csv":
        yield _csv(FIELDS)
    async for entry in entries:
        row = _row(entry)
        yield orjson.dumps(row).decode() + "\n" if format == "jsonl" else _csv(row.values())


async def of_service(
    entries: AsyncIterable[Entry], service: str, find: Callable[[str], Awaitable[Deploy | None]]
) -> AsyncIterator[Entry]:
    """Those that are about this service; of old ones, which do not say so, what names it or one of its deploys."""
    known: dict[str, str] = {}  # the services of the deploys that were looked up already
    async for entry in entries:
        if entry.service:
            if entry.service == service:
                yield entry
            continue
        if service.casefold() in _WORD.findall(entry.what.casefold()):
            yield entry
            continue
        for id in _DEPLOY.findall(f"{entry.what} {entry.outcome}"):
            if id not in known:
                found = await find(id)
                known[id] = found.service if found else ""
            if known[id] == service:
                yield entry
                break


def _row(entry: Entry) -> Mapping[str, object]:
    return {
        "number": entry.number,
        "time": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds"),
        "kind": entry.kind,
        "by": entry.who,
        "name": entry.name or "",
        **{name: getattr(entry, name) for name in FIELDS[5:]},
    }


def _csv(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(cell: object) -> object:
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else cell
