"""The services as a worker has them, over real Redis, real git and the real recipe driver, without Slack."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.clients.git import Git
from bot.clock import Clock
from bot.config import Config, load
from bot.domain.deploys import Deploy
from bot.domain.gates.pages import Page
from bot.domain.rights import Holder
from bot.drivers.recipe import RecipeDriver
from bot.errors import OutsideUnavailable
from bot.services.deploys import KINDS, NOBODY, Deploys
from bot.services.facts import Outside
from bot.services.gates import Gates
from bot.services.locks import ENDS
from bot.services.runs import TICK
from bot.services.waiting import WAKE
from bot.services.wanted import Wanted
from bot.store import keys
from bot.store.admission import Admissions
from bot.store.deploys import DeployStore, Standing
from bot.store.gates import GateStore
from bot.store.locks import LockStore
from bot.store.streams import Job, Work
from bot.store.timers import Timers
from tests.fixtures.grail import GrailProcess

WANTED = Wanted(
    service="shop", environment="staging", ref=None, action=None, by="dana@example.com", by_user="U1",
    by_name="Dana", team="T1", channel="C1", request="r-1", asker="T1:U1",
)  # fmt: skip
DANA = Holder(
    "T1", "U1", "dana@example.com", "Dana", roles=frozenset({"developer", "operator"}), teams=frozenset({"storefront"}),
)  # fmt: skip


class Rings:
    """A pager on which these pages are open; gone: it does not answer."""

    def __init__(self, *each: Page, gone: bool = False) -> None:
        self.each, self.gone = each, gone

    async def pages(self, services: Sequence[str]) -> tuple[Page, ...]:
        if self.gone:
            raise OutsideUnavailable("PagerDuty", "PagerDuty does not answer.")
        return tuple(one for one in self.each if one.service in services)

    ringing = pages


class House:
    """What a test stands in: the services as one worker has them."""

    def __init__(self, redis: Redis, clock_file: Path, grail: GrailProcess, data: Path) -> None:
        self.grail, self.redis, self.clock_file = grail, redis, clock_file
        self.config: Config = load(grail.config)
        self.store = DeployStore(redis, wake=WAKE)
        self.others: dict[str, Holder] = {}  # by Slack's user id
        self._data = data

    def worker(
        self,
        watcher: str,
        *,
        host: str = "here",
        confirms: bool = True,
        data: Path | None = None,
        outside: Outside = NOBODY,
    ) -> Deploys:
        """data: of a machine of its own, whose disk nobody else sees."""
        data = data or self._data
        return Deploys(
            config=lambda: self.config, store=self.store, admissions=Admissions(self.redis, KINDS),
            locks=LockStore(self.redis, wake=WAKE, ends=ENDS), holder=self.holder,
            gates=Gates(GateStore(self.redis), lambda: self.config, Clock(self.clock_file)),
            work=Work(self.redis), timers=Timers(self.redis), git=Git(data),
            drivers={"recipe": RecipeDriver(data)}, clock=Clock(self.clock_file), host=host,
            watcher=watcher, stopping=asyncio.Event(), confirms=confirms, outside=outside,
        )  # fmt: skip

    async def holder(self, team: str, user: str) -> Holder:
        """Everybody is Dana, as config.yaml knows her, but for those of `others`."""
        return self.others.get(user, DANA)

    def reload(self) -> None:
        """What stands in config.yaml now is in force."""
        self.config = load(self.grail.config)

    async def stand(self, service: str, environment: str, standing: Standing) -> None:
        """Let this stand there, however it came."""
        row: Any = orjson.dumps(asdict(standing))
        await self.redis.hset(keys.STANDING(service=service), environment, row)

    def forward(self, seconds: float) -> None:
        self.clock_file.write_text(str(seconds))


def job(id: str, kind: str = TICK) -> Job:
    return Job(id=f"{id}:tick:0", kind=kind, body={"deploy": id})


async def ticked(deploys: Deploys, id: str) -> list[Deploy]:
    """What one tick shows, as it shows it."""
    return [deploy async for deploy in deploys.runs.tick(job(id))]
