"""Looks after a deploy from outside: a timer goes along with it, and what has lost its tick gets it back.

The end of a machine must not hold an environment for ever: what nobody has heard of for long enough is given up, and
its card says so.
"""

from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.services.runs import TICK
from bot.store.deploys import DeployStore, guard_of, thing_of
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers

GUARD = "deploy.guard"
GUARD_SECONDS = 60.0
HOST_SILENT_SECONDS = 900.0  # a machine that says nothing for so long is taken for gone


class Guards:
    def __init__(self, *, store: DeployStore, work: Work, timers: Timers, clock: Clock) -> None:
        self._store = store
        self._work = work
        self._timers = timers
        self._clock = clock

    async def look(self, job: Job) -> Deploy | None:
        """The deploy, where it has just been given up."""
        deploy = await self._store.find(job.body["deploy"])
        if deploy is None or deploy.over:
            return None
        now = self._clock.now()
        seen = await self._store.seen(deploy.id) or deploy.requested
        called = await self._store.called(deploy.id)
        silent = now - seen
        if silent >= GUARD_SECONDS and (called is None or called < seen):
            # Its work may have gone to the dead letters, or all of us slept: nothing is lost that answers a call.
            await self._store.call(deploy.id, now)
            await self.resume(deploy, f"{deploy.id}:tick:{deploy.rev}:{int(seen)}")
        elif called is not None and silent >= HOST_SILENT_SECONDS and now - called >= GUARD_SECONDS:
            over = _given_up(deploy, now, round(silent / 60))
            if not await self._store.save(over):
                raise Later(0.2)  # a worker went on with it meanwhile: it is alive
            return over
        else:
            await self._look_again(deploy, now)
        return None

    async def resume(self, deploy: Deploy, id: str) -> None:
        """Put the tick of a deploy back that has lost it, and what looks after it."""
        now = self._clock.now()
        await self._work.add(
            TICK, {"deploy": deploy.id}, id=id, now=now, thing=thing_of(deploy.id), host=deploy.host or None,
            request=deploy.request,
        )  # fmt: skip
        await self._look_again(deploy, now)

    async def _look_again(self, deploy: Deploy, now: float) -> None:
        await self._timers.at(
            guard_of(deploy.id), now + GUARD_SECONDS, GUARD, {"deploy": deploy.id}, request=deploy.request
        )


def _given_up(deploy: Deploy, now: float, minutes: int) -> Deploy:
    if not deploy.run:
        why = f"No worker has begun it for {minutes} minutes. Nothing was started."
        return deploy.with_(state="failed", ended=now, why=why)
    why = f"The machine that ran it has not been heard of for {minutes} minutes."
    return deploy.with_(state="lost", ended=now, why=why)
