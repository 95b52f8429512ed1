"""What whoever is woken wants to see beside a page: what changed before, what stands there, and how it went last time.

All of it is read from what Grail has itself, so that no other system can hold a card up.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.clock import Clock
from bot.config import Config, Service
from bot.config.addresses import filled
from bot.domain.deploys import Deploy
from bot.domain.pages import Page
from bot.domain.timeline import Moment, needs
from bot.services.authors import production
from bot.services.pages import Pages
from bot.services.timeline import Timeline
from bot.store.board import BoardStore

BEFORE_SECONDS = 2 * 3600.0  # in which something that changed may be to blame
MONTH_SECONDS = 30 * 24 * 3600.0
MOMENTS = 4
DEPLOYS = 4  # places of the service, and of what it needs, that are shown
LOOKED_AT = 15  # deploys of each service, back to the last one in production
PAGES_LOOKED_AT = 100
ALIKE = 85  # of 100, by the words of two titles


@dataclass(frozen=True)
class Action:
    """A named one of a recipe, in one environment."""

    service: str
    environment: str
    name: str


@dataclass(frozen=True)
class Around:
    """changes: newest first, without the deploys that stand under `deploys`; more: how many others there were.

    deploys: the last one in each place in production, of the service and of what it needs, the nearest first.
    similar: pages of the last 30 days with the same words, newest first.
    """

    runbook: str = ""
    dashboard: str = ""
    changes: tuple[Moment, ...] = ()
    more: int = 0
    deploys: tuple[Deploy, ...] = ()
    actions: tuple[Action, ...] = ()
    similar: tuple[Page, ...] = ()


NOTHING = Around()


class PageAround:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        pages: Pages,
        timeline: Timeline,
        board: BoardStore,
        clock: Clock,
    ) -> None:
        self._config, self._pages, self._timeline = config, pages, timeline
        self._board, self._clock = board, clock

    async def of(self, page: Page) -> Around:
        """Of one that is over, or whose service nobody knows, nothing."""
        service = self._config().services.get(page.service)
        if service is None or not page.open:
            return NOTHING
        deploys = await self.deploys(service)
        opened = page.told.opened
        shown = {one.id for one in deploys}
        found = await self._timeline.of(
            service.name, opened - BEFORE_SECONDS, opened + 1, start=0, most=MOMENTS + DEPLOYS
        )
        changes = [one for one in found.moments if not one.id or one.id not in shown]
        return Around(
            runbook=filled(service.runbook, service.name, "", (), {}),
            dashboard=filled(service.dashboard, service.name, "", (), {}),
            changes=tuple(changes[:MOMENTS]),
            more=found.more + len(changes[MOMENTS:]),
            deploys=tuple(deploys),
            actions=tuple(_actions(service)),
            similar=tuple(await self.similar(page)),
        )

    async def before(self, page: Page) -> list[Moment]:
        """All that changed in the two hours before, also of one that is over; oldest first."""
        if page.service not in self._config().services:
            return []
        opened = page.told.opened
        found = await self._timeline.of(page.service, opened - BEFORE_SECONDS, opened + 1, start=0, most=200)
        return list(found.moments)[::-1]

    async def deploys(self, service: Service) -> list[Deploy]:
        """The last deploy that began in each place in production, of this service and of what it needs."""
        services = self._config().services
        names = [service.name, *needs(service.name, depends_on(services))]
        recent = await self._board.recent(names, LOOKED_AT)
        found: list[Deploy] = []
        for name in names:
            places = set(production(services[name]))
            for one in recent[name]:
                begun = one.started is not None or one.outside
                if one.environment in places and begun and one.action is None:
                    places.discard(one.environment)
                    found.append(one)
        return found[:DEPLOYS]

    async def similar(self, page: Page) -> list[Page]:
        """Pages of the same service with the same words, of the last 30 days before it."""
        opened = page.told.opened
        words = _words(page.told.title)
        near = await self._pages.between(opened - MONTH_SECONDS, opened, PAGES_LOOKED_AT)
        return [
            one
            for one in near
            if one.id != page.id
            and one.service == page.service
            and fuzz.token_set_ratio(words, _words(one.told.title)) >= ALIKE
        ]


def depends_on(services: Mapping[str, Service]) -> Mapping[str, tuple[str, ...]]:
    return {name: one.depends_on for name, one in services.items()}


def _words(title: str) -> str:
    """A title without what differs each time: numbers, ids, times."""
    return " ".join(re.sub(r"[\W\d_]+", " ", title[:500].casefold()).split())


def _actions(service: Service) -> list[Action]:
    return [
        Action(service.name, name, action)
        for name, environment in service.environments.items()
        if name in production(service)
        for action in environment.actions
    ]
