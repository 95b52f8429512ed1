"""What no worker could do: kept with the reason, for people to look at and to try again."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from bot.store.keys import DEAD
from bot.store.scripts import Scripts, guarded
from bot.store.work import PLACES, Job, decode

PAGE = 500


@dataclass(frozen=True)
class DeadLetter:
    """id: of the letter, not of the job. job: None where what lies there is not a job of ours (see `raw`)."""

    id: str
    why: str
    at: float
    job: Job | None
    raw: str

    @property
    def mark(self) -> str:
        return mark_of(self.raw)


def mark_of(raw: str) -> str:
    """What names a piece of work, before and after it became a letter."""
    return hashlib.sha256(raw.encode()).hexdigest()[:16]


class DeadLetters:
    """The dead letters, newest first."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def list(self, count: int = 100) -> list[DeadLetter]:
        rows = await guarded(self._redis.xrevrange)(DEAD(), count=count)
        return [_letter(id, fields) for id, fields in cast(list[Any], rows)]

    async def find(self, mark: str) -> DeadLetter | None:
        """The newest letter with this mark."""
        edge = "+"
        while True:
            rows = cast(list[Any], await guarded(self._redis.xrevrange)(DEAD(), edge, "-", count=PAGE))
            for id, fields in rows:
                if mark_of(fields.get("job", "")) == mark:
                    return _letter(id, fields)
            if len(rows) < PAGE:
                return None
            edge = f"({rows[-1][0]}"

    async def count(self) -> int:
        return int(await guarded(self._redis.xlen)(DEAD()))

    async def retry(self, id: str) -> bool:
        """Have it done again, with all its deliveries before it. False: it is not there (any more)."""
        return bool(await self._scripts.run("revive", PLACES, (id,)))

    async def drop(self, id: str) -> bool:
        """Forget it. False: it is not there (any more)."""
        return bool(await guarded(self._redis.xdel)(DEAD(), id))


def _letter(id: str, fields: dict[str, str]) -> DeadLetter:
    raw = fields.get("job", "")
    try:
        job = decode(raw, deliveries=int(fields.get("tries") or 0), fence=None)
    except ValueError:
        job = None
    try:
        at = float(fields.get("at", 0))
    except ValueError:
        at = 0.0
    return DeadLetter(id=id, why=fields.get("why", ""), at=at, job=job, raw=raw)
