"""[Ship anyway] on the card of what waits, and what becomes of it afterwards."""

from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OLGA, OMAR, Workspace
from tests.handlers.test_waiting import approved
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"
__all__ = ["approved"]


async def test_what_waits_for_its_approval_is_shipped_anyway_and_somebody_looks_into_it_afterwards(
    workspace: Workspace, approved: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "waiting for approval")
    await workspace.press(DANA, "deploy.ship", message=card["ts"])
    await told(workspace, DANA, PLACE, "You may not waive a gate of shop in staging.")
    await workspace.press(OMAR, "deploy.ship", message=card["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    values = {"reason": {"reason": "It repairs an incident"}}
    assert not (await workspace.submit(OMAR, view["id"], values)).get("errors")
    ended = await card_says(workspace, PLACE, "succeeded")
    assert ended["ts"] == card["ts"]
    loud = "shop to staging: shipped anyway by Omar, approvals waived"
    await workspace.wait_for("#ops", lambda ms: any(m["text"] == loud for m in ms))

    await workspace.type(OLGA, PLACE, "/grail gates shop staging")
    listed = await told(workspace, OLGA, PLACE, "1 waiver waits to be looked into.")
    assert "*d-1* was shipped anyway to shop staging by Omar " in listed
    assert "> It repairs an incident" in listed
    await workspace.clock(forward=4 * 24 * 3600)
    still = "d-1 was shipped anyway, and nobody has looked into it"
    found = await workspace.wait_for("#ops", lambda ms: next(m for m in ms if m["text"] == still))
    reminder = next(m for m in found if m["text"] == still)
    await workspace.press(DANA, "gate.done", message=reminder["ts"], in_="#ops")
    await told(workspace, DANA, "#ops", "You may not waive a gate of shop in staging.")
    await workspace.press(OLGA, "gate.done", message=reminder["ts"], in_="#ops")
    done = "Olga has looked into it: d-1, shipped anyway to shop staging."
    await workspace.wait_for("#ops", lambda ms: any(m["text"] == done for m in ms))
    await workspace.press(OMAR, "gate.done", message=reminder["ts"], in_="#ops")
    await told(workspace, OMAR, "#ops", "d-1 was looked into already by Olga. Nothing was changed.")
    await workspace.type(OMAR, PLACE, "/grail gates shop staging")
    words = await told(workspace, OMAR, PLACE, "Gates of shop")
    assert "to be looked into" not in words
    assert sum(m["text"] == still for m in await workspace.messages("#ops")) == 1
    assert words_of(reminder).startswith(still)


async def test_nobody_ships_their_own_deploy_past_its_approval_while_no_page_is_open(
    workspace: Workspace, approved: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "waiting for approval")
    await workspace.press(OMAR, "deploy.ship", message=card["ts"])
    words = await told(workspace, OMAR, PLACE, "nobody waives the approval of their own deploy")
    assert (
        "No pager is connected that could say whether this is an emergency, so nobody waives the approval of their own "
        "deploy: a second person has to look at it."
    ) in words
    assert "Olga or Mia can approve it: ask for the deploy, and its card asks for the approval." in words
    assert await workspace.views(OMAR) == []  # refused at the press, and not behind a form
    assert approved.runs() == []


async def test_who_may_approve_is_asked_directly_once_with_all_that_the_card_shows(
    workspace: Workspace, approved: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "waiting for approval")
    await workspace.press(DANA, "deploy.nudge", message=card["ts"])
    words = await told(workspace, DANA, PLACE, "I can write to nobody who may approve d-1.")
    assert "Omar, Olga or Mia may: tell them yourself." in words
    await workspace.type(MIA, PLACE, "/grail whoami")
    await told(workspace, MIA, PLACE, "Rung")
    for _ in range(2):
        await workspace.clock(forward=11)  # or it would be the same press once more
        await workspace.press(DANA, "deploy.nudge", message=card["ts"])
        await told(workspace, DANA, PLACE, "I have asked Mia directly.")
    asked = "Dana asks for your approval: shop to staging"

    def to_mia(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [m for m in messages if m["text"].startswith(asked)]

    found = to_mia(await workspace.wait_for("@Grail", to_mia, as_=MIA))
    assert "it brings all that it has." in words_of(found[0])
    await workspace.press(MIA, "deploy.approve", message=found[0]["ts"], in_="@Grail")
    await card_says(workspace, PLACE, "succeeded")
    assert len(to_mia(await workspace.messages("@Grail", as_=MIA))) == 1
