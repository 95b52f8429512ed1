"""What PagerDuty tells of pages, what may be asked of them, and what the gates see."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.domain.gates import NotSetUp
from bot.errors import NotAllowed, NotFound, Refusal, Stale
from bot.services.waiting import WAKE
from bot.store.keys import WORK
from tests.bot.services.page_desk import DEVELOPER, OPERATOR, Desk, desk, workspace_words
from tests.fixtures.workspace import OLGA

__all__ = ["desk", "workspace_words"]


async def test_a_press_on_a_card_that_is_no_longer_true_changes_nothing_and_says_who_was_first(
    desk: Desk,
) -> None:
    page = await desk.open()
    await desk.pagerduty.to("acknowledged", by=OLGA)
    await desk.hear()
    with pytest.raises(Stale, match=r"^Olga acknowledged it \d+ s ago. Nothing was changed.$"):
        await desk.ask(page, "resolve")
    with pytest.raises(Stale, match=r"^Olga acknowledged it \d+ s ago. Nothing was changed.$"):
        await desk.pages.ask(f"#{page.told.number}", "ack", OPERATOR, id="typed")
    await desk.pagerduty.to("resolved", by=OLGA)
    await desk.hear()
    with pytest.raises(Stale, match=r"^It was resolved by Olga \d+ s ago. Nothing was changed.$"):
        await desk.ask(page, "ack")
    assert await desk.pagerduty.changes() == []


async def test_who_may_not_is_refused(desk: Desk) -> None:
    page = await desk.open()
    with pytest.raises(NotAllowed):
        await desk.ask(page, "ack", DEVELOPER)
    with pytest.raises(
        NotAllowed, match=r"^Slack does not tell me your e-mail address, by which PagerDuty knows you.$"
    ):
        await desk.ask(page, "ack", replace(OPERATOR, email=None))
    with pytest.raises(NotFound, match=r"^There is no open page 4711.$"):
        await desk.pages.ask("#4711", "ack", OPERATOR, id="b")


async def test_the_same_press_stored_twice_is_one(desk: Desk, redis: Redis) -> None:
    page = await desk.open()
    await desk.ask(page, "ack")
    await desk.ask(page, "ack")
    assert len((await desk.pages.find(page.id)).doing) == 1
    assert await redis.xlen(WORK()) == 1


async def test_without_a_key_it_says_what_is_missing(desk: Desk) -> None:
    page = await desk.open()
    desk.pages._pagerduty = Client(None, Clock(), api_url="http://127.0.0.1:9")
    with pytest.raises(Refusal, match=r"^I have no key for PagerDuty, so I cannot tell it anything.$"):
        await desk.ask(page, "ack")
    await desk.pages._pagerduty.close()


async def test_the_gates_see_what_is_open_on_a_service_and_on_what_it_needs(desk: Desk) -> None:
    assert await desk.pages.pages(("shop", "search")) == ()
    await desk.open("search")
    await desk.open("gateway")
    found = await desk.pages.pages(("shop", "search"))
    assert isinstance(found, tuple)
    assert [(one.service, one.title) for one in found] == [("search", "checkout 5xx")]
    desk.pages._hears = False
    assert await desk.pages.pages(("shop",)) == NotSetUp("PagerDuty", "Set PAGERDUTY_WEBHOOK_SECRET.")


async def test_the_end_of_a_page_wakes_what_waits_for_it(desk: Desk, redis: Redis) -> None:
    await desk.open("search")
    await desk.pagerduty.to("resolved")
    await desk.pages.wake(await desk.hear())
    rows: Any = await redis.xrange(WORK())
    jobs = [orjson.loads(row["job"]) for _, row in rows if "job" in row]
    assert [job["body"] for job in jobs if job["kind"] == WAKE] == [{"service": "search"}]


async def test_a_page_of_a_service_that_config_yaml_does_not_know_belongs_to_unsorted(desk: Desk) -> None:
    page = await desk.open("old billing")
    assert (page.service, desk.pages.channel_of(page)) == ("", "#unsorted")
