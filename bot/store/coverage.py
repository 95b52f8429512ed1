"""Coverage as it is kept: a body until it is read, then each report of a commit (lines alone, compressed), what they
come to together, and which reports came to a service.
"""

import asyncio
import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.coverage import Lines
from bot.store import keys
from bot.store.scripts import Scripts, guarded

MOST_REPORTS = 60  # of one commit
MOST_BYTES = 16 * 1024 * 1024  # of all of them, as they are kept
HEARD = 50  # reports of a service that are remembered


@dataclass(frozen=True)
class Kept:
    """One report. files: by their paths in the repository where `matched`; else by the report's names, which may be
    relative to `sources`.
    """

    files: Mapping[str, Lines]
    sources: tuple[str, ...] = ()
    matched: bool = True


@dataclass(frozen=True)
class Came:
    """A report as it came. files: those that count; left_out: those that the repository has not. odd: what is amiss, a
    sentence; counted: whether it counts all the same. at: seconds since the epoch.
    """

    commit: str
    at: float
    bytes: int
    files: int = 0
    left_out: int = 0
    odd: str = ""
    counted: bool = True


class CoverageStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def put(self, digest: str, body: bytes) -> None:
        """Keep a body until it is read."""
        packed = await asyncio.to_thread(_pack, body, 1)
        key = keys.COVERAGE_CAME(digest=digest)
        await guarded(self._redis.set)(key, packed, ex=keys.COVERAGE_CAME.life)

    async def body(self, digest: str) -> bytes | None:
        packed = await guarded(self._redis.get)(keys.COVERAGE_CAME(digest=digest))
        return await asyncio.to_thread(_unpack, packed) if packed else None

    async def drop(self, digest: str) -> None:
        await guarded(self._redis.delete)(keys.COVERAGE_CAME(digest=digest))

    async def has(self, service: str, commit: str, digest: str) -> bool:
        key = keys.COVERAGE(service=service, commit=commit)
        return bool(await guarded(self._redis.hexists)(key, _field(digest)))

    async def keep(self, service: str, commit: str, digest: str, report: Kept) -> int:
        """Beside the others of this commit, once. How many there are then; -1 where there is no room for it."""
        key = keys.COVERAGE(service=service, commit=commit)
        packed = await asyncio.to_thread(_written, report)
        args: list[str | int] = [_field(digest), packed, MOST_REPORTS, MOST_BYTES, keys.COVERAGE.life or 0]
        return int(await self._scripts.run("coverage_keep", [key], args))

    async def reports(self, service: str, commit: str) -> list[Kept]:
        """What is kept of a commit. What cannot be read is left out."""
        row = await guarded(self._redis.hgetall)(keys.COVERAGE(service=service, commit=commit))
        packed = [row[field] for field in sorted(row) if field.startswith(_field(""))]
        read = await asyncio.to_thread(lambda: [_read(one) for one in packed])
        return [one for one in read if one is not None]

    async def sum(self, service: str, commit: str, percent: float, *, of: int) -> None:
        """Per cent of all lines, by so many reports; what was written by more of them stays."""
        await self._scripts.run(
            "coverage_sum", [keys.COVERAGE(service=service, commit=commit)], [of, percent]
        )

    async def sums(self, service: str, commits: Sequence[str]) -> dict[str, float]:
        """Of those commits that have been reported, per cent of all lines."""
        if not commits:
            return {}
        pipeline = self._redis.pipeline(transaction=False)
        for commit in commits:
            pipeline.hget(keys.COVERAGE(service=service, commit=commit), "sum")
        rows = await guarded(pipeline.execute)(False)
        return {commit: float(row) for commit, row in zip(commits, rows, strict=True) if isinstance(row, str)}

    async def heard(self, service: str, came: Came) -> None:
        """Remember that it came; the oldest leave when there are many."""
        key, row = keys.COVERAGE_HEARD(service=service), orjson.dumps(asdict(came))
        life = keys.COVERAGE_HEARD.life or 0
        await self._scripts.run("gate_note", [key], [row, came.at, "", HEARD, life])

    async def came(self, service: str) -> list[Came]:
        """Newest first."""
        found = []
        key = keys.COVERAGE_HEARD(service=service)
        for row in await guarded(self._redis.zrevrange)(key, 0, HEARD - 1):
            try:
                found.append(Came(**orjson.loads(row)))
            except (TypeError, ValueError):
                continue
        return found


def _field(digest: str) -> str:
    return f"report:{digest}"


def _pack(body: bytes, level: int) -> str:
    """As text, because Redis is asked for text."""
    return base64.b64encode(zlib.compress(body, level)).decode()


def _unpack(packed: str) -> bytes | None:
    try:
        return zlib.decompress(base64.b64decode(packed, validate=True))
    except (ValueError, zlib.error):
        return None


def _written(report: Kept) -> str:
    files = {name: [f"{lines.known:x}", f"{lines.hit:x}"] for name, lines in report.files.items()}
    return _pack(orjson.dumps({"files": files, "sources": report.sources, "matched": report.matched}), 6)


def _read(packed: str) -> Kept | None:
    try:
        data = orjson.loads(_unpack(packed) or b"")
        files = {name: Lines(int(known, 16), int(hit, 16)) for name, (known, hit) in data["files"].items()}
        return Kept(files, tuple(data["sources"]), bool(data["matched"]))
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
