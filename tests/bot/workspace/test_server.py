"""The thread through everything: a command, its answers, a button, a message edited."""

from tests.bot.workspace.app import App, Json
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA

BUTTON: Json = {
    "type": "actions",
    "block_id": "do",
    "elements": [
        {
            "type": "button",
            "action_id": "cancel",
            "value": "d-1",
            "text": {"type": "plain_text", "text": "Cancel"},
        }
    ],
}


async def test_a_command_a_card_an_answer_and_a_press_go_all_the_way(workspace: Workspace, app: App) -> None:
    typed = await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    assert typed["ok"]
    assert typed["ack"]["status"] == 200
    (command,) = app.of("/grail")
    assert command["text"] == "deploy shop to staging"

    said = {"channel": command["channel_id"], "text": "shop to staging: running", "blocks": [BUTTON]}
    posted = await workspace.api("chat.postMessage", said)
    assert posted["ok"], posted
    async with workspace._http.post(command["response_url"], json={"text": "Asked."}) as answer:
        assert answer.status == 200
    card, private = await workspace.messages("#storefront")
    assert card["text"] == "shop to staging: running"
    assert private["text"] == "Asked."
    assert private["ephemeral_to"] == command["user_id"]

    pressed = await workspace.press(DANA, "cancel", message=card["ts"], in_="#storefront")
    assert pressed["ok"], pressed
    (press,) = app.of("block_actions")
    assert press["actions"][0]["value"] == "d-1"
    assert press["message"]["ts"] == card["ts"]
    edited = {"channel": posted["channel"], "ts": posted["ts"], "text": "cancelled"}
    assert (await workspace.api("chat.update", edited))["ok"]
    assert (await workspace.messages("#storefront"))[0]["text"] == "cancelled"
