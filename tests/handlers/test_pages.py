"""pages, as people use it: whose, several at once, one screen after another, and the figures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, OLGA, OMAR, Workspace
from tests.handlers.test_page_forms import Card, form_of
from tests.stories.steps import refused, told


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def grail(pagerduty: PagerDuty, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    pagerduty.connect(resting_grail)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def test_mine_are_those_that_woke_me_or_that_i_have_and_my_team_s_are_its_services(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    await workspace.type(DANA, "#general", "/grail pages mine")
    assert await told(workspace, DANA, "#general", "No open page is yours.")
    await pagerduty.open("disk full", service="gateway")
    await workspace.wait_for("#platform", lambda ms: any("disk full" in m["text"] for m in ms))
    await pagerduty.open("checkout 5xx")
    await card.says("triggered")
    await pagerduty.to("acknowledged", by=OLGA)
    await card.says("acknowledged by Olga")
    await workspace.type(OLGA, "#general", "/grail pages mine")
    assert "checkout 5xx" in await told(workspace, OLGA, "#general", "1 page is open (mine): shop")
    await workspace.type(DANA, "#general", "/grail pages my team")
    assert "disk full" not in await told(workspace, DANA, "#general", "1 page is open (my team's): shop")
    await workspace.type(DANA, "#general", "/grail pages mine")
    await told(workspace, DANA, "#general", "2 others are.")
    await workspace.type(DANA, "#general", "/grail pages gateway")
    await told(workspace, DANA, "#general", "1 page is open: gateway")
    shown = await refused(workspace, DANA, "#general", "1 page is open: gateway")
    await workspace.press(DANA, "pages.all", message=shown["ts"], in_="#general")
    await told(workspace, DANA, "#general", "2 pages are open: gateway, shop")
    await workspace.type(DANA, "#general", "/grail pages teem")
    assert "Did you mean pages team?" in await told(
        workspace, DANA, "#general", "I don't know what to do with `teem`."
    )


async def test_several_pages_are_acknowledged_at_once_and_what_was_late_is_said(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    for title in ("checkout 5xx", "basket slow", "search empty"):
        await pagerduty.open(title)
        await card.says(title)
    await workspace.type(OMAR, "#general", "/grail pages")
    shown = await refused(workspace, OMAR, "#general", "3 pages are open")
    await workspace.press(OMAR, "pages.several", message=shown["ts"], in_="#general")
    form = await form_of(workspace, OMAR, "pages.several")
    options = next(b for b in form["blocks"] if b["block_id"] == "pages")["element"]["options"]
    await pagerduty.to("resolved", by=OLGA)  # the newest of them, meanwhile
    await card.says("resolved by Olga")
    await workspace.submit(
        OMAR, form["id"], {"pages": {"pages": [one["value"] for one in options]}, "act": {"act": "ack"}}
    )
    words = await told(workspace, OMAR, "#general", "I am asking PagerDuty to acknowledge #")
    assert "It was resolved by Olga" in words
    await pagerduty.until(
        lambda seen: [one["status"] for one in seen["incidents"]].count("acknowledged") == 2
    )
    assert [who for _, _, who in await pagerduty.changes()] == [OMAR, OMAR]


async def test_the_figures_of_this_quarter_stand_beside_those_of_the_one_before(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    await workspace.type(DANA, "#general", "/grail pages figures")
    await told(workspace, DANA, "#general", "No page was opened in")
    await pagerduty.open("checkout 5xx")
    await card.says("triggered")
    await workspace.type(DANA, "#general", "/grail pages shop figures")
    assert "shop: 1 (0) page" in (await told(workspace, DANA, "#general", "Pages in")).replace("*", "")
