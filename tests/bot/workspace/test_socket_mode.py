"""Socket Mode: hello, acknowledgements, what waits while nobody is connected, disconnects."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, Json


class Connection:
    """An app's end; `answers` by envelope type; None: no acknowledgement at all."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.got: list[Json] = []
        self.acknowledging = True
        self.answer: Json | None = None

    async def read(self) -> None:
        async for frame in self.socket:
            told: Json = frame.json()
            self.got.append(told)
            if "envelope_id" in told and self.acknowledging:
                payload = {"payload": self.answer} if self.answer is not None else {}
                await self.socket.send_json({"envelope_id": told["envelope_id"]} | payload)

    def of(self, kind: str) -> list[Json]:
        return [frame for frame in self.got if frame["type"] == kind]


@asynccontextmanager
async def connected(workspace: Workspace) -> AsyncIterator[Connection]:
    opened = await workspace.api("apps.connections.open", token=workspace.settings.app_token)
    assert opened["url"].startswith("ws://127.0.0.1:"), "Python's client picks TLS by the port"
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        connection = Connection(socket)
        reading = asyncio.create_task(connection.read())
        await workspace.wait_until(lambda: connection.got)
        yield connection
        reading.cancel()


async def test_the_first_frame_says_hello(workspace: Workspace) -> None:
    async with connected(workspace) as one:
        assert one.got[0]["type"] == "hello"
        assert one.got[0]["num_connections"] == 1
        assert one.got[0]["connection_info"]["app_id"]
        assert (await workspace.state())["app"]["connected"] == "socket"
        async with connected(workspace) as two:
            assert two.got[0]["num_connections"] == 2
    await workspace.wait_until(lambda: not len(workspace.server.core.sockets))
    assert (await workspace.state())["app"]["connected"] is None


async def test_a_command_is_acknowledged_with_and_without_a_payload(workspace: Workspace) -> None:
    async with connected(workspace) as one:
        typed = await workspace.type(DANA, "#ops", "/grail help")
        assert (typed["ok"], typed["ack"]["status"], typed["ack"]["body"]) == (True, 200, None)
        envelope = one.of("slash_commands")[0]
        assert envelope["accepts_response_payload"]
        assert envelope["payload"]["text"] == "help"
        one.answer = {"text": "hello"}
        assert (await workspace.type(DANA, "#ops", "/grail help"))["ack"]["body"] == {"text": "hello"}
        assert [m["text"] for m in await workspace.messages("#ops")] == ["hello"]


async def test_each_payload_goes_to_one_of_the_connections(workspace: Workspace) -> None:
    async with connected(workspace) as one, connected(workspace) as two:
        for _ in range(4):
            await workspace.type(DANA, "#ops", "/grail help")
        assert (len(one.of("slash_commands")), len(two.of("slash_commands"))) == (2, 2)


async def test_events_wait_for_an_app_that_is_away(workspace: Workspace) -> None:
    async with connected(workspace) as one:
        await workspace.disconnect()
        await workspace.wait_until(lambda: one.of("disconnect"))
        assert one.of("disconnect")[0]["reason"] == "refresh_requested"
        typed = await workspace.type(DANA, "#ops", "@Grail hello")
        assert typed["ack"] is None
    async with connected(workspace) as back:
        await workspace.wait_until(lambda: len(back.of("events_api")) == 2)
        assert {one["payload"]["event"]["type"] for one in back.of("events_api")} == {
            "message",
            "app_mention",
        }
        assert not back.of("events_api")[0]["accepts_response_payload"]


async def test_an_event_that_is_not_acknowledged_comes_again(workspace: Workspace) -> None:
    async with connected(workspace) as one:
        one.acknowledging = False
        typing = asyncio.create_task(workspace.type(DANA, "#ops", "hello"))
        await workspace.wait_until(lambda: one.of("events_api"))
        await workspace.disconnect()
        await typing
    async with connected(workspace) as back:
        await workspace.clock(forward=1)
        await workspace.wait_until(lambda: back.of("events_api"))
        first, again = one.of("events_api")[0], back.of("events_api")[0]
        assert again["payload"]["event_id"] == first["payload"]["event_id"]
        assert again["retry_attempt"] == 1
        assert again["envelope_id"] != first["envelope_id"]


async def test_a_command_with_nobody_connected_fails_after_three_seconds(workspace: Workspace) -> None:
    typed = await workspace.type(DANA, "#ops", "/grail help")
    assert (typed["error"], typed["ack"]["status"]) == ("dispatch_failed", None)


async def test_a_ticket_is_good_for_one_connection(workspace: Workspace) -> None:
    opened = await workspace.api("apps.connections.open", token=workspace.settings.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(opened["url"])
    assert refused.value.status == 403


async def test_ten_connections_are_the_most(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        sockets: list[Any] = []
        for _ in range(10):
            opened = await workspace.api("apps.connections.open", token=workspace.settings.app_token)
            sockets.append(await session.ws_connect(opened["url"]))
        opened = await workspace.api("apps.connections.open", token=workspace.settings.app_token)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
        for socket in sockets:
            await socket.close()
