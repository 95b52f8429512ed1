"""Deploys: asked for, admitted, watched to their end.

`request` decides and remembers; a tick starts the run and watches it for a few seconds; ticks follow each other until
the deploy is over. Whatever dies in between, the next tick finds the run by the deploy's id and goes on.

It is longer than other files: one state machine, whose turns are to be read one after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config, Environment, Service
from bot.domain.deploys import Deploy, StepShown
from bot.domain.refs import check_ref
from bot.drivers import Driver, Order, RunState
from bot.errors import Conflict, NotFound, OutsideUnavailable, Refusal
from bot.services.claims import Claims
from bot.store.deploys import Admission, DeployStore, Standing, guard_of, thing_of
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers

TICK = "deploy.tick"
CANCEL = "deploy.cancel"
GUARD = "deploy.guard"
WATCH_SECONDS = 5.0  # one tick; well below the 10 s that nothing may run longer than
LOOK_SECONDS = 0.05  # how often a tick looks at its run
LINE_SECONDS = 1.0  # how often a new last line alone is worth a new revision
GUARD_SECONDS = 60.0
START_SECONDS = 120.0  # how long a start is tried while git or the machine refuses
CONFIRM_SECONDS = 5.0  # how long a request waits for the claims to be confirmed
GIVEN_UP = "Grail, which had given it up"
HOST_SILENT_SECONDS = 900.0  # a machine that says nothing for so long is taken for gone


@dataclass(frozen=True)
class Wanted:
    """What a person asked for. `ref` None: the environment's own, else the main branch."""

    service: str
    environment: str
    ref: str | None
    action: str | None
    by: str
    by_user: str
    by_name: str
    team: str
    channel: str
    request: str  # what was asked, once: the same request is the same deploy
    trace: str = ""  # the request id in logs


@dataclass(frozen=True)
class Plan:
    """What a deploy would do, and what is in its way."""

    deploy: Deploy
    standing: Standing | None
    running: Deploy | None
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """One environment of a service."""

    service: str
    environment: str
    standing: Standing | None
    running: Deploy | None


