"""A driver against the played GitHub: what the tests of github_actions stand on."""

import asyncio
from pathlib import Path
from typing import Any

from bot.clients.github import FixedToken, GitHub
from bot.clock import Clock
from bot.config import GitHubActions, Recipe
from bot.drivers import GOING, Order, RunState
from bot.drivers.github_actions import GitHubActionsDriver
from tests.fixtures.github import GitHub as Played
from tests.fixtures.github import head

PATIENCE = 20  # seconds until a test gives up waiting


class Scene:
    """One driver, and orders for it. `restarted` gives a driver that knows nothing, as after a kill."""

    def __init__(self, played: Played, git: Path, clock_file: Path) -> None:
        self.played, self.git = played, git
        self.clock = Clock(clock_file)
        self.clients: list[GitHub] = []
        self.driver = self.restarted()

    def restarted(self, *, token: str | None = None, timeout: float = 10) -> GitHubActionsDriver:
        client = GitHub(
            FixedToken(token or self.played.token), self.clock, api_url=self.played.api_url, timeout=timeout
        )
        self.clients.append(client)
        self.driver = GitHubActionsDriver(client, self.clock)
        return self.driver

    def order(self, deploy: str = "d-1", **more: Any) -> Order:
        how = more.pop("how", {})
        given = {
            "service": "shop", "environment": "staging", "ref": "main", "commit": head(self.git), "first": True,
            "repository": "-", "recipe": Recipe(name="none"), "by": "dana@example.com", "request": "r-1",
            "requested": self.clock.now(), **more,
        }  # fmt: skip
        settings = GitHubActions(**{"repository": self.played.repository, "workflow": "deploy.yml", **how})
        return Order(deploy=deploy, github=settings, **given)

    async def forward(self, seconds: float) -> None:
        await self.played.workspace.clock(forward=seconds)

    async def until(self, run: str, *phases: str) -> RunState:
        """The state as soon as it is one of these."""
        async with asyncio.timeout(PATIENCE):
            while (state := await self.driver.state(run)).phase not in phases:
                assert state.phase in GOING, state
                await asyncio.sleep(0.02)
        return state
