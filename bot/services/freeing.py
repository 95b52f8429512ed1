"""An environment is held by a deploy whose record somebody broke by hand: it is told, and freed when somebody says so.

Nobody can read from the record where the deploy runs. So every machine that works is asked in turn to end what it
runs under that number; only then the claim is released.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.clock import Clock
from bot.config import Config
from bot.drivers import Driver
from bot.errors import NotFound
from bot.store.deploys import Claim, DeployStore
from bot.store.streams import Job, Later, Work

__all__ = ["FREE", "Claim", "Freeing"]

FREE = "deploy.free"
ENDING_SECONDS = 0.5  # until a machine looks again whether its run has ended


class Freeing:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        work: Work,
        drivers: Mapping[str, Driver],
        clock: Clock,
        host: str,
    ) -> None:
        self._config = config
        self._store = store
        self._work = work
        self._drivers = drivers
        self._clock = clock
        self._host = host

    async def held(self, id: str) -> Claim | None:
        """What a deploy holds whose record is gone or cannot be read; None where it can be, or holds nothing."""
        try:
            await self._store.get(id)
        except NotFound:
            return await self._claim(id)
        return None

    async def begin(self, claim: Claim, by: str, request: str) -> None:
        """Have it ended wherever it may run, and then its environment freed."""
        hosts = sorted(await self._store.hosts()) or [self._host]
        await self._ask(claim, by, hosts, request)

    async def free(self, job: Job) -> Claim | None:
        """One machine's part of it. Answers the claim when it was released; raises Later while something ends."""
        body: dict[str, Any] = job.body
        claim = Claim(**body["claim"])
        if await self.held(claim.deploy) is None:
            return None  # somebody has mended the record meanwhile, or freed it before
        for driver in self._drivers.values():
            if (await driver.runs()).get(claim.deploy) in ("starting", "running"):
                await driver.cancel(claim.deploy, body["by"])
                raise Later(ENDING_SECONDS)
        living = await self._store.hosts()
        rest = [host for host in body["hosts"] if host != self._host and host in living]
        if rest:
            await self._ask(claim, body["by"], rest, job.request)
            return None
        return claim if await self._store.release(claim) else None

    async def _ask(self, claim: Claim, by: str, hosts: list[str], request: str) -> None:
        await self._work.add(
            FREE,
            {"claim": asdict(claim), "by": by, "hosts": hosts},
            id=f"{claim.deploy}:free:{request}:{len(hosts)}",
            now=self._clock.now(),
            host=hosts[0],
            request=request,
        )

    async def _claim(self, id: str) -> Claim | None:
        for service in self._config().services.values():
            for claim in await self._store.claims(service.name, service.environments):
                if claim.deploy == id:
                    return claim
        return None
