"""The page as people have it: the system's Chromium, looking at a real workspace with a small real app beside it.

Every test ends with the question whether the browser had anything to complain of.
"""

import os
import subprocess
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.workspace import Command, Settings, Shortcut
from tests.fixtures.workspace import Workspace

CHROMIUM = Path("/usr/bin/chromium")
ARTEFACTS = Path(__file__).parents[4] / "artefacts" / "page"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    # a mouse, as at a desk: without one the page does not take the focus by itself, for a phone's keyboard's sake
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
]
WIDTHS = {"desk": (1280, 800), "phone": (390, 844)}

Look = Callable[..., Awaitable[Page]]


@pytest.fixture
def workspace_settings(clock_file: Path) -> Settings:
    shortcuts = (Shortcut("start", "Start something"), Shortcut("task", "Make it a task", "message"))
    commands = (Command("/grail", "Deploys and pages", "help"), Command("/other", "Another one", "[word]"))
    return Settings(clock_file=clock_file, commands=commands, shortcuts=shortcuts)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for all tests of the page: the address at which it is driven. Each test has contexts of its own."""
    if not CHROMIUM.exists():
        missing = "There is no /usr/bin/chromium here: install Debian's chromium to test the page."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    profile = tmp_path_factory.mktemp("chromium")
    command = [
        str(CHROMIUM),
        *FLAGS,
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        try:
            said = iter(process.stderr.readline, "")
            address = next((line.split()[-1] for line in said if "DevTools listening" in line), None)
            assert address is not None, "Chromium ended before it listened"
            drain = threading.Thread(target=lambda: deque(said, maxlen=0), daemon=True)
            drain.start()
            yield address
        finally:
            process.terminate()
            process.wait(10)
            drain.join(10)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        yield browser
        for context in browser.contexts[1:]:  # the first is Chromium's own
            await context.close()
        await browser.close()


@pytest.fixture
def expected() -> list[str]:
    """Words of console lines that a test provokes: Chromium notes each refused request by itself."""
    return ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"]


@pytest.fixture
async def look(workspace: Workspace, browser: Browser, expected: list[str]) -> AsyncIterator[Look]:
    """`await look("#in=ops&as=dana", width="phone", scheme="dark")`: the page, once it is live."""
    complaints: list[str] = []

    async def look(where: str = "", *, width: str = "desk", scheme: str = "light") -> Page:
        wide, high = WIDTHS[width]
        context = await browser.new_context(
            viewport={"width": wide, "height": high},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        await page.goto(f"{workspace.url}/{where}")
        await page.wait_for_selector("body[data-connection=live]")
        return page

    yield look
    assert [said for said in complaints if not any(word in said for word in expected)] == []


async def say(page: Page, text: str, *, into: str = "#composer-text") -> None:
    """Type and press Enter, as a person does who wants no completion."""
    await page.fill(into, text)
    if await page.get_attribute(into, "aria-expanded") == "true":
        await page.press(into, "Escape")
    await page.press(into, "Enter")


async def keep(page: Page, name: str) -> None:
    """A picture for people, under artefacts/ (which git ignores)."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"{name}.png")
