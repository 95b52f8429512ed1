"""Pages in Redis: a record each, and which of them are open. Every change is one script that refuses a stale one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.pages import Doing, Move, Page, Told
from bot.store import keys
from bot.store.scripts import Scripts, guarded


def thing_of(id: str) -> str:
    """What the work on one page is about, for the streams: one at a time, in order."""
    return f"page:{id}"


class PageStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def save(self, page: Page, now: float) -> bool:
        """Write this revision. False: somebody wrote one first, and nothing was changed."""
        number = str(page.told.number or page.id)
        done = await self._scripts.run(
            "page_save",
            [keys.PAGE(id=page.id), keys.OPEN_PAGES(), keys.PAGES(), keys.PAGE_NUMBER(number=number)],
            [
                page.rev - 1,
                _written(page),
                int(page.open),
                page.told.opened,
                page.id,
                keys.PAGE.life or 0,
                now,
            ],
        )
        return bool(done)

    async def find(self, id: str) -> Page | None:
        return _read(id, await guarded(self._redis.hgetall)(keys.PAGE(id=id)))

    async def numbered(self, number: int) -> Page | None:
        """The newest page with this number, open or not."""
        id = await guarded(self._redis.get)(keys.PAGE_NUMBER(number=str(number)))
        return await self.find(str(id)) if id else None

    async def open(self) -> list[Page]:
        """Those that are open, oldest first."""
        ids = await guarded(self._redis.zrange)(keys.OPEN_PAGES(), 0, -1)
        return [page for page in await self._all(ids) if page.open]

    async def between(self, since: float, until: float, most: int) -> list[Page]:
        """Those that began between these moments, newest first, open or not."""
        ids = await guarded(self._redis.zrevrangebyscore)(keys.PAGES(), until, since, 0, most)
        return await self._all(ids)

    async def _all(self, ids: Sequence[str]) -> list[Page]:
        if not ids:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hgetall(keys.PAGE(id=id))
        rows = await guarded(pipeline.execute)(False)
        found = [_read(id, row) for id, row in zip(ids, rows, strict=True) if isinstance(row, dict)]
        return [page for page in found if page is not None]


def _written(page: Page) -> bytes:
    record = asdict(page)
    for apart in ("id", "rev"):
        del record[apart]
    return orjson.dumps(record)


def _read(id: str, row: Mapping[str, str]) -> Page | None:
    """None for a page that there is not, or whose record nobody can read."""
    try:
        record = orjson.loads(row["record"])
        told = record.pop("told")
        told["assigned"] = tuple(told["assigned"])
        record["told"] = Told(**_known(Told, told))
        record["moves"] = tuple(Move(**_known(Move, one)) for one in record["moves"])
        record["doing"] = tuple(Doing(**_known(Doing, one)) for one in record["doing"])
        record["notified"] = tuple(record.get("notified", ()))
        return Page(id=id, rev=int(row["rev"]), **_known(Page, record))
    except (KeyError, TypeError, ValueError):
        return None


def _known(kind: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a newer version are left alone: versions N and N+1 run side by side."""
    return {one.name: said[one.name] for one in fields(kind) if one.name in said}
