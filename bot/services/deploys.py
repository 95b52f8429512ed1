"""Deploys: planned, asked for, admitted, ended, looked at. What happens to them by themselves is in runs.py.

Longer than other files, because everything about deploys is put together here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.gates import Verdict
from bot.domain.outside import Heard, Stands, compared
from bot.domain.refs import check_ref
from bot.domain.rights import Holder
from bot.drivers import Driver
from bot.errors import Conflict
from bot.services.claims import Claims
from bot.services.decisions import Decisions
from bot.services.differences import Differences
from bot.services.facts import Around, Outside
from bot.services.freeing import Freeing
from bot.services.gates import Gates
from bot.services.guards import GUARD, GUARD_SECONDS, Guards
from bot.services.locks import Locks
from bot.services.mending import Mending
from bot.services.offers import Offers
from bot.services.oncall import OnCall
from bot.services.places import Places, step_names
from bot.services.rollbacks import Rollbacks
from bot.services.runs import CANCEL, TICK, Runs
from bot.services.verdicts import Verdicts
from bot.services.waiting import JUDGE, Waiting
from bot.services.waivers import check_waiver, reasoned
from bot.services.wanted import Wanted
from bot.services.watches import Watches
from bot.store.admission import Admission, Admissions, Kinds
from bot.store.deploys import DeployStore, Standing
from bot.store.locks import LockStore
from bot.store.streams import Work
from bot.store.timers import Timers

KINDS = Kinds(TICK, GUARD, JUDGE)
RECENT = 20  # deploys that are looked through for the last one of each environment
NOBODY = Outside()  # no system outside is set up
CONFIRM_SECONDS = 5.0  # how long a request waits for the claims to be confirmed


@dataclass(frozen=True)
class Plan:
    """What a deploy would do, and what is in its way."""

    deploy: Deploy
    standing: Standing | None
    steps: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Status:
    """One environment of a service. doubt: the last attempt there, where nobody knows what it left behind."""

    service: str
    environment: str
    standing: Standing | None
    running: Deploy | None
    doubt: Deploy | None = None
    url: str = ""  # where people find what stands there
    heard: Heard | None = None  # what the system there said last; None: it was never asked
    last: Deploy | None = None  # the last one that ran there and ended
    brought: Deploy | None = None  # what brought there what stands, where it is known

    @property
    def really(self) -> Stands:
        """What stands there, compared with what Grail knows."""
        if self.running is not None:
            return "known"
        stands = self.standing
        return compared(
            self.heard, stands.commit if stands else "", stands.since if stands else 0.0, self.last
        )


class Deploys:
    """host: the machine, as the streams name it. watcher: this very process; stopping: set when it is to end.

    confirms: whether this process may confirm claims itself: it is a worker, and sees the runs of its machine.
    outside: the systems that say how checks went, what tests cover, and which pages are open.
    """

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        admissions: Admissions,
        locks: LockStore,
        gates: Gates,
        holder: Callable[[str, str], Awaitable[Holder]],
        work: Work,
        timers: Timers,
        git: Git,
        drivers: Mapping[str, Driver],
        clock: Clock,
        host: str,
        watcher: str,
        stopping: asyncio.Event,
        confirms: bool = True,
        outside: Outside = NOBODY,
        oncall: OnCall | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._work = work
        self._git = git
        self._gates = gates
        self._clock = clock
        self._host = host
        self._confirms = confirms
        self._places = Places(config, drivers)
        self.runs = Runs(
            store=store, work=work, timers=timers, git=git, places=self._places, clock=clock, host=host,
            watcher=watcher, stopping=stopping,
        )  # fmt: skip
        self.guards = Guards(store=store, work=work, timers=timers, clock=clock)
        self._admissions = admissions
        self.verdicts = Verdicts(
            config=config, store=store, locks=locks, gates=gates, clock=clock,
            around=Around(config=config, store=store, git=git, outside=outside), oncall=oncall,
        )  # fmt: skip
        self.differences = Differences(store, git, self._places)
        self.waiting = Waiting(
            config=config, store=store, admissions=admissions, verdicts=self.verdicts, holder=holder, work=work,
            timers=timers, clock=clock, admit=self._admitted, brings=self.differences.brings,
        )  # fmt: skip
        self.decisions = Decisions(
            config=config,
            store=store,
            verdicts=self.verdicts,
            waiting=self.waiting,
            clock=clock,
            admit=self._admitted,
        )
        self.claims = Claims(
            config=config, store=store, work=work, timers=timers, drivers=drivers, clock=clock, host=host,
            watcher=watcher, resume=self.guards.resume, recall=self._recall,
        )  # fmt: skip
        keepers = Locks(locks, clock, timers, config)
        self.offers = Offers(config=config, locks=keepers, git=git, holder=holder, clock=clock)
        self.rollbacks = Rollbacks(
            store=store, git=git, locks=keepers, places=self._places, verdicts=self.verdicts, waiting=self.waiting,
            clock=clock, draft=self._back, cancel=self.cancel,
        )  # fmt: skip
        self.watches = Watches(
            config=config, store=store, rollbacks=self.rollbacks, drivers=drivers, timers=timers, clock=clock
        )
        self.mending = Mending(
            config=config, store=store, verdicts=self.verdicts, waiting=self.waiting, gates=gates, clock=clock,
            draft=self._asked,
        )  # fmt: skip
        self.runs.before_success = self._before_success
        self.runs.before_start = self._before_start
        # What else looks after timers that Redis may have lost.
        self.also_recalled: Callable[[], Awaitable[None]] | None = None
        self.freeing = Freeing(config=config, store=store, work=work, drivers=drivers, clock=clock, host=host)

    async def plan(self, wanted: Wanted, holder: Holder) -> Plan:
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
        verdict = await self.verdicts.of(deploy, holder)
        return Plan(deploy, standing, step_names(service, environment, wanted.action), verdict)

    async def request(self, wanted: Wanted, holder: Holder, *, park: bool = False) -> Deploy:
        """Begin it, or let it wait for its turn or its approval. The same request twice is one deploy.

        park: let it wait, also for the end of a lock or freeze. Raises Refusal with all that stands in the way.
        """
        known = await self._store.requested(wanted.request)
        if known is not None:
            return await self._store.get(known)
        plan = await self.plan(wanted, holder)
        return await self.waiting.ask(plan.deploy, holder, wanted.request, park=park)

    async def ship(self, wanted: Wanted, holder: Holder, reason: str) -> Deploy:
        """Begin it whatever can be waived: `waived` of the deploy says what was. The rest still has to be as it must.

        Raises Refusal for who may not, and for what nobody can waive. The same request twice is one deploy.
        """
        known = await self._store.requested(wanted.request)
        if known is not None:
            begun = await self._store.get(known)
        else:
            why = reasoned(holder, reason)
            plan = await self.plan(wanted, holder)
            check_waiver(self._config(), plan.deploy, holder, self._clock.now())
            gates = await self.decisions.waivable(plan.verdict, plan.deploy, holder)
            deploy = replace(plan.deploy, waived=tuple((gate, why) for gate in gates))
            begun = await self.waiting.ask(deploy, holder, wanted.request)
        await self._gates.waived(begun, begun.requested, holder)
        return begun

    async def waive(self, id: str, holder: Holder, reason: str) -> Deploy:
        """The same for a deploy that waits already."""
        deploy = await self.decisions.waive(id, holder, reason)
        await self._gates.waived(deploy, self._clock.now(), holder)
        return deploy

    async def _admitted(
        self, deploy: Deploy, *, request: str, queue: bool = False, passes: Sequence[str] = ()
    ) -> Admission:
        """The answer to a request; on a new Redis server only after every claim was confirmed."""
        config = self._config().version
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                while True:
                    now = self._clock.now()
                    admission = await self._admissions.admit(
                        deploy, now=now, request=request, look=now + GUARD_SECONDS, config=config, passes=passes,
                        queue=queue,
                    )  # fmt: skip
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
        if deploy.held:
            await self.waiting.call(deploy)
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

    async def _before_success(self, deploy: Deploy) -> Deploy:
        await self.rollbacks.before_success(deploy)
        return await self.watches.begins(deploy)

    async def _before_start(self, deploy: Deploy) -> str:
        why = await self.watches.still_stands(deploy)
        if not why:
            await self.watches.prepare(deploy)
        return why

    async def _recall(self) -> None:
        await self.waiting.recall()
        await self.watches.recall()
        if self.also_recalled is not None:
            await self.also_recalled()

    async def _asked(self, wanted: Wanted, holder: Holder) -> Deploy:
        return (await self.plan(wanted, holder)).deploy

    async def _back(self, wanted: Wanted, commit: Commit) -> Deploy:
        standing = (await self._store.standing(wanted.service)).get(wanted.environment)
        return self._drafted(wanted, commit.sha, commit, (), standing)

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
            request=wanted.trace or wanted.request, asker=wanted.asker, automatic=wanted.automatic,
            committed=commit.when or None, begins=wanted.begins, begins_said=wanted.begins_said,
        )  # fmt: skip


def _past(deploy: Deploy) -> str:
    return {"succeeded": "succeeded", "failed": "failed", "cancelled": "was cancelled", "lost": "was lost"}[
        deploy.state
    ]
