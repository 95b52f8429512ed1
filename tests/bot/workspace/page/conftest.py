"""The page as people have it: the system's Chromium, looking at a real workspace with a small real app beside it.

Every test ends with the question whether the browser had anything to complain of.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page

from bot.workspace import Command, Settings, Shortcut
from tests.bot.workspace.inside import Workspace
from tests.fixtures.browser import live_page

Look = Callable[..., Awaitable[Page]]


@pytest.fixture
def workspace_settings(clock_file: Path) -> Settings:
    shortcuts = (Shortcut("start", "Start something"), Shortcut("task", "Make it a task", "message"))
    commands = (Command("/grail", "Deploys and pages", "help"), Command("/other", "Another one", "[word]"))
    return Settings(clock_file=clock_file, commands=commands, shortcuts=shortcuts)


@pytest.fixture
def expected() -> list[str]:
    """Words of console lines that a test provokes: Chromium notes each refused request by itself."""
    return ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"]


@pytest.fixture
async def look(workspace: Workspace, browser: Browser, expected: list[str]) -> AsyncIterator[Look]:
    """`await look("#in=ops&as=dana", width="phone", scheme="dark")`: the page, once it is live."""
    complaints: list[str] = []

    async def look(where: str = "", *, width: str = "desk", scheme: str = "light") -> Page:
        dark: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
        return await live_page(
            browser, f"{workspace.url}/{where}", complaints, width=width, color_scheme=dark
        )

    yield look
    assert [said for said in complaints if not any(word in said for word in expected)] == []


async def say(page: Page, text: str, *, into: str = "#composer-text") -> None:
    """Type and press Enter, as a person does who wants no completion."""
    await page.fill(into, text)
    if await page.get_attribute(into, "aria-expanded") == "true":
        await page.press(into, "Escape")
    await page.press(into, "Enter")
