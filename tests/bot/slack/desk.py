"""What the tests of the outbox stand on: the workspace over a wire that counts, a fast clock, a sender that runs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.slack.outbox import Outbox
from tests.fixtures.store import LONG, eventually
from tests.fixtures.wire import Wire
from tests.fixtures.workspace import Workspace


class Place:
    """The workspace, over a wire that notes each call of the Web API as it passes."""

    def __init__(
        self, workspace: Workspace, wire: Wire, people: dict[str, str], channels: dict[str, str]
    ) -> None:
        self.workspace, self._wire = workspace, wire
        self.bot_token = workspace.settings.bot_token
        self._people, self._channels = people, channels

    @classmethod
    async def of(cls, workspace: Workspace, wire: Wire) -> "Place":
        users = (await workspace.api("users.list", {"limit": 200}))["members"]
        channels = (await workspace.api("conversations.list", {"limit": 200}))["channels"]
        return cls(
            workspace,
            wire,
            {user["profile"]["email"]: user["id"] for user in users if "email" in user["profile"]},
            {"#" + channel["name"]: channel["id"] for channel in channels}
            | {"#secret": "C0SECRET000"},  # where the app is not
        )

    @property
    def url(self) -> str:
        return self._wire.url

    @property
    def calls(self) -> list[str]:
        return self._wire.calls

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
            async with asyncio.timeout(LONG):
                await self.task
        await self.slack.close()

    async def idle(self) -> None:
        """Everything was sent or reported; what is left are only looks for late arrivals."""

        async def empty() -> bool:
            with suppress(StoreUnavailable):  # where a test lets Redis go
                return await self.outbox.waiting() == 0 and self.outbox.in_flight == 0
            return False

        await eventually(empty, within=2 * LONG)


def words(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


TASK = {"type": "task_card", "task_id": "1", "title": "build", "status": "pending"}
PLAN = {"type": "plan", "title": "Deploy", "tasks": [TASK]}
