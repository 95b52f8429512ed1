"""What becomes of a scene that everybody walks away from: only time goes on, and what Grail does when time has gone on.

No tick runs any more, as if every machine had died; timers fire, and the real services do what these bring.
"""

import asyncio
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.clients.git import Git
from bot.clock import Clock
from bot.config import load
from bot.domain.rights import Holder
from bot.services.deploys import KINDS, Deploys
from bot.services.gates import Gates
from bot.services.guards import GUARD_SECONDS, HOST_SILENT_SECONDS
from bot.services.locks import ENDS, Locks
from bot.services.waiting import WAKE
from bot.store import keys
from bot.store.admission import Admissions
from bot.store.deploys import DeployStore
from bot.store.gates import GateStore
from bot.store.locks import LockStore
from bot.store.streams import Job, Work
from bot.store.timers import Timers
from bot.store.work import decode
from tests.bot.store.scenes import Scene

# A machine is given up when it has been silent for so long, was called, and did not answer until the next look.
BOUND_SECONDS = HOST_SILENT_SECONDS + 2 * GUARD_SECONDS


class LeftAlone:
    def __init__(self, redis: Redis, folder: Path) -> None:
        config = load(Path(__file__).parents[3] / "config.yaml")
        self._redis, self._clock = redis, _Told()
        self._store = DeployStore(redis, wake=WAKE)
        self._timers = Timers(redis)
        locks = LockStore(redis, wake=WAKE, ends=ENDS)
        self._locks = Locks(locks, self._clock)
        self._all_locks = locks.all
        self._deploys = Deploys(
            config=lambda: config, store=self._store, admissions=Admissions(redis, KINDS), locks=locks,
            gates=Gates(GateStore(redis), lambda: config, self._clock), holder=_nobody, work=Work(redis),
            timers=self._timers, git=Git(folder), drivers={}, clock=self._clock, host="here", watcher="w",
            stopping=asyncio.Event(),
        )  # fmt: skip

    async def ends(self, scene: Scene) -> None:
        """The claim ends within the heartbeat's bound, and all that waits within its day. The scene lies in Redis."""
        self._clock.time = scene.now
        while await self._store.running("shop", "production") is not None:
            self._clock.time += GUARD_SECONDS
            assert self._clock.time <= scene.now + BOUND_SECONDS, "a claim outlives the machine that has it"
            await self._due()
        self._clock.time = scene.now + keys.DAY + 1
        await self._due()
        for id in await self._store.held():
            async for _ in self._deploys.waiting.judge(Job("j", KINDS.judge, {"deploy": id})):
                pass
        assert await self._store.held() == [], "it waits for ever"
        assert await self._store.queue("shop", "production") == [], "a place in line outlives its deploy"
        assert await self._store.running("shop", "production") is None
        assert await self._all_locks() == [], "a lock that does not end"

    async def _due(self) -> None:
        """What is due by now is done."""
        await self._redis.delete(keys.WORK())
        await self._timers.fire(self._clock.now())
        entries: Any = await self._redis.xrange(keys.WORK())
        for _, fields in entries:
            if "job" not in fields:
                continue  # about one deploy: its tick, which nobody runs
            job = decode(fields["job"], deliveries=1, fence=None)
            if job.kind == KINDS.guard:
                await self._deploys.guards.look(job)
            elif job.kind == ENDS:
                await self._locks.ends(job)


class _Told(Clock):
    """Says the time that it was told."""

    time = 0.0

    def now(self) -> float:
        return self.time


async def _nobody(team: str, user: str) -> Holder:
    raise KeyError(user)
