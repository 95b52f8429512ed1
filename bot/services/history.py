"""The deploys that were, for people: a page of them, and what they tell of how a service is delivered."""

from bot.clock import Clock
from bot.domain.delivery import DAY, Delivery, delivery
from bot.domain.history import Direction, Page, Selection
from bot.store.history import History

DAYS = 30  # that the figures are of
_FRESH = 60.0  # seconds for which they are not reckoned anew


class Histories:
    def __init__(self, store: History, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._reckoned: dict[tuple[str, str], tuple[float, Delivery]] = {}

    async def page(
        self, selection: Selection, *, start: str = "", direction: Direction = "older", count: int = 10
    ) -> Page:
        """start: the deploy that the page goes on from; "": the newest are shown."""
        return await self._store.page(selection, start=start, direction=direction, count=count)

    async def delivery(self, service: str, environment: str) -> Delivery:
        """Of the last 30 days; of very many deploys, of the newest of them."""
        now, place = self._clock.now(), (service, environment)
        known = self._reckoned.get(place)
        if known is None or not 0 <= now - known[0] < _FRESH:
            since = now - DAYS * DAY
            # What ran before is read too: a commit is delivered once, and a failure may have been restored since.
            found = await self._store.span(service, environment, since - DAYS * DAY)
            begin = max(since, found[-1].requested) if len(found) >= self._store.most else since
            known = self._reckoned[place] = (now, delivery(found, begin, now))
        return known[1]
