"""What is kept of gates: which were enforced by hand, what each would have stopped and how that went, and waivers that
want looking into.

A record is one sorted set a gate and place, by the time at which the deploy ended: `d-12 told well`. What is written
twice stands there once, so that whoever died in between does it again.
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, cast

import orjson
from redis.asyncio import Redis

from bot.store import keys
from bot.store.scripts import Scripts, guarded

KEPT = 200  # deploys of one gate and place
FOLLOW_UPS = 1_000
How = Literal["told", "waived"]


@dataclass(frozen=True)
class Choice:
    """How a gate was set by hand. was: its mode in config.yaml then; once that is another one, config.yaml counts."""

    mode: Literal["telling", "enforced"]
    was: str
    by: str
    at: float


@dataclass(frozen=True)
class FollowUp:
    """A waiver that somebody has to look into afterwards."""

    deploy: str
    service: str
    environment: str
    gates: tuple[str, ...]
    reason: str
    at: float
    by: str = ""  # who waived it
    done_by: str = ""  # who looked into it; "" while nobody has
    done_at: float | None = None

    @property
    def open(self) -> bool:
        return not self.done_by


@dataclass(frozen=True)
class Judged:
    """One deploy that a gate would have stopped, or that somebody waived it for, and whether it went well."""

    deploy: str
    how: How
    well: bool
    at: float


_FOLLOW_UP = {one.name for one in fields(FollowUp)}


class GateStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def choices(self, service: str, environment: str, gates: tuple[str, ...]) -> dict[str, Choice]:
        """What was set by hand, by gate. What cannot be read counts as not set."""
        if not gates:
            return {}
        fields = [_field(service, environment, gate) for gate in gates]
        rows = await guarded(self._redis.hmget)(keys.GATE_MODES(), fields)
        found = {gate: _choice(row) for gate, row in zip(gates, rows, strict=True) if row}
        return {gate: choice for gate, choice in found.items() if choice is not None}

    async def choose(self, service: str, environment: str, gate: str, choice: Choice) -> None:
        row = orjson.dumps(asdict(choice))
        await guarded(self._redis.hset)(keys.GATE_MODES(), _field(service, environment, gate), row)

    async def note(self, service: str, environment: str, gate: str, one: Judged) -> None:
        """Write down how it went; once, however often."""
        key = keys.GATE_RECORD(service=service, environment=environment, gate=gate)
        line = f"{one.deploy} {one.how} "
        now, before = ("well", "badly") if one.well else ("badly", "well")
        life = keys.GATE_RECORD.life or 0
        await self._scripts.run("gate_note", [key], [line + now, one.at, line + before, KEPT, life])

    async def record(self, service: str, environment: str, gate: str) -> list[Judged]:
        """Newest first."""
        key = keys.GATE_RECORD(service=service, environment=environment, gate=gate)
        rows = await guarded(self._redis.zrevrange)(key, 0, KEPT - 1, withscores=True)
        found = []
        for member, at in rows:
            deploy, how, went = (*str(member).split(" "), "", "")[:3]
            if how in ("told", "waived"):
                found.append(Judged(deploy, cast(How, how), went == "well", float(at)))
        return found

    async def follow(self, one: FollowUp) -> None:
        """Keep what has to be looked into; the oldest leave when there are too many."""
        row = orjson.dumps(asdict(one))
        await self._scripts.run("gate_note", [keys.FOLLOW_UPS()], [row, one.at, "", FOLLOW_UPS, 0])

    async def follow_ups(self, count: int = 100) -> list[FollowUp]:
        """Newest first."""
        return [one for _, one in await self._follow_ups(count)]

    async def done(self, deploy: str, by: str, at: float) -> bool:
        """Note who looked into the waivers of a deploy. False: nothing of it was open (any more)."""
        changed = 0
        for row, one in await self._follow_ups(FOLLOW_UPS):
            if one.deploy == deploy and one.open:
                now = orjson.dumps(asdict(replace(one, done_by=by, done_at=at)))
                changed += await self._scripts.run("follow_up_done", [keys.FOLLOW_UPS()], [row, one.at, now])
        return changed > 0

    async def _follow_ups(self, count: int) -> list[tuple[str, FollowUp]]:
        """Each with its row, newest first. What cannot be read is left out."""
        found = []
        for row in await guarded(self._redis.zrevrange)(keys.FOLLOW_UPS(), 0, count - 1):
            try:
                data = orjson.loads(row)
                known = {name: value for name, value in data.items() if name in _FOLLOW_UP}
                found.append((str(row), FollowUp(**{**known, "gates": tuple(data["gates"])})))
            except (TypeError, KeyError, ValueError):
                continue
        return found


def _field(service: str, environment: str, gate: str) -> str:
    return f"{service}:{environment}:{gate}"


def _choice(row: str) -> Choice | None:
    try:
        found = Choice(**orjson.loads(row))
    except (TypeError, ValueError):
        return None
    return found if found.mode in ("telling", "enforced") else None
