"""The cards of pages: what is taken from the streams about them, and what stands in Slack because of it."""

from collections.abc import Mapping

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.pages import Page
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.page_acts import Outcome
from bot.services.page_after import QUIET, WHY
from bot.services.page_events import PAGERDUTY
from bot.services.page_open import OPEN
from bot.services.pages import ACT
from bot.slack.outbox import Outbox
from bot.slack.views import page as views
from bot.slack.views import page_after as after_views
from bot.slack.views import page_list
from bot.slack.views import page_open as open_views
from bot.slack.views.page_forms import link_button
from bot.store.streams import Job, Later

log = structlog.get_logger()


class PageCards:
    """Each method takes one kind of work; a job may come twice, and everything it does has an id of its own."""

    def __init__(self, services: Services, outbox: Outbox, clock: Clock) -> None:
        self._pages, self._acts = services.pages, services.page_acts
        self._around, self._after = services.page_around, services.page_after
        self._opens = services.page_open
        self._outbox = outbox
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {PAGERDUTY: self._heard, ACT: self._act, QUIET: self._quiet, WHY: self._why, OPEN: self._open}

    async def _heard(self, job: Job) -> None:
        """PagerDuty has told of something."""
        if not job.body["known"]:
            log.warning("pagerduty.unknown_event", type=job.body["type"])
        page = await self._pages.heard(job.body)
        if page is None:
            metrics.HEARD.labels("pagerduty", "other").inc()
            return
        metrics.HEARD.labels("pagerduty", "page" if page.service else "unsorted").inc()
        await self.show(page)
        for one in await self._after.deployed(page) if page.state == "triggered" else ():
            message = after_views.deployed(page, one.deploy, one.brings, self._clock.now())
            await self._outbox.direct(f"deployed:{page.id}:{one.deploy.id}", one.user, message)

    async def _act(self, job: Job) -> None:
        """What somebody pressed is done at PagerDuty, or they are told why not."""
        try:
            outcome = await self._acts.carry_out(job)
        except Later:
            page = await self._pages.find(str(job.body["page"]))
            await self.show(page)  # that it is being tried
            raise
        if outcome is None:
            return
        log.info("page.act", page=outcome.page.id, act=outcome.doing.act, refused=outcome.refused)
        await self.show(outcome.page)
        if outcome.refused:
            await self._refused(outcome)

    async def show(self, page: Page) -> None:
        """Its card, and the lines of its thread."""
        card = views.card_of(page.id)
        message = views.card(page, self._clock.now(), await self._around.of(page))
        await self._outbox.card(
            card, self._pages.channel_of(page), message, version=page.rev, shows=views.shows(page)
        )
        for move in page.moves:
            if (line := views.line(move)) is not None:
                await self._outbox.line(f"{card}:{move.id}", card, line)
        if not page.open:
            await self._pages.wake(page)
        await self._after.follow(page)

    async def _quiet(self, job: Job) -> None:
        """Nothing was heard for an hour of a page that somebody has."""
        found = await self._after.quiet(job)
        if found is None:
            return
        page, user = found
        card = views.card_of(page.id)
        message = after_views.still(page, user, self._clock.now())
        await self._outbox.line(f"{card}:quiet:{job.body['move']}", card, message)

    async def _open(self, job: Job) -> None:
        """Somebody pages a service; the card comes of what PagerDuty tells then."""
        one = await self._opens.carry_out(job)
        log.info("page.open", service=one.service, number=one.number, refused=one.refused)
        message = open_views.opened(one) if not one.refused else open_views.not_opened(one)
        await self._outbox.direct(job.id, one.user, message)

    async def _why(self, job: Job) -> None:
        """A page is over: whoever ended it is asked what it was."""
        found = await self._after.why(job)
        if found is not None:
            page, user = found
            await self._outbox.direct(job.id, user, after_views.why(page))

    async def _refused(self, outcome: Outcome) -> None:
        doing = outcome.doing
        # Who is somebody else there says so once, and what they pressed is done then.
        offers = [link_button(outcome.page, doing.act, doing.detail, doing.shown)] if outcome.unknown else []
        message = page_list.not_done(outcome.page, doing.act, outcome.refused, *offers)
        posted = await self._outbox.where(views.card_of(outcome.page.id))
        id, user = f"refused:{outcome.doing.id}", outcome.doing.user
        if posted is None:
            await self._outbox.direct(id, user, message)
        else:
            await self._outbox.ephemeral(id, posted.channel, user, message)
