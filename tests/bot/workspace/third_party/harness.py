"""A local workspace and a Bolt app, each a process of its own, and a person who clicks about in them."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.workspace import Workspace, parse
from tests.fixtures.ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
TOKEN = "for-programs"
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-third-party",
    "SLACK_SIGNING_SECRET": "third-party-signing-secret",
    "SLACK_APP_TOKEN": "xapp-1-third-party",
}
SECONDS = 30.0  # no step takes that long; a stuck one has to end some time


def program(language: str) -> list[str]:
    """How the app in this language is started; skips where it cannot be."""
    if language != "javascript":
        return [sys.executable, "-W", "ignore", str(HERE / f"app_{language}.py")]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: Bolt for JavaScript is not tried")
    if not (HERE / "node_modules" / "@slack" / "bolt").is_dir():
        pytest.skip(f"Bolt for JavaScript is not installed: run npm ci in {HERE.relative_to(ROOT)}")
    return [node, str(HERE / "app_javascript.cjs")]


@dataclass
class Person:
    """Somebody at the workspace, by way of /control."""

    session: aiohttp.ClientSession
    url: str
    email: str

    async def tries(self, what: str, **words: Any) -> dict[str, Any]:
        """POST /control/<what>; the answer, whatever it is."""
        body = {"as": self.email, **words}
        async with self.session.post(f"{self.url}/control/{what}", json=body) as response:
            answer: dict[str, Any] = await response.json()
        return answer

    async def does(self, what: str, **words: Any) -> dict[str, Any]:
        """POST /control/<what>; the answer has to be ok."""
        answer = await self.tries(what, **words)
        assert answer["ok"], (what, words, answer)
        return answer

    async def asks(self, what: str, **query: str) -> dict[str, Any]:
        """GET /control/<what>."""
        async with self.session.get(f"{self.url}/control/{what}", params=query) as response:
            answer: dict[str, Any] = await response.json()
        return answer

    async def sees(self, channel: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Waits for a message in the channel, ephemeral ones too, and answers it."""

        async def look() -> dict[str, Any] | None:
            found = await self.asks("messages", **{"in": channel, "as": self.email})
            return next((message for message in found["messages"] if wanted(message)), None)

        found: dict[str, Any] = await eventually(look)
        return found

    async def sees_text(self, channel: str, text: str) -> dict[str, Any]:
        return await self.sees(channel, lambda message: message["text"] == text)

    async def sees_modal(self) -> dict[str, Any]:
        """Waits for a modal, and answers the one on top."""

        async def look() -> dict[str, Any] | None:
            views: list[dict[str, Any]] = (await self.asks("views", **{"as": self.email}))["views"]
            return views[-1] if views else None

        found: dict[str, Any] = await eventually(look)
        return found

    async def sees_home(self) -> dict[str, Any]:
        """Waits for the person's Home tab."""

        async def look() -> Any:
            return (await self.asks("views", **{"as": self.email}))["home"]

        found: dict[str, Any] = await eventually(look)
        return found


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` answers as soon as it is something."""
    async with asyncio.timeout(SECONDS):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.05)


@asynccontextmanager
async def process(
    name: str, arguments: list[str], environment: dict[str, str], log: Path
) -> AsyncIterator[None]:
    """A process for as long as the block lasts; what it says is kept, and shown when the block fails."""
    with log.open("wb") as out:
        started = await asyncio.create_subprocess_exec(
            *arguments, env={**os.environ, **environment}, cwd=ROOT, stdout=out, stderr=out
        )
    try:
        yield
    except BaseException as error:
        error.add_note(f"{name} said:\n{log.read_text(errors='replace')[-4000:]}")
        raise
    finally:
        if started.returncode is None:
            started.terminate()
            try:
                async with asyncio.timeout(5):
                    await started.wait()
            except TimeoutError:
                started.kill()
                await started.wait()


@asynccontextmanager
async def workspace(folder: Path, email: str, *options: str) -> AsyncIterator[Person]:
    """`grail workspace` on a free port, and a person in it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = [sys.executable, "-m", "bot", "workspace", "--port", str(port), "--token", TOKEN, *options]
    async with (
        process("The workspace", program, {}, folder / "workspace.log"),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session,
    ):
        await eventually(lambda: _answers(session, f"{url}/control/state"))
        yield Person(session, url, email)


@asynccontextmanager
async def workspace_here(email: str, *options: str) -> AsyncIterator[Person]:
    """The same workspace in this process, for tests whose other side is not a Bolt app: it is there at once."""
    server = Workspace(parse(["--port", "0", "--token", TOKEN, *options]))
    await server.start()
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
            yield Person(session, server.url, email)
    finally:
        await server.stop()


@asynccontextmanager
async def person_with(language: str, mode: str, folder: Path, email: str) -> AsyncIterator[Person]:
    """A workspace, the app of this language over "http" or "socket", and a person, once all of it is up."""
    port = free_port()
    app = [*program(language), mode, str(port)]
    options = [
        *("--commands", "/ask", "--signing-secret", SECRETS["SLACK_SIGNING_SECRET"]),
        *("--bot-token", SECRETS["SLACK_BOT_TOKEN"], "--app-token", SECRETS["SLACK_APP_TOKEN"]),
        *(["--socket"] if mode == "socket" else ["--app-url", f"http://127.0.0.1:{port}/slack/events"]),
    ]
    async with workspace(folder, email, *options) as someone:
        environment = {**SECRETS, "SLACK_API_URL": f"{someone.url}/api/"}
        async with process("The app", app, environment, folder / "app.log"):
            await eventually((lambda: _listens(port)) if mode == "http" else (lambda: _connected(someone)))
            yield someone


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _connected(someone: Person) -> bool:
    return bool((await someone.asks("state"))["app"]["connected"] == "socket")
