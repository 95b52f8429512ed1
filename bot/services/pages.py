"""Pages: what PagerDuty tells of them, what people want of them, and what PagerDuty answers to that.

What somebody presses is noted on the page and done by a job, in order for each page and tried again while PagerDuty
does not answer. Nothing is said to be so before PagerDuty said it.

Longer because what is heard and what is pressed write the same record, and each has to know what the other may do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.clients.pagerduty import Incident, PagerDuty, Refused, Unavailable, User
from bot.clock import Clock
from bot.config import Config
from bot.domain import pages as domain
from bot.domain.gates import NotSetUp
from bot.domain.gates.pages import Page as OpenPage
from bot.domain.pages import DOINGS, Act, Doing, Event, Move, Page, State, Told
from bot.domain.periods import duration
from bot.domain.rights import Holder, demand, may
from bot.errors import NotAllowed, NotFound, Refusal, Stale
from bot.services.waiting import WAKE
from bot.store.pages import PageStore, thing_of
from bot.store.streams import Job, Later, Work

ACT = "page.act"
TRIES = 10  # to write, while others write too
GIVES_UP = 600.0  # seconds for which PagerDuty is asked again
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
LONGEST_PAUSE = 60.0


class NotDone(Refusal):
    """PagerDuty has not done it, and will not."""


@dataclass(frozen=True)
class Outcome:
    """What became of something that somebody wanted. refused: why not, in sentences; "" where it was done."""

    page: Page
    doing: Doing
    refused: str = ""


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
    ) -> None:
        """hears: whether PagerDuty's webhooks come in at all."""
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
        """By its number, with or without #, or by PagerDuty's id. Raises NotFound."""
        wanted = said.strip().lstrip("#").rstrip(".,")
        if wanted.isdecimal():
            found = next((one for one in await self.open() if one.told.number == int(wanted)), None)
        else:
            found = await self._store.find(wanted.upper())
        if found is None:
            raise NotFound(
                f"There is no open page {wanted[:40]}.",
                code="no-such-page",
                hint="`pages` lists those that are open.",
            )
        return found

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

    # --- what people want

    async def ask(self, said: str, act: Act, holder: Holder, *, id: str, request: str = "") -> Page:
        """Have it done, later and in order. said: a page's number or id, or what a button carries. id: of what was
        asked; the same again is the same. Raises NotAllowed, Stale, NotFound.
        """
        word, _, seen = said.partition(":")
        for _ in range(TRIES):
            page = await self.find(word)
            if not any(one.id == id for one in page.doing):
                self._check(page, act, holder, said if seen else "")
                doing = Doing(id, act, holder.name or holder.user_id, holder.user_id, self._clock.now())
                page = domain.asked(page, doing)
                if not await self._store.save(page, self._clock.now()):
                    continue
            job = {"page": page.id, "doing": id, "email": holder.email or ""}
            await self._work.add(
                ACT, job, id=f"{ACT}:{id}", now=self._clock.now(), thing=thing_of(page.id), request=request
            )
            return page
        raise Later(0.2)

    def _check(self, page: Page, act: Act, holder: Holder, seen: str) -> None:
        now = self._clock.now()
        right = may(self._config(), holder, act, service=page.service or None, now=now)
        demand(right)
        if not self._pagerduty.set_up:
            raise Refusal(
                "I have no key for PagerDuty, so I cannot tell it anything.",
                code="no-pagerduty",
                hint="Do it in PagerDuty itself; an admin can set PAGERDUTY_API_TOKEN.",
            )
        if not holder.email:
            raise NotAllowed(
                "Slack does not tell me your e-mail address, by which PagerDuty knows you.",
                code="no-email",
                hint="Do it in PagerDuty itself.",
            )
        if not page.open:
            raise Stale(f"{_resolved(page, now)} Nothing was changed.", code="page-resolved")
        if seen and seen != page.seen:
            raise Stale(f"{_stands(page, now)} Nothing was changed.")
        if act == "ack" and page.state == "acknowledged":
            raise Stale(f"{_stands(page, now)} Nothing was changed.", code="acknowledged")

    async def carry_out(self, job: Job) -> Outcome | None:
        """Do at PagerDuty what somebody wanted. None: that was done before. Raises Later while PagerDuty is away."""
        page = await self._store.find(str(job.body["page"]))
        doing = next((one for one in page.doing if one.id == job.body["doing"]), None) if page else None
        if page is None or doing is None:
            return None
        try:
            return await self._done(page, doing, str(job.body["email"]))
        except Unavailable as away:
            if self._clock.now() - doing.at >= GIVES_UP:
                why = f"{away} I tried for {duration(GIVES_UP)}. Do it in PagerDuty itself, or press again."
                return Outcome(await self._answered(page.id, doing.id, None), doing, why)
            await self._note(page.id, doing.id, lambda one: replace(one, tries=one.tries + 1))
            pause = PAUSES[min(doing.tries, len(PAUSES) - 1)]
            raise Later(min(max(pause, away.wait or 0), LONGEST_PAUSE)) from away
        except (Refused, NotDone) as no:
            return Outcome(await self._answered(page.id, doing.id, None), doing, str(no))

    async def _done(self, page: Page, doing: Doing, email: str) -> Outcome:
        user = await self._pagerduty.user(email)
        if user is None:
            raise NotDone(
                f"PagerDuty knows nobody with the e-mail {email}, so I cannot {DOINGS[doing.act]} it as you. Ask "
                "whoever looks after PagerDuty to add you; somebody else can do it meanwhile."
            )
        # Looked at first: of a page that is resolved, PagerDuty takes an acknowledgement for opening it again.
        before = await self._pagerduty.incident(page.id)
        if before.state == "resolved":
            page = await self._answered(
                page.id, doing.id, _move(f"grail:{doing.id}:before", before, before.by)
            )
            # A resolve whose answer was lost is found as what it wanted.
            mine = doing.act == "resolve" and doing.tries and before.by == user.name
            return Outcome(page, doing, "" if mine else _resolved(page, self._clock.now()))
        if doing.act == "ack" and before.acknowledged and user.id not in before.acknowledged:
            page = await self._answered(
                page.id, doing.id, _move(f"grail:{doing.id}:before", before, before.by)
            )
            return Outcome(page, doing, f"{_stands(page, self._clock.now())} I left it so.")
        if doing.act == "ack" and user.id in before.acknowledged:
            now = before
        else:
            now = await self._change(page, doing, user, before)
        move = _move(f"grail:{doing.id}", now, user.name, what=WHAT[doing.act])
        return Outcome(await self._answered(page.id, doing.id, move), doing)

    async def _change(self, page: Page, doing: Doing, user: User, before: Incident) -> Incident:
        if doing.act != "escalate":
            status: State = "acknowledged" if doing.act == "ack" else "resolved"
            return await self._pagerduty.change(page.id, user, status=status)
        level = doing.level
        if not level:
            each = await self._pagerduty.levels(before.policy)
            now = _level(each, before.assigned)
            level = now + 1
            if not any(at == level for at, _ in each):
                raise NotDone(
                    f"There is nobody further to escalate to: level {now} is the last one with somebody on call. "
                    "Reassign it in PagerDuty, or call somebody."
                )
            # Kept before it is asked for: asked again, it must not go one level further.
            await self._note(page.id, doing.id, lambda one: replace(one, level=level))
        return await self._pagerduty.change(page.id, user, level=level)

    async def wake(self, page: Page) -> None:
        """A page is over: have judged what waits for its end, on its service and on those that depend on it."""
        for name, service in self._config().services.items():
            if page.service and page.service in (name, *service.depends_on):
                id = f"{WAKE}:{page.id}:{page.rev}:{name}"
                await self._work.add(WAKE, {"service": name}, id=id, now=self._clock.now())

    async def _note(self, id: str, doing: str, change: Callable[[Doing], Doing]) -> None:
        """Change what stands on the page of something that is wanted."""

        def changed(page: Page) -> Page:
            found = next((one for one in page.doing if one.id == doing), None)
            return domain.asked(page, change(found)) if found else replace(page, rev=page.rev + 1)

        await self._write(id, changed)

    async def _answered(self, id: str, doing: str, move: Move | None) -> Page:
        return await self._write(id, lambda page: domain.answered(page, doing, move))

    async def _write(self, id: str, change: Callable[[Page], Page]) -> Page:
        for _ in range(TRIES):
            before = await self._store.find(id)
            if before is None:
                raise NotFound(f"The record of page {id} cannot be read.", code="no-such-page")
            if await self._store.save(page := change(before), self._clock.now()):
                return page
        raise Later(0.2)


