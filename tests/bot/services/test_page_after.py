"""Who is told, reminded and asked because of a page, when, and who is not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.domain.pages import Doing, Move, Page, Told
from bot.errors import NotAllowed, Stale
from bot.services.page_after import QUIET, QUIET_SECONDS, WHY, PageAfter
from bot.services.page_around import PageAround
from bot.services.pages import Pages
from bot.services.people import Known
from bot.services.timeline import DeployMoments, Timeline
from bot.store import keys
from bot.store.board import BoardStore
from bot.store.pages import PageStore
from bot.store.streams import Job, Work
from bot.store.timers import Timers
from tests.bot.services.history import happened
from tests.bot.services.house import House
from tests.bot.services.page_desk import DEVELOPER, OPERATOR
from tests.fixtures.workspace import OLGA, OMAR

NOON = 1_764_000_000.0 - 1_764_000_000.0 % 86400 + 12 * 3600  # a Monday, in UTC
TOLD = Told(number=4711, title="checkout 5xx", where="PSHOP01", opened=NOON)
BEGAN = Move("1", "triggered", NOON, "", "triggered")
HAS = Move("2", "acknowledged", NOON + 60, "Omar", "acknowledged")
ENDED = Move("3", "resolved", NOON + 600, "Olga", "resolved")


class Scene:
    def __init__(self, house: House) -> None:
        self.house, self.bound = house, {OMAR: Known("T1:UOMAR", OMAR), OLGA: Known("T1:UOLGA", OLGA)}
        self.clock, board = Clock(house.clock_file), BoardStore(house.redis)
        self.store, self.timers = PageStore(house.redis), Timers(house.redis)
        self.client = Client(None, self.clock, api_url="http://127.0.0.1:9")
        self.pages = Pages(
            config=lambda: house.config, store=self.store, pagerduty=self.client, work=Work(house.redis),
            clock=self.clock, hears=True,
        )  # fmt: skip
        around = PageAround(
            config=lambda: house.config, pages=self.pages, board=board, clock=self.clock,
            timeline=Timeline(lambda: house.config, [DeployMoments(board)]),
        )  # fmt: skip
        self.after = PageAfter(
            config=lambda: house.config, pages=self.pages, around=around, bound=self.who, timers=self.timers,
            differences=house.worker("one").differences, clock=self.clock,
        )  # fmt: skip

    async def who(self, email: str) -> Known | None:
        return self.bound.get(email)

    def at(self, now: float) -> None:
        """Let it be that time."""
        self.house.forward(0)
        self.house.forward(now - self.clock.now())

    async def page(self, *moves: Move, **more: Any) -> Page:
        page = Page("Q1", 1, "shop", TOLD, NOON, NOON, (BEGAN, *moves), **more)
        await self.house.redis.delete(keys.PAGE(id="Q1"))
        await self.store.save(page, NOON)
        return page

    async def due(self) -> dict[str, tuple[float, dict[str, Any]]]:
        """What is to be done later: by id, when and with what."""
        rows: Any = await self.house.redis.zrange(keys.TIMERS(), 0, -1, withscores=True)
        found: dict[str, tuple[float, dict[str, Any]]] = {}
        for id, when in rows:
            raw: Any = await self.house.redis.hget(keys.TIMER_ROWS(), id)
            found[str(id)] = (when, orjson.loads(raw[raw.index("{") :])["body"])
        return found


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    made = Scene(house)
    yield made
    await made.client.close()


async def test_a_page_that_somebody_has_is_looked_at_an_hour_after_the_last_that_was_heard(
    scene: Scene,
) -> None:
    scene.at(NOON + 70)
    page = await scene.page(HAS)
    await scene.after.follow(page)
    [(id, (when, body))] = (await scene.due()).items()
    assert (id, when) == ("page.quiet:Q1", NOON + 60 + QUIET_SECONDS)
    job = Job(id, QUIET, body)
    assert await scene.after.quiet(job) == (page, "UOMAR")
    note = Move("n", "annotated", NOON + 90, "Omar", None, "hm")
    await scene.page(HAS, note)
    assert await scene.after.quiet(job) is None
    await scene.page(HAS, doing=(Doing("a", "resolve", "Omar", "U1", NOON),))
    assert await scene.after.quiet(job) is None
    await scene.page(replace(HAS, what="snoozed", until=NOON + 9 * 3600))
    assert await scene.after.quiet(job) is None
    await scene.after.follow(await scene.page(HAS, ENDED))
    assert "page.quiet:Q1" not in await scene.due()


async def test_whoever_has_it_under_a_name_that_nobody_here_has_is_not_guessed(scene: Scene) -> None:
    scene.at(NOON + 70)
    page = await scene.page(replace(HAS, by="Otto"))
    assert await scene.after.quiet(Job("q", QUIET, {"page": "Q1", "move": "2"})) == (page, "")


async def test_who_ended_it_is_asked_at_once_by_day_and_the_next_working_morning_at_night(
    scene: Scene,
) -> None:
    scene.at(NOON + 601)  # morning in New York, where Olga is
    await scene.after.follow(await scene.page(HAS, ENDED))
    when, body = (await scene.due())[f"page.why:Q1:{int(NOON + 600)}"]
    assert (round(when), body) == (round(NOON + 601), {"page": "Q1", "user": "UOLGA"})
    night = NOON + 16 * 3600  # 23:00 there
    scene.at(night + 1)
    await scene.after.follow(await scene.page(HAS, replace(ENDED, at=night)))
    when, _ = (await scene.due())[f"page.why:Q1:{int(night)}"]
    assert when == NOON + 26 * 3600  # 09:00 there
    assert (await scene.after.why(Job("w", WHY, body))) is not None


async def test_nobody_is_asked_what_was_said_already(scene: Scene) -> None:
    scene.at(NOON + 601)
    await scene.after.follow(await scene.page(HAS, ENDED, cause="noise"))
    assert await scene.due() == {}
    assert await scene.after.why(Job("w", WHY, {"page": "Q1", "user": "UOLGA"})) is None


async def test_what_it_was_is_said_by_who_may_write_a_note_when_it_is_over(scene: Scene) -> None:
    await scene.page(HAS)
    with pytest.raises(Stale, match=r"^#4711 was opened again: say it when it is over.$"):
        await scene.after.say_why("Q1", "noise", OPERATOR)
    await scene.page(HAS, ENDED)
    with pytest.raises(NotAllowed):
        await scene.after.say_why("Q1", "noise", DEVELOPER)
    assert (await scene.after.say_why("Q1", "noise", OPERATOR)).cause == "noise"
    assert (await scene.after.say_why("Q1", "code", OPERATOR)).cause_by == "Omar"
    found = await scene.store.find("Q1")
    assert found is not None
    assert found.cause == "code"


async def test_who_deployed_in_the_two_hours_before_is_told_and_nobody_else(scene: Scene) -> None:
    scene.at(NOON + 5)
    redis, at = scene.house.redis, {"environment": "production"}
    page = await scene.page()
    await happened(redis, 1, "a" * 40, NOON - 7300, **at)
    assert await scene.after.deployed(page) == []
    await happened(redis, 2, "b" * 40, NOON - 600, **at)
    assert [(one.deploy.id, one.user) for one in await scene.after.deployed(page)] == [("d-2", "U1")]
    assert await scene.after.deployed(await scene.page(HAS, ENDED)) == []
    scene.at(NOON + 3700)
    assert await scene.after.deployed(page) == []
    scene.at(NOON + 5)
    await happened(redis, 3, "c" * 40, NOON - 60, undoes="b" * 40, **at)
    assert await scene.after.deployed(page) == []
