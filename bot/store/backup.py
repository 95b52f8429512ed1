"""Everything that Grail has in Redis, in one file, and back again.

The file is a line of JSON that says what it is, then one line for each key: name, life left in milliseconds
(0: no end) and Redis's own dump of the value. Up to AT_ONCE keys are dumped in one script, so that they fit
together; what is beyond that is dumped while Grail works, and the answer says so: stop Grail first where that
matters. A dump can be read by the same version of Redis and newer ones.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.errors import GrailError
from bot.store.keys import PREFIX
from bot.store.scripts import guarded, source

AT_ONCE = 20_000
BATCH = 500
FORMAT = "grail-backup"
VERSION = 1


class BackupFault(GrailError):
    """The file or the server is not one for this. The sentence says what to do."""


@dataclass(frozen=True)
class Copied:
    keys: int
    whole: bool  # all keys as of one moment


async def backup(redis: Redis, file: Path) -> Copied:
    """Write all keys of Grail to `file`, which appears under its name only when it is complete."""
    names = await _names(redis)
    half = file.with_name(file.name + ".part")
    copied = 0
    try:
        begun = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BackupFault(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(begun, "wb") as out:
        out.write(orjson.dumps({"format": FORMAT, "version": VERSION, "keys": len(names)}) + b"\n")
        for begin in range(0, len(names), AT_ONCE):
            part = names[begin : begin + AT_ONCE]
            dumped = await _dump(redis, part)
            for name, life, value in zip(part, dumped[::2], dumped[1::2], strict=True):
                if value is not None:
                    kept = [name, max(int(life), 0), base64.b64encode(value).decode()]
                    out.write(orjson.dumps(kept) + b"\n")
                    copied += 1
        out.write(orjson.dumps({"end": copied}) + b"\n")
    half.replace(file)
    return Copied(copied, whole=len(names) <= AT_ONCE)


async def restore(redis: Redis, file: Path, *, over: bool = False) -> Copied:
    """Put all keys of `file` into Redis. BackupFault when Grail has keys there already, unless `over`: then
    those are deleted first. Stop Grail before. The whole file is read before anything is changed.
    """
    rows = _read(file)
    standing = await _names(redis)
    if standing and not over:
        raise BackupFault(
            f"This Redis already holds {len(standing)} keys of Grail: "
            "restore into an empty one, or say --over to replace them all."
        )
    for begin in range(0, len(standing), BATCH):
        await guarded(redis.delete)(*standing[begin : begin + BATCH])
    for begin in range(0, len(rows), BATCH):
        pipe = redis.pipeline(transaction=False)
        for name, life, value in rows[begin : begin + BATCH]:
            pipe.restore(name, life, value)
        try:
            await guarded(pipe.execute)()
        except ResponseError as error:
            raise BackupFault(
                f"This Redis cannot read what is in {file} ({error}): "
                "restore into the version that it came from, or a newer one."
            ) from error
    return Copied(len(rows), whole=True)


async def _names(redis: Redis) -> list[str]:
    found = {cast(str, name) async for name in redis.scan_iter(match=PREFIX + "*", count=1000)}
    return sorted(found)


async def _dump(redis: Redis, names: list[str]) -> list[Any]:
    # As bytes, which the client's own decoding would spoil.
    call = guarded(redis.execute_command)
    answer: list[Any] = await call("EVAL", source("dump"), len(names), *names, NEVER_DECODE=[])
    return answer


def _read(file: Path) -> list[tuple[str, int, bytes]]:
    try:
        head, *lines = file.read_bytes().splitlines()
        said = orjson.loads(head)
        if said.get("format") != FORMAT or said.get("version", 0) > VERSION:
            raise ValueError
        *body, end = map(orjson.loads, lines)
        if end != {"end": len(body)}:
            raise BackupFault(f"{file} is not complete: take another backup.")
        return [(name, int(life), base64.b64decode(value)) for name, life, value in body]
    except OSError as error:
        raise BackupFault(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise BackupFault(f"{file} is no backup of Grail, or a newer one than this version knows.") from error
