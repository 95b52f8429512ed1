"""What other systems report of deploys that they did, and what stands in Slack because of it."""

from collections.abc import Mapping
from hashlib import sha256

import structlog

from bot import metrics
from bot.clock import Clock
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.deploy_reports import REPORTED, Taken
from bot.services.noted import Noted
from bot.slack.outbox import Outbox
from bot.slack.views import deploy as deploy_views
from bot.slack.views import outside as views
from bot.store.streams import Job

log = structlog.get_logger()

DAY = 24 * 3600.0


class ReportCards:
    """A job may come twice: everything it does has an id of its own."""

    def __init__(self, *, services: Services, outbox: Outbox, noted: Noted, clock: Clock) -> None:
        self._services = services
        self._outbox = outbox
        self._noted = noted
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {REPORTED: self._reported}

    async def _reported(self, job: Job) -> None:
        """A deploy of another system has no card: nobody asked for it here. The lists tell of it."""
        taken = await self._services.reports.take(job.body)
        metrics.HEARD.labels("deploys", taken.outcome).inc()
        if taken.odd is not None:
            await self._odd(taken)
            return
        deploy = taken.deploy
        if deploy is None or taken.outcome == "ours":
            return
        log.info("deploy.reported", id=deploy.id, what=deploy.what, state=deploy.state)
        await self._noted.deploy(deploy)
        if taken.before is not None:  # somebody's word, which has a card
            await self._outbox.card(
                f"deploy:{deploy.id}", deploy.channel, deploy_views.card(deploy, self._clock.now()),
                version=deploy.rev, shows=deploy_views.shows(deploy),
            )  # fmt: skip
        await self._services.authors.over(deploy)
        await self._services.deploys.waiting.checked(deploy.commit)

    async def _odd(self, taken: Taken) -> None:
        """Said once a day for each reason: a sender that is set up wrongly says the same at every deploy."""
        assert taken.odd is not None
        about = sha256(taken.odd.why.encode()).hexdigest()[:12]
        channel = self._services.config().channels.operations
        id = f"report:{taken.service}:{about}:{int(taken.odd.at // DAY)}"
        await self._outbox.say(id, channel, views.odd(taken.service, taken.odd.why, taken.odd.beginning))
