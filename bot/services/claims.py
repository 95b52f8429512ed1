"""Claims are confirmed: when a worker starts, and before anything new is admitted on another Redis server.

After a fail-over the newest writes may be missing: a deploy whose next tick is lost would hold its environment for
ever, a claim may be left of a deploy that is over, and a recipe may run that nobody knows of any more. Only its own
machine sees such a recipe: so each machine that works looks, and the last one opens the door.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.drivers import Driver
from bot.errors import NotFound, StoreUnavailable
from bot.store.deploys import Claim, DeployStore, look_of, thing_of
from bot.store.streams import Work
from bot.store.timers import Timers

log = structlog.get_logger()

LOOK_SECONDS = 2.0  # how often a worker asks whether Redis is still the same server
RECALL_SECONDS = 300.0  # between two looks at what may have lost its timer
MISSED = (
    4  # looks for which a machine that is not listed any more is waited for: Redis may have lost the list
)
BY = "Grail, which knows nothing of it any more"


@dataclass(frozen=True)
class Found:
    """What was not as it should be. resumed: deploys that went on; released: claims; ended: runs; unreadable:
    claims of deploys whose records cannot be read, which are left to people.
    """

    resumed: tuple[str, ...] = ()
    released: tuple[Claim, ...] = ()
    ended: tuple[str, ...] = ()
    unreadable: tuple[Claim, ...] = ()


class Claims:
    """resume: puts a deploy's next tick on the stream. recall: has all looked at that waits or is watched, because its
    timer may be lost; at the start, and again every few minutes.
    host: this machine; watcher: this process. on_found: told of what was amiss.
    """

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        work: Work,
        timers: Timers,
        drivers: Mapping[str, Driver],
        clock: Clock,
        host: str,
        watcher: str,
        resume: Callable[[Deploy, str], Awaitable[None]],
        recall: Callable[[], Awaitable[None]],
    ) -> None:
        self._config = config
        self._store = store
        self._work = work
        self._timers = timers
        self._drivers = drivers
        self._clock = clock
        self._host = host
        self._watcher = watcher
        self._machines: dict[str, int] = {}  # that work, and how many looks ago they were listed
        self._resume = resume
        self._recall = recall
        self._ending: set[str] = set()
        self.on_found: Callable[[Found], Awaitable[None]] | None = None

    @property
    def machines(self) -> frozenset[str]:
        """Those that worked when this one looked last."""
        return frozenset(self._machines)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: confirm at once, and again whenever Redis is another server."""
        confirmed: tuple[int, str] | None = None
        recalled = self._clock.now()
        while not stop.is_set():
            try:
                # The number alone is not enough: a Redis that has lost everything counts from 1 again.
                found = (await self._store.epoch(), await self._store.server())
                if found != confirmed and await self.confirm():
                    confirmed = found
                    recalled = 0.0
                if confirmed is not None and not 0 <= self._clock.now() - recalled < RECALL_SECONDS:
                    recalled = self._clock.now()
                    await self._recall()
                await self._look_around()
            except StoreUnavailable:
                pass  # others say so; it is looked at again
            except Exception:
                log.exception("claims.failed")
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await stop.wait()
            except TimeoutError:
                pass

    async def _look_around(self) -> None:
        """Who works besides us: known here too, in case Redis loses it together with all else."""
        missed = {name: looks + 1 for name, looks in self._machines.items() if looks + 1 < MISSED}
        self._machines = {**missed, **dict.fromkeys(await self._store.hosts(), 0)}

    async def confirm(self) -> bool:
        """Have every claim confirmed by its driver, and every run of this machine by its record.

        False: something has to end first, or another machine has to look, so ask again.
        """
        epoch = await self._store.epoch()
        resumed, released, unreadable = [], [], []
        for service in self._config().services.values():
            for claim in await self._store.claims(service.name, service.environments):
                deploy, known = await self._look(claim)
                if deploy is not None and not deploy.over:
                    if not await self._goes_on(deploy.id):
                        await self._resume(deploy, f"{deploy.id}:tick:{self._watcher}:{epoch}")
                        resumed.append(deploy.id)
                elif not known:
                    unreadable.append(claim)
                elif await self._store.release(claim):
                    released.append(claim)
        unknown = await self._end_unknown()
        ended = [run for run in unknown if run not in self._ending]
        self._ending.update(unknown)
        found = Found(tuple(resumed), tuple(released), tuple(ended), tuple(unreadable))
        if found != Found():
            log.warning(
                "claims.confirmed",
                epoch=epoch,
                resumed=resumed,
                released=[c.deploy for c in released],
                ended=ended,
                unreadable=[c.deploy for c in unreadable],
            )
            if self.on_found is not None:
                await self.on_found(found)
        if unknown:
            return False
        return await self._store.confirm(epoch, self._host, {*self.machines, *await self._store.hosts()})

    async def _goes_on(self, id: str) -> bool:
        """Whether its next tick is on a stream, or a timer will put it there."""
        return await self._work.waits(thing_of(id)) or await self._timers.waits(look_of(id))

    async def _look(self, claim: Claim) -> tuple[Deploy | None, bool]:
        """The deploy that holds it, and whether that can be said: a record that cannot be read is left to people."""
        try:
            return await self._store.get(claim.deploy), True
        except NotFound as error:
            return None, error.code == "no-such-deploy"

    async def _end_unknown(self) -> list[str]:
        """End what runs on this machine without a record; and give no deploy a number that one of its runs has.

        Answers those that have not ended yet.
        """
        unknown = []
        for driver in self._drivers.values():
            runs = await driver.runs()
            await self._store.count_on_from(max(map(_number, runs), default=0))
            for run, phase in runs.items():
                if phase in ("starting", "running") and await self._unknown(run):
                    await driver.cancel(run, BY)
                    unknown.append(run)
        return unknown

    async def _unknown(self, run: str) -> bool:
        try:
            await self._store.get(run)
        except NotFound as error:
            return error.code == "no-such-deploy"
        return False


def _number(run: str) -> int:
    """12 of d-12."""
    number = run.removeprefix("d-")
    return int(number) if number.isdecimal() else 0
