"""[It mends the page]: the one tap of who is on call, from PagerDuty's open page to the deploy."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.store import LONG
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import card_says, refused, told, words_of

PLACE = "#storefront"
GATED = "staging: {recipe: quick, gates: {pages: {mode: enforced}, approvals: {mode: enforced}}}"


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def grail(workspace: Workspace, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    """Devi has the pager, and no other right over gates; an open page and an approval stop deploys to staging."""
    PagerDuty(workspace).connect(resting_grail)
    text = resting_grail.config.read_text()
    text = text.replace("staging: {recipe: quick}", GATED, 1)
    text = text.replace("people: [omar@example.com, olga@example.com]", "people: [devi@example.com]")
    text = text.replace("words: [rollback, cancel, waive, ack,", "words: [rollback, cancel, ack,")
    resting_grail.config.write_text(text)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


def presses(message: dict[str, Any]) -> list[str]:
    found = [one for block in message["blocks"] if block["type"] == "actions" for one in block["elements"]]
    return [one["text"]["text"] for one in found if one["type"] == "button"]


async def test_an_open_page_is_in_nobodys_way_with_one_tap_of_who_is_on_call_and_loud(
    workspace: Workspace, grail: GrailProcess
) -> None:
    pagerduty = PagerDuty(workspace)
    page = await pagerduty.open("checkout answers 5xx")
    await workspace.wait_for(PLACE, lambda ms: any("checkout answers 5xx" in m["text"] for m in ms))
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, PLACE, "A page is open on it: checkout answers 5xx.")
    assert presses(refusal) == ["Park it"]
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    card = await card_says(workspace, PLACE, "parked")
    assert presses(card) == ["It mends the page", "Ship anyway", "Call it off"]
    await workspace.press(DANA, "deploy.mends", message=card["ts"])
    words = await told(
        workspace, DANA, PLACE, "Only who is on call for shop lets an open page pass with one tap."
    )
    assert "Who can clear it: its end, Devi, who is on call, with one tap, or who may waive it." in words
    await workspace.press(DEVI, "deploy.mends", message=card["ts"])
    # The page alone: it is still to be approved, by somebody else.
    await card_says(workspace, PLACE, "waiting for approval")
    loud = "shop to staging: shipped anyway by Devi, open page waived"
    found = await workspace.wait_for("#ops", lambda ms: any(m["text"] == loud for m in ms))
    assert f"> mends the open page {page}" in words_of(next(m for m in found if m["text"] == loud))
    assert grail.runs() == []
    await workspace.type(OMAR, PLACE, "/grail approve d-1")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(OMAR, PLACE, "/grail audit shop")
    await told(workspace, OMAR, PLACE, "d-1 waived pages")


async def test_while_a_page_is_open_no_second_person_has_to_be_found(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await PagerDuty(workspace).open("checkout answers 5xx")
    await workspace.wait_for(PLACE, lambda ms: any("checkout answers 5xx" in m["text"] for m in ms))
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    refusal = await refused(workspace, OMAR, PLACE, "A page is open on it")
    assert presses(refusal) == ["It mends the page", "Park it", "Ship anyway"]
    await workspace.press(OMAR, "deploy.ship", message=refusal["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    values = {"reason": {"reason": "It repairs an incident"}}
    assert not (await workspace.submit(OMAR, view["id"], values)).get("errors")
    await card_says(workspace, PLACE, "succeeded")
    assert grail.runs() == ["d-1"]


async def test_a_pager_that_does_not_answer_holds_up_no_emergency(
    workspace: Workspace, grail: GrailProcess
) -> None:
    pagerduty = PagerDuty(workspace)
    await pagerduty.weather(down=True)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "waiting for approval")
    await workspace.press(OMAR, "deploy.ship", message=card["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR), within=LONG))[-1]
    values = {"reason": {"reason": "It repairs an incident"}}
    assert not (await workspace.submit(OMAR, view["id"], values)).get("errors")
    await card_says(workspace, PLACE, "succeeded")
    await pagerduty.weather(down=False)
    grail.repository.commit("Sell hats", {"hats": "1"})
    await workspace.type(OMAR, PLACE, "/grail deploy shop staging main")
    calm = await card_says(workspace, PLACE, "waiting for approval")
    await workspace.press(OMAR, "deploy.ship", message=calm["ts"])
    await told(workspace, OMAR, PLACE, "No page is open on shop or what it depends on, so nobody waives")


async def test_who_has_the_pager_and_no_right_to_deploy_stops_what_runs_and_rolls_back(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production")
    await card_says(workspace, PLACE, "shop → production: succeeded")
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production feature/gift-cards")
    await workspace.wait_until(lambda: grail.runs() == ["d-1", "d-2"])
    await workspace.type(DEVI, PLACE, "/grail deploy shop to production")
    await told(workspace, DEVI, PLACE, "You may not deploy shop to production.")
    await workspace.type(DEVI, PLACE, "/grail rollback shop production")
    refusal = await refused(workspace, DEVI, PLACE, "Stop it")
    await workspace.press(DEVI, "rollback.stop", message=refusal["ts"])
    grail.open_gate()
    back = await card_says(workspace, PLACE, "(roll-back): succeeded")
    assert "by Devi" in words_of(back)
