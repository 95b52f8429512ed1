"""What stands in Slack because of pages, with a whole Grail and the played PagerDuty."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OLGA, OMAR, Workspace
from tests.stories.steps import told, words_of

Json = dict[str, Any]


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def grail(pagerduty: PagerDuty, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    pagerduty.connect(resting_grail)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def card(workspace: Workspace, place: str, *words: str) -> Json:
    """The only card that stands there, as soon as it says all of this."""

    def top(messages: list[Json]) -> list[Json]:
        return [m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"] and not m.get("ephemeral_to")]

    found = await workspace.wait_for(
        place, lambda ms: top(ms) and all(word in words_of(top(ms)[-1]) for word in words)
    )
    [only] = top(found)
    return only


async def test_a_page_that_comes_three_days_late_and_belongs_nowhere_stands_in_unsorted_and_is_counted(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    data = {
        "id": "QLATE", "type": "incident", "number": 9, "status": "triggered", "title": "<!channel> *look* `here`",
        "created_at": "2026-01-01T00:00:00Z", "service": {"id": "PBILL01", "summary": "old billing"},
    }  # fmt: skip
    await pagerduty.fire(tell="incident.triggered", data=data, ago=3 * 86400)
    shown = words_of(await card(workspace, "#unsorted", "triggered"))
    assert "I heard of it" in shown
    assert "<!channel>" not in shown
    assert "Put `pagerduty: PBILL01` under the service that it belongs to." in shown
    assert await grail.metric('grail_hooks_heard_total{outcome="unsorted",source="pagerduty"}') == 1
    await pagerduty.fire(tell="incident.painted", data={})
    await pagerduty.until(lambda seen: seen["deliveries"][-1]["answers"] == [202])
    assert await grail.metric('grail_hooks_total{outcome="unknown",source="pagerduty"}') == 1


async def test_while_pagerduty_is_down_the_card_says_so_and_the_acknowledgement_gets_there_in_the_end(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await pagerduty.open("checkout 5xx")
    first = await card(workspace, "#storefront", "triggered")
    await pagerduty.weather(down=True)
    await workspace.press(OMAR, "page.ack", message=first["ts"], in_="#storefront")
    shown = await card(workspace, "#storefront", "PagerDuty does not answer. I go on trying.")
    assert "triggered" in words_of(shown)
    await pagerduty.weather(down=False)
    await workspace.clock(forward=60)
    assert (await card(workspace, "#storefront", "acknowledged by Omar"))["ts"] == first["ts"]
    assert [who for _, _, who in await pagerduty.changes()] == [OMAR]


async def test_what_pagerduty_refuses_is_told_to_who_pressed_alone(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await pagerduty.open("checkout 5xx")
    first = await card(workspace, "#storefront", "triggered")
    await pagerduty.weather(answers=403)
    await workspace.press(OMAR, "page.ack", message=first["ts"], in_="#storefront")
    words = await told(workspace, OMAR, "#storefront", "I did not acknowledge")
    assert "PagerDuty says that my key may not do this: an admin has to look at its rights." in words
    assert "being told" not in words_of(await card(workspace, "#storefront", "triggered"))


async def test_notes_and_who_did_what_stand_in_the_thread(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty
) -> None:
    await pagerduty.open("checkout 5xx")
    first = await card(workspace, "#storefront", "triggered")
    await pagerduty.to("acknowledged", by=OLGA)
    await pagerduty.fire(incident="newest", note="The cache is cold.\nIt warms up.", by=OLGA)

    async def lines() -> list[str]:
        messages = await workspace.messages("#storefront")
        return [words_of(m) for m in messages if m.get("thread_ts") == first["ts"] and m["ts"] != first["ts"]]

    async def two() -> bool:
        return len(await lines()) == 2

    await workspace.wait_until(two)
    said, note = await lines()
    assert said.startswith("Olga acknowledged it")
    assert "> The cache is cold.\n> It warms up." in note
