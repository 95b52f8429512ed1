"""What is found beside a page: from what Grail has itself, the nearest first."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.domain.pages import Event, Move, Page, Told, after
from bot.services.page_around import NOTHING, Action, PageAround
from bot.services.pages import Pages
from bot.services.timeline import AuditMoments, DeployMoments, Timeline
from bot.store.audit import Audit
from bot.store.board import BoardStore
from bot.store.pages import PageStore
from bot.store.streams import Work
from tests.bot.services.history import happened
from tests.bot.services.house import House

HOUR = 3600.0
NOW = 100 * 24 * HOUR
TOLD = Told(number=4711, title="checkout 5xx above 2 %", where="PSHOP01", opened=NOW)


def a_page(id: str = "Q1", *, told: Told = TOLD, service: str = "shop", ended: float | None = None) -> Page:
    page = after(
        None, Event(id, Move("1", "triggered", told.opened, "", "triggered"), told), service=service, now=NOW
    )
    assert page is not None
    end = (Move("2", "resolved", ended, "Olga", "resolved"),) if ended else ()
    return replace(page, moves=(*page.moves, *end))


@pytest.fixture
def store(house: House) -> PageStore:
    return PageStore(house.redis)


@pytest.fixture
def around(house: House, store: PageStore) -> PageAround:
    clock, board = Clock(house.clock_file), BoardStore(house.redis)
    pages = Pages(
        config=lambda: house.config, store=store, pagerduty=Client(None, clock, api_url="http://127.0.0.1:9"),
        work=Work(house.redis), clock=clock, hears=True,
    )  # fmt: skip
    line = Timeline(
        lambda: house.config, [DeployMoments(board), AuditMoments(Audit(house.redis), lambda: house.config)]
    )
    return PageAround(config=lambda: house.config, pages=pages, timeline=line, board=board, clock=clock)


def needing(house: House, change: Callable[[str], str]) -> None:
    house.grail.config.write_text(change(house.grail.config.read_text()))
    house.reload()


async def test_the_last_deploy_in_production_of_the_service_and_of_what_it_needs_stands_there(
    house: House, around: PageAround
) -> None:
    needing(house, lambda text: text.replace("  search:\n", "    depends_on: [search]\n  search:\n"))
    at = {"environment": "production"}
    await happened(house.redis, 1, "a" * 40, NOW - 9 * HOUR, **at)
    await happened(house.redis, 2, "b" * 40, NOW - HOUR, **at)
    await happened(house.redis, 3, "c" * 40, NOW - 900)  # staging
    await happened(house.redis, 4, "d" * 40, NOW - 800, action="restart", **at)
    await happened(
        house.redis, 5, "e" * 40, NOW - 700, started=None, state="cancelled", run="", ended=None, **at
    )
    await happened(house.redis, 6, "f" * 40, NOW - 5 * HOUR, service="search", **at)
    found = await around.of(a_page())
    assert [one.id for one in found.deploys] == ["d-2", "d-6"]
    # What stands there already is not said a second time.
    assert [one.id for one in found.changes] == ["d-4", "d-3"]


async def test_pages_with_the_same_words_are_similar_whatever_numbers_they_hold(
    around: PageAround, store: PageStore
) -> None:
    others = {
        "Q2": replace(TOLD, title="Checkout 5xx above 17 %", opened=NOW - 24 * HOUR),
        "Q3": replace(TOLD, title="disk full", opened=NOW - 24 * HOUR),
        "Q4": replace(TOLD, opened=NOW - 31 * 24 * HOUR),
    }
    for number, (id, told) in enumerate(others.items()):
        await store.save(a_page(id, told=replace(told, number=number + 1), ended=told.opened + 60), NOW)
    await store.save(a_page("Q5", told=replace(TOLD, number=9, opened=NOW - HOUR), service="search"), NOW)
    await store.save(a_page(), NOW)
    assert [one.id for one in (await around.of(a_page())).similar] == ["Q2"]


async def test_runbook_dashboard_and_actions_come_from_config_yaml(house: House, around: PageAround) -> None:
    needing(
        house,
        lambda text: text.replace(
            "  shop:\n",
            '  shop:\n    runbook: "https://wiki.example/{service}"\n    dashboard: "https://graphs.example/{service}"\n',
        ),
    )
    found = await around.of(a_page())
    assert (found.runbook, found.dashboard) == ("https://wiki.example/shop", "https://graphs.example/shop")
    actions = house.config.services["shop"].environments["production"].actions
    assert found.actions == tuple(Action("shop", "production", one) for one in actions)


async def test_of_a_page_that_is_over_or_belongs_nowhere_nothing_is_looked_for(around: PageAround) -> None:
    assert await around.of(a_page(ended=NOW + 60)) == NOTHING
    assert await around.of(a_page(service="")) == NOTHING
