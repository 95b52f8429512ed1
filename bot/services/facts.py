"""Asks around for what the gates of a place are judged by: git, what Grail did before, and the systems outside.

Everything is asked at once and each within a few seconds; whoever does not answer is named, and what nobody knows stops
a deploy where its gate is enforced.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.clients.git import Git
from bot.config import Config, Environment, Service
from bot.config import gates as written
from bot.domain.deploys import Deploy
from bot.domain.gates import NotSetUp, Unknown
from bot.domain.gates.checks import Check, Checks
from bot.domain.gates.commit import Behind, Moved, Size
from bot.domain.gates.coverage import Coverage
from bot.domain.gates.history import Recent
from bot.domain.gates.order import Order
from bot.domain.gates.pages import Page, Pages
from bot.domain.gates.times import Hours, Window, Windows
from bot.domain.outside import Heard
from bot.errors import GrailError, OutsideUnavailable, StoreUnavailable
from bot.store.deploys import DeployStore

log = structlog.get_logger()

WITHIN_SECONDS = 5.0  # how long each may take
COUNTED = 250  # commits that are counted at most
RANGE = 30  # commits whose checks are looked at, where some block all that goes along
LOOKED_AT = 50  # deploys of a service that are looked through
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ChecksOf(Protocol):
    """Who knows the checks of a commit. repository: owner/name, or where git clones from."""

    async def checks(self, repository: str, sha: str) -> tuple[Check, ...] | NotSetUp | Unknown: ...


class CoverageOf(Protocol):
    """Who knows what the tests of a commit cover. base: the commit that stands there, "" for none."""

    async def coverage(self, service: str, sha: str, base: str) -> Coverage | NotSetUp | Unknown: ...


class PagesOf(Protocol):
    """Who knows which pages are open on any of these services."""

    async def pages(self, services: Sequence[str]) -> tuple[Page, ...] | NotSetUp | Unknown: ...


class PagerOf(Protocol):
    """Who asks the pager itself, now. Raises OutsideUnavailable where it does not answer."""

    async def ringing(self, services: Sequence[str]) -> tuple[Page, ...] | NotSetUp: ...


class StandsOf(Protocol):
    """Who asks a place what stands there, now. None: there is nobody to ask."""

    async def said(self, service: str, environment: str) -> Heard | None: ...


@dataclass(frozen=True)
class Outside:
    """The systems that facts come from; None: it is not set up."""

    checks: ChecksOf | None = None
    coverage: CoverageOf | None = None
    pages: PagesOf | None = None
    stands: StandsOf | None = None
    pager: PagerOf | None = None


NO_CHECKS = NotSetUp("GitHub", "Set GITHUB_TOKEN, and let the service's repository be one on GitHub.")
NO_COVERAGE = NotSetUp(
    "The report of coverage", "Send reports to /hooks/coverage with the service's own secret."
)
NO_PAGES = NotSetUp("PagerDuty", "Set PAGERDUTY_API_TOKEN.")
SYSTEMS = {"behind": "git", "moved": "git", "size": "git", "after": "Redis", "recent": "Redis", "checks": "GitHub",
           "coverage": "The report of coverage", "pages": "PagerDuty"}  # fmt: skip


class Around:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        git: Git,
        outside: Outside,
        within: float = WITHIN_SECONDS,
    ) -> None:
        self._config = config
        self._store = store
        self._git = git
        self._outside = outside
        self._within = within

    async def ask(self, deploy: Deploy, *, emergency: bool = False) -> Mapping[str, object]:
        """The facts of every gate of this place, by gate. emergency: nobody outside is asked."""
        service = self._config().services[deploy.service]
        environment = service.environments[deploy.environment]
        answers: dict[str, object] = {**_at_hand(environment.gates)}
        asked = {} if emergency else dict(self._asked(deploy, service, environment))
        # Every one of them ends before this does, also where Redis is away: nothing is left running behind.
        asking = (self._said(gate, ask) for gate, ask in asked.items())
        found = await asyncio.gather(*asking, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return {**answers, **dict(zip(asked, found, strict=True))}

    def _asked(
        self, deploy: Deploy, service: Service, environment: Environment
    ) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        gates = environment.gates
        asked: list[tuple[str, Callable[[], Awaitable[object]]]] = []
        if (recent := gates.recent) is not None:
            asked.append(("recent", lambda: self._recent(deploy, recent.within)))
        if gates.pages is not None:
            asked.append(("pages", lambda: self._pages(service)))
        if deploy.action is not None:  # it brings no commit along: what stands there stands there already
            return asked
        if (behind := gates.behind) is not None:
            asked.append(("behind", lambda: self._behind(deploy, service, behind.commits)))
        if gates.moved is not None:
            asked.append(("moved", lambda: self._moved(deploy, service)))
        if (size := gates.size) is not None:
            asked.append(("size", lambda: self._size(deploy, service, size)))
        if (after := gates.after) is not None:
            asked.append(("after", lambda: self._order(deploy, after.environment)))
        if (checks := gates.checks) is not None:
            asked.append(("checks", lambda: self._checks(deploy, service, checks)))
        if (coverage := gates.coverage) is not None:
            asked.append(("coverage", lambda: self._coverage(deploy, coverage)))
        return asked

    async def _said(self, gate: str, ask: Callable[[], Awaitable[object]]) -> object:
        """What it says, or that it could not say it. A Redis that is away is everybody's trouble and passes."""
        system = SYSTEMS[gate]
        try:
            async with asyncio.timeout(self._within):
                return await ask()
        except TimeoutError:
            return Unknown(system, f"It did not answer within {self._within:g} seconds.")
        except StoreUnavailable:
            raise
        except OutsideUnavailable as error:
            return Unknown(error.system, str(error))
        except GrailError as error:
            return Unknown(system, str(error))
        except Exception as error:
            # Whatever broke there: a gate that only tells must stop nobody, and one that is enforced says so.
            log.error("facts.broken", gate=gate, exc_info=error)
            return Unknown(system, "Asking it broke; the log says why.")

    async def _behind(self, deploy: Deploy, service: Service, allowed: int) -> Behind:
        head = await self._git.head(service.repository, service.main, name=service.name)
        if head.sha == deploy.commit:
            return Behind(service.main, 0, allowed)
        missing = await self._git.between(service.repository, deploy.commit, head.sha, limit=COUNTED)
        return Behind(service.main, len(missing), allowed, more=len(missing) == COUNTED)

    async def _moved(self, deploy: Deploy, service: Service) -> Moved:
        if not deploy.id:
            return Moved(deploy.commit)  # it was looked up for this very request
        means = await self._git.commit(service.repository, deploy.ref, name=service.name)
        return Moved(means.sha, means.when if means.sha == deploy.commit else None)

    async def _size(self, deploy: Deploy, service: Service, gate: written.Size) -> Size:
        if deploy.previous is None:
            return Size(None, None, gate.commits, gate.files)
        commits, files = await asyncio.gather(
            self._git.between(service.repository, deploy.previous, deploy.commit, limit=COUNTED),
            self._git.changed(service.repository, deploy.previous, deploy.commit),
        )
        return Size(len(commits), len(files), gate.commits, gate.files, more=len(commits) == COUNTED)

    async def _order(self, deploy: Deploy, after: str) -> Order:
        standing = (await self._store.standing(deploy.service)).get(after)
        found = Order(after, stands=standing.commit if standing else "")
        if standing is not None and found.stands == deploy.commit:
            return await self._proven(replace(found, succeeded=True), deploy.service, standing.deploy)
        holder = await self._store.running(deploy.service, after)
        running = await self._store.find(holder) if holder else None
        if running is not None and running.commit == deploy.commit and running.action is None:
            return replace(found, running=running.id)
        before = await self._store.recent(deploy.service, count=LOOKED_AT)
        went = any(
            one.commit == deploy.commit and one.environment == after and one.state == "succeeded"
            for one in before
        )
        return replace(found, succeeded=went and bool(found.stands))

    async def _proven(self, found: Order, service: str, id: str) -> Order:
        """What Grail did not do itself counts where the system there says the same, now."""
        brought = await self._store.find(id)
        if brought is None or not brought.outside:
            return found
        said = "reported by" if brought.reported else "claimed by"
        found = replace(found, word=f"{id}, {said} {brought.by_name}")
        heard = await self._outside.stands.said(service, found.after) if self._outside.stands else None
        if heard is not None and heard.fails:
            doubt = heard.fails
        elif heard is None or heard.at is None:
            doubt = f"Nothing there can say what stands in {found.after}."
        elif heard.commit != found.stands:
            doubt = f"{found.after} itself says that {heard.commit[:7] or 'nothing'} stands there."
        else:
            return found
        return replace(found, doubt=doubt)

    async def _recent(self, deploy: Deploy, within: float) -> Recent:
        for one in await self._store.recent(deploy.service, count=LOOKED_AT):
            if one.environment == deploy.environment and one.over and one.happened and one.ended is not None:
                bad = one.state in ("failed", "lost") or one.rolled_back is not None
                same = one.commit == deploy.commit
                return Recent(one.id, one.short(), one.by_name, one.state, bad, one.ended, within, same)
        return Recent("", "", "", "", False, 0.0, within)

    async def checks(self, deploy: Deploy) -> object:
        """The checks of its commit, as the gate of that place sees them: Checks, NotSetUp or Unknown."""
        service = self._config().services[deploy.service]
        gate = service.environments[deploy.environment].gates.checks or written.Checks()
        return await self._said("checks", lambda: self._checks(deploy, service, gate))

    async def paged(self, service: str) -> object:
        """The pages that are open on a service or what it depends on, as the pager itself says now, whatever gate is
        set: Pages, NotSetUp, or Unknown where it does not answer.
        """
        return await self._said("pages", lambda: self._ringing(self._config().services[service]))

    async def _ringing(self, service: Service) -> object:
        source = self._outside.pager
        if source is None:
            return NO_PAGES
        found = await source.ringing((service.name, *service.depends_on))
        return Pages(found) if isinstance(found, tuple) else found

    async def _checks(self, deploy: Deploy, service: Service, gate: written.Checks) -> object:
        workflow = service.environments[deploy.environment].github
        where = gate.repository or (workflow.repository if workflow else None) or service.repository
        source = self._outside.checks
        if source is None:
            return NO_CHECKS
        found = await source.checks(where, deploy.commit)
        if not isinstance(found, tuple):
            return found
        earlier: tuple[Check, ...] = ()
        if gate.blocking and deploy.previous:
            going = await self._git.between(service.repository, deploy.previous, deploy.commit, limit=RANGE)
            others = [one.sha for one in going if one.sha != deploy.commit]
            rows = await asyncio.gather(*(source.checks(where, sha) for sha in others))
            for sha, row in zip(others, rows, strict=True):
                if not isinstance(row, tuple):
                    return row
                earlier += tuple(replace(one, commit=sha) for one in row)
        return Checks(found, earlier, gate.required, gate.ignored, gate.blocking)

    async def _coverage(self, deploy: Deploy, gate: written.Coverage) -> object:
        source = self._outside.coverage
        if source is None:
            return NO_COVERAGE
        found = await source.coverage(deploy.service, deploy.commit, deploy.previous or "")
        if not isinstance(found, Coverage):
            return found
        return replace(found, least=gate.lines, least_changed=gate.changed, most_drop=gate.drop)

    async def _pages(self, service: Service) -> object:
        source = self._outside.pages
        if source is None:
            return NO_PAGES
        found = await source.pages((service.name, *service.depends_on))
        return Pages(found) if isinstance(found, tuple) else found


def _at_hand(gates: written.Gates) -> Mapping[str, object]:
    """What config.yaml itself says."""
    found: dict[str, object] = {}
    if gates.windows is not None:
        found["windows"] = Windows(
            tuple(Window(one.cron, one.zone, one.lasts, one.reason) for one in gates.windows.times)
        )
    if gates.hours is not None:
        hours = gates.hours
        found["hours"] = Hours(
            hours.zone, tuple(DAYS.index(day) for day in hours.days), hours.begin, hours.end
        )
    return found
