"""Somebody pages a service: who would be woken is said before, and the incident is opened as them, once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from bot.clients.pagerduty import PagerDuty, Refused, Unavailable
from bot.clients.pagerduty_acts import Acts
from bot.clock import Clock
from bot.config import Config
from bot.domain.periods import duration
from bot.domain.rights import Holder, demand, may
from bot.errors import NotAllowed, NotFound
from bot.services.page_acts import GIVES_UP, LONGEST_PAUSE
from bot.services.pages import Pages
from bot.store.streams import Job, Later, Work

OPEN = "page.open"
RIGHT = "page"
AGAIN_SECONDS = 3.0
TITLE = 250  # characters that PagerDuty shows


@dataclass(frozen=True)
class Opened:
    """What became of it. refused: why not, in sentences. unknown: PagerDuty does not know who wanted it."""

    service: str
    user: str
    number: int = 0
    woken: tuple[str, ...] = ()
    refused: str = ""
    unknown: bool = False


class PageOpen:
    def __init__(
        self, *, config: Callable[[], Config], pages: Pages, pagerduty: PagerDuty, work: Work, clock: Clock
    ) -> None:
        self._config, self._pages, self._pagerduty = config, pages, pagerduty
        self._work, self._clock, self._acts = work, clock, Acts(pagerduty)

    def targets(self, said: str) -> list[str]:
        """The services that a team or service means and that PagerDuty knows. Raises NotFound."""
        config, name = self._config(), said.casefold()
        if name in config.services:
            names = [name]
        elif name in config.teams:
            names = [one.name for one in config.services.values() if one.team == name]
        else:
            raise NotFound(
                f"There is no team and no service {said[:40]!r}.".replace("'", "`"),
                code="no-such-target",
                hint="`status` lists the services.",
            )
        found = [one for one in names if config.services[one].pagerduty]
        if not found:
            raise NotFound(
                f"config.yaml does not say which service of PagerDuty {name} is, so I can page nobody for it.",
                code="no-pagerduty-service",
                hint=f"`oncall {name}` says who has the pager; an admin can put `pagerduty` under the service.",
            )
        return found

    def known(self) -> list[str]:
        """All services that PagerDuty knows."""
        return [one.name for one in self._config().services.values() if one.pagerduty]

    async def woken(self, service: str) -> tuple[str, ...]:
        """Who would be woken now, by name; none: nobody would. Raises Unavailable, Refused."""
        policy = await self._acts.policy(self._config().services[service].pagerduty or "")
        return tuple(await self._acts.woken(policy)) if policy else ()

    async def ask(self, service: str, what: str, urgency: str, holder: Holder, *, request: str) -> None:
        """Have it opened. The same words for the same service by the same person are one page while it is open.
        Raises NotAllowed.
        """
        demand(may(self._config(), holder, RIGHT, service=service, now=self._clock.now()))
        self._pages.demand_key()
        if not holder.email:
            raise NotAllowed(
                "Slack does not tell me your e-mail address, by which PagerDuty knows you.",
                code="no-email",
                hint="Do it in PagerDuty itself.",
            )
        words = " ".join(what.split())[:TITLE]
        said = f"{service}\n{words}\n{holder.team_id}:{holder.user_id}"
        key = f"grail:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:24]}"
        now = self._clock.now()
        body = {
            "service": service, "title": words, "urgency": urgency, "key": key, "user": holder.user_id, "at": now,
            "email": await self._pages.email_of(holder),
        }  # fmt: skip
        await self._work.add(OPEN, body, id=f"{OPEN}:{key}:{request}", now=now, request=request)

    async def carry_out(self, job: Job) -> Opened:
        """Raises Later while PagerDuty is away."""
        body = job.body
        service, user, at = str(body["service"]), str(body["user"]), float(body["at"])
        known = self._config().services.get(service)
        try:
            by = await self._pagerduty.user(str(body["email"]))
            if by is None:
                words = (
                    f"PagerDuty knows nobody with the e-mail {body['email']}, so I cannot page as you. Somebody else "
                    "can; or call them."
                )
                return Opened(service, user, refused=words, unknown=True)
            woken = await self.woken(service) if known else ()
            if not woken:
                words = "Nobody is on call there at PagerDuty: nobody would be woken. Nothing was opened."
                return Opened(service, user, refused=words)
            _, number = await self._acts.open(
                (known.pagerduty if known else "") or "", by,
                title=str(body["title"]), key=str(body["key"]), urgency=str(body["urgency"]),
            )  # fmt: skip
        except Unavailable as away:
            if self._clock.now() - at >= GIVES_UP:
                words = (
                    f"{away} I tried for {duration(GIVES_UP)}. Page them in PagerDuty itself, or call them."
                )
                return Opened(service, user, refused=words)
            raise Later(min(max(AGAIN_SECONDS, away.wait or 0), LONGEST_PAUSE)) from away
        except Refused as no:
            return Opened(service, user, refused=str(no))
        return Opened(service, user, number, woken)
