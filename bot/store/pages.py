"""Pages in Redis: a record each, and which of them are open. Every change is one script that refuses a stale one."""

from collections.abc import Mapping
from dataclasses import asdict
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

    async def save(self, page: Page) -> bool:
        """Write this revision. False: somebody wrote one first, and nothing was changed."""
        done = await self._scripts.run(
            "page_save",
            [keys.PAGE(id=page.id), keys.OPEN_PAGES()],
            [page.rev - 1, _written(page), int(page.open), page.told.opened, page.id, keys.PAGE.life or 0],
        )
        return bool(done)

    async def find(self, id: str) -> Page | None:
        return _read(id, await guarded(self._redis.hgetall)(keys.PAGE(id=id)))

    async def open(self) -> list[Page]:
        """Those that are open, oldest first."""
        ids = await guarded(self._redis.zrange)(keys.OPEN_PAGES(), 0, -1)
        if not ids:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hgetall(keys.PAGE(id=id))
        rows = await guarded(pipeline.execute)(False)
        found = [_read(id, row) for id, row in zip(ids, rows, strict=True) if isinstance(row, dict)]
        return [page for page in found if page is not None and page.open]


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
        moves = tuple(Move(**one) for one in record.pop("moves"))
        doing = tuple(Doing(**one) for one in record.pop("doing"))
        return Page(id=id, rev=int(row["rev"]), told=Told(**told), moves=moves, doing=doing, **record)
    except (KeyError, TypeError, ValueError):
        return None
