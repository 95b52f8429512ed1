"""The workspace as its own tests see it: the driver that all tests have, and what lies behind the routes besides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.workspace import Settings
from bot.workspace import Workspace as Server
from bot.workspace.courier import Delivery
from tests.fixtures.workspace import ROUTES, Json
from tests.fixtures.workspace import Workspace as Driver


class Workspace(Driver):
    """`server` is the workspace itself, in this process; /control/state is what the page asks for first."""

    routes = ROUTES | {"state"}

    def __init__(self, server: Server) -> None:
        super().__init__(server.url, server.settings.token, server.settings)
        self.server = server

    def app_at(self, url: str | None) -> None:
        """Where the app takes its requests from now on; None for Socket Mode."""
        self.server.app_at(url)

    def deliveries(self) -> list[Delivery]:
        """What went to the app, the newest last."""
        return self.server.core.courier.deliveries()

    async def state(self) -> Json:
        return await self.get("state")


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Workspace]:
    """A workspace with these settings as long as the block lasts."""
    server = Server(settings)
    await server.start()
    try:
        async with Workspace(server) as driver:
            yield driver
    finally:
        await server.stop()
