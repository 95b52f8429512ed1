"""What operations must see and can do: work that was given up, people whose rights rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.errors import NotFound, Stale
from bot.services.deploys import Deploys
from bot.services.people import People
from bot.store.dead import DeadLetter, DeadLetters, mark_of
from bot.store.streams import Job, Work

REVIVED = "operations.revived"  # work was given another try: its card says so
CONFIRMED = "operations.confirmed"  # a person's rights no longer rest: the card says so

WHAT = {
    "slack.ask": "an ask",
    "slack.press": "a press of a button",
    "slack.form": "a form",
    "slack.home": "a home tab",
    "slack.duplicate": "an ask that came twice",
    "deploy.tick": "watching a deploy",
    "deploy.cancel": "ending a deploy",
    "deploy.guard": "looking after a deploy from outside",
    "deploy.free": "freeing an environment",
    "notice": "a direct message about a deploy",
    "config.changed": "a change of rights for the audit",
    REVIVED: "a card in this channel",
    CONFIRMED: "a card in this channel",
}


@dataclass(frozen=True)
class GivenUp:
    """Work that no worker could do. card: of which all work on one thing shares one; mark: what names it; whom: a name,
    "" when nobody is known; again: it can be tried.
    """

    card: str
    mark: str
    what: str
    detail: str
    whom: str
    why: str
    at: float
    tries: int
    again: bool


class Operations:
    def __init__(
        self, letters: DeadLetters, work: Work, people: People, deploys: Deploys, clock: Clock
    ) -> None:
        self._letters = letters
        self._work = work
        self._people = people
        self._deploys = deploys
        self._clock = clock

    async def given_up(self, job: Job, why: str) -> GivenUp:
        """What people need to know of work that is about to go to the dead letters."""
        detail, whom = await self._about(job)
        what = WHAT.get(job.kind, job.kind) or "something that is no work of mine"
        mark = mark_of(job.raw)
        return GivenUp(
            _card(job, mark), mark, what, detail, whom, why, self._clock.now(), job.deliveries, bool(job.kind)
        )

    async def retry(self, mark: str, by: str, request: str) -> None:
        """Have it done again, from the start. Raises Stale when it is not there any more."""
        letter = await self._letters.find(mark)
        if letter is None:
            raise Stale(
                "This work is not among what was given up any more: somebody had it tried again.",
                hint="The card says who; if it fails again, it comes back.",
            )
        if not await self._letters.retry(letter.id):
            raise NotFound(
                "This cannot be tried again: what lies there is no work that I wrote.", code="not-work"
            )
        await self._say(REVIVED, f"{REVIVED}:{letter.id}", _told(letter, by), request)

    async def confirmed(self, who: str, email: str, by: str, request: str) -> None:
        """Have the card of a person say that their rights hold again."""
        body = {"who": who, "email": email, "by": by, "at": self._clock.now()}
        await self._say(CONFIRMED, f"{CONFIRMED}:{who}:{request}", body, request)

    async def _say(self, kind: str, id: str, body: Mapping[str, object], request: str) -> None:
        now = self._clock.now()
        await self._work.add(kind, {**body, "at": now}, id=id, now=now, request=request)

    async def _about(self, job: Job) -> tuple[str, str]:
        """What it was about, and for whom. What lies in it may be anything."""
        ask, deploy = job.body.get("ask"), job.body.get("deploy")
        if isinstance(ask, dict):
            text = ask.get("text") or job.body.get("action") or job.body.get("callback") or ""
            return str(text), await self._people.name(str(ask.get("team")), str(ask.get("user")))
        if isinstance(deploy, str):
            found = await self._deploys.find(deploy)
            return (f"{found.id}: {found.what}", found.by_name) if found else (deploy, "")
        return "", ""


def _card(job: Job | None, mark: str) -> str:
    """A deploy whose every tick fails is one card, however many ticks it has."""
    return f"{job.kind}:{job.thing}" if job and job.thing else mark


def _told(letter: DeadLetter, by: str) -> dict[str, object]:
    kind = letter.job.kind if letter.job else ""
    return {"card": _card(letter.job, letter.mark), "what": WHAT.get(kind, kind), "why": letter.why, "by": by}
