"""What waits: a job, and putting one where a worker finds it. The worker itself is in streams.py.

Jobs lie on one stream for any worker, and on one for each host for what only that machine can do. Jobs about
the same `thing` (a deploy, a card) are worked on one at a time and in the order in which they were added,
each under a fencing number: a worker that stood still and comes back holds an old one, and its writes are
refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.store import keys
from bot.store.keys import DEAD, FENCES, HOLDING, HOUR, QUEUE, TIMER_ROWS, TIMERS, WORK, WORK_OF
from bot.store.scripts import Scripts, guarded

GROUP = "workers"
VERSION = 1

# The keys that _streams.lua begins with.
PLACES = (WORK(), QUEUE(thing=""), HOLDING(thing=""), FENCES(), TIMERS(), TIMER_ROWS(), DEAD())


class Later(Exception):
    """Raised by a handler: put this job back for `seconds`. It does not count as a failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Job:
    """One piece of work, as its handler gets it."""

    id: str
    kind: str  # which handler
    body: dict[str, Any]
    version: int = VERSION
    deliveries: int = 1  # how often it was begun, with this time; more than one after a failure or a crash
    request: str = ""  # the id under which all of this stands in the log
    thing: str | None = None
    host: str | None = None
    fence: int | None = None  # where it has a thing: the number that scripts check; see `fenced.lua`
    raw: str = field(default="", repr=False)


def encode(
    kind: str, body: Mapping[str, Any], *, id: str, request: str, thing: str | None, host: str | None
) -> str:
    """The JSON in which a job waits."""
    job = {
        "kind": kind,
        "v": VERSION,
        "id": id,
        "request": request,
        "thing": thing,
        "host": host,
        "body": body,
    }
    return orjson.dumps(job).decode()


def begin(kind: str) -> str:
    """What the JSON of a job of this kind begins with."""
    return '{"kind":' + orjson.dumps(kind).decode()


def decode(raw: str, *, deliveries: int, fence: int | None) -> Job:
    """The job in `raw`. ValueError when it is not one that we wrote."""
    job = orjson.loads(raw)
    if not isinstance(job, dict):
        raise ValueError("no object")
    names = ("kind", "id", "thing", "host", "request")
    if not all(isinstance(job.get(name) or "", str) for name in names):
        raise ValueError("a name is no text")
    kind, body, version, id = job.get("kind"), job.get("body"), job.get("v"), job.get("id")
    if not kind or not id or not isinstance(body, dict) or not isinstance(version, int):
        raise ValueError("kind, id, v or body is missing")
    return Job(
        id=id,
        kind=kind,
        body=body,
        version=version,
        deliveries=deliveries,
        request=job.get("request") or "",
        thing=job.get("thing"),
        host=job.get("host"),
        fence=fence,
        raw=raw,
    )


def plain(name: str | None) -> str:
    """A thing's or a host's name as it stands in rows and keys: one line, and nothing like a hash tag."""
    return (name or "").replace("\n", " ").replace("{", "(").replace("}", ")")


def stream_of(host: str | None) -> str:
    return WORK_OF(host=plain(host)) if host else WORK()


class Work:
    """Puts jobs where workers find them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)

    async def add(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        id: str,
        now: float,
        thing: str | None = None,
        host: str | None = None,
        request: str = "",
    ) -> bool:
        """Add one job; any worker begins it at once. False: this id was added within the last hour."""
        job = encode(kind, body, id=id, request=request, thing=thing, host=host)
        args = (keys.ADDED(id=id), HOUR, now, plain(host), plain(thing), job)
        return bool(await self._scripts.run("add", PLACES, args))

    async def waits(self, thing: str) -> bool:
        """Whether there is work on this thing: waiting, begun, or put back for later."""
        return bool(await guarded(self._redis.llen)(QUEUE(thing=plain(thing))))

    async def waiting(self, host: str | None = None) -> int:
        """How many entries wait or are being worked on; all the jobs of one thing count as one."""
        return int(await guarded(self._redis.xlen)(stream_of(host)))
