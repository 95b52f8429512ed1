"""Deploys: asked for, admitted, watched to their end.

`request` decides and remembers; a tick starts the run and watches it for a few seconds; ticks follow each other until
the deploy is over. Whatever dies in between, the next tick finds the run by the deploy's id and goes on.
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
from bot.store.deploys import DeployStore, Standing
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers

TICK = "deploy.tick"
CANCEL = "deploy.cancel"
GUARD = "deploy.guard"
WATCH_SECONDS = 5.0  # one tick; well below the 10 s that nothing may run longer than
LOOK_SECONDS = 0.05  # how often a tick looks at its run
LINE_SECONDS = 1.0  # how often a new last line alone is worth a new revision
GUARD_SECONDS = 60.0
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
    request: str


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
    """host: the machine, as the streams name it. watcher: this very process; stopping: set when it is to end."""

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

    # What people ask

    async def plan(self, wanted: Wanted) -> Plan:
        """All that is known about a deploy before it is admitted. Raises Refusal for what cannot be."""
        service, environment = self._place(wanted.service, wanted.environment)
        standing = (await self._store.standing(service.name)).get(environment.name)
        assumed: tuple[str, ...] = ()
        if wanted.action is not None:
            if wanted.action not in environment.recipe.actions:
                raise NotFound(
                    f"`{service.name}` has no action `{wanted.action}` in `{environment.name}`.",
                    code="no-such-action",
                )
            if standing is None:
                raise Conflict(
                    f"Nothing is deployed to `{environment.name}` yet, so there is nothing to {wanted.action}.",
                    code="nothing-there",
                    hint=f"Say `deploy {service.name} to {environment.name}` first.",
                )
            ref, commit = standing.commit, await self._git.commit(service.repository, standing.commit, name=service.name)
        else:
            ref = check_ref(wanted.ref) if wanted.ref else (environment.ref or service.main)
            assumed = () if wanted.ref else ("ref",)
            commit = await self._git.commit(service.repository, ref, name=service.name)
        deploy = self._drafted(wanted, ref, commit, assumed, standing)
        holder = await self._store.running(service.name, environment.name)
        running = await self._store.find(holder) if holder else None
        return Plan(deploy, standing, running, _step_names(environment, wanted.action))

    async def request(self, wanted: Wanted) -> Deploy:
        """Admit it and begin. The same request twice is one deploy. Raises Conflict when another one runs there."""
        plan = await self.plan(wanted)
        admission = await self._store.admit(plan.deploy, request=wanted.request)
        if admission.outcome == "refused":
            raise await self._busy(plan.deploy, admission.deploy)
        deploy = await self._store.get(admission.deploy)
        now = self._clock.now()
        # Said again after a crash: both are no-ops when they were said before.
        await self._work.add(
            TICK, {"deploy": deploy.id}, id=f"{deploy.id}:tick:0", now=now, thing=_thing(deploy.id)
        )
        await self._timers.at(f"guard:{deploy.id}", now + GUARD_SECONDS, GUARD, {"deploy": deploy.id})
        return deploy

    async def cancel(self, id: str, by: str) -> Deploy:
        """Ask for the end of a deploy; its card tells when it has ended. Raises Conflict when it is over already."""
        deploy = await self._store.get(id)
        if deploy.over:
            raise Conflict(
                f"{id} is over: it {_past(deploy)}.", code="over", hint="`status` shows what runs now."
            )
        await self._store.ask_cancel(id, by)
        if deploy.host:
            await self._work.add(
                CANCEL, {"deploy": id, "by": by}, id=f"{id}:cancel", now=self._clock.now(), host=deploy.host
            )
        return await self._store.get(id)

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
        if now - seen < HOST_SILENT_SECONDS:
            await self._timers.at(f"guard:{deploy.id}", now + GUARD_SECONDS, GUARD, {"deploy": deploy.id})
            return None
        minutes = round((now - seen) / 60)
        why = f"The machine that ran it has not been heard of for {minutes} minutes."
        return await self._saved(deploy.with_(state="lost", ended=now, why=why))

    async def _begin(self, deploy: Deploy) -> Deploy:
        now = self._clock.now()
        if deploy.cancelled_by:
            return await self._saved(deploy.with_(state="cancelled", ended=now, why="Nothing was started."))
        try:
            service, environment = self._place(deploy.service, deploy.environment)
            if deploy.action is None:
                moved = await self._git.commit(service.repository, deploy.ref, name=service.name)
                if moved.sha != deploy.commit:
                    why = (
                        f"`{deploy.ref}` moved from {deploy.short()} to {moved.sha[:7]} before the start: nothing was "
                        "started. Deploy again to take the new commit."
                    )
                    return await self._saved(deploy.with_(state="failed", ended=now, why=why))
        except OutsideUnavailable as error:
            raise Later(2) from error
        except Refusal as error:
            return await self._saved(
                deploy.with_(state="failed", ended=now, why=f"{error} Nothing was started.")
            )
        # The record says where it runs before anything is started: whoever dies now, the next tick asks that machine.
        steps = tuple(StepShown(name, "pending") for name in _step_names(environment, deploy.action))
        deploy = await self._saved(
            deploy.with_(
                state="running",
                host=self._host,
                run=deploy.id,
                watcher=self._watcher,
                started=now,
                steps=steps,
            )
        )
        await self._start(deploy)
        return deploy

    async def _end_what_is_lost(self, deploy: Deploy) -> None:
        """A machine that comes back after its deploy was given up must not go on changing the environment."""
        if deploy.state == "lost" and deploy.run and deploy.host == self._host:
            driver = self._driver(deploy)
            if (await driver.state(deploy.run)).phase in ("starting", "running"):
                await driver.cancel(deploy.run, "Grail, which had given it up")

    async def _adopted(self, deploy: Deploy) -> Deploy:
        """Go on with what another worker watched: one that handed it over, or one that died."""
        died = bool(deploy.watcher)
        steps = _shown(await self._driver(deploy).state(deploy.run)) or deploy.steps
        restarts = deploy.restarts + (1 if died else 0)
        return await self._saved(deploy.with_(watcher=self._watcher, restarts=restarts, steps=steps))

    async def _start(self, deploy: Deploy) -> None:
        service, environment = self._place(deploy.service, deploy.environment)
        await self._driver(deploy).start(
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

    async def _watch(self, deploy: Deploy) -> AsyncIterator[Deploy]:
        driver = self._driver(deploy)
        began = last_line_at = self._clock.now()
        state = await driver.state(deploy.run)
        if state.phase == "starting":
            await self._start(deploy)  # killed between the record and the start
        if deploy.cancelled_by:
            await driver.cancel(deploy.run, deploy.cancelled_by)
        await self._store.see(deploy.id, began)
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
        await self._timers.cancel(f"guard:{deploy.id}")
        return await self._saved(over, standing)

    async def _saved(self, deploy: Deploy, standing: Standing | None = None) -> Deploy:
        if not await self._store.save(deploy, standing=standing):
            # Another worker went on meanwhile; this one has nothing more to say about it.
            raise Later(0.2)
        return deploy

    async def _next(self, deploy: Deploy, job: Job) -> None:
        await self._work.add(
            TICK, {"deploy": deploy.id}, id=f"{deploy.id}:tick:{deploy.rev}", now=self._clock.now(),
            thing=_thing(deploy.id), host=deploy.host, request=job.request,
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
        return Deploy(
            id="", service=wanted.service, environment=wanted.environment, ref=ref, commit=commit.sha,
            subject=commit.subject, author=commit.author, state="requested", by=wanted.by, by_user=wanted.by_user,
            by_name=wanted.by_name,
            team=wanted.team, channel=wanted.channel, requested=self._clock.now(), assumed=assumed,
            action=wanted.action, previous=standing.commit if standing else None,
            previous_subject=standing.subject if standing else "", request=wanted.request,
        )  # fmt: skip

    def _place(self, service: str, environment: str) -> tuple[Service, Environment]:
        found = self._config().services.get(service)
        if found is None:
            raise NotFound(f"There is no service `{service}`.", code="no-such-service")
        if environment not in found.environments:
            raise NotFound(f"`{service}` has no environment `{environment}`.", code="no-such-environment")
        return found, found.environments[environment]

    def _driver(self, deploy: Deploy) -> Driver:
        return self._drivers[self._place(deploy.service, deploy.environment)[1].driver]


def _thing(id: str) -> str:
    return f"deploy:{id}"


def _past(deploy: Deploy) -> str:
    return {"succeeded": "succeeded", "failed": "failed", "cancelled": "was cancelled", "lost": "was lost"}[
        deploy.state
    ]


def _step_names(environment: Environment, action: str | None) -> tuple[str, ...]:
    recipe = environment.recipe
    if action is not None:
        return ("checkout", *(step.name for step in recipe.actions[action]))
    return ("checkout", *(step.name for step in (*recipe.prepare, *recipe.deploy, *recipe.check)))


def _shown(state: RunState) -> tuple[StepShown, ...]:
    return tuple(StepShown(s.name, s.phase, s.started, s.ended, s.last_line) for s in state.steps)
