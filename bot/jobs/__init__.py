"""What is taken from the streams, and what it becomes: which work, done by whom, said where. One file for each noun."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot import metrics
from bot.clock import Clock
from bot.config import Config
from bot.jobs._kinds import Handler
from bot.jobs.answers import Answers
from bot.jobs.deploys import DeployCards
from bot.jobs.heard import CHANGED, HEAD, Heard
from bot.jobs.locks import LockCards
from bot.jobs.oncall import OnCallCards
from bot.jobs.pages import PageCards
from bot.jobs.reported import ReportCards
from bot.services import Services
from bot.services.noted import Noted
from bot.slack.effects import Effects
from bot.slack.operations import OperationsChannel
from bot.slack.outbox import Outbox
from bot.slack.router import Router
from bot.store.inbox import Inbox
from bot.store.schedules import Schedule
from bot.store.streams import Job, Later
from bot.store.timers import Timers

__all__ = ["CHANGED", "Jobs", "wanted"]

log = structlog.get_logger()


class Jobs:
    """All that a worker can do. A job may come twice: everything it does has an id of its own."""

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
    ) -> None:
        noted = Noted(services.people.audit)
        self._services = services
        self._channel = channel
        self._answers = Answers(
            router=router, outbox=outbox, inbox=inbox, effects=Effects(outbox, channel), clock=clock
        )
        deploys = DeployCards(
            services=services, outbox=outbox, timers=timers, channel=channel, noted=noted, clock=clock
        )
        locks = LockCards(services=services, outbox=outbox, timers=timers, noted=noted, clock=clock)
        pages = PageCards(services, outbox, clock)
        heard = Heard(services=services, channel=channel)
        oncall = OnCallCards(services, outbox, timers, clock)
        reported = ReportCards(services=services, outbox=outbox, noted=noted, clock=clock)
        self._kinds: Mapping[str, Handler] = {
            kind: handler
            for nouns in (self._answers, reported, deploys, locks, heard, pages, oncall)
            for kind, handler in nouns.handlers().items()
        }

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {kind: _bound(kind, handler) for kind, handler in self._kinds.items()}

    async def dead(self, job: Job, why: str) -> None:
        """Work is given up: operations are told, and whoever asked for it too. May be called twice for one job."""
        metrics.DEAD_LETTERS.labels(job.kind if job.kind in self._kinds else "unknown").inc()
        log.error("work.given_up", kind=job.kind, id=job.id, why=why, request=job.request)
        await self._channel.given_up(await self._services.operations.given_up(job, why))
        await self._answers.given_up(job)


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
