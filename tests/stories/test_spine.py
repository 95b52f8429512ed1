"""The first whole thing that Grail does: a developer types `/grail deploy`, and a real service is deployed."""

from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, Workspace

Json = dict[str, Any]


def cards(messages: list[Json]) -> list[Json]:
    """The deploy cards among messages: those that are not in a thread."""
    return [m for m in messages if "→" in m["text"] and m.get("thread_ts", m["ts"]) == m["ts"]]


async def card_says(workspace: Workspace, place: str, word: str, *, within: float = 10) -> Json:
    """The one card of that place, as soon as it says this."""
    found = await workspace.wait_for(
        place, lambda ms: any(word in c["text"] for c in cards(ms)), within=within
    )
    return cards(found)[0]


async def test_a_deploy_killed_in_the_middle_goes_on_and_its_one_card_says_succeeded(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    first = await card_says(workspace, "#storefront", "running")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])

    grail.kill()
    await grail.start()
    await workspace.wait_for("#storefront", lambda ms: "I restarted" in ms[-1]["text"])
    grail.open_gate()

    await card_says(workspace, "#storefront", "succeeded", within=30)
    standing = cards(await workspace.messages("#storefront"))
    assert [card["ts"] for card in standing] == [first["ts"]]
    thread = [m["text"] for m in await workspace.messages("#storefront") if m.get("thread_ts") == first["ts"]]
    assert [line for line in thread if "restarted" in line] == [
        ":arrows_counterclockwise: I restarted; your deploy is at step 3 of 4."
    ]
    assert grail.runs() == ["d-1"]
