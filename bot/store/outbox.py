"""What is on its way to Slack, kept so that a killed sender loses nothing.

Entries wait in lanes: one a channel, a person's home tab, a response_url. One call a lane is in flight, held by one
sender under a fencing number and a lease by our clock. A sender that stops answering loses the flight to another,
which then knows that nobody knows whether Slack took the call (`Flight.entry["doubt"]`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis as Redis  # for those who pass one in: Redis is spoken in this room alone

from bot.store import keys
from bot.store.scripts import Scripts, guarded

LEASE = 5.0  # seconds without a sign of life after which a call is somebody else's to clear up


@dataclass(frozen=True)
class Posted:
    """Where a message stands: channel id and Slack's ts."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Flight:
    """One call that this sender may make now.

    entry: id, kind, version, tries, doubt (whether Slack took an earlier try is unknown), doubted (ever), first
    (seconds: the first try), hop (how many channels refused). posted: where its card stands, or None.
    """

    lane: str
    fence: int
    adopted: bool
    entry: dict[str, Any]
    body: str
    posted: Posted | None

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def kind(self) -> str:
        return str(self.entry["kind"])

    @property
    def version(self) -> int:
        return int(self.entry.get("version", 0))

    @property
    def tries(self) -> int:
        return int(self.entry.get("tries", 0))

    @property
    def hop(self) -> int:
        return int(self.entry.get("hop", 0))

    @property
    def doubt(self) -> bool:
        return bool(self.entry.get("doubt"))

    @property
    def asked(self) -> str:
        """The lane that was asked for; a name may have become an id since."""
        return str(self.entry.get("asked", self.lane))

    @property
    def record(self) -> str | None:
        return self.entry.get("record")


@dataclass(frozen=True)
class Taken:
    flights: tuple[Flight, ...]
    unreadable: tuple[str, ...]  # ids that were reported and dropped
    next: float | None  # when there is something to look at again; None: nothing waits


@dataclass(frozen=True)
class Settled:
    ours: bool  # False: another sender had taken the flight over
    double: bool  # the message just posted is one too many
    given_up: tuple[str, ...]  # the entry, and the lines that waited for it


class OutboxStore:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._keys = [
            keys.OUTBOX_ENTRIES(),
            keys.OUTBOX_BODIES(),
            keys.OUTBOX_LANES(),
            keys.OUTBOX_FLIGHTS(),
            keys.OUTBOX_BUDGET(),
            keys.OUTBOX_NUMBER(),
            keys.OUTBOX_UNDELIVERABLE(),
            keys.OUTBOX_WAKE(),
            keys.OUTBOX_LANE(lane=""),
            keys.OUTBOX_PACE(lane=""),
            keys.OUTBOX_DONE(id=""),
            keys.OUTBOX_NAME(name=""),
        ]

    async def _run(self, what: str, now: float, arguments: Mapping[str, Any], body: str = "") -> Any:
        said = [repr(now), json.dumps(arguments), body]
        return await self._scripts.run(f"outbox_{what}", self._keys, said)

    async def once(
        self,
        id: str,
        kind: str,
        lane: str,
        body: str,
        *,
        now: float,
        card: str | None = None,
        request: str = "",
        wake: bool = True,
    ) -> bool:
        """Keep an entry that is sent once. False: this id is waiting, or was sent, or given up (in 7 days).

        card: it hangs on that card and waits until the card stands; `lane` is then of no account.
        """
        about: dict[str, Any] = {"id": id, "kind": kind, "lane": lane, "request": request, "wake": wake}
        if card is not None:
            about |= {"record": keys.CARD(card=card), "wait": f"wait:card:{card}"}
        return bool(await self._run("put", now, about, body))

    async def newest(
        self,
        id: str,
        kind: str,
        lane: str,
        body: str,
        *,
        version: int,
        record: str,
        now: float,
        state: str | None = None,
        step: str = "",
        result: bool = False,
        request: str = "",
        wake: bool = True,
    ) -> bool:
        """Keep an entry of which only the newest version counts. False: this version is not newer.

        state, step: what it shows; only what changes the state (None: everything does) goes at once, and a result
        before all others. The rest is progress, which a card pays for: see _outbox.lua.
        """
        about = {
            "id": id,
            "kind": kind,
            "lane": lane,
            "version": version,
            "step": step,
            "result": result,
            "record": record,
            "life": keys.CARD.life,
            "request": request,
            "wake": wake,
        }
        if state is not None:
            about["state"] = state
        return bool(await self._run("put", now, about, body))

    async def take(self, sender: str, *, now: float, limit: int) -> Taken:
        """The calls that may be made now; they are this sender's until its lease ends."""
        taken, broken, later = await self._run(
            "take", now, {"sender": sender, "lease": LEASE, "limit": limit}
        )
        flights = tuple(
            Flight(
                lane, int(fence), bool(adopted), json.loads(head), body, Posted(channel, ts) if ts else None
            )
            for lane, fence, adopted, head, body, channel, ts in taken
        )
        return Taken(flights, tuple(broken), float(later) if later else None)

    async def beat(self, sender: str, *, now: float) -> None:
        await self._run("beat", now, {"sender": sender, "lease": LEASE})

    async def settle(
        self,
        flight: Flight,
        outcome: str,
        *,
        now: float,
        body: str = "",
        channel: str = "",
        ts: str = "",
        **more: Any,
    ) -> Settled:
        """The call ended: `sent`, `again`, `moved` or `given_up`, with what outbox_settle.lua wants for it."""
        about = {
            "lane": flight.lane,
            "fence": flight.fence,
            "id": flight.id,
            "kind": flight.kind,
            "record": flight.record,
            "version": flight.version,
            "request": flight.entry.get("request", ""),
            "outcome": outcome,
            "channel": channel,
            "ts": ts,
        } | more
        about = {name: value for name, value in about.items() if value is not None}
        mine, double, ids = await self._run("settle", now, about, body)
        return Settled(bool(mine), bool(double), tuple(ids))

    async def posted(self, card: str) -> Posted | None:
        channel, ts = await guarded(self._redis.hmget)(keys.CARD(card=card), ["channel", "ts"])
        return Posted(str(channel), str(ts)) if channel and ts else None

    async def base_blocks_only(self) -> bool:
        """Whether this workspace has refused newer blocks within a day."""
        return bool(await guarded(self._redis.exists)(keys.OUTBOX_BASE_BLOCKS()))

    async def remember_base_blocks(self) -> None:
        await guarded(self._redis.set)(keys.OUTBOX_BASE_BLOCKS(), "1", ex=keys.OUTBOX_BASE_BLOCKS.life)

    async def wait_for_wake(self, seconds: float) -> bool:
        """Return when another process has put something in, or after so many (real) seconds."""
        return bool(await guarded(self._redis.blpop)([keys.OUTBOX_WAKE()], seconds))

    async def waiting(self) -> int:
        """How many entries are on their way."""
        return int(await guarded(self._redis.hlen)(keys.OUTBOX_ENTRIES()))

    async def undeliverable(self, limit: int = 100) -> list[dict[str, Any]]:
        """What was given up, newest first: id, why, at (seconds), text, and where (the lane), if that is known."""
        found = await guarded(self._redis.lrange)(keys.OUTBOX_UNDELIVERABLE(), 0, limit - 1)
        return [json.loads(line) for line in found]
