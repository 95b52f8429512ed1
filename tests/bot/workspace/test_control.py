"""The live stream of a page, and what GET shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import orjson

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, DEVI, MIA, Json


class Page:
    def __init__(self) -> None:
        self.seen: list[tuple[str, Json]] = []

    def of(self, name: str) -> list[Json]:
        return [data for event, data in self.seen if event == name]


@asynccontextmanager
async def watching(workspace: Workspace, email: str) -> AsyncIterator[Page]:
    page = Page()
    user = next(user["id"] for user in (await workspace.state())["users"] if user["email"] == email)
    headers = {"Cookie": f"grail_workspace={workspace.token}"}

    async def read(answer: aiohttp.ClientResponse) -> None:
        while True:
            block = (await answer.content.readuntil(b"\n\n")).decode()
            if block.startswith("event: "):
                name, data = block.strip().split("\n", 1)
                page.seen.append((name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))))

    url = f"{workspace.url}/control/stream"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(url, params={"as": user}) as answer,
    ):
        assert answer.content_type == "text/event-stream"
        reading = asyncio.create_task(read(answer))
        await workspace.wait_until(lambda: page.of("hello"))
        yield page
        reading.cancel()


async def test_a_page_sees_what_happens_as_it_happens(workspace: Workspace, app: App) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    async with watching(workspace, DANA) as dana, watching(workspace, DEVI) as devi:
        posted = await workspace.api("chat.postMessage", {"channel": "#storefront", "text": "one"})
        where = {"channel": posted["channel"], "ts": posted["ts"]}
        await workspace.api("chat.update", {**where, "text": "two"})
        await workspace.api("reactions.add", {**where, "timestamp": posted["ts"], "name": "eyes"})
        await workspace.api("chat.delete", where)
        said = {"channel": "#storefront", "user": users[DANA], "text": "for dana"}
        await workspace.api("chat.postEphemeral", said)
        view = {"type": "home", "blocks": [{"type": "divider"}]}
        await workspace.api("views.publish", {"user_id": users[DANA], "view": view})
        await workspace.weather(slow=0.01)
        await workspace.clock(forward=5)
        app.answers["/grail"] = 500
        await workspace.type(DANA, "#storefront", "/grail")
        await workspace.wait_until(lambda: dana.of("notice"))
        assert dana.of("message")[0]["message"]["text"] == "one"
        assert [one["message"]["text"] for one in dana.of("changed")] == ["two", "two"]
        assert dana.of("changed")[1]["message"]["reactions"][0]["name"] == "eyes"
        assert dana.of("deleted") == [where]
        assert dana.of("ephemeral")[0]["message"]["text"] == "for dana"
        assert dana.of("home")[0]["view"]["type"] == "home"
        assert dana.of("weather")[0]["weather"]["slack"] == {"slow": 0.01}
        assert dana.of("clock")[0] == {"offset": 5}
        assert dana.of("notice")[0] == {
            "text": '/grail failed with the error "dispatch_failed"',
            "level": "error",
        }
        assert devi.of("message") == dana.of("message")
        assert devi.of("ephemeral") == devi.of("home") == devi.of("notice") == []


async def test_what_is_said_elsewhere_is_not_shown(workspace: Workspace) -> None:
    async with watching(workspace, DANA) as dana, watching(workspace, MIA) as mia:
        await workspace.type(MIA, "#secret", "psst")
        await workspace.type(MIA, "@devi", "psst")
        await workspace.type(MIA, "#ops", "hello")
        await workspace.wait_until(lambda: len(mia.of("message")) == 3 and dana.of("message"))
        assert [one["message"]["text"] for one in dana.of("message")] == ["hello"]


async def test_violations_are_counted_on_the_page(workspace: Workspace) -> None:
    workspace.expect_violations()
    async with watching(workspace, DANA) as dana:
        await workspace.api(
            "chat.postMessage", {"channel": "#ops", "text": "hi", "blocks": [{"type": "nonsense"}]}
        )
        await workspace.wait_until(lambda: dana.of("violation"))
        found = await workspace.violations()
        assert dana.of("violation")[-1] == {"count": len(found)}
        assert set(found[0]) == {"method", "path", "why"}


async def test_the_state_is_what_a_page_begins_with(workspace: Workspace) -> None:
    state = await workspace.state()
    assert state["team"] == {"id": "T0ACME00000", "name": "Acme", "domain": "acme"}
    assert state["app"] | {"connected": None} == {
        "name": "Grail",
        "user_id": "U0GRAIL0000",
        "bot_id": "B0GRAIL0000",
        "connected": None,
    }
    people = {user["email"]: user["tz"] for user in state["users"] if user["email"]}
    assert people[DANA] == "Europe/Berlin"
    assert people[MIA] == "Europe/London"
    assert {"gus@partner.example", "sam@stranger.example"} <= set(people)
    channels = {channel["name"]: channel for channel in state["channels"]}
    assert channels["ops"]["is_member"]
    assert not channels["secret"]["is_member"]
    assert state["commands"][0]["command"] == "/grail"


async def test_only_members_read_a_channel(workspace: Workspace) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {workspace.token}"}) as session:
        url = f"{workspace.url}/control/messages"
        async with session.get(url, params={"in": "#secret", "as": DANA}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (403, "dana is not in #secret.")
        async with session.get(url, params={"in": "#nowhere"}) as answer:
            assert answer.status == 400
        async with session.get(url, params={"in": "@Grail"}) as answer:
            assert (await answer.json())["error"] == 'Whose direct messages with @Grail? Say it with "as".'
