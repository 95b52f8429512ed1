"""What follows on a page by itself: who deployed before is told, who has it is reminded, who ended it is asked why."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.brings import Brings
from bot.domain.deploys import Deploy
from bot.domain.pages import Cause, Page
from bot.domain.quiet import next_working_morning
from bot.domain.rights import Holder, demand, may
from bot.errors import Stale
from bot.services.differences import Differences
from bot.services.page_around import BEFORE_SECONDS, PageAround
from bot.services.pages import Pages
from bot.services.people import Known
from bot.store.pages import thing_of
from bot.store.streams import Job
from bot.store.timers import Timers

QUIET = "page.quiet"
WHY = "page.why"
QUIET_SECONDS = 3600.0
LATE_SECONDS = 3600.0  # after which it is no news that a page had opened


@dataclass(frozen=True)
class Deployed:
    """Somebody whose deploy stood there shortly before a page. brings: None where git cannot say."""

    user: str
    deploy: Deploy
    brings: Brings | None


class PageAfter:
    """bound: who was first seen with an e-mail."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        pages: Pages,
        around: PageAround,
        bound: Callable[[str], Awaitable[Known | None]],
        differences: Differences,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._config, self._pages, self._around, self._bound = config, pages, around, bound
        self._differences, self._timers, self._clock = differences, timers, clock

    async def follow(self, page: Page) -> None:
        """Have it looked at later, as it stands. May be called twice."""
        quiet = f"{QUIET}:{page.id}"
        if page.state == "acknowledged" and page.moves:
            newest = page.moves[-1]
            await self._timers.at(
                quiet, max(newest.at, page.snoozed) + QUIET_SECONDS, QUIET, {"page": page.id, "move": newest.id},
                thing=thing_of(page.id),
            )  # fmt: skip
        else:
            await self._timers.cancel(quiet)
        if not page.open and not page.cause and (who := await self._who_knows(page)):
            user, zone = who
            when = next_working_morning(max(page.since, self._clock.now()), zone)
            body = {"page": page.id, "user": user}
            # One question for each end: events of it that come again set the same one, or find it asked.
            id = f"{WHY}:{page.id}:{int(page.since)}"
            await self._timers.at(id, when, WHY, body, thing=thing_of(page.id))

    async def quiet(self, job: Job) -> tuple[Page, str] | None:
        """A page about which nothing was heard for an hour, and who has it (Slack's user id, "" where unknown)."""
        page = await self._pages.find(str(job.body["page"]))
        if page.state != "acknowledged" or page.doing or page.moves[-1].id != job.body["move"]:
            return None
        if page.snoozed > self._clock.now():
            return None
        who = await self._slack_user(page.acknowledged_by[-1]) if page.acknowledged_by else None
        return page, who[0] if who else ""

    async def why(self, job: Job) -> tuple[Page, str] | None:
        """A page that is over, and whom to ask what it was."""
        page = await self._pages.find(str(job.body["page"]))
        return None if page.open or page.cause else (page, str(job.body["user"]))

    async def say_why(self, id: str, cause: Cause, holder: Holder) -> Page:
        """What it was. Who changes their mind says it again. Raises NotFound, NotAllowed, Stale."""
        page = await self._pages.find(id)
        right = may(self._config(), holder, "note", service=page.service or None, now=self._clock.now())
        demand(right)
        if page.open:
            raise Stale(f"#{page.told.number} was opened again: say it when it is over.", code="page-open")
        return await self._pages.write(
            page.id, lambda one: replace(one, rev=one.rev + 1, cause=cause, cause_by=holder.name)
        )

    async def deployed(self, page: Page) -> list[Deployed]:
        """Who deployed to production in the two hours before it began, and is told of it: each deploy once."""
        service = self._config().services.get(page.service)
        now, opened = self._clock.now(), page.told.opened
        if service is None or not page.open or now - opened > LATE_SECONDS:
            return []
        found = []
        for deploy in await self._around.deploys(service):
            # PagerDuty says to the second when a page began.
            began = deploy.started or deploy.ended or deploy.requested
            if deploy.by_user and not deploy.rollback and opened - BEFORE_SECONDS <= began < opened + 1:
                found.append(Deployed(deploy.by_user, deploy, await self._differences.brings(deploy)))
        return found

    async def _who_knows(self, page: Page) -> tuple[str, str] | None:
        """Who ended it, else who had it: Slack's user id, and their zone."""
        for name in (page.resolved_by, *reversed(page.acknowledged_by)):
            if name and (found := await self._slack_user(name)):
                return found
        return None

    async def _slack_user(self, name: str) -> tuple[str, str] | None:
        """By the name that PagerDuty and config.yaml both have of somebody, if only one has it."""
        emails = [email for email, one in self._config().people.items() if one.name == name]
        known = await self._bound(emails[0]) if len(emails) == 1 else None
        return (known.user_id, self._config().people[emails[0]].zone) if known else None
