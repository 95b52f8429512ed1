"""What becomes of deploys by themselves, and where it is shown: the card, its thread, and who is told."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.authors import ARRIVED
from bot.services.freeing import FREE
from bot.services.gates import FOLLOW
from bot.services.guards import GUARD
from bot.services.noted import Noted
from bot.services.runs import CANCEL, TICK
from bot.services.waiting import JUDGE, WAKE
from bot.services.watches import PROBE, WATCH
from bot.slack.operations import OperationsChannel
from bot.slack.outbox import Outbox
from bot.slack.views import authors as author_views
from bot.slack.views import deploy as deploy_views
from bot.slack.views import deploys as list_views
from bot.slack.views import gates as gate_views
from bot.slack.views import lock as lock_views
from bot.slack.views import thread as thread_views
from bot.slack.views import waiting as waiting_views
from bot.slack.views import watched as watched_views
from bot.store.streams import Job
from bot.store.timers import Timers

log = structlog.get_logger()

LOOKED_AT = 2_000  # lines of output in which a failure is looked for
NOTICE = "notice"


class DeployCards:
    def __init__(
        self,
        *,
        services: Services,
        outbox: Outbox,
        timers: Timers,
        channel: OperationsChannel,
        noted: Noted,
        clock: Clock,
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._timers = timers
        self._channel = channel
        self._noted = noted
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {
            TICK: self._tick,
            CANCEL: self._services.deploys.runs.end,
            GUARD: self._guard,
            JUDGE: self._judge,
            WAKE: self._services.deploys.waiting.wake,
            WATCH: self._watch,
            PROBE: self._services.deploys.watches.probe,
            FOLLOW: self._follow_up,
            FREE: self._free,
            ARRIVED: self._authors,
            NOTICE: self._told,
        }

    async def _tick(self, job: Job) -> None:
        before: Deploy | None = None
        async for deploy in self._services.deploys.runs.tick(job):
            await self._show(deploy, before)
            before = deploy
        if before is None:
            await self._unreadable(job)

    async def _guard(self, job: Job) -> None:
        await self._unreadable(job)
        lost = await self._services.deploys.guards.look(job)
        if lost is not None:
            await self._show(lost, None)

    async def _judge(self, job: Job) -> None:
        async for deploy in self._services.deploys.waiting.judge(job):
            await self._show(deploy, None)
            if deploy.asked_at is not None and deploy.by_user:
                turn = f"turn:{deploy.id}:{int(deploy.asked_at)}"
                await self._outbox.direct(turn, deploy.by_user, waiting_views.turn(deploy))
            late = deploy.begins is not None and deploy.begins <= self._clock.now() and deploy.held
            if late and deploy.by_user:
                await self._outbox.direct(f"late:{deploy.id}", deploy.by_user, waiting_views.late(deploy))

    async def _watch(self, job: Job) -> None:
        """What a look at a deploy that succeeded came to; all of it may be done twice, and is told once."""
        looked = await self._services.deploys.watches.look(job)
        if looked is None:
            return
        deploy = looked.after
        if looked.loud and deploy.watched is not None:
            await self._noted.watched(deploy)
            state = deploy.watched.state.replace(" ", "-")
            message, id = watched_views.loud(deploy), f"watch:{deploy.id}:{state}"
            await self._outbox.say(id, self._services.config().channels.operations, message)
            if deploy.by_user and deploy.watched.state != "unjudged":
                await self._outbox.direct(f"{id}:by", deploy.by_user, message)
        if (line := watched_views.line(deploy)) is not None:
            await self._outbox.line(f"deploy:{deploy.id}:watch", f"deploy:{deploy.id}", line)
        await self._services.deploys.watches.keep(looked)
        await self._show(deploy, looked.before)

    async def _follow_up(self, job: Job) -> None:
        """Nobody has looked into a waiver until the next working morning: operations are reminded, once."""
        one = await self._services.gates.due(job)
        if one is not None:
            operations = self._services.config().channels.operations
            await self._outbox.say(f"follow:{one.deploy}", operations, gate_views.reminder(one))

    async def _unreadable(self, job: Job) -> None:
        """If somebody broke the record of a deploy that holds an environment, operations have to know."""
        claim = await self._services.deploys.freeing.held(job.body["deploy"])
        if claim is not None:
            log.error(
                "deploy.unreadable", id=claim.deploy, service=claim.service, environment=claim.environment
            )
            await self._channel.unreadable(claim)

    async def _free(self, job: Job) -> None:
        claim = await self._services.deploys.freeing.free(job)
        if claim is not None:
            log.warning("deploy.freed", id=claim.deploy, by=job.body["by"])
            await self._noted.freed(claim)
            await self._channel.freed(claim, job.body["by"])

    async def _show(self, deploy: Deploy, before: Deploy | None) -> None:
        now = self._clock.now()
        card = f"deploy:{deploy.id}"
        if before is None or before.state != deploy.state:
            log.info("deploy", id=deploy.id, what=deploy.what, state=deploy.state)
            await self._noted.deploy(deploy)
        team = self._services.config().services.get(deploy.service)
        otherwise = [self._services.config().teams[team.team].channel] if team else []
        await self._outbox.card(
            card,
            deploy.channel,
            deploy_views.card(deploy, now),
            version=deploy.rev,
            shows=deploy_views.shows(deploy),
            otherwise=otherwise,
        )
        if deploy.state == "waiting" and deploy.brings is not None and deploy.brings.cut:
            whole = await self._services.deploys.differences.text(deploy)
            if whole:
                name = f"{deploy.service}-{deploy.environment}-{deploy.id}.txt"
                title = f"All that {deploy.id} brings"
                await self._outbox.file(f"{card}:brings:{deploy.fingerprint}", card, name, whole, title=title)
        said_before = {id for id, _ in thread_views.lines(before)} if before else set()
        for id, line in thread_views.lines(deploy):
            if id not in said_before:
                await self._outbox.line(f"{card}:{id}", card, line)
        if deploy.over and (before is None or not before.over):
            await self._over(deploy, card)

    async def _over(self, deploy: Deploy, card: str) -> None:
        if deploy.state in ("failed", "lost"):
            output = await self._services.deploys.output(deploy.id, LOOKED_AT)
            if deploy.run:  # with the steps: see thread_lines
                await self._outbox.line(f"{card}:output", card, thread_views.failure(deploy, output))
        if deploy.in_doubt:
            operations = self._services.config().channels.operations
            await self._outbox.say(f"doubt:{deploy.id}", operations, list_views.in_doubt(deploy))
        for gate in await self._services.gates.ended(deploy):
            operations = self._services.config().channels.operations
            await self._outbox.say(gate_views.mark(gate), operations, gate_views.demotion(gate))
        if (lock := await self._services.deploys.rollbacks.lock_of(deploy)) is not None:
            await self._noted.lock(lock, "locked", deploy=deploy.id)
            await self._outbox.card(lock_views.card_of(lock), lock.channel, lock_views.card(lock), version=1)
        if (offered := await self._services.deploys.offers.after(deploy)) is not None:
            message = lock_views.offered(deploy, offered.lock)
            await self._outbox.ephemeral(f"offer:{deploy.id}", deploy.channel, deploy.by_user, message)
        await self._tell(deploy)
        await self._services.authors.over(deploy)
        metrics.DEPLOYS.labels(deploy.service, deploy.environment, deploy.state).inc()

    async def _tell(self, deploy: Deploy) -> None:
        """A direct message to whoever asked for it, if they want one, after their quiet hours."""
        if not deploy.by_user or deploy.channel.startswith("D"):
            return
        when = await self._services.people.when_to_tell(
            deploy.team, deploy.by_user, "deploys", failed=deploy.state != "succeeded"
        )
        if when is None:
            return
        body = {"deploy": deploy.id}
        if when <= self._clock.now():
            await self._notice(body)
        else:
            await self._timers.at(f"notice:{deploy.id}", when, NOTICE, body, request=deploy.request)

    async def _authors(self, job: Job) -> None:
        """Directly to whoever wrote what a deploy brought into production."""
        async for one in self._services.authors.told(job):
            id = f"authors:{one.deploy.id}:{one.person.who}"
            await self._outbox.direct(id, one.person.user_id, author_views.arrived(one))

    async def _told(self, job: Job) -> None:
        await self._notice(job.body)

    async def _notice(self, body: Mapping[str, Any]) -> None:
        deploy = await self._services.deploys.get(body["deploy"])
        posted = await self._outbox.where(f"deploy:{deploy.id}")
        message = deploy_views.notice(deploy, posted.channel if posted else deploy.channel)
        await self._outbox.direct(f"notice:{deploy.id}", deploy.by_user, message)
