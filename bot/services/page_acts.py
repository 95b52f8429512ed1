"""What somebody wanted of a page is done at PagerDuty, as that person, or they are told why not.

Each try looks first at how the incident stands, so that nothing is done twice and nothing that is over is opened again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clients.pagerduty import Incident, PagerDuty, Refused, Unavailable, User
from bot.clients.pagerduty_acts import Acts
from bot.clock import Clock
from bot.domain.pages import DOINGS, Act, Doing, Move, Page, State
from bot.domain.periods import duration
from bot.errors import Refusal
from bot.services.pages import Pages, resolved, stands
from bot.store.streams import Job, Later

GIVES_UP = 600.0  # seconds for which PagerDuty is asked again
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
LONGEST_PAUSE = 60.0
WHAT: Mapping[Act, str] = {
    "ack": "acknowledged", "resolve": "resolved", "escalate": "escalated", "reassign": "reassigned",
    "wake": "unacknowledged", "snooze": "snoozed", "merge": "merged", "responder": "asked",
}  # fmt: skip


class NotDone(Refusal):
    """PagerDuty has not done it, and will not."""


class NotKnown(NotDone):
    """PagerDuty knows nobody by the e-mail of who wanted it."""


@dataclass(frozen=True)
class Outcome:
    """What became of something that somebody wanted. refused: why not, in sentences; "" where it was done.

    unknown: PagerDuty does not know who wanted it by the e-mail that we have.
    """

    page: Page
    doing: Doing
    refused: str = ""
    unknown: bool = False


class PageActs:
    def __init__(self, pages: Pages, pagerduty: PagerDuty, clock: Clock) -> None:
        self._pages, self._pagerduty, self._clock = pages, pagerduty, clock
        self._acts = Acts(pagerduty)

    async def carry_out(self, job: Job) -> Outcome | None:
        """Do at PagerDuty what somebody wanted. None: that was done before. Raises Later while PagerDuty is away."""
        page = await self._pages.find(str(job.body["page"]))
        doing = next((one for one in page.doing if one.id == job.body["doing"]), None)
        if doing is None:
            return None
        try:
            return await self._done(page, doing, str(job.body["email"]))
        except Unavailable as away:
            if self._clock.now() - doing.at >= GIVES_UP:
                why = f"{away} I tried for {duration(GIVES_UP)}. Do it in PagerDuty itself, or press again."
                return Outcome(await self._pages.answered(page.id, doing.id, None), doing, why)
            await self._pages.note(page.id, doing.id, lambda one: replace(one, tries=one.tries + 1))
            pause = PAUSES[min(doing.tries, len(PAUSES) - 1)]
            raise Later(min(max(pause, away.wait or 0), LONGEST_PAUSE)) from away
        except (Refused, NotDone) as no:
            page = await self._pages.answered(page.id, doing.id, None)
            return Outcome(page, doing, str(no), isinstance(no, NotKnown))

    async def people(self, query: str) -> list[User]:
        """Users of PagerDuty whose name or e-mail holds this. Raises Unavailable, Refused."""
        return await self._acts.people(query)

    async def _done(self, page: Page, doing: Doing, email: str) -> Outcome:
        user = await self._pagerduty.user(email)
        if user is None:
            raise NotKnown(
                f"PagerDuty knows nobody with the e-mail {email}, so I cannot {DOINGS[doing.act]} it as you. Ask "
                "whoever looks after PagerDuty to add you; somebody else can do it meanwhile."
            )
        if doing.act == "note":
            # It is written once, also when the answer to the first try was lost.
            if not doing.tries or (user.name, doing.detail) not in await self._acts.notes(page.id):
                await self._acts.note(page.id, user, doing.detail)
            return Outcome(await self._pages.answered(page.id, doing.id, None), doing)
        # Looked at first: of a page that is resolved, PagerDuty takes an acknowledgement for opening it again.
        before = await self._pagerduty.incident(page.id)
        if before.state == "resolved":
            page = await self._as_it_is(page, doing, before)
            # A resolve whose answer was lost is found as what it wanted.
            mine = doing.act in ("resolve", "merge") and doing.tries and before.by == user.name
            return Outcome(page, doing, "" if mine else resolved(page, self._clock.now()))
        if doing.act == "ack" and before.acknowledged and user.id not in before.acknowledged:
            page = await self._as_it_is(page, doing, before)
            return Outcome(page, doing, f"{stands(page, self._clock.now())} I left it so.")
        if doing.act == "ack" and user.id in before.acknowledged and not page.snoozed:
            now = before
        else:
            now = await self._change(page, doing, user, before)
        move = _move(f"grail:{doing.id}", now, user.name, what=WHAT[doing.act])
        if doing.act == "snooze":
            until = self._clock.now() + float(doing.detail)
            move = replace(move, at=max(move.at, self._clock.now()), until=until)
        elif doing.act == "responder":
            move = replace(move, at=self._clock.now(), state=None, text=doing.shown)
        elif doing.act == "merge":
            move = replace(move, state="resolved", text=doing.shown)
        return Outcome(await self._pages.answered(page.id, doing.id, move), doing)

    async def _as_it_is(self, page: Page, doing: Doing, before: Incident) -> Page:
        move = _move(f"grail:{doing.id}:before", before, before.by)
        return await self._pages.answered(page.id, doing.id, move)

    async def _change(self, page: Page, doing: Doing, user: User, before: Incident) -> Incident:
        acts = self._acts
        match doing.act:
            case "escalate":
                return await self._escalate(page, doing, user, before)
            case "reassign":
                return await acts.change(page.id, user, assign=doing.detail.split())
            case "snooze":
                return await acts.snooze(page.id, user, int(doing.detail))
            case "wake":
                return await acts.change(page.id, user, status="triggered")
            case "responder":
                words = f"{doing.by} asks for your help with: {page.told.title}"[:500]
                await acts.responder(page.id, user, doing.detail.split(), words)
                return before
            case "merge":
                into = await self._pagerduty.incident(doing.detail)
                if into.state == "resolved":
                    raise NotDone("The page that it was to become part of is resolved. Nothing was changed.")
                await acts.merge(into.id, user, [page.id])
                return await self._pagerduty.incident(page.id)
            case _:
                status: State = "acknowledged" if doing.act == "ack" else "resolved"
                return await acts.change(page.id, user, status=status)

    async def _escalate(self, page: Page, doing: Doing, user: User, before: Incident) -> Incident:
        level = doing.level
        if not level:
            each = await self._pagerduty.levels(before.policy)
            if not each:
                raise NotDone(
                    "Its escalation policy has nobody on call, at no level: nobody would be woken. Call somebody, and "
                    "put people on the policy in PagerDuty."
                )
            now = _level(each, before.assigned)
            level = now + 1
            if not any(at == level for at, _ in each):
                raise NotDone(
                    f"There is nobody further to escalate to: level {now} is the last one with somebody on call. "
                    "Reassign it in PagerDuty, or call somebody."
                )
            # Kept before it is asked for: asked again, it must not go one level further.
            await self._pages.note(page.id, doing.id, _at_level(level))
        return await self._acts.change(page.id, user, level=level)


def _at_level(level: int) -> Callable[[Doing], Doing]:
    return lambda one: replace(one, level=level)


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
