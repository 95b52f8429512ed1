"""What happens to a deploy by itself: a tick starts its run and watches it for a few seconds; ticks follow each other
until it is over. Whatever dies in between, the next tick finds the run by the deploy's id and goes on.

A run on this machine is watched by its own worker without a pause. One of another system is looked at, by any worker,
when it is worth it: after the time that its driver says, or at once when the system has told of a change.

Longer than other files, because this is one life, and is read from its beginning to its end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Literal

from bot.clients.git import Git
from bot.clock import Clock
from bot.domain.deploys import Deploy, StepShown
from bot.domain.output import few, of_step
from bot.drivers import GOING, Order, RunState, Waits
from bot.errors import OutsideUnavailable, Refusal
from bot.services.places import Places, step_names
from bot.store.deploys import DeployStore, Standing, guard_of, look_of, thing_of
from bot.store.streams import AT_ONCE, Job, Later, Work
from bot.store.timers import Timers

TICK = "deploy.tick"
CANCEL = "deploy.cancel"
WATCH_SECONDS = 5.0  # one tick; well below the 10 s that nothing may run longer than
ROUND_SECONDS = 6.0  # where there are more runs than a worker does at once, each is looked at once in so long
LOOK_SECONDS = 0.05  # how often a tick looks at its run
SOONEST = 1.0  # seconds between two looks at another system
LINE_SECONDS = 5.0  # how often a new last line alone is worth a new revision; its card shows one a minute
START_SECONDS = 120.0  # how long a start is tried while git or the machine refuses
LOOKED_AT = 2_000  # lines of output in which a failure is looked for
LINE = 200  # characters of each that are kept with the deploy
GIVEN_UP = "Grail, which had given it up"


class Runs:
    """host: the machine, as the streams name it. watcher: this very process; stopping: set when it is to end."""

    def __init__(
        self,
        *,
        store: DeployStore,
        work: Work,
        timers: Timers,
        git: Git,
        places: Places,
        clock: Clock,
        host: str,
        watcher: str,
        stopping: asyncio.Event,
    ) -> None:
        self._store = store
        self._work = work
        self._timers = timers
        self._git = git
        self._places = places
        self._clock = clock
        self._host = host
        self._watcher = watcher
        self._stopping = stopping
        # Called while what has succeeded still holds its claim.
        self.before_success: Callable[[Deploy], Awaitable[Deploy]] | None = None
        # Called while it holds its claim: why it must not begin, or "".
        self.before_start: Callable[[Deploy], Awaitable[str]] | None = None

    async def tick(self, job: Job) -> AsyncIterator[Deploy]:
        """Bring one deploy forward; yields it at each change, first of all as it stands.

        Ends when the deploy is over, or after a few seconds with the next tick put on the stream.
        """
        deploy = await self._store.find(job.body["deploy"])
        if deploy is None:
            return
        yield deploy
        if deploy.over:
            await self._end_what_is_lost(deploy)
            return
        if deploy.state == "requested":
            deploy = await self._begin(deploy)
            yield deploy
            if deploy.over:
                return
        elif not self._places.driver(deploy).local:
            pass  # any worker may ask how it is
        elif deploy.host != self._host:
            await self._next(deploy, job)
            return
        elif deploy.watcher != self._watcher:
            deploy = await self._adopted(deploy)
            yield deploy
        if not self._places.driver(deploy).local:
            async for seen in self._look(deploy):
                yield seen
            return
        async for seen in self._watch(deploy):
            deploy = seen
            yield deploy
        if not deploy.over:
            deploy = await self._saved(deploy.with_(watcher=""))
            await self._next(deploy, job)

    async def end(self, job: Job) -> None:
        """Carry out a wish to cancel, on the machine where the run is."""
        deploy = await self._store.find(job.body["deploy"])
        if deploy is not None and not deploy.over and deploy.run:
            await self._places.driver(deploy).cancel(deploy.run, job.body["by"])
            if not deploy.host:
                await self.wake(deploy, job.id)

    async def told(self, mark: str, id: str) -> Literal["woken", "over", "unknown"]:
        """Another system has told of a run that carries this mark (`d-12-3fa9c1d2`). id: of what told it."""
        deploy = await self._store.find(mark.rpartition("-")[0])
        if deploy is None or mark not in deploy.run:
            return "unknown"
        if deploy.over:
            return "over"
        await self.wake(deploy, id)
        return "woken"

    async def wake(self, deploy: Deploy, id: str) -> None:
        """Look at a run of another system at once: something has changed there. id: of what told it, once."""
        await self._work.add(
            TICK, {"deploy": deploy.id}, id=f"{deploy.id}:wake:{id}", now=self._clock.now(),
            thing=thing_of(deploy.id), request=deploy.request,
        )  # fmt: skip

    async def _begin(self, deploy: Deploy) -> Deploy:
        now = self._clock.now()
        if deploy.cancelled_by:
            return await self._saved(deploy.with_(state="cancelled", ended=now, why="Nothing was started."))
        if self.before_start is not None and (why := await self.before_start(deploy)):
            return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        try:
            service, environment = self._places.at(deploy.service, deploy.environment)
            names = step_names(service, environment, deploy.action)
            driver = self._places.driver(deploy)
            run = driver.run_of(self._order(deploy, first=True))
            if deploy.action is None:
                moved = await self._git.commit(service.repository, deploy.ref, name=service.name)
                if moved.sha != deploy.commit:
                    why = (
                        f"`{deploy.ref}` moved from {deploy.short()} to {moved.sha[:7]} before the start: nothing was "
                        "started. Deploy again to take the new commit."
                    )
                    return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        except OutsideUnavailable as error:
            # From its admission, however long it waited before that; nothing has been heard of it since.
            tried = now - (await self._store.seen(deploy.id) or deploy.requested)
            if tried < START_SECONDS:
                raise Later(2) from error
            why = f"{error} I tried for {round(tried / 60)} minutes. Nothing was started."
            return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        except Refusal as error:
            return await self._saved(
                deploy.with_(state="failed", ended=now, why=f"{error} Nothing was started.")
            )
        # The record says where it runs before anything is started: whoever dies now, the next tick asks that machine.
        deploy = await self._saved(
            deploy.with_(
                state="running",
                host=self._host if driver.local else "",
                run=run,
                watcher=self._watcher if driver.local else "",
                started=now,
                steps=tuple(StepShown(name, "pending") for name in names),
            )
        )
        return await self._start(deploy, begun=False, first=True)

    def _order(self, deploy: Deploy, *, first: bool) -> Order:
        """What is to be run, as config.yaml has it now. Raises NotFound."""
        service, environment = self._places.at(deploy.service, deploy.environment)
        return Order(
            deploy=deploy.id,
            service=deploy.service,
            environment=deploy.environment,
            ref=deploy.ref,
            commit=deploy.commit,
            repository=service.repository,
            recipe=environment.recipe,
            action=deploy.action,
            previous=deploy.previous,
            by=deploy.by,
            github=environment.github,
            main=service.main,
            request=deploy.request,
            requested=deploy.requested,
            first=first,
        )

    async def _end_what_is_lost(self, deploy: Deploy) -> None:
        """A machine that comes back after its deploy was given up must not go on changing the environment."""
        if deploy.state == "lost" and deploy.run and deploy.host == self._host:
            driver = self._places.driver(deploy)
            if (await driver.state(deploy.run)).phase in ("starting", "running"):
                await driver.cancel(deploy.run, GIVEN_UP)

    async def _adopted(self, deploy: Deploy) -> Deploy:
        """Go on with what another worker watched: one that handed it over, or one that died."""
        died = bool(deploy.watcher)
        steps = _shown(await self._places.driver(deploy).state(deploy.run)) or deploy.steps
        restarts = deploy.restarts + (1 if died else 0)
        return await self._saved(deploy.with_(watcher=self._watcher, restarts=restarts, steps=steps))

    async def _start(self, deploy: Deploy, *, begun: bool, first: bool = False) -> Deploy:
        """Have it run, once; the answer is over when that cannot be. begun: a part of it may run already; first: nobody
        has tried before.
        """
        now = self._clock.now()
        wish = (await self._store.get(deploy.id)).cancelled_by
        if wish and not begun:  # asked for while it was about to begin
            return await self._saved(
                deploy.with_(
                    state="cancelled", cancelled_by=wish, ended=now, run="", why="Nothing was started."
                )
            )
        driver = self._places.driver(deploy)
        try:
            run = await driver.start(self._order(deploy, first=first))
            if run != deploy.run:
                deploy = await self._saved(deploy.with_(run=run))
            if wish:
                await driver.cancel(deploy.run, wish)
            return deploy
        except Waits:
            return deploy  # its turn comes: the next look says when
        except OutsideUnavailable as error:
            if now - (deploy.started or now) < START_SECONDS:
                raise Later(2) from error
            await driver.cancel(deploy.run, GIVEN_UP)  # in case it begins after all
            why = f"{error} I tried for {round(START_SECONDS / 60)} minutes."
        except Refusal as error:
            why = f"{error} {error.hint or ''}".strip() + " Nothing was started."
        return await self._saved(deploy.with_(state="failed", ended=now, why=why))

    async def _watch(self, deploy: Deploy) -> AsyncIterator[Deploy]:
        driver = self._places.driver(deploy)
        began = last_line_at = self._clock.now()
        until = began + watched_for(await self._work.waiting(self._host))
        await self._store.see(deploy.id, began)
        state = await driver.state(deploy.run)
        unknown = state.phase == "lost" and not state.steps and _untouched(deploy)
        if state.phase == "starting" or unknown:  # killed between the record and the start
            deploy = await self._start(deploy, begun=not unknown)
            if deploy.over:
                yield deploy
                return
            state = await driver.state(deploy.run)
        elif deploy.cancelled_by:
            await driver.cancel(deploy.run, deploy.cancelled_by)
        while True:
            now = self._clock.now()
            shown = _shown(state)
            phases_changed = [(s.name, s.phase) for s in shown] != [(s.name, s.phase) for s in deploy.steps]
            if state.phase not in GOING:
                yield await self._ended(deploy, state, now)
                return
            if shown and (phases_changed or (shown != deploy.steps and now - last_line_at >= LINE_SECONDS)):
                last_line_at = now
                deploy = await self._saved(deploy.with_(steps=shown))
                yield deploy
            if now >= until or self._stopping.is_set():
                return
            await asyncio.sleep(LOOK_SECONDS)
            state = await driver.state(deploy.run)

    async def _look(self, deploy: Deploy) -> AsyncIterator[Deploy]:
        """One look at a run of another system, and a timer for the next."""
        driver = self._places.driver(deploy)
        now = self._clock.now()
        await self._store.see(deploy.id, now)
        state = await driver.state(deploy.run)
        wish = (await self._store.get(deploy.id)).cancelled_by
        if state.phase == "starting" and (not state.note or wish):
            deploy = await self._start(deploy, begun=False)
            if deploy.over:
                yield deploy
                await self._timers.cancel(look_of(deploy.id))
                return
            state = await driver.state(deploy.run)
        if wish and state.phase in GOING:
            await driver.cancel(deploy.run, wish)
        if state.phase not in GOING:
            yield await self._ended(deploy, state, now)
            await self._timers.cancel(look_of(deploy.id))
            return
        said = {
            "steps": _shown(state) or deploy.steps,
            "note": state.note,
            "link": state.link or deploy.link,
            "run": state.run or deploy.run,
        }
        if any(getattr(deploy, field) != value for field, value in said.items()):
            deploy = await self._saved(deploy.with_(**said))
            yield deploy
        await self._timers.at(
            look_of(deploy.id), now + max(state.look_in, SOONEST), TICK, {"deploy": deploy.id},
            thing=thing_of(deploy.id), request=deploy.request,
        )  # fmt: skip

    async def _ended(self, deploy: Deploy, state: RunState, now: float) -> Deploy:
        latest = await self._store.get(deploy.id)
        deploy = replace(deploy, cancelled_by=latest.cancelled_by)
        over = deploy.with_(
            state="lost" if state.phase == "vanished" else state.phase, ended=now, why=state.why, note="",
            link=state.link or deploy.link, run=state.run or deploy.run, rolled_back=state.rolled_back, watcher="",
            steps=_shown(state) or deploy.steps, untouched=state.untouched,
            telling=await self._telling(deploy, state),
            url=self._places.url(deploy.service, deploy.environment) if state.phase == "succeeded" else "",
        )  # fmt: skip
        standing = None
        if state.phase == "succeeded" and deploy.action is None:
            standing = Standing(deploy.commit, deploy.subject, deploy.id, now)
            if self.before_success is not None:
                over = await self.before_success(over)
        over = await self._saved(over, standing)
        await self._timers.cancel(guard_of(deploy.id))
        return over

    async def _telling(self, deploy: Deploy, state: RunState) -> str:
        """The few lines that the card shows of a failure."""
        broke = next((step.name for step in state.steps if step.phase == "failed"), None)
        driver = self._places.driver(deploy)
        if state.phase != "failed" or broke is None or not driver.local:
            return ""
        lines = of_step(await driver.output(deploy.run, LOOKED_AT), broke)
        return "\n".join(line[:LINE] for line in few(lines))

    async def _saved(self, deploy: Deploy, standing: Standing | None = None) -> Deploy:
        if not await self._store.save(deploy, standing=standing):
            # Another worker went on meanwhile; this one has nothing more to say about it.
            raise Later(0.2)
        return deploy

    async def _next(self, deploy: Deploy, job: Job) -> None:
        await self._work.add(
            TICK, {"deploy": deploy.id}, id=f"{deploy.id}:tick:{deploy.rev}", now=self._clock.now(),
            thing=thing_of(deploy.id), host=deploy.host, request=deploy.request,
        )  # fmt: skip


def watched_for(runs: int) -> float:
    """Seconds of a tick where so many runs of a machine are to be watched: nobody waits long for the turn of others."""
    return min(WATCH_SECONDS, ROUND_SECONDS * AT_ONCE / max(runs, 1))


def _untouched(deploy: Deploy) -> bool:
    """Whether no step of it was ever seen to begin."""
    return all(step.phase == "pending" for step in deploy.steps)


def _shown(state: RunState) -> tuple[StepShown, ...]:
    return tuple(StepShown(s.name, s.phase, s.started, s.ended, s.last_line) for s in state.steps)
