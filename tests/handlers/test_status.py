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


async def test_the_line_shows_every_place_with_who_and_the_expected_wait(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, PLACE, "/grail queue shop staging")
    assert "Nobody stands in line for shop staging." in await told(workspace, DEVI, PLACE, "in line")
    await held(workspace, grail)
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await card_says(workspace, PLACE, "queued, number 1 in line")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await card_says(workspace, PLACE, "queued, number 2 in line")
    await workspace.type(DEVI, PLACE, "/grail queue")
    words = await told(workspace, DEVI, PLACE, "*shop staging*")
    assert words.startswith("shop staging: 2 in line\n*shop staging*: :rocket: d-1 ")
    assert "1. d-2 " in words
    assert "2. d-3 " in words
    assert "Work on feature/gift-cards · Omar, since <!date^" in words
    assert words.endswith("nobody knows how long: no deploy there has succeeded yet")
    await workspace.type(DANA, PLACE, "/grail queue shop")
    await told(workspace, DANA, PLACE, "*shop staging*")
    hers = next(m for m in await workspace.messages(PLACE, as_=DANA) if "staging: 2 in line" in m["text"])
    assert "queue.front" not in str(hers["blocks"])  # she may not move others
    await workspace.type(OMAR, PLACE, "/grail queue shop staging")
    await told(workspace, OMAR, PLACE, "*shop staging*")
    his = next(m for m in await workspace.messages(PLACE, as_=OMAR) if "staging: 2 in line" in m["text"])
    assert [block["accessory"]["text"]["text"] for block in his["blocks"] if "accessory" in block] == [
        "Leave"
    ]


async def test_an_operator_lets_somebody_go_first_and_who_waits_leaves(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await held(workspace, grail)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await card_says(workspace, PLACE, "queued, number 1 in line")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging fails-health")
    await card_says(workspace, PLACE, "queued, number 2 in line")
    await workspace.type(OMAR, PLACE, "/grail queue shop")
    await told(workspace, OMAR, PLACE, "*shop staging*")
    his = next(m for m in await workspace.messages(PLACE, as_=OMAR) if "staging: 2 in line" in m["text"])
    await workspace.press(OMAR, "queue.front", message=his["ts"])
    assert "d-3 is the next in line: shop to staging. Dana is told." in await told(
        workspace, OMAR, PLACE, "next in line"
    )
    direct = "Omar moved d-3 to the front: shop to staging."
    await workspace.wait_for("@Grail", lambda ms: any(m["text"] == direct for m in ms), as_=DANA)
    await card_says(workspace, PLACE, "queued, number 1 in line")
    await workspace.press(OMAR, "deploy.cancel", message=his["ts"])
    await workspace.wait_for(PLACE, lambda ms: any("cancelled" in m["text"] for m in ms))
    await workspace.press(OMAR, "queue.front", message=his["ts"])
    grail.open_gate()
    await workspace.wait_for("@Grail", lambda ms: "it is your turn" in ms[-1]["text"], as_=DANA)
