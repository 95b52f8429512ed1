"""What is asked, reminded and written when somebody has a page, and when it is over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.handlers.test_page_forms import Card
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


async def test_who_ended_a_page_is_asked_what_it_was_the_next_morning_and_gets_the_review(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    await workspace.type(OMAR, "#general", "/grail whoami")  # somebody whom Grail has seen
    await told(workspace, OMAR, "#general", "Omar")
    await pagerduty.open("checkout 5xx")
    first = await card.says("triggered")
    await workspace.press(OMAR, "page.ack", message=first["ts"], in_="#storefront")
    await card.says("acknowledged by Omar")
    await workspace.type(OMAR, "#storefront", "@Grail note it was the cache", thread=first["ts"])
    await pagerduty.until(lambda seen: seen["incidents"][-1]["notes"])
    await workspace.press(OMAR, "page.resolve", message=first["ts"], in_="#storefront")
    await card.says("resolved by Omar")
    await workspace.clock(
        forward=4 * 24 * 3600
    )  # whichever day and hour it is: a working morning lies between
    asked = await workspace.wait_for(
        "@Grail", lambda ms: any("What was #" in m["text"] for m in ms), as_=OMAR
    )
    question = next(m for m in asked if "What was #" in m["text"])
    await workspace.press(OMAR, "page.why.noise", message=question["ts"], in_="@Grail")
    await card.says("it was noise")
    await workspace.press(DANA, "page.review", message=first["ts"], in_="#storefront")
    await workspace.wait_for("@Grail", lambda ms: any(m.get("files") for m in ms), as_=DANA)


async def test_who_has_a_page_of_which_nothing_is_heard_for_an_hour_is_reminded_in_its_thread(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    await pagerduty.open("checkout 5xx")
    first = await card.says("triggered")
    await pagerduty.to("acknowledged", by=OMAR)
    await card.says("acknowledged by Omar")
    await workspace.clock(forward=3601)
    found = await workspace.wait_for(
        "#storefront", lambda ms: any("othing was heard of this page" in words_of(m) for m in ms)
    )
    line = next(m for m in found if "othing was heard" in words_of(m))
    assert line["thread_ts"] == first["ts"]


async def test_who_deployed_shortly_before_a_page_is_told_with_the_way_back(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    card = Card(workspace)
    await workspace.type(OMAR, "#general", "/grail deploy shop to production")
    await workspace.wait_for("#general", lambda ms: any("production: succeeded" in m["text"] for m in ms))
    await pagerduty.open("checkout 5xx")
    shown = await card.says("triggered", "d-1")
    found = await workspace.wait_for(
        "@Grail", lambda ms: any("a page opened" in m["text"] for m in ms), as_=OMAR
    )
    message = next(m for m in found if "a page opened" in m["text"])
    assert "after your d-1 to shop production" in words_of(message)
    await workspace.press(OMAR, "page.rollback", message=shown["ts"], in_="#storefront")
    assert "nothing else has succeeded there" in await told(
        workspace, OMAR, "#storefront", "nothing to go back to"
    )
