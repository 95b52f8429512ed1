"""What is changed at PagerDuty is changed by the person that it is done for, and twice asked for is once there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clients.pagerduty import PagerDuty as Client
from bot.clients.pagerduty import Refused, Unavailable, User
from bot.clients.pagerduty_acts import Acts
from bot.clock import Clock
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OLGA, OMAR, Workspace

OMAR_THERE = User("POMAR01", "Omar", OMAR)
OLGA_THERE = User("POLGA01", "Olga", OLGA)


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def acts(pagerduty: PagerDuty, clock_file: Path) -> AsyncIterator[Acts]:
    made = Client(pagerduty.token, Clock(clock_file), api_url=pagerduty.api_url, seconds=2, threads=2)
    yield Acts(made)
    await made.close()


async def test_an_incident_is_acknowledged_reassigned_and_resolved_as_who_it_is_done_for(
    acts: Acts, pagerduty: PagerDuty
) -> None:
    id = await pagerduty.open("checkout 5xx")
    now = await acts.change(id, OMAR_THERE, status="acknowledged")
    assert (now.state, now.by, now.acknowledged, now.assigned) == (
        "acknowledged", "Omar", ("POMAR01",), ("POMAR01",),
    )  # fmt: skip
    now = await acts.change(id, OMAR_THERE, assign=["PDANA01"])
    assert (now.state, now.assigned) == ("triggered", ("PDANA01",))
    now = await acts.change(id, OLGA_THERE, status="resolved")
    assert now.state == "resolved"
    assert await pagerduty.changes() == [("PUT", f"/incidents/{id}", who) for who in (OMAR, OMAR, OLGA)]


async def test_an_incident_is_snoozed_noted_merged_and_helped_as_who_it_is_done_for(
    acts: Acts, pagerduty: PagerDuty, workspace: Workspace
) -> None:
    one, two = await pagerduty.open("checkout 5xx"), await pagerduty.open("basket slow")
    assert (await acts.snooze(one, OMAR_THERE, 3600)).state == "acknowledged"
    await acts.note(one, OLGA_THERE, "The cache is cold.")
    assert await acts.notes(one) == [("Olga", "The cache is cold.")]
    await acts.responder(one, OMAR_THERE, ["PDANA01"], "Help")
    await acts.merge(one, OMAR_THERE, [two])
    assert await pagerduty.changes() == [
        ("POST", f"/incidents/{one}/snooze", OMAR),
        ("POST", f"/incidents/{one}/notes", OLGA),
        ("POST", f"/incidents/{one}/responder_requests", OMAR),
        ("PUT", f"/incidents/{one}/merge", OMAR),
    ]
    with pytest.raises(Refused, match=r"^PagerDuty refused it: Source incidents must be open.$"):
        await acts.merge(one, OMAR_THERE, [two])
    assert await workspace.violations() == []


async def test_a_page_that_is_asked_for_twice_is_one_incident(acts: Acts, pagerduty: PagerDuty) -> None:
    how = {"title": "Help with checkout", "key": "grail:1", "urgency": "high"}
    first = await acts.open("PSHOP01", OMAR_THERE, **how)
    assert await acts.open("PSHOP01", OMAR_THERE, **how) == first
    await pagerduty.weather(failing="after", times=1, methods=["open"])
    with pytest.raises(Unavailable):
        await acts.open("PSHOP01", OMAR_THERE, **(how | {"key": "grail:2"}))
    second = await acts.open("PSHOP01", OMAR_THERE, **(how | {"key": "grail:2"}))
    incidents = (await pagerduty.look())["incidents"]
    assert [one["id"] for one in incidents] == [first[0], second[0]]
    with pytest.raises(Refused, match=r"^PagerDuty refused it: Service cannot be empty.$"):
        await acts.open("PNOBODY", OMAR_THERE, **(how | {"key": "grail:3"}))


async def test_who_would_be_woken_is_known_before(acts: Acts, pagerduty: PagerDuty) -> None:
    assert await acts.policy("PGATEW1") == "PEPPLAT"
    assert await acts.woken("PEPPLAT") == ["Dario"]
    await pagerduty.fire(policy="PEPPLAT", levels=[])
    assert await acts.woken("PEPPLAT") == []


async def test_people_are_found_by_a_part_of_their_name(acts: Acts) -> None:
    assert [one.name for one in await acts.people("omar")] == ["Omar"]
    assert len(await acts.people("")) == 6
