"""[Ask Omar]: who may not deploy somewhere asks somebody who may."""

from typing import Any, cast

import pytest

from bot.domain.rights import Holder
from bot.errors import NotUnderstood
from bot.services import Services
from bot.slack import Ask, Turn
from handlers.asking import press_do
from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import LONG
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, refused, told, words_of

PLACE = "#storefront"


def buttons(message: dict[str, Any]) -> list[str]:
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def direct(workspace: Workspace, who: str, word: str) -> dict[str, Any]:
    def holds(messages: list[dict[str, Any]]) -> dict[str, Any]:
        return next(m for m in messages if word in m["text"])

    return holds(await workspace.wait_for("@Grail", holds, within=LONG, as_=who))


async def test_who_may_not_deploy_asks_who_may_and_who_is_asked_does_it_where_it_was_asked_for(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to production")
    alone = await refused(workspace, DANA, PLACE, "You may not deploy shop to production.")
    assert buttons(alone) == []  # nobody who may is known to Slack's Grail yet
    await workspace.type(OMAR, PLACE, "/grail whoami")
    await told(workspace, OMAR, PLACE, "Rung")
    await workspace.type(DANA, PLACE, "/grail deploy shop production main")

    def offered(messages: list[dict[str, Any]]) -> dict[str, Any]:
        return next(m for m in messages if buttons(m) == ["Ask Omar"])

    asks = offered(await workspace.wait_for(PLACE, offered, within=LONG, as_=DANA))
    await workspace.press(DANA, "ask.them", message=asks["ts"])
    await told(workspace, DANA, PLACE, "I have asked Omar directly.")
    request = await direct(workspace, OMAR, "Dana asks you to deploy shop to production")
    assert words_of(request).endswith(
        ":wave: Dana asks you to deploy shop to production at `main`, and may not do it alone."
    )
    assert buttons(request) == ["Deploy"]
    await workspace.press(OMAR, "ask.do", message=request["ts"])
    card = await card_says(workspace, PLACE, "succeeded")
    assert "by Omar" in words_of(card)
    assert "d-1" in (await direct(workspace, OMAR, "d-1: shop to production"))["text"]
    assert grail.runs() == ["d-1"]


@pytest.mark.parametrize("carried", ["shop production - -", "shop production - -\n#ops"])
async def test_a_button_without_a_place_does_nothing(carried: str) -> None:
    ask = Ask("1", "press", "T1", "U1", "", channel="D1")
    turn = Turn(ask, Holder("T1", "U1"), cast(Services, None), values={"value": carried})
    with pytest.raises(NotUnderstood, match="This button carries no place"):
        await press_do(turn)
