"""/github/…: from a request to its answer, as GitHub would: token, weather, limits, the contract, ETags."""

import asyncio
import contextlib
import hashlib
import hmac
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from ..core import Core
from ..faults import Json
from ..openapi import OpenApi
from ..web_api import cut, dumps
from .apps import Apps
from .finding import Asked, Refused
from .hooks import Hooks
from .moves import Moves
from .routes import Routes
from .shapes import Shapes
from .things import Repository, Run, Things, Workflow

HOURLY = 5_000
WRITES_A_MINUTE = 80
MOVE_SECONDS = 0.1
MEDIA = "application/vnd.github+json; charset=utf-8"
WORDS = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Conflict",
}


class Front:
    """The played GitHub as one: `start` sets its runs moving, `handle` answers what is asked."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.things = Things(core.clock, core.journal)
        self.hooks = Hooks(core, self.things, self.shapes)
        self.moves = Moves(self.things, self._moved)
        self.apps = Apps(core.settings.github_app, self.things, self.shapes)
        self._routes = Routes(self.things, self.moves, self.shapes, self.hooks.deployment_status)
        self.deployments = self._routes.deployments
        folder = core.settings.github_contracts
        self._contract = OpenApi(folder / "github-rest.trimmed.openapi.json" if folder else None)
        self._used: dict[int, int] = {}  # by hour
        self._writes: list[float] = []
        self._moving: asyncio.Task[None] | None = None

    def shapes(self) -> Shapes:
        return Shapes(f"{self._core.base}/github")

    async def start(self) -> None:
        for name, folder in self._core.settings.repositories:
            if folder.is_dir() and name not in self.things.repositories:
                flow = Workflow(self.things.number(), "deploy.yml")
                self.things.keep(Repository(self.things.number(), name, str(folder), workflows=[flow]))
        self._moving = asyncio.create_task(self._move(), name="github-moves")
        await self.hooks.start()

    async def stop(self) -> None:
        if self._moving is not None:
            self._moving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._moving
        await self.hooks.stop()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix("/github")
        found = self._routes.find(request.method, path)
        name = found[0] if found else "unknown"
        struck = self._core.weather.strikes(name, "github")
        if "slow" in struck:
            await asyncio.sleep(self._core.weather.seconds(struck["slow"]))
        for kind in ("down", "failing"):
            if struck.get(kind) == "after":
                await self._answer(request, path)
        if "down" in struck:
            return cut(request)
        if "failing" in struck:
            return web.json_response({"message": "Server Error"}, status=502)
        if struck.get("answers") == "rubbish":
            return web.Response(text="<html><body>It seems we are not quite there…", content_type="text/html")
        if "answers" in struck:
            status = int(struck["answers"])
            return self._sent(status, {"message": WORDS.get(status, "Validation Failed")})
        if "rate_limited" in struck:
            return self._limited(struck["rate_limited"])
        return await self._answer(request, path)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """What a link of a card leads to: the run as plain text, for a person in a browser."""
        self.moves.forward()
        run = self.things.runs.get(int(request.match_info["run"]))
        if run is None or run.vanished:
            return web.Response(status=404, text="There is no such run (any more).")
        lines = [f"{run.title}: {run.status} {run.conclusion or ''}", ""]
        lines += [f"{job.name} / {s.name}: {s.conclusion or s.status}" for job in run.jobs for s in job.steps]
        return web.Response(text="\n".join(lines))

    async def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").partition(" ")[2].strip()
        if self.apps.asked(path):
            status, body = self.apps.answer(request.method, path, token)
            for fault in self._contract.answer(request.method, path, status, body):
                self._fault(f"answer {request.method} {path}", fault)
            return self._sent(status, body)
        known = hmac.compare_digest(token.encode(), self._core.settings.github_token.encode())
        if not known and not self.apps.known(token):
            return self._sent(401, {"message": "Bad credentials"})
        self.moves.forward()
        if path == "/rate_limit":
            return self._sent(
                200, {"rate": self._rate(), "resources": {"core": self._rate(), "search": self._rate()}}
            )
        if self._left() <= 0:
            return self._sent(403, {"message": "API rate limit exceeded for installation."})
        if request.method != "GET" and (wait := self._too_many()) is not None:
            return self._secondary(wait)
        try:
            asked = await self._read(request, path)
            found = self._routes.find(request.method, path)
            if found is None:
                raise Refused(404, "Not Found")
            asked.at.update({name: unquote(value) for name, value in found[1].items()})
            status, body = found[2](asked)
        except Refused as refused:
            status, body = refused.status, {"message": refused.message, **refused.more}
        except ValueError:  # a number that is none, a page of nothing
            status, body = 422, {"message": "Validation Failed"}
        if status >= 400:
            body = {"documentation_url": "https://docs.github.com/rest", **body}
        for fault in self._contract.answer(request.method, path, status, body):
            self._fault(f"answer {request.method} {path}", fault)
        etag = f'W/"{hashlib.sha256(orjson.dumps(body)).hexdigest()[:32]}"'
        if request.method == "GET" and status == 200:
            if request.headers.get("If-None-Match") == etag:
                return self._sent(304, None, etag)  # costs nothing
            self._use()
            return self._sent(status, body, etag)
        self._use()
        return self._sent(status, body)

    async def _read(self, request: web.Request, path: str) -> Asked:
        raw = await request.read()
        body: Any = None
        if raw.strip():
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                raise Refused(400, "Problems parsing JSON") from None
            if not isinstance(body, dict):
                raise Refused(400, "Body should be a JSON object")
        query = dict(request.query)
        for fault in self._contract.request(request.method, path, query, body):
            self._fault(f"{request.method} {path}", fault)
        if not request.headers.get("User-Agent"):
            self._fault(f"{request.method} {path}", "/: GitHub refuses requests without a User-Agent")
        return Asked({}, query, body or {})

    def _fault(self, method: str, fault: str) -> None:
        where, _, why = fault.partition(": ")
        self._core.checks.violation(f"github {method}", where, why)

    # --- limits

    @property
    def used(self) -> int:
        """Requests of this hour that counted."""
        return self._used.get(self._hour(), 0)

    def _hour(self) -> int:
        return int(self._core.clock.now() // 3600)

    def _left(self) -> int:
        return HOURLY - self._used.get(self._hour(), 0)

    def _use(self) -> None:
        hour = self._hour()
        self._used = {hour: self._used.get(hour, 0) + 1}

    def _too_many(self) -> float | None:
        now = self._core.clock.now()
        self._writes = [at for at in self._writes if at > now - 60]
        if len(self._writes) >= WRITES_A_MINUTE:
            return self._writes[0] + 60 - now
        self._writes.append(now)
        return None

    def _rate(self) -> Json:
        left = self._left()
        reset = (self._hour() + 1) * 3600
        return {"limit": HOURLY, "remaining": max(0, left), "reset": reset, "used": HOURLY - left}

    def _limited(self, value: Any) -> web.Response:
        """A number, or true: the secondary limit with that Retry-After; "primary": the hour's is used up."""
        if value == "primary":
            body = {"message": "API rate limit exceeded for installation."}
            return self._sent(403, body, left=0)
        return self._secondary(1 if value is True else float(value))

    def _secondary(self, wait: float) -> web.Response:
        body = {
            "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        }
        response = self._sent(403 if int(wait) % 2 else 429, body)  # GitHub says it in both ways
        response.headers["Retry-After"] = str(max(1, round(wait)))
        return response

    def _sent(self, status: int, body: Any, etag: str | None = None, left: int | None = None) -> web.Response:
        rate = self._rate()
        headers = {
            "Content-Type": MEDIA, "X-RateLimit-Limit": str(HOURLY), "X-RateLimit-Resource": "core",
            "X-RateLimit-Remaining": str(rate["remaining"] if left is None else left),
            "X-RateLimit-Reset": str(rate["reset"]), "X-RateLimit-Used": str(rate["used"]),
        }  # fmt: skip
        if etag is not None:
            headers["ETag"] = etag
        if body is None:
            headers.pop("Content-Type")
            return web.Response(status=status, headers=headers)
        return web.Response(status=status, body=dumps(body).encode(), headers=headers)

    # --- by itself

    async def _move(self) -> None:
        while True:
            self.moves.forward()
            await asyncio.sleep(MOVE_SECONDS)

    def _moved(self, action: str, run: Run) -> None:
        self.hooks.workflow_run(action, run)
