"""What the tests of the outbox stand on: the workspace over a wire that counts, a fast clock, a sender that runs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.slack.outbox import Outbox
from tests.fixtures.store import eventually
from tests.fixtures.workspace import Workspace


class Place:
    """The workspace, over a wire that notes each call of the Web API as it passes."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.bot_token = workspace.settings.bot_token
        self.url = ""
        self.calls: list[str] = []
        self._people: dict[str, str] = {}
        self._channels: dict[str, str] = {}

    async def start(self) -> web.AppRunner:
        state = await self.workspace.state()
        self._people = {person["email"]: person["id"] for person in state["users"]}
        self._channels = {"#" + channel["name"]: channel["id"] for channel in state["channels"]}
        app = web.Application()
        app.router.add_post("/{path:.*}", self._pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _pass_on(self, request: web.Request) -> web.Response:
        self.calls.append(request.path.rpartition("/")[2])
        body = await request.read()
        kept = ("Authorization", "Content-Type")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        try:
            url = self.workspace.url + request.path_qs
            async with aiohttp.request("POST", url, data=body, headers=headers) as answer:
                content = await answer.read()
                more = {name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers}
                return web.Response(
                    body=content, status=answer.status, content_type=answer.content_type, headers=more
                )
        except aiohttp.ClientError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def id(self, email: str) -> str:
        return self._people[email]

    def channel(self, name: str) -> str:
        return self._channels[name]

    async def weather(self, **weather: Any) -> None:
        assert (await self.workspace.weather(**weather))["ok"]

    async def messages(self, place: str) -> list[dict[str, Any]]:
        return await self.workspace.messages(place)

    async def direct(self, email: str) -> list[dict[str, Any]]:
        opened = await self.workspace.api("conversations.open", {"users": self.id(email)})
        return await self.messages(opened["channel"]["id"])


TIMEOUT = 0.4  # seconds that a call to Slack gets where a test makes Slack slower than that


class Hurry:
    """A clock that runs fast, so that nobody waits for pauses and leases."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = Clock(file)
        self._shift = 0.0

    def forward(self, seconds: float) -> None:
        self._shift += seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"{self._shift:.3f}")
        new.replace(self.file)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            self.forward(0.8)


class Desk:
    """An outbox with its sender running, and what it reported."""

    def __init__(self, redis: Redis, place: Place, clock: Clock, timeout: float = 10) -> None:
        self.reported: list[tuple[str, str]] = []
        self.slack = Slack(place.bot_token, base_url=f"{place.url}/api/", timeout=timeout)
        self.outbox = Outbox(redis, self.slack, clock, name="t", on_undeliverable=self.report)
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def report(self, id: str, why: str) -> None:
        self.reported.append((id, why))

    async def start(self) -> "Desk":
        self.task = asyncio.create_task(self.outbox.run(self.stop))
        await asyncio.sleep(0)
        return self

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task
        await self.slack.close()

    async def idle(self) -> None:
        """Everything was sent or reported; what is left are only looks for late arrivals."""

        async def empty() -> bool:
            with suppress(StoreUnavailable):  # where a test lets Redis go
                return await self.outbox.waiting() == 0 and self.outbox.in_flight == 0
            return False

        await eventually(empty, within=30)


def words(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


TASK = {"type": "task_card", "task_id": "1", "title": "build", "status": "pending"}
PLAN = {"type": "plan", "title": "Deploy", "tasks": [TASK]}
