"""The cards of pages: what is taken from the streams about them, and what stands in Slack because of it."""

from collections.abc import Mapping

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.pages import Page
from bot.jobs._kinds import Handler
from bot.services.page_acts import Outcome, PageActs
from bot.services.page_around import PageAround
from bot.services.page_events import PAGERDUTY
from bot.services.pages import ACT, Pages
from bot.slack.outbox import Outbox
from bot.slack.views import page as views
from bot.slack.views import page_list
from bot.slack.views.page_forms import link_button
from bot.store.streams import Job, Later

log = structlog.get_logger()


class PageCards:
    """Each method takes one kind of work; a job may come twice, and everything it does has an id of its own."""

    def __init__(
        self, pages: Pages, acts: PageActs, around: PageAround, outbox: Outbox, clock: Clock
    ) -> None:
        self._pages = pages
        self._around = around
        self._acts = acts
        self._outbox = outbox
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {PAGERDUTY: self._heard, ACT: self._act}

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