class Deploys:
    """host: the machine, as the streams name it. watcher: this very process; stopping: set when it is to end.

    confirms: whether this process may confirm claims itself: it is a worker, and sees the runs of its machine.
    """

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        work: Work,
        timers: Timers,
        git: Git,
        drivers: Mapping[str, Driver],
        clock: Clock,
        host: str,
        watcher: str,
        stopping: asyncio.Event,
        confirms: bool = True,
    ) -> None:
        self._config = config
        self._store = store
        self._work = work
        self._timers = timers
        self._git = git
        self._drivers = drivers
        self._clock = clock
        self._host = host
        self._watcher = watcher
        self._stopping = stopping
        self._confirms = confirms
        self.claims = Claims(
            config=config, store=store, work=work, timers=timers, drivers=drivers, clock=clock, watcher=watcher,
            resume=self._resume,
        )  # fmt: skip

    # What people ask

    async def plan(self, wanted: Wanted) -> Plan:
        """All that is known about a deploy before it is admitted. Raises Refusal for what cannot be."""
        service, environment = self._place(wanted.service, wanted.environment)
        standing = (await self._store.standing(service.name)).get(environment.name)
        assumed: tuple[str, ...] = ()
        if wanted.action is not None:
            _step_names(service, environment, wanted.action)
            if standing is None:
                raise Conflict(
                    f"Nothing is deployed to `{environment.name}` yet, so there is nothing to {wanted.action}.",
                    code="nothing-there",
                    hint=f"Say `deploy {service.name} to {environment.name}` first.",
                )
            ref, commit = (
                standing.commit,
                await self._git.commit(service.repository, standing.commit, name=service.name),
            )
        else:
            ref = check_ref(wanted.ref) if wanted.ref else (environment.ref or service.main)
            assumed = () if wanted.ref else ("ref",)
            commit = await self._git.commit(service.repository, ref, name=service.name)
        deploy = self._drafted(wanted, ref, commit, assumed, standing)
        holder = await self._store.running(service.name, environment.name)
        running = await self._store.find(holder) if holder else None
        return Plan(deploy, standing, running, _step_names(service, environment, wanted.action))

    async def request(self, wanted: Wanted) -> Deploy:
        """Admit it and begin. The same request twice is one deploy. Raises Conflict when another one runs there."""
        known = await self._store.requested(wanted.request)
        if known is not None:
            return await self._store.get(known)
        plan = await self.plan(wanted)
        admission = await self._admitted(plan.deploy, wanted.request)
        if admission.outcome == "refused":
            raise await self._busy(plan.deploy, admission.deploy)
        return await self._store.get(admission.deploy)

    async def _admitted(self, deploy: Deploy, request: str) -> Admission:
        """The answer to a request; on a new Redis server only after every claim was confirmed."""
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                while True:
                    look = self._clock.now() + GUARD_SECONDS
                    admission = await self._store.admit(
                        deploy, request=request, tick=TICK, guard=GUARD, look=look
                    )
                    if admission.outcome != "unconfirmed":
                        return admission
                    if not self._confirms or not await self.claims.confirm():
                        await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise Conflict(
                "Redis is another server than a moment ago, and I am still confirming what runs: nothing was changed.",
                code="confirming",
                hint="Try again in a minute.",
            ) from error

    async def _resume(self, deploy: Deploy, id: str) -> None:
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

    async def cancel(self, id: str, by: str, request: str = "") -> Deploy:
        """Ask for the end of a deploy; its card tells when it has ended. Raises Conflict when it is over already."""
        deploy = await self._store.get(id)
        if deploy.over:
            raise Conflict(
                f"{id} is over: it {_past(deploy)}.", code="over", hint="`status` shows what runs now."
            )
        await self._store.ask_cancel(id, by)
        deploy = await self._store.get(id)  # it may have begun meanwhile; what begins later sees the wish
        if deploy.host:
            await self._work.add(
                CANCEL, {"deploy": id, "by": by}, id=f"{id}:cancel", now=self._clock.now(), host=deploy.host,
                request=request,
            )  # fmt: skip
        return deploy

    async def get(self, id: str) -> Deploy:
        return await self._store.get(id)

    async def find(self, id: str) -> Deploy | None:
        return await self._store.find(id)

    async def recent(self, service: str, *, count: int = 10, start: int = 0) -> list[Deploy]:
        return await self._store.recent(service, count=count, start=start)

    async def status(self, service: str) -> list[Status]:
        """What stands and what runs in each environment of a service."""
        standing = await self._store.standing(service)
        answer = []
        for name in self._config().services[service].environments:
            holder = await self._store.running(service, name)
            running = await self._store.find(holder) if holder else None
            answer.append(Status(service, name, standing.get(name), running))
        return answer

    async def branches(self, service: str | None, email: str) -> list[str]:
        """The branches of a service's repository (of the first one, without a service): this person's own first."""
        services = self._config().services
        found = services.get(service or "") or next(iter(services.values()), None)
        if found is None:
            return []
        branches = await self._git.branches(found.repository, name=found.name)
        return [branch.name for branch in sorted(branches, key=lambda branch: branch.commit.email != email)]

    async def output(self, id: str, lines: int | None = None) -> str:
        """What the run printed, masked. Empty when it ran on another machine, or never began."""
        deploy = await self._store.get(id)
        if not deploy.run or deploy.host != self._host:
            return ""
        return await self._driver(deploy).output(deploy.run, lines)

    # What happens by itself

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
        elif deploy.host != self._host:
            await self._next(deploy, job)
            return
        elif deploy.watcher != self._watcher:
            deploy = await self._adopted(deploy)
            yield deploy
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
            await self._driver(deploy).cancel(deploy.run, job.body["by"])

    async def guard(self, job: Job) -> Deploy | None:
        """Look after a deploy from outside: the end of a machine must not hold an environment for ever."""
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
            await self._resume(deploy, f"{deploy.id}:tick:{deploy.rev}:{int(seen)}")
        elif called is not None and silent >= HOST_SILENT_SECONDS and now - called >= GUARD_SECONDS:
            return await self._given_up(deploy, now, round(silent / 60))
        else:
            await self._look_again(deploy, now)
        return None

    async def _given_up(self, deploy: Deploy, now: float, minutes: int) -> Deploy:
        if not deploy.run:
            why = f"No worker has begun it for {minutes} minutes. Nothing was started."
            return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        why = f"The machine that ran it has not been heard of for {minutes} minutes."
        return await self._saved(deploy.with_(state="lost", ended=now, why=why))

    async def _begin(self, deploy: Deploy) -> Deploy:
        now = self._clock.now()
        if deploy.cancelled_by:
            return await self._saved(deploy.with_(state="cancelled", ended=now, why="Nothing was started."))
        try:
            service, environment = self._place(deploy.service, deploy.environment)
            names = _step_names(service, environment, deploy.action)
            if deploy.action is None:
                moved = await self._git.commit(service.repository, deploy.ref, name=service.name)
                if moved.sha != deploy.commit:
                    why = (
                        f"`{deploy.ref}` moved from {deploy.short()} to {moved.sha[:7]} before the start: nothing was "
                        "started. Deploy again to take the new commit."
                    )
                    return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        except OutsideUnavailable as error:
            if now - deploy.requested < START_SECONDS:
                raise Later(2) from error
            why = f"{error} I tried for {round((now - deploy.requested) / 60)} minutes. Nothing was started."
            return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        except Refusal as error:
            return await self._saved(
                deploy.with_(state="failed", ended=now, why=f"{error} Nothing was started.")
            )
        # The record says where it runs before anything is started: whoever dies now, the next tick asks that machine.
        deploy = await self._saved(
            deploy.with_(
                state="running",
                host=self._host,
                run=deploy.id,
                watcher=self._watcher,
                started=now,
                steps=tuple(StepShown(name, "pending") for name in names),
            )
        )
        return await self._start(deploy, begun=False)

    async def _end_what_is_lost(self, deploy: Deploy) -> None:
        """A machine that comes back after its deploy was given up must not go on changing the environment."""
        if deploy.state == "lost" and deploy.run and deploy.host == self._host:
            driver = self._driver(deploy)
            if (await driver.state(deploy.run)).phase in ("starting", "running"):
                await driver.cancel(deploy.run, GIVEN_UP)

    async def _adopted(self, deploy: Deploy) -> Deploy:
        """Go on with what another worker watched: one that handed it over, or one that died."""
        died = bool(deploy.watcher)
        steps = _shown(await self._driver(deploy).state(deploy.run)) or deploy.steps
        restarts = deploy.restarts + (1 if died else 0)
        return await self._saved(deploy.with_(watcher=self._watcher, restarts=restarts, steps=steps))

    async def _start(self, deploy: Deploy, *, begun: bool) -> Deploy:
        """Have it run, once; the answer is over when that cannot be. begun: a part of it may run already."""
        now = self._clock.now()
        wish = (await self._store.get(deploy.id)).cancelled_by
        if wish and not begun:  # asked for while it was about to begin
            return await self._saved(
                deploy.with_(
                    state="cancelled", cancelled_by=wish, ended=now, run="", why="Nothing was started."
                )
            )
        driver = self._driver(deploy)
        try:
            service, environment = self._place(deploy.service, deploy.environment)
            await driver.start(
                Order(
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
                )
            )
            if wish:
                await driver.cancel(deploy.run, wish)
            return deploy
        except OutsideUnavailable as error:
            if now - (deploy.started or now) < START_SECONDS:
                raise Later(2) from error
            await driver.cancel(deploy.run, GIVEN_UP)  # in case it begins after all
            why = f"{error} I tried for {round(START_SECONDS / 60)} minutes."
        except Refusal as error:
            why = f"{error} Nothing was started."
        return await self._saved(deploy.with_(state="failed", ended=now, why=why))

    async def _watch(self, deploy: Deploy) -> AsyncIterator[Deploy]:
        driver = self._driver(deploy)
        began = last_line_at = self._clock.now()
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
            ended = state.phase not in ("starting", "running")
            if ended:
                yield await self._ended(deploy, state, now)
                return
            if shown and (phases_changed or (shown != deploy.steps and now - last_line_at >= LINE_SECONDS)):
                last_line_at = now
                deploy = await self._saved(deploy.with_(steps=shown))
                yield deploy
            if now - began >= WATCH_SECONDS or self._stopping.is_set():
                return
            await asyncio.sleep(LOOK_SECONDS)
            state = await driver.state(deploy.run)

    async def _ended(self, deploy: Deploy, state: RunState, now: float) -> Deploy:
        latest = await self._store.get(deploy.id)
        deploy = replace(deploy, cancelled_by=latest.cancelled_by)
        over = deploy.with_(
            state=state.phase, ended=now, why=state.why, rolled_back=state.rolled_back, watcher="",
            steps=_shown(state) or deploy.steps,
        )  # fmt: skip
        standing = None
        if state.phase == "succeeded" and deploy.action is None:
            standing = Standing(deploy.commit, deploy.subject, deploy.id, now)
        over = await self._saved(over, standing)
        await self._timers.cancel(guard_of(deploy.id))
        return over

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

    async def _busy(self, deploy: Deploy, holder: str) -> Conflict:
        running = await self._store.find(holder)
        if running is None:
            return Conflict(
                f"`{deploy.environment}` of `{deploy.service}` is held by {holder}, whose record cannot be read.",
                code="claimed",
                hint="An admin has to look at it.",
            )
        at, of = running.place
        progress = f", at step {at} of {of}" if running.steps else ""
        return Conflict(
            f"{running.id} ({running.what}, {running.short()}, by {running.by_name}) is running there{progress}.",
            code="claimed",
            hint=f"Try again when it is over, or end it with `cancel {running.id}`.",
        )

    def _drafted(
        self, wanted: Wanted, ref: str, commit: Commit, assumed: tuple[str, ...], standing: Standing | None
    ) -> Deploy:
        driver = self._place(wanted.service, wanted.environment)[1].driver
        return Deploy(
            id="", service=wanted.service, environment=wanted.environment, ref=ref, commit=commit.sha,
            subject=commit.subject, author=commit.author, state="requested", by=wanted.by, by_user=wanted.by_user,
            by_name=wanted.by_name,
            team=wanted.team, channel=wanted.channel, requested=self._clock.now(), assumed=assumed,
            action=wanted.action, previous=standing.commit if standing else None,
            previous_subject=standing.subject if standing else "", driver=driver,
            request=wanted.trace or wanted.request,
        )  # fmt: skip

    def _place(self, service: str, environment: str) -> tuple[Service, Environment]:
        found = self._config().services.get(service)
        if found is None:
            raise NotFound(f"There is no service `{service}`.", code="no-such-service")
        if environment not in found.environments:
            raise NotFound(f"`{service}` has no environment `{environment}`.", code="no-such-environment")
        return found, found.environments[environment]

    def _driver(self, deploy: Deploy) -> Driver:
        return self._drivers[deploy.driver]


def _untouched(deploy: Deploy) -> bool:
    """Whether no step of it was ever seen to begin."""
    return all(step.phase == "pending" for step in deploy.steps)


def _past(deploy: Deploy) -> str:
    return {"succeeded": "succeeded", "failed": "failed", "cancelled": "was cancelled", "lost": "was lost"}[
        deploy.state
    ]


def _step_names(service: Service, environment: Environment, action: str | None) -> tuple[str, ...]:
    """Raises NotFound where there is no such action (any more)."""
    recipe = environment.recipe
    if action is None:
        return ("checkout", *(step.name for step in (*recipe.prepare, *recipe.deploy, *recipe.check)))
    if action not in recipe.actions:
        raise NotFound(
            f"`{service.name}` has no action `{action}` in `{environment.name}`.", code="no-such-action"
        )
    return ("checkout", *(step.name for step in recipe.actions[action]))


def _shown(state: RunState) -> tuple[StepShown, ...]:
    return tuple(StepShown(s.name, s.phase, s.started, s.ended, s.last_line) for s in state.steps)
