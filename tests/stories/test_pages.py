"""Somebody is paged: from PagerDuty's signed webhook to the card, from a thumb on a phone back to PagerDuty."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.fixtures.browser import keep, live_page
from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, OLGA, OMAR, Workspace
from tests.stories.steps import refused, words_of

Json = dict[str, Any]


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def pagerduty(workspace: Workspace, resting_grail: GrailProcess) -> PagerDuty:
    played = PagerDuty(workspace)
    played.connect(resting_grail)
    return played


@pytest.fixture
async def grail(pagerduty: PagerDuty, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def card_says(workspace: Workspace, place: str, *words: str) -> Json:
    """The newest card of a page there, as soon as it says all of this."""

    def newest(messages: list[Json]) -> Json:
        found = [m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"] and not m.get("ephemeral_to")]
        return found[-1]

    found = await workspace.wait_for(place, lambda ms: all(word in words_of(newest(ms)) for word in words))
    return newest(found)


async def test_a_page_is_acknowledged_on_a_phone_and_its_card_follows_its_end_over_a_kill(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, browser: Browser
) -> None:
    page_id = await pagerduty.open("checkout answers 5xx for more than 2 % of all visitors", priority="P1")
    first = await card_says(workspace, "#storefront", "triggered")
    assert first["text"][:60] == "P1 shop: checkout answers 5xx for more than 2 % of all visit"
    complaints: list[str] = []
    where = f"{workspace.url}/#as=omar&in=storefront"
    phone = await live_page(browser, where, complaints, width="phone")
    card = phone.locator("#main .message:not(.ephemeral)", has_text="checkout answers").last
    await expect(card.get_by_role("button").first).to_have_text("Acknowledge")
    await keep(phone, "story", "page-triggered-phone")
    await card.get_by_role("button", name="Acknowledge").click()
    await expect(card).to_contain_text("acknowledged by Omar")
    await keep(phone, "story", "page-acknowledged-phone")
    assert await pagerduty.changes() == [("PUT", f"/incidents/{page_id}", OMAR)]
    assert (await pagerduty.incident())["status"] == "acknowledged"
    await expect(card.get_by_role("button", name="Acknowledge")).to_have_count(0)

    grail.kill()
    await pagerduty.to("resolved", by=OLGA)
    await pagerduty.until(lambda seen: seen["deliveries"][-1]["answers"] == [None])  # nobody is there
    await grail.start()
    await workspace.clock(forward=10)  # PagerDuty tries again
    await expect(card).to_contain_text("resolved by Olga")
    await expect(card.get_by_role("button", name=re.compile("Acknowledge|Resolve|Escalate"))).to_have_count(0)
    await keep(phone, "story", "page-resolved-phone")
    last = await card_says(workspace, "#storefront", "resolved by Olga")
    assert last["ts"] == first["ts"]
    assert (await pagerduty.incident())["status"] == "resolved"
    assert [said for said in complaints if not re.search("ERR_|Failed to load", said)] == []


async def test_a_deploy_waits_for_the_end_of_a_page_on_what_its_service_needs(
    workspace: Workspace, pagerduty: PagerDuty, resting_grail: GrailProcess
) -> None:
    text = resting_grail.config.read_text()
    before = "    environments: {staging: {recipe: quick}, production: {recipe: quick}}\n  search:\n"
    assert before in text
    gated = before.replace(
        "staging: {recipe: quick}", "staging: {recipe: quick, gates: {pages: {mode: enforced}}}"
    )
    gated = gated.replace("  search:\n", "    depends_on: [search]\n  search:\n")
    resting_grail.config.write_text(text.replace(before, gated))
    await resting_grail.start()
    await pagerduty.open("search answers nothing", service="search")
    await card_says(workspace, "#storefront", "triggered")
    await workspace.type(DANA, "#general", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#general", "A page is open on search")
    assert "A page is open on search, which it depends on: search answers nothing." in words_of(refusal)
    await workspace.press(DANA, "deploy.park", message=refusal["ts"], in_="#general")
    await workspace.wait_for("#general", lambda ms: any("parked" in m["text"] for m in ms))
    await pagerduty.to("resolved", by=OLGA)
    await workspace.wait_for("#general", lambda ms: any("staging: succeeded" in m["text"] for m in ms))
    resting_grail.stop()
