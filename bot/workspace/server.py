"""The workspace as a server on loopback: all its addresses, and its life from start to stop."""

import asyncio
import mimetypes
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import BodyPartReader, web

from .control import Control
from .core import Core
from .faults import SlackError, WorkspaceError
from .github import Fire, Front
from .guard import PAGE_HEADERS, Guard
from .pagerduty import Fire as PagerDutyFire
from .pagerduty import Front as PagerDuty
from .respond import Respond
from .settings import Settings
from .web_api import BODY_MOST, WebApi, dumps, through_weather

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PAGE = Path(__file__).parent / "page"


class PortInUse(WorkspaceError, OSError):
    """Another program listens there."""


class Workspace:
    """`await start()`, then `url` is where it is; `await stop()` leaves nothing behind but its state file."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.core = Core(settings)
        self.github = Front(self.core)
        self.pagerduty = PagerDuty(self.core)
        self._guard = Guard(settings.token)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """http://127.0.0.1:<port>, without a slash at its end."""
        return self.core.base

    @property
    def api_url(self) -> str:
        """What an app takes as its SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def github_url(self) -> str:
        """What an app takes as its GITHUB_API_URL."""
        return f"{self.url}/github"

    @property
    def pagerduty_url(self) -> str:
        """What an app takes as its PAGERDUTY_API_URL."""
        return f"{self.url}/pagerduty"

    def app_at(self, url: str | None) -> None:
        """From now on the app takes its requests there (None: in Socket Mode)."""
        self.core.courier.app_url = url
        self.core.events.moved()

    async def start(self) -> None:
        """Listen on loopback. Raises PortInUse, StateInUse."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            listening = _listen(self.settings.port)
        except OSError:
            await self._runner.cleanup()
            raise PortInUse(
                f"Port {self.settings.port} is in use by another program: stop it, or choose another port."
            ) from None
        port = listening[0].getsockname()[1]
        self._guard.port = port
        self.core.base = f"http://127.0.0.1:{port}"
        try:
            await self.core.start(self.github.things, self.pagerduty.things, self.pagerduty.hooks)
            await self.github.start()
            await self.pagerduty.start()
        except BaseException:
            for one in listening:
                one.close()
            await self._runner.cleanup()
            raise
        for one in listening:
            await web.SockSite(self._runner, one).start()

    async def stop(self) -> None:
        await self.pagerduty.stop()
        await self.github.stop()
        await self.core.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    def _application(self) -> web.Application:
        core = self.core
        api, respond = WebApi(core), Respond(core)
        app = web.Application(client_max_size=BODY_MOST, middlewares=[self._guarded])
        app.add_routes(
            [
                web.route("GET", "/api/{method}", api.handle),
                web.route("POST", "/api/{method}", api.handle),
                web.post("/respond/{secret}", respond.handle),
                web.post("/upload/{secret}", self._upload),
                web.get("/files/{id}/{tail:.*}", self._file),
                web.get("/link/", core.sockets.connection),
                web.get("/", self._page),
                web.get("/static/{tail:.*}", self._static),
                web.get("/github/{owner}/{name}/actions/runs/{run:[0-9]+}", self.github.page),
                web.route("*", "/github/{tail:.*}", self.github.handle),
                web.route("*", "/pagerduty/{tail:.*}", self.pagerduty.handle),
                *Control(
                    core, respond, {"github": Fire(self.github), "pagerduty": PagerDutyFire(self.pagerduty)}
                ).routes(),
            ]
        )
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self._guard.refusal(request)
        if refused is not None:
            status, sentence = refused
            body = {"ok": False, "ack": None, "error": sentence}
            return web.json_response(body, status=status, dumps=dumps)
        try:
            return await handler(request)
        except ConnectionResetError:  # whoever asked went away in the middle: nobody is left to be told
            return web.Response(status=400)
        except web.HTTPException as none:
            if none.status not in (404, 405) or not request.path.startswith(("/control", "/api")):
                raise
            sentence = f"There is nothing at {request.method} {request.path}."
            body = {"ok": False, "ack": None, "error": sentence}
            return web.json_response(body, status=none.status, dumps=dumps)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response = self._sent(PAGE / "index.html")
        self._guard.seal(response)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = (PAGE / request.match_info["tail"]).resolve()
        if not path.is_relative_to(PAGE.resolve()):
            return web.Response(status=404)
        return self._sent(path)

    def _sent(self, path: Path) -> web.Response:
        if not path.is_file():
            return web.Response(status=404, text="There is no such page here.", headers=PAGE_HEADERS)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = {"Content-Type": kind, "Cache-Control": "no-cache", **PAGE_HEADERS}
        if kind.startswith("text/"):
            headers["Content-Type"] = f"{kind}; charset=utf-8"
        return web.Response(body=path.read_bytes(), headers=headers)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        async def taken() -> web.Response:
            content = b""
            if request.content_type.startswith("multipart/"):
                async for part in await request.multipart():
                    if isinstance(part, BodyPartReader):
                        content = bytes(await part.read())
            else:
                content = await request.read()
            try:
                size = self.core.files.receive(request.match_info["secret"], content)
            except SlackError as refused:
                return web.json_response(refused.body(), status=refused.status)
            return web.Response(text=f"OK - {size}")

        return await through_weather(self.core, request, "upload", taken)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file's content: for the app by its token, for our page by its cookie."""
        if not self._guard.known(request, self.settings.bot_token):
            return web.Response(status=401, text="Show a token to read files.")
        found = self.core.files.content(request.match_info["id"])
        if found is None:
            return web.Response(status=404)
        kind = (
            "text/plain; charset=utf-8"
            if found[0]["mimetype"] == "text/plain"
            else "application/octet-stream"
        )
        return web.Response(
            body=found[1], headers={"Content-Type": kind, "X-Content-Type-Options": "nosniff"}
        )


def _listen(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is one, on ::1, with the same port."""
    first = _bound(socket.AF_INET, "127.0.0.1", port)
    try:
        second = _bound(socket.AF_INET6, "::1", first.getsockname()[1])
    except OSError:
        return [first]
    return [first, second]


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(128)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


async def serve(settings: Settings, *, ready: Callable[[Workspace], None]) -> None:
    """Run a workspace until the task is cancelled; `ready` is called once it listens."""
    workspace = Workspace(settings)
    await workspace.start()
    try:
        ready(workspace)
        await asyncio.Event().wait()
    finally:
        await workspace.stop()
