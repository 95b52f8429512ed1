"""status, queue, where is, what changed: what stands where, what waits, what is locked, and how it came there."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import card_says, held, told

PLACE = "#storefront"


async def test_status_shows_locks_freezes_and_what_waits_in_their_places(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await held(workspace, grail)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "queued, number 1 in line")
    await workspace.type(OMAR, PLACE, "/grail freeze production for 2h the fair begins")
    await workspace.type(DANA, PLACE, "/grail lock search staging trying the new search")
    await workspace.wait_for(PLACE, lambda ms: any("is locked · Dana" in m["text"] for m in ms))
    await workspace.type(DEVI, PLACE, "/grail status")
    words = await told(workspace, DEVI, PLACE, "*gateway*")
    assert words.startswith("shop staging: d-1 running; ")
    assert "search staging (locked) –" in words
    assert "shop production (frozen) –" in words
    assert ":snowflake: *production of every service* frozen by Omar until <!date^" in words
    assert ": the fair begins\n" in words
    assert ":lock: *search staging* locked by Dana until <!date^" in words
    head = grail.repository.head()[:7]
    assert f"\n\u2003:hourglass: d-2 `{head}` by Omar: number 1 in line" in words
