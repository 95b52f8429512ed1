"""Admission: one call of one script, however many services there are. On the embedded Redis, as it is shipped.

The peer is the least that could hold an environment: SET with NX, which knows no lock, no line, no config and no epoch.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from redis.asyncio import Redis

from bench import Figure, percentile
from bot.domain.deploys import Deploy
from bot.domain.locks import Lock, Scope
from bot.store import epoch, keys
from bot.store.admission import Admission, Admissions, Kinds
from bot.store.connection import connect
from bot.store.deploys import DeployStore
from bot.store.embedded import EmbeddedRedis
from bot.store.locks import LockStore
from bot.store.versions import Versions

SERVICES, ENVIRONMENTS, QUEUED = 1_000, 5, 200
TIMES = 1_500  # admissions of each kind that are measured
BUSY, FREE, FROZEN = "e0", "e1", "e2"  # environments of the service that is measured


def run() -> list[Figure]:
    try:
        import uvloop

        return uvloop.run(_run())
    except ImportError:
        return asyncio.run(_run())


async def _run() -> list[Figure]:
    async with _redis() as one, _redis() as many_services:
        small, large = await _measured(_House(one, 1), _House(many_services, SERVICES))
    peers = {
        share: Figure(f"SET NX, p{100 * share:.0f}", 1000 * percentile(large["SET NX"], share), "ms")
        for share in (0.5, 0.99)
    }
    figures = list(peers.values())
    for kind in ("admitted", "queued", "refused"):
        alone = Figure(f"{kind}, 1 service, p50", 1000 * percentile(small[kind], 0.5), "ms")
        many = f"{kind}, {SERVICES} services × {ENVIRONMENTS}, {QUEUED} in line"
        p50, p99 = (1000 * percentile(large[kind], share) for share in (0.5, 0.99))
        figures += [
            alone,
            Figure(f"{many}, p50", p50, "ms", alone, "<= 1.5"),
            Figure(f"{many}, p50", p50, "ms", peers[0.5], "<= 6"),
            Figure(f"{many}, p99", p99, "ms", peers[0.99], "<= 6"),
            Figure(f"{many}, p99, as promised", p99, "ms", bound="<= 5"),
        ]
    return figures


@asynccontextmanager
async def _redis() -> AsyncIterator[Redis]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    redis = await connect(await server.start(), say=print)
    try:
        yield redis
    finally:
        await redis.aclose()
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class _House:
    def __init__(self, redis: Redis, services: int) -> None:
        self.redis = redis
        self.services = services
        self.admissions = Admissions(redis, Kinds("tick", "guard", "judge"))
        self.deploys = DeployStore(redis, wake="wake")
        self.locks = LockStore(redis, wake="wake", ends="ends")
        self._asked = 0

    async def ask(self, service: str, environment: str, *, queue: bool) -> Admission:
        self._asked += 1
        now = time.time()
        deploy = Deploy(
            id="", service=service, environment=environment, ref="main", commit="c" * 40, subject="Search is faster",
            state="requested", by="dana@example.com", by_user="U1", by_name="Dana", team="T1", channel="C1",
            requested=now, asker="T1:U1",
        )  # fmt: skip
        return await self.admissions.admit(
            deploy, now=now, request=f"r{self._asked}", look=now + 60, config="c", queue=queue
        )

    async def fill(self) -> None:
        """A claim on each place but three, a lock and a freeze of every service, and a line before one place."""
        await Versions(self.redis).number("c")
        await epoch.confirm(self.redis, await epoch.current(self.redis), "here")
        for number in range(self.services):
            places = [f"e{n}" for n in range(ENVIRONMENTS) if number or f"e{n}" not in (FREE, FROZEN)]
            answers = await asyncio.gather(*(self.ask(f"s{number}", place, queue=False) for place in places))
            assert {answer.outcome for answer in answers} == {"admitted"}
        for number in range(self.services):
            await self._locked(Scope(f"s{number}", "e4"))
        await self._locked(Scope("s0", FROZEN))
        for _ in range(QUEUED):
            assert (await self.ask("s0", BUSY, queue=True)).outcome == "queued"

    async def _locked(self, scope: Scope) -> None:
        now = time.time()
        lock = Lock("lock", scope, "omar", "U2", "Omar", "T1", "a reason", now, now + keys.DAY)
        for one in (lock, replace(lock, kind="freeze")):
            assert (await self.locks.set(one, now=now))[0]

    async def over(self, answer: Admission) -> None:
        """It ends, so that the next one meets the same."""
        if answer.deploy:
            deploy = await self.deploys.get(answer.deploy)
            assert await self.deploys.save(deploy.with_(state="cancelled", ended=time.time()))


async def _measured(*houses: _House) -> list[dict[str, list[float]]]:
    """The seconds that each took in each house, in turns, so that all of them see the same machine."""
    kinds = (("admitted", FREE), ("queued", BUSY), ("refused", FROZEN))
    took: list[dict[str, list[float]]] = []
    for house in houses:
        await house.fill()
        took.append({"admitted": [], "queued": [], "refused": [], "SET NX": []})
    for turn in range(TIMES):
        for house, seconds in zip(houses, took, strict=True):
            for kind, environment in kinds:
                begun = time.perf_counter()
                answer = await house.ask("s0", environment, queue=True)
                seconds[kind].append(time.perf_counter() - begun)
                assert answer.outcome == kind
                await house.over(answer)
            begun = time.perf_counter()
            await house.redis.set(f"{{bench}}:{turn}", "d-1", nx=True)
            seconds["SET NX"].append(time.perf_counter() - begun)
    return took
