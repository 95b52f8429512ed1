"""What is taken from the streams, and what it becomes: which work, done by whom, said where.

Longer than other files: one method for each kind of work.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot import metrics
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.services import Services
from bot.services.authors import ARRIVED
from bot.services.coverage_reports import COVERAGE
from bot.services.freeing import FREE
from bot.services.gates import FOLLOW
from bot.services.guards import GUARD
from bot.services.hooks import GITHUB
from bot.services.locks import ENDS, REMIND, SHIFT
from bot.services.noted import Noted
from bot.services.operations import CONFIRMED, REVIVED
from bot.services.runs import CANCEL, TICK
from bot.services.standing import ASK
from bot.services.waiting import JUDGE, WAKE
from bot.services.watches import WATCH
from bot.slack import Ask, File, Message, Reply
from bot.slack.effects import Effects
from bot.slack.operations import OperationsChannel
from bot.slack.outbox import Outbox
from bot.slack.payloads import values_at_first
from bot.slack.router import Router
from bot.slack.views import authors as author_views
from bot.slack.views import deploy as deploy_views
from bot.slack.views import deploys as list_views
from bot.slack.views import gates as gate_views
from bot.slack.views import lock as lock_views
from bot.slack.views import thread as thread_views
from bot.slack.views import waiting as waiting_views
from bot.slack.views import watched as watched_views
from bot.slack.views.refusal import broken
from bot.slack.views.text import said
from bot.store.inbox import Inbox
from bot.store.schedules import Schedule
from bot.store.streams import Job, Later
from bot.store.timers import Timers

log = structlog.get_logger()

LOOKED_AT = 2_000  # lines of output in which a failure is looked for
NOTICE = "notice"
CHANGED = "config.changed"
HEAD = "audit.head"
FIRST_SECONDS = 120.0  # how long a repetition waits for the answer to the first; all of its tries take less
Handler = Callable[[Job], Awaitable[None]]


class Jobs:
    """Each method takes one kind of work. A job may come twice: everything it does has an id of its own."""

    def __init__(
        self,
        *,
        router: Router,
        services: Services,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        channel: OperationsChannel,
        clock: Clock,
        others: Mapping[str, Handler],
    ) -> None:
        """others: work that is done elsewhere, by kind."""
        self._others = others
        self._router = router
        self._services = services
        self._outbox = outbox
        self._inbox = inbox
        self._timers = timers
        self._channel = channel
        self._effects = Effects(outbox, channel)
        self._noted = Noted(services.people.audit)
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        kinds: dict[str, Handler] = {
            "slack.ask": self._ask,
            "slack.press": self._press,
            "slack.form": self._form,
            "slack.chosen": self._chosen,
            "slack.home": self._home,
            "slack.duplicate": self._duplicate,
            TICK: self._tick,
            CANCEL: self._services.deploys.runs.end,
            GUARD: self._guard,
            JUDGE: self._judge,
            WAKE: self._services.deploys.waiting.wake,
            ENDS: self._lock_ends,
            REMIND: self._lock_reminder,
            SHIFT: self._lock_shift,
            FOLLOW: self._follow_up,
            FREE: self._free,
            ARRIVED: self._authors,
            NOTICE: self._told,
            REVIVED: self._revived,
            CONFIRMED: self._confirmed,
            CHANGED: self._config_changed,
            HEAD: self._audit_head,
            GITHUB: self._github,
            ASK: self._services.standings.ask,
            WATCH: self._watch,
            COVERAGE: self._coverage,
            **self._others,
        }
        return {kind: _bound(kind, handler) for kind, handler in kinds.items()}

    async def _ask(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.ask(ask))

    async def _press(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.press(ask, job.body["action"], job.body["value"]))

    async def _form(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.submit(ask, job.body["callback"], job.body["values"]))

    async def _chosen(self, job: Job) -> None:
        ask, body = Ask.stored(job.body["ask"]), job.body
        view = await self._router.redraw(ask, body["callback"], body["values"])
        if view is not None:
            await self._outbox.redraw(body["view"], view)

    async def _home(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        reply = await self._router.ask(ask)
        view = {"type": "home", "blocks": list(reply.message.base_blocks or reply.message.blocks)}
        await self._outbox.home(ask.user, view, version=int(self._clock.now() * 1000))

    async def _duplicate(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        first = await self._inbox.answered(job.body["duplicate_of"])
        if first is None:
            if self._clock.now() - job.body.get("at", 0.0) < FIRST_SECONDS:
                raise Later(0.3)  # the first one is still being answered
            first = {"text": "It is not answered yet: `status` shows what runs."}
        metrics.REPEATED.inc()
        if ask.how == "press":
            return  # a double click: the card itself tells what the first one did
        text = f"You asked me the same a moment ago, so I did it once. {first['text']}"
        await self._send(ask, said(text), card_follows=False)

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

    async def _watch(self, job: Job) -> None:
        """What a look at a deploy that succeeded came to; all of it may be done twice, and is told once."""
        looked = await self._services.deploys.watches.look(job)
        if looked is None:
            return
        deploy = looked.after
        if looked.loud:
            await self._noted.watched(deploy)
            message = watched_views.loud(deploy)
            await self._outbox.say(f"watch:{deploy.id}", self._services.config().channels.operations, message)
            if deploy.by_user:
                await self._outbox.direct(f"watch:{deploy.id}:by", deploy.by_user, message)
        await self._services.deploys.watches.keep(looked)
        await self._show(deploy, looked.before)

    async def _lock_ends(self, job: Job) -> None:
        ended = await self._services.locks.ends(job)
        if ended is not None:
            await self._noted.lock(ended, "its time is over")
            over = lock_views.card(ended, over="its time is over")
            await self._outbox.card(lock_views.card_of(ended), ended.channel, over, version=2)

    async def _lock_reminder(self, job: Job) -> None:
        """To the holder, directly; what falls into quiet hours comes after them, if the lock still stands then."""
        lock = await self._services.locks.reminds(job)
        if lock is None or not lock.by_user:
            return
        when = await self._services.people.when_to_tell(lock.team, lock.by_user, "locks", failed=True)
        if when is None or when >= lock.until:
            return
        if when > self._clock.now():
            await self._timers.at(f"{job.id}:awake", when, REMIND, job.body, request=job.request)
            return
        message = lock_views.reminder(lock, self._clock.now())
        await self._outbox.direct(f"remind:{lock.number}:{job.body['why']}", lock.by_user, message)

    async def _lock_shift(self, job: Job) -> None:
        """A lock outlives its holder's shift: who comes on is offered it, after quiet hours, and the holder is told."""
        found = await self._services.locks.outlives_the_shift(job)
        if found is None:
            return
        lock, email = found
        known = await self._services.people.known_by_email(email)
        person = self._services.config().people.get(email)
        name = person.name if person else email
        if lock.by_user:
            over = lock_views.shift_over(lock, name, told=known is not None)
            await self._outbox.direct(f"shift:{lock.number}:from", lock.by_user, over)
        if known is None:
            return
        when = await self._services.people.when_to_tell(lock.team, known.user_id, "locks", failed=True)
        if when is not None and when > self._clock.now():
            await self._timers.at(f"{job.id}:awake", when, SHIFT, job.body, request=job.request)
        elif when is not None:
            message = lock_views.handed_on(lock, self._clock.now())
            await self._outbox.direct(f"shift:{lock.number}:to:{email}", known.user_id, message)

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

    async def dead(self, job: Job, why: str) -> None:
        """Work is given up: operations are told, and whoever asked for it too. May be called twice for one job."""
        known = job.kind if job.kind in self.handlers() else "unknown"
        metrics.DEAD_LETTERS.labels(known).inc()
        log.error("work.given_up", kind=job.kind, id=job.id, why=why, request=job.request)
        await self._channel.given_up(await self._services.operations.given_up(job, why))
        if job.kind in ("slack.ask", "slack.press", "slack.form"):
            try:
                ask = Ask.stored(job.body["ask"])
            except (KeyError, TypeError):
                return  # nobody can say who asked
            sorry = broken(ask.request)
            await self._inbox.answer(ask.id, {"text": sorry.text})
            await self._send(ask, sorry, card_follows=False)

    async def _config_changed(self, job: Job) -> None:
        """Another config.yaml is in force: written down once, whichever process saw it first."""
        outcome = f"version {job.body['version']}"
        await self._services.people.audit(None, "config", job.body["rights"], outcome, job.request)

    async def _audit_head(self, job: Job) -> None:
        """The head of the audit, where no hand that reaches Redis can change it any more."""
        head = await self._services.records.head()
        if head.number:
            await self._channel.audit_head(str(job.body["local"])[:10], head.number, head.hash)

    async def _github(self, job: Job) -> None:
        """GitHub has told of something: the deploys that it is about are looked at now."""
        for mark in job.body["marks"]:
            outcome = await self._services.deploys.runs.told(mark, job.id)
            metrics.HEARD.labels("github", outcome).inc()
        if (told := job.body.get("outside")) and not job.body["marks"]:
            where = (job.body["repository"], told["environment"], job.body["sha"])
            count = await self._services.standings.told(*where, told["by"], told["at"])
            metrics.HEARD.labels("github", "outside" if count else "unknown").inc()
        if job.body.get("event") in ("check_run", "check_suite", "status") and job.body.get("sha"):
            await self._services.deploys.waiting.checked(job.body["sha"])

    async def _coverage(self, job: Job) -> None:
        """A report of coverage: what waits with its commit is judged now."""
        came = await self._services.coverage.take(job.body)
        if came is not None:
            metrics.HEARD.labels("coverage", "odd" if came.odd else "counted").inc()
            await self._services.deploys.waiting.checked(came.commit)

    async def _revived(self, job: Job) -> None:
        body = job.body
        await self._channel.tried_again(body["card"], body["what"], body["why"], body["by"], body["at"])

    async def _confirmed(self, job: Job) -> None:
        body = job.body
        name = await self._services.people.name(*body["who"].split(":", 1))
        await self._channel.confirmed(body["who"], name, body["email"], body["by"], body["at"])

    async def _answer(self, ask: Ask, reply: Reply) -> None:
        metrics.ASKS.labels(ask.how, reply.outcome.split(":")[0]).inc()
        log.info("asked", how=ask.how, id=ask.id, outcome=reply.outcome)
        await self._inbox.answer(ask.id, {"text": reply.message.text})
        if reply.form is not None and ask.trigger and await self._opened(ask, ask.trigger, reply.form):
            return
        await self._effects.of(ask.id, reply)
        if reply.file is not None:
            await self._send_file(ask, reply.message, reply.file)
        else:
            await self._send(ask, reply.message, reply.card_follows)

    async def _opened(self, ask: Ask, trigger: str, form: Mapping[str, Any]) -> bool:
        """Whether it opened. What takes longer than a trigger lives is drawn once it stands."""
        view = await self._outbox.open(trigger, form)
        if view is None:
            return False
        drawn = await self._router.redraw(ask, form["callback_id"], values_at_first(form))
        if drawn is not None:
            await self._outbox.redraw(view["id"], drawn, hash=view.get("hash"))
        return True

    async def _send_file(self, ask: Ask, message: Message, file: File) -> None:
        """To the person alone, whoever reads along where it was asked."""
        card = f"answer:{ask.id}"
        await self._outbox.card(card, ask.user, message, version=1)
        await self._outbox.file(card, card, file.name, file.content, title=file.title)
        await self._send(ask, said("I have sent it to you directly."), card_follows=True)

    async def _send(self, ask: Ask, message: Message, card_follows: bool) -> None:
        id = f"answer:{ask.id}"
        if ask.how == "mention":
            await self._outbox.say(id, ask.channel, message, thread=ask.thread)
        elif ask.how == "direct":
            if not card_follows:
                await self._outbox.say(id, ask.channel, message, thread=ask.thread)
        elif ask.response_url:
            await self._outbox.respond(id, ask.response_url, message, fallback=(ask.channel, ask.user))
        elif ask.channel:
            await self._outbox.ephemeral(id, ask.channel, ask.user, message, thread=ask.thread)
        else:
            await self._outbox.direct(id, ask.user, message)


def wanted(config: Config) -> list[Schedule]:
    """What is to be done again and again."""
    cron = config.audit.cron
    return [Schedule(HEAD, "operations", cron, config.audit.zone)] if cron else []


def _bound(kind: str, handler: Callable[[Job], Awaitable[Any]]) -> Handler:
    """The same work, counted, with the request's id on every log line that it writes."""

    async def run(job: Job) -> None:
        with structlog.contextvars.bound_contextvars(
            request=job.request or job.body.get("ask", {}).get("request", "")
        ):
            try:
                await handler(job)
            except Later:
                metrics.JOBS.labels(kind, "later").inc()
                raise
            except Exception:
                metrics.JOBS.labels(kind, "failed").inc()
                raise
            metrics.JOBS.labels(kind, "done").inc()

    return run
