"""A response_url: five uses in thirty minutes, for the person alone or for the channel."""

from typing import Any

import aiohttp

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, DEVI, Json


async def respond(url: str, body: Any) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        if answer.content_type == "application/json":
            return answer.status, (await answer.json())["error"]
        return answer.status, await answer.text()


async def command(workspace: Workspace, app: App) -> str:
    await workspace.type(DANA, "#storefront", "/grail status")
    return str(app.of("/grail")[-1]["response_url"])


async def test_five_uses_and_no_more(workspace: Workspace, app: App) -> None:
    url = await command(workspace, app)
    for n in range(5):
        assert await respond(url, {"text": f"answer {n}"}) == (200, "ok")
    assert await respond(url, {"text": "too much"}) == (404, "used_url")
    assert len(await workspace.messages("#storefront", as_=DANA)) == 5
    assert await workspace.messages("#storefront", as_=DEVI) == []


async def test_thirty_minutes_and_no_longer(workspace: Workspace, app: App) -> None:
    url = await command(workspace, app)
    await workspace.clock(forward=1_790)
    assert await respond(url, {"text": "late"}) == (200, "ok")
    await workspace.clock(forward=20)
    assert await respond(url, {"text": "too late"}) == (404, "expired_url")
    assert await respond(f"{workspace.url}/respond/guessed", {"text": "?"}) == (404, "expired_url")


async def test_an_answer_may_be_for_the_channel(workspace: Workspace, app: App) -> None:
    url = await command(workspace, app)
    await respond(url, {"text": "for all", "response_type": "in_channel"})
    (message,) = await workspace.messages("#storefront", as_=DEVI)
    assert message["text"] == "for all"


async def test_an_answer_is_replaced_and_taken_back(workspace: Workspace, app: App) -> None:
    url = await command(workspace, app)
    await respond(url, {"text": "working"})
    await respond(url, {"text": "done", "replace_original": True})
    assert [m["text"] for m in await workspace.messages("#storefront")] == ["done"]
    assert await respond(url, {"delete_original": True}) == (200, "ok")
    assert await workspace.messages("#storefront") == []


async def test_a_press_may_replace_the_message_that_was_pressed(workspace: Workspace, app: App) -> None:
    button: Json = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    said = {"channel": "#storefront", "text": "card", "blocks": [{"type": "actions", "elements": [button]}]}
    posted = await workspace.api("chat.postMessage", said)
    await workspace.press(DANA, "go", message=posted["ts"])
    url = app.of("block_actions")[0]["response_url"]
    await respond(url, {"text": "pressed", "replace_original": True})
    (message,) = await workspace.messages("#storefront")
    assert message["text"] == "pressed"
    assert "blocks" not in message
    await respond(url, {"text": "beside"})
    assert [m["text"] for m in await workspace.messages("#storefront")] == ["pressed", "beside"]
    await respond(url, {"delete_original": True})
    assert [m["text"] for m in await workspace.messages("#storefront")] == ["beside"]


async def test_a_bad_answer_is_refused_and_noted(workspace: Workspace, app: App) -> None:
    workspace.expect_violations()
    url = await command(workspace, app)
    assert await respond(url, {}) == (400, "no_text")
    assert await respond(url, {"text": "x", "blocks": [{"type": "nonsense"}]}) == (400, "invalid_blocks")
    assert (await workspace.violations())[0]["method"] == "response_url"
