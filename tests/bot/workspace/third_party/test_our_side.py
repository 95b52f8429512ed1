"""Our side of Slack's contracts: every answer of the Web API that has a schema, and every event, keeps to it."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.workspace.contracts import Contracts

from ..blockkit.samples import GOOD, MODAL
from .harness import ROOT, Person, eventually, workspace_here

BOT = "xoxb-our-side"
JUDGED_LATER = {
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
}  # in the app tests: they need an upload


@pytest.fixture
def contracts() -> Contracts:
    made = Contracts(Path(os.environ.get("GRAIL_SHARED", ROOT.parent / "shared")) / "contracts" / "slack")
    if not made.at_hand:
        pytest.skip(
            "Slack's schemas are not at hand: set GRAIL_SHARED to the folder that holds contracts/slack"
        )
    return made


@pytest.fixture
async def events() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """An app's address, and the events that have come to it. A modal is opened for whoever types a command."""
    taken: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            taken.append(await request.json())
        else:
            taken.append(dict(await request.post()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", taken
    await runner.cleanup()


@pytest.fixture
async def dana(events: tuple[str, Any]) -> AsyncIterator[Person]:
    options = ("--app-url", events[0], "--bot-token", BOT, "--commands", "/ask")
    async with workspace_here("dana@example.com", *options) as someone:
        yield someone


async def test_every_answer_keeps_to_its_schema(
    dana: Person, contracts: Contracts, events: tuple[str, list[dict[str, Any]]]
) -> None:
    state = await dana.asks("state")
    me = next(user["id"] for user in state["users"] if user["email"] == "dana@example.com")
    channel = next(each["id"] for each in state["channels"] if each["name"] == "general")
    judged: set[str] = set()

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {BOT}"}) as session:

        async def call(method: str, **arguments: Any) -> Any:
            async with session.post(f"{dana.url}/api/{method}", json=arguments) as response:
                body = await response.json()
            assert body["ok"], (method, body)
            assert contracts.response(method, body) == []
            judged.add(method)
            return body

        await call("auth.test")
        blocks = [block for kind, block in GOOD.items() if kind not in ("alert", "data_table")]
        metadata = {"event_type": "card", "event_payload": {"card": "deploy:1"}}
        posted = await call("chat.postMessage", channel=channel, text="a", blocks=blocks, metadata=metadata)
        await call("chat.postMessage", channel=channel, text="b", thread_ts=posted["ts"])
        await call("reactions.add", channel=channel, timestamp=posted["ts"], name="wave")
        await call("chat.update", channel=channel, ts=posted["ts"], text="c", blocks=blocks[:3])
        await call("chat.postEphemeral", channel=channel, user=me, text="d")
        await call("chat.getPermalink", channel=channel, message_ts=posted["ts"])
        await call("conversations.history", channel=channel, include_all_metadata=True)
        await call("conversations.open", users=me)
        await call("users.info", user=me)
        await call("users.lookupByEmail", email="dana@example.com")
        group = await call("usergroups.create", name="On call", handle="oncall")
        await call("usergroups.users.update", usergroup=group["usergroup"]["id"], users=me)
        await call("usergroups.users.list", usergroup=group["usergroup"]["id"])
        await call(
            "views.publish", user_id=me, view={"type": "home", "blocks": [GOOD["section"], GOOD["card"]]}
        )
        await dana.does("type", **{"in": "#general", "text": "/ask"})
        command = next(each for each in events[1] if "trigger_id" in each)
        opened = await call("views.open", trigger_id=command["trigger_id"], view=MODAL)
        await call("views.update", view_id=opened["view"]["id"], view=MODAL)

    published = Path(os.environ.get("GRAIL_SHARED", ROOT.parent / "shared")) / "contracts/slack/jsonschema"
    wanted = {
        file.name.removeprefix("response.").removesuffix(".json")
        for file in published.glob("response.*.json")
    }
    assert wanted - judged - JUDGED_LATER == set()


async def test_every_event_keeps_to_its_schema(
    dana: Person, contracts: Contracts, events: tuple[str, list[dict[str, Any]]]
) -> None:
    said = await dana.does("type", **{"in": "#general", "text": "hello"})
    await dana.does("type", **{"in": "#general", "text": "hello again", "thread": said["ts"]})
    await dana.does("type", **{"in": "#general", "text": "@Grail are you there"})
    await dana.does("type", **{"in": "@Grail", "text": "hello you"})
    await dana.does("open_home")
    wanted = {"message", "app_mention", "app_home_opened"}

    async def all_there() -> bool:
        return {body["event"]["type"] for body in events[1]} >= wanted and len(events[1]) >= 6

    await eventually(all_there)
    for body in events[1]:
        assert contracts.envelope(body) == [], json.dumps(body)
        assert contracts.event(body["event"]) == [], json.dumps(body)


async def test_a_refused_message_names_the_place_as_slack_does(dana: Person) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    headers = {"Authorization": f"Bearer {BOT}"}
    message = {"channel": "#general", "text": "a", "blocks": [GOOD["divider"], long]}
    async with dana.session.post(
        f"{dana.url}/api/chat.postMessage", json=message, headers=headers
    ) as response:
        body = await response.json()
    why = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert body == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [why],
        "response_metadata": {"messages": [f"[ERROR] {why}"]},
    }
    assert (await dana.asks("violations"))["violations"] == [
        {
            "method": "chat.postMessage",
            "path": "/blocks/1/text/text",
            "why": "must be less than 3001 characters",
        }
    ]
