"""Pages: what PagerDuty tells of them, and what people want of them.

What somebody presses is noted on the page and done by a job (page_acts.py), in order for each page, and tried again
while PagerDuty does not answer. Nothing is said to be so before PagerDuty said it.

Longer because what is heard and what is pressed write the same record, and each has to know what the other may do.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapidfuzz import process

from bot.clients.pagerduty import PagerDuty, rows
from bot.clock import Clock
from bot.config import Config
from bot.domain import pages as domain
from bot.domain.gates import NotSetUp
from bot.domain.gates.pages import Page as OpenPage
from bot.domain.pages import Act, Doing, Event, Move, Page, Told
from bot.domain.periods import duration
from bot.domain.rights import Holder, demand, may
from bot.errors import NotAllowed, NotFound, Refusal, Stale
from bot.services.waiting import WAKE
from bot.store.outbox import Posted
from bot.store.pages import PageStore, thing_of
from bot.store.streams import Later, Work

ACT = "page.act"
MEANT = 300  # open pages among which what was typed is looked for
DAY = 24 * 3600.0
ASKED = 25  # open pages that PagerDuty is asked for
TRIES = 10  # to write, while others write too


def card_of(id: str) -> str:
    """The id of its card."""
    return f"page:{id}"


class Pages:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: PageStore,
        pagerduty: PagerDuty,
        work: Work,
        clock: Clock,
        hears: bool,
        linked: Callable[[str], Awaitable[str]] | None = None,
        where: Callable[[str], Awaitable[Posted | None]] | None = None,
    ) -> None:
        """hears: whether PagerDuty's webhooks come in at all. linked: by which e-mail PagerDuty knows somebody
        ("<team id>:<user id>"), where it is not Slack's; "" where it is. where: where a card stands in Slack.
        """
        self._where = where
        self._linked = linked or _nobody
        self._config = config
        self._store = store
        self._pagerduty = pagerduty
        self._work = work
        self._clock = clock
        self._hears = hears

    # --- what PagerDuty tells

    async def heard(self, body: Mapping[str, Any]) -> Page | None:
        """Take in an event that was stored; the page as it is then. None: it is about no page that is known."""
        event = _event(body.get("event"))
        if event is None:
            return None
        for _ in range(TRIES):
            before = await self._store.find(event.page)
            where = event.told.where if event.told else before.told.where if before else ""
            page = domain.after(before, event, service=self.service_of(where), now=float(body["at"]))
            if page is None or page is before or await self._store.save(page, self._clock.now()):
                return page
        raise Later(0.2)

    def service_of(self, where: str) -> str:
        """Our service for the id of one at PagerDuty; "" where config.yaml does not say."""
        services = self._config().services.values()
        return next((one.name for one in services if where and one.pagerduty == where), "")

    def channel_of(self, page: Page) -> str:
        """Where its card stands."""
        config = self._config()
        service = config.services.get(page.service)
        return config.teams[service.team].channel if service else config.channels.unsorted

    # --- what is open

    async def open(self) -> list[Page]:
        """Oldest first."""
        return await self._store.open()

    async def find(self, said: str) -> Page:
        """By its number, with or without #, or by PagerDuty's id; open or not. Raises NotFound."""
        wanted = said.strip().lstrip("#").rstrip(".,")
        if wanted.isdecimal():
            found = await self._store.numbered(int(wanted[:18]))
        else:
            found = await self._store.find(wanted.upper())
        if found is None:
            raise NotFound(
                f"There is no open page {wanted[:40]}.",
                code="no-such-page",
                hint=await self._meant(wanted) or "`pages` lists those that are open.",
            )
        return found

    async def _meant(self, wanted: str) -> str:
        """Which open page somebody may have meant, by a number like it, or by its service or words of its title."""
        names = {
            name: page
            for page in (await self.open())[:MEANT]
            for name in (str(page.told.number), page.service, *page.told.title.casefold().split()[:12])
            if len(name) > 1
        }
        found = process.extractOne(wanted.casefold(), list(names), score_cutoff=75)
        if found is None:
            return ""
        page = names[found[0]]
        title = " ".join(page.told.title.split()).replace("`", "'")[:60]
        return f"Did you mean `#{page.told.number}`, {page.service or 'a page'}: {title}?"

    async def in_thread(self, channel: str, thread: str) -> Page | None:
        """The page whose card begins this thread: an open one, or one of the last day."""
        now = self._clock.now()
        ids = {one.id: one for one in [*await self.open(), *await self.between(now - DAY, now, MEANT)]}
        for id, page in ids.items():
            posted = await self._where(card_of(id)) if self._where else None
            if posted is not None and (posted.channel, posted.ts) == (channel, thread):
                return page
        return None

    async def between(self, since: float, until: float, most: int = 1000) -> list[Page]:
        """Those that began between these moments, newest first, open or not."""
        return await self._store.between(since, until, most)

    async def pages(self, services: Sequence[str]) -> tuple[OpenPage, ...] | NotSetUp:
        """For the gates: what is open on these services, as Grail knows it from PagerDuty's webhooks."""
        if not self._hears:
            return NotSetUp("PagerDuty", "Set PAGERDUTY_WEBHOOK_SECRET.")
        mine = [name for name in services if self._config().services[name].pagerduty]
        if not mine:
            return NotSetUp(
                "PagerDuty", "Say in config.yaml which PagerDuty service it is: `pagerduty` under it."
            )
        return tuple(
            OpenPage(one.id, one.service, one.told.title, one.told.opened)
            for one in await self.open()
            if one.service in services
        )

    async def ringing(self, services: Sequence[str]) -> tuple[OpenPage, ...] | NotSetUp:
        """What is open on these services as PagerDuty says now. What Grail knows to be open is not asked for.

        Raises OutsideUnavailable where PagerDuty does not answer.
        """
        known = await self.pages(services) if self._hears else ()
        ids = {one.pagerduty: name for name in services if (one := self._config().services[name]).pagerduty}
        if not ids or (isinstance(known, tuple) and known):
            return known
        said = await self._pagerduty.ask(
            "GET",
            "/incidents",
            params={
                "statuses[]": ["triggered", "acknowledged"],
                "service_ids[]": list(ids),
                "date_range": "all",
                "limit": ASKED,
            },
        )
        found = []
        for row in rows(said, "incidents"):
            where = str((row.get("service") or {}).get("id", ""))
            if where in ids and row.get("status") in ("triggered", "acknowledged"):
                title = str(row.get("title") or "")
                found.append(OpenPage(str(row.get("id") or ""), ids[where], title, self._clock.now()))
        return tuple(found)

    # --- what people want

    async def ask(
        self,
        said: str,
        act: Act,
        holder: Holder,
        *,
        id: str,
        request: str = "",
        detail: str = "",
        shown: str = "",
    ) -> Page:
        """Have it done, later and in order. said: a page's number or id, or what a button carries. id: of what was
        asked; the same again is the same. detail, shown: see Doing. Raises NotAllowed, Stale, NotFound.
        """
        word, _, seen = said.partition(":")
        for _ in range(TRIES):
            page = await self.find(word)
            if not any(one.id == id for one in page.doing):
                self.check(page, act, holder, said if seen else "")
                by = holder.name or holder.user_id
                doing = Doing(id, act, by, holder.user_id, self._clock.now(), detail=detail, shown=shown)
                page = domain.asked(page, doing)
                if not await self._store.save(page, self._clock.now()):
                    continue
            job = {"page": page.id, "doing": id, "email": await self.email_of(holder)}
            await self._work.add(
                ACT, job, id=f"{ACT}:{id}", now=self._clock.now(), thing=thing_of(page.id), request=request
            )
            return page
        raise Later(0.2)

    async def email_of(self, holder: Holder) -> str:
        """By which e-mail PagerDuty knows this person."""
        linked = await self._linked(f"{holder.team_id}:{holder.user_id}")
        return linked or holder.email or ""

    def check(self, page: Page, act: Act, holder: Holder, seen: str = "") -> None:
        """Whether this person may do this now, and it is not too late. seen: what the card that was pressed showed.
        Raises NotAllowed, Stale.
        """
        now = self._clock.now()
        right = may(self._config(), holder, domain.RIGHTS[act], service=page.service or None, now=now)
        demand(right)
        self.demand_key()
        if not holder.email:
            raise NotAllowed(
                "Slack does not tell me your e-mail address, by which PagerDuty knows you.",
                code="no-email",
                hint="Do it in PagerDuty itself.",
            )
        if act == "note":
            return  # it is never too late for that
        if not page.open:
            raise Stale(f"{resolved(page, now)} Nothing was changed.", code="page-resolved")
        if seen and seen != page.seen:
            raise Stale(f"{stands(page, now)} Nothing was changed.")
        if act == "ack" and page.state == "acknowledged" and not page.snoozed:
            raise Stale(f"{stands(page, now)} Nothing was changed.", code="acknowledged")
        if act == "wake" and not page.snoozed:
            raise Stale("It is not snoozed any more. Nothing was changed.", code="not-snoozed")

    def demand_key(self) -> None:
        """Raises Refusal where PagerDuty cannot be asked for anything."""
        if not self._pagerduty.set_up:
            raise Refusal(
                "I have no key for PagerDuty, so I cannot tell it anything.",
                code="no-pagerduty",
                hint="Do it in PagerDuty itself; an admin can set PAGERDUTY_API_TOKEN.",
            )

    async def wake(self, page: Page) -> None:
        """A page is over: have judged what waits for its end, on its service and on those that depend on it."""
        for name, service in self._config().services.items():
            if page.service and page.service in (name, *service.depends_on):
                id = f"{WAKE}:{page.id}:{page.rev}:{name}"
                await self._work.add(WAKE, {"service": name}, id=id, now=self._clock.now())

    async def note(self, id: str, doing: str, change: Callable[[Doing], Doing]) -> None:
        """Change what stands on the page of something that is wanted."""

        def changed(page: Page) -> Page:
            found = next((one for one in page.doing if one.id == doing), None)
            return domain.asked(page, change(found)) if found else replace(page, rev=page.rev + 1)

        await self.write(id, changed)

    async def answered(self, id: str, doing: str, move: Move | None) -> Page:
        """What was wanted is over, and has made this move, or none."""
        return await self.write(id, lambda page: domain.answered(page, doing, move))

    async def write(self, id: str, change: Callable[[Page], Page]) -> Page:
        """Change a page that there is, by its newest revision."""
        for _ in range(TRIES):
            before = await self._store.find(id)
            if before is None:
                raise NotFound(f"The record of page {id} cannot be read.", code="no-such-page")
            if await self._store.save(page := change(before), self._clock.now()):
                return page
        raise Later(0.2)


def resolved(page: Page, now: float) -> str:
    """Who ended it, and when, for who comes too late."""
    by = f" by {page.resolved_by}" if page.resolved_by else ""
    return f"It was resolved{by} {duration(max(0.0, now - page.since))} ago."


def stands(page: Page, now: float) -> str:
    """What is true now, for who pressed on what was true before."""
    ago = duration(max(0.0, now - page.since))
    if page.state == "acknowledged":
        who = " and ".join(page.acknowledged_by) or "Somebody"
        return f"{who} acknowledged it {ago} ago."
    return f"It was triggered again {ago} ago."


async def _nobody(who: str) -> str:
    return ""


def _event(said: Any) -> Event | None:
    """As it lies in the inbox. Fields of a newer version are left alone."""
    if not isinstance(said, dict):
        return None
    told = said.get("told")
    return Event(
        str(said["page"]),
        Move(**{name: said["move"][name] for name in Move.__dataclass_fields__ if name in said["move"]}),
        Told(**{n: _tuple(told[n]) for n in Told.__dataclass_fields__ if n in told}) if told else None,
    )


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