WHAT: Mapping[Act, str] = {"ack": "acknowledged", "resolve": "resolved", "escalate": "escalated"}


def _move(id: str, incident: Incident, by: str, what: str = "") -> Move:
    return Move(id, what or incident.state, incident.changed, by, incident.state)


def _level(each: Sequence[tuple[int, str]], assigned: Sequence[str]) -> int:
    """At which level of its policy a page is: the first that wakes just those who have it, else the first with all of
    them; 1 where somebody else has it.
    """
    levels = sorted({at for at, _ in each})
    waked = {level: {who for at, who in each if at == level} for level in levels}
    for fits in (set(assigned).__eq__, set(assigned).issubset):
        for level in levels:
            if assigned and fits(waked[level]) is True:
                return level
    return 1


def _resolved(page: Page, now: float) -> str:
    by = f" by {page.resolved_by}" if page.resolved_by else ""
    return f"It was resolved{by} {duration(max(0.0, now - page.since))} ago."


def _stands(page: Page, now: float) -> str:
    """What is true now, for who pressed on what was true before."""
    ago = duration(max(0.0, now - page.since))
    if page.state == "acknowledged":
        who = " and ".join(page.acknowledged_by) or "Somebody"
        return f"{who} acknowledged it {ago} ago."
    return f"It was triggered again {ago} ago."


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
