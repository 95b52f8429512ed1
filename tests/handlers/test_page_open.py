"""page: who will be woken is said first, and two presses make one incident."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, DARIO, Workspace
from tests.handlers.test_page_forms import form_of
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


async def test_the_form_says_who_will_be_woken_and_the_page_opens_in_the_name_of_who_asked(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await workspace.type(DANA, "#general", "/grail page gateway nobody can log in")
    form = await form_of(workspace, DANA, "page.open")
    assert "PagerDuty opens a page on gateway in your name and wakes *Dario*." in str(form["blocks"])
    assert (await pagerduty.look())["incidents"] == []
    values = {
        "service": {"service": "gateway"},
        "what": {"what": "nobody can log in"},
        "urgency": {"urgency": "high"},
    }
    await workspace.submit(DANA, form["id"], values)
    await workspace.wait_for(
        "@Grail", lambda ms: any("is open on gateway" in m["text"] for m in ms), as_=DANA
    )
    await workspace.wait_for(
        "#platform", lambda ms: any("HIGH gateway: nobody can log in" in m["text"] for m in ms)
    )
    await workspace.type(DANA, "#general", "/grail page gateway nobody can log in")  # and once more
    form = await form_of(workspace, DANA, "page.open")
    await workspace.submit(DANA, form["id"], values)
    await workspace.wait_for(
        "@Grail", lambda ms: sum("is open on gateway" in m["text"] for m in ms) == 2, as_=DANA
    )
    [incident] = (await pagerduty.look())["incidents"]
    assert (incident["title"], incident["changed_by"]) == ("nobody can log in", "PDANA01")


async def test_a_mention_is_answered_with_one_button_and_where_nobody_is_on_call_nobody_is_woken(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await workspace.type(DANA, "#general", "@Grail page storefront checkout answers 5xx")
    found = await workspace.wait_for(
        "#general", lambda ms: any("That are several: shop, search." in words_of(m) for m in ms)
    )
    assert "Say it as `page shop checkout answers 5xx`." in words_of(found[-1])
    await pagerduty.fire(policy="PEPSTOR", levels=[])
    await workspace.type(DANA, "#general", "@Grail page shop checkout answers 5xx")
    found = await workspace.wait_for(
        "#general", lambda ms: any("nobody would be woken" in words_of(m) for m in ms)
    )
    await workspace.press(DANA, "page.open", message=found[-1]["ts"], in_="#general")
    await workspace.wait_for(
        "@Grail",
        lambda ms: any(
            m["text"]
            == "I did not page shop: Nobody is on call there at PagerDuty: nobody would be woken. Nothing "
            "was opened."
            for m in ms
        ),
        as_=DANA,
    )
    assert (await pagerduty.look())["incidents"] == []


async def test_what_cannot_be_paged_is_said_with_a_way_on(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await workspace.type(DARIO, "#general", "/grail page warehouse it burns")
    await told(workspace, DARIO, "#general", "There is no team and no service `warehouse`.")
    await workspace.type(DARIO, "#general", "/grail page")
    form = await form_of(workspace, DARIO, "page.open")
    assert "wakes *Omar*" in str(form["blocks"]) or "wakes *Olga*" in str(form["blocks"])
    answer = await workspace.submit(
        DARIO, form["id"], {"service": {"service": "shop"}, "what": {"what": " "}}
    )
    assert answer["ack"]["body"]["errors"] == {"what": "Say what is wrong."}
