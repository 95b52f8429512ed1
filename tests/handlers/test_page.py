"""pages, ack, resolve, escalate, as people use them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import told, words_of


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def grail(pagerduty: PagerDuty, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    pagerduty.connect(resting_grail)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def test_a_page_is_acknowledged_escalated_and_resolved_by_words(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await workspace.type(DANA, "#general", "/grail pages")
    assert await told(workspace, DANA, "#general", "open") == "No page is open.\nNo page is open."
    id = await pagerduty.open("checkout 5xx")
    number = (await pagerduty.incident())["number"]

    async def says(word: str) -> None:
        await workspace.wait_for("#storefront", lambda ms: any(word in words_of(m) for m in ms))

    await says("triggered")
    await workspace.type(OMAR, "#general", f"/grail ack #{number} --plan")
    await told(
        workspace,
        OMAR,
        "#general",
        f"I would acknowledge #{number} (shop: checkout 5xx). Nothing was changed.",
    )
    await workspace.type(DANA, "#general", f"/grail ack {number}")
    await told(workspace, DANA, "#general", "ack")
    assert await pagerduty.changes() == []
    await workspace.type(OMAR, "#general", f"/grail ack {number}")
    await told(workspace, OMAR, "#general", f"I am asking PagerDuty to acknowledge #{number}")
    await says("acknowledged by Omar")
    await workspace.type(DANA, "#general", "/grail pages")
    listed = await told(workspace, DANA, "#general", "1 page is open")
    assert "Omar has it" in listed
    await workspace.type(OMAR, "#general", f"/grail escalate #{number}")
    await says("escalated it")
    assert (await pagerduty.incident())["level"] == 2
    await workspace.type(OMAR, "#general", f"/grail resolve {id}")
    await says("resolved by Omar")
    assert [who for _, _, who in await pagerduty.changes()] == [OMAR, OMAR, OMAR]
