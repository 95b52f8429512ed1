"""Deploys: planned, asked for, admitted, ended, looked at. What happens to them by themselves is in runs.py."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.periods import duration
from bot.domain.refs import check_ref
from bot.drivers import Driver
from bot.errors import Conflict
from bot.services.claims import Claims
from bot.services.freeing import Freeing
from bot.services.places import Places, step_names
from bot.services.runs import CANCEL, GUARD, GUARD_SECONDS, TICK, Runs
from bot.store.deploys import Admission, DeployStore, Standing
from bot.store.streams import Work
from bot.store.timers import Timers

RECENT = 20  # deploys that are looked through for the last one of each environment
CONFIRM_SECONDS = 5.0  # how long a request waits for the claims to be confirmed


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
    """One environment of a service. doubt: the last attempt there, where nobody knows what it left behind."""

    service: str
    environment: str
    standing: Standing | None
    running: Deploy | None
    doubt: Deploy | None = None
    url: str = ""  # where people find what stands there


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
        self._git = git
        self._clock = clock
        self._host = host
        self._confirms = confirms
        self._places = Places(config, drivers)
        self.runs = Runs(
            store=store, work=work, timers=timers, git=git, places=self._places, clock=clock, host=host,
            watcher=watcher, stopping=stopping,
        )  # fmt: skip
        self.claims = Claims(
            config=config, store=store, work=work, timers=timers, drivers=drivers, clock=clock, host=host,
            watcher=watcher, resume=self.runs.resume,
        )  # fmt: skip

        self.freeing = Freeing(config=config, store=store, work=work, drivers=drivers, clock=clock, host=host)

    async def plan(self, wanted: Wanted) -> Plan:
        """All that is known about a deploy before it is admitted. Raises Refusal for what cannot be."""
        service, environment = self._places.at(wanted.service, wanted.environment)
        standing = (await self._store.standing(service.name)).get(environment.name)
        assumed: tuple[str, ...] = ()
        if wanted.action is not None:
            step_names(service, environment, wanted.action)
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
        return Plan(deploy, standing, running, step_names(service, environment, wanted.action))

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

    async def cancel(self, id: str, by: str, request: str = "") -> Deploy:
        """Ask for the end of a deploy; its card tells when it has ended. Raises Conflict when it is over already."""
        deploy = await self._store.get(id)
        if deploy.over:
            raise Conflict(
                f"{id} is over: it {_past(deploy)}.", code="over", hint="`status` shows what runs now."
            )
        await self._store.ask_cancel(id, by)
        deploy = await self._store.get(id)  # it may have begun meanwhile; what begins later sees the wish
        if deploy.run:
            await self._work.add(
                CANCEL, {"deploy": id, "by": by}, id=f"{id}:cancel", now=self._clock.now(), host=deploy.host or None,
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
        ended = [
            deploy for deploy in await self._store.recent(service, count=RECENT) if deploy.over and deploy.run
        ]
        answer = []
        for name in self._config().services[service].environments:
            holder = await self._store.running(service, name)
            running = await self._store.find(holder) if holder else None
            last = next((deploy for deploy in ended if deploy.environment == name), None)
            doubt = last if last is not None and last.in_doubt else None
            stands = standing.get(name)
            url = self._places.url(service, name) if stands else ""
            answer.append(Status(service, name, stands, running, doubt, url))
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
        if not deploy.run or deploy.host not in ("", self._host):
            return ""
        return await self._places.driver(deploy).output(deploy.run, lines)

    async def _busy(self, deploy: Deploy, holder: str) -> Conflict:
        running = await self._store.find(holder)
        if running is None:
            return Conflict(
                f"`{deploy.environment}` of `{deploy.service}` is held by {holder}, whose record cannot be read.",
                code="claimed",
                hint=f"`cancel {holder}` ends what runs of it, and frees the environment.",
            )
        at, of = running.place
        progress = f", at step {at} of {of}" if running.steps else ""
        since = f" since {duration(self._clock.now() - running.started)}" if running.started else ""
        return Conflict(
            f"{deploy.service} in {deploy.environment} is taken: {running.by_name} has {running.id} ({running.what}, "
            f"{running.short()}) running there{since}{progress}.",
            code="claimed",
            hint=f"Try again when it is over, or end it with `cancel {running.id}`.",
        )

    def _drafted(
        self, wanted: Wanted, ref: str, commit: Commit, assumed: tuple[str, ...], standing: Standing | None
    ) -> Deploy:
        driver = self._places.at(wanted.service, wanted.environment)[1].driver
        return Deploy(
            id="", service=wanted.service, environment=wanted.environment, ref=ref, commit=commit.sha,
            subject=commit.subject, author=commit.author, state="requested", by=wanted.by, by_user=wanted.by_user,
            by_name=wanted.by_name,
            team=wanted.team, channel=wanted.channel, requested=self._clock.now(), assumed=assumed,
            action=wanted.action, previous=standing.commit if standing else None,
            previous_subject=standing.subject if standing else "", driver=driver,
            request=wanted.trace or wanted.request,
        )  # fmt: skip


def _past(deploy: Deploy) -> str:
    return {"succeeded": "succeeded", "failed": "failed", "cancelled": "was cancelled", "lost": "was lost"}[
        deploy.state
    ]
