"""Pages as a worker has them, with the played PagerDuty behind them."""

import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

import orjson
import pytest
from redis.asyncio import Redis

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.config import load
from bot.domain.pages import Act, Page
from bot.domain.rights import Holder
from bot.services.page_acts import Outcome, PageActs
from bot.services.pages import ACT, Pages
from bot.sources.pagerduty import parse
from bot.store.pages import PageStore
from bot.store.streams import Job, Work
from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OMAR

OPERATOR = Holder("T1", "U1", OMAR, "Omar", roles=frozenset({"operator"}))
STRANGER = replace(OPERATOR, email="otto@example.com", name="Otto")
DEVELOPER = Holder("T1", "U2", "dana@example.com", "Dana", roles=frozenset({"developer"}))


class Desk:
    """Pages as a worker has them. PagerDuty's events come only where the test hands them on."""

    def __init__(self, pages: Pages, acts: PageActs, pagerduty: PagerDuty, clock_file: Path) -> None:
        self.pages, self.acts, self.pagerduty, self._clock_file = pages, acts, pagerduty, clock_file
        self.linked: dict[str, str] = {}  # who is somebody else at PagerDuty
        self._seen = 0

    async def hear(self) -> Page:
        """Take in what PagerDuty has told since the last time."""
        told = (await self.pagerduty.look())["deliveries"]
        page = None
        for delivery in told[self._seen :]:
            heard = parse({}, delivery["body"].encode())
            assert heard.event is not None
            page = await self.pages.heard(
                {"event": orjson.loads(orjson.dumps(asdict(heard.event))), "at": time.time()}
            )
        self._seen = len(told)
        assert page is not None
        return page

    async def open(self, service: str = "shop") -> Page:
        await self.pagerduty.open("checkout 5xx", service)
        return await self.hear()

    async def ask(self, page: Page, act: Act, holder: Holder = OPERATOR, id: str = "a", **how: str) -> Page:
        return await self.pages.ask(page.seen, act, holder, id=id, **how)

    async def done(self, page: Page, id: str = "a") -> Outcome:
        outcome = await self.do(page, id=id)
        assert outcome is not None
        return outcome

    async def do(self, page: Page, holder: Holder = OPERATOR, id: str = "a") -> Outcome | None:
        return await self.acts.carry_out(Job(id, ACT, {"page": page.id, "doing": id, "email": holder.email}))

    async def end(self, page: Page, act: Act, holder: Holder = OPERATOR) -> Outcome:
        await self.ask(page, act, holder)
        outcome = await self.do(page, holder)
        assert outcome is not None
        return outcome

    def forward(self, seconds: float) -> None:
        self._clock_file.write_text(str(seconds))


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def desk(
    redis: Redis, clock_file: Path, resting_grail: GrailProcess, pagerduty: PagerDuty
) -> AsyncIterator[Desk]:
    pagerduty.connect(resting_grail)
    config, clock = load(resting_grail.config), Clock(clock_file)
    client = Client(pagerduty.token, clock, api_url=pagerduty.api_url, seconds=2)
    pages = Pages(
        config=lambda: config,
        store=PageStore(redis),
        pagerduty=client,
        work=Work(redis),
        clock=clock,
        hears=True,
        linked=lambda who: linked(who),
    )
    made = Desk(pages, PageActs(pages, client, clock), pagerduty, clock_file)

    async def linked(who: str) -> str:
        return made.linked.get(who, "")

    yield made
    await client.close()
