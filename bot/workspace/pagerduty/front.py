"""/pagerduty/…: from a request to its answer, as PagerDuty would: token, weather, limits, the contract."""

import asyncio
import hmac
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from ..core import Core
from ..openapi import OpenApi
from ..web_api import cut, dumps
from .hooks import Hooks
from .moves import Moves
from .routes import Asked, Refused, Routes
from .shapes import Shapes
from .things import Things

A_MINUTE = 960
WAKE_SECONDS = 0.2
ACCEPT = "application/vnd.pagerduty+json;version=2"
WORDS = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 422: "Invalid Input"}


class Front:
    """The played PagerDuty as one: `start` lets it tell the app of things, `handle` answers what is asked."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.things = Things(core.clock, core.journal)
        self.hooks = Hooks(core, self.things, self.shapes)
        self.moves = Moves(self.things, self.hooks.tell, self.hooks.tell_of)
        self._waking: asyncio.Task[None] | None = None
        self._routes = Routes(self.things, self.moves, self.shapes)
        folder = core.settings.pagerduty_contracts
        self._contract = OpenApi(folder / "rest.trimmed.normalised.openapi.json" if folder else None)
        self._asked: list[float] = []  # when, within the last minute
        self.calls: list[dict[str, Any]] = []  # what was asked for: method, path, from

    def shapes(self) -> Shapes:
        return Shapes(f"{self._core.base}/pagerduty", self.things)

    async def start(self) -> None:
        await self.hooks.start()
        self._waking = asyncio.create_task(self._wake(), name="pagerduty-snoozes")

    async def stop(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.gather(self._waking, return_exceptions=True)
        await self.hooks.stop()

    async def _wake(self) -> None:
        """End snoozes as time passes: another process may move it."""
        while True:
            await asyncio.sleep(WAKE_SECONDS)
            self.moves.wake()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix("/pagerduty")
        found = self._routes.find(request.method, path)
        struck = self._core.weather.strikes(found[0] if found else "unknown", "pagerduty")
        if "slow" in struck:
            await asyncio.sleep(self._core.weather.seconds(struck["slow"]))
        for kind in ("down", "failing"):
            if struck.get(kind) == "after":
                await self._answer(request, path)
        if "down" in struck:
            return cut(request)
        if "failing" in struck:
            return self._said(500, "Internal Server Error", 2000)
        if struck.get("answers") == "rubbish":
            return web.Response(text='{"incident": {"id": "P', content_type="application/json")
        if "answers" in struck:
            status = int(struck["answers"])
            return self._said(status, WORDS.get(status, "Arguments Caused Error"), 2001)
        if "rate_limited" in struck:
            value = struck["rate_limited"]
            return self._limited(1 if value is True else float(value))
        return await self._answer(request, path)

    async def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        shown = token.removeprefix("token=").strip() if scheme == "Token" else ""
        if not hmac.compare_digest(shown.encode(), self._core.settings.pagerduty_token.encode()):
            return self._said(401, "Unauthorized", 2006)
        now = self._core.clock.now()
        self._asked = [at for at in self._asked if at > now - 60]
        if len(self._asked) >= A_MINUTE:
            return self._limited(self._asked[0] + 60 - now)
        self._asked.append(now)
        by = request.headers.get("From", "")
        self.calls.append({"method": request.method, "path": path, "from": by, "at": now})
        del self.calls[:-500]
        try:
            body = await self._read(request, path)
            found = self._routes.find(request.method, path)
            if found is None:
                raise Refused(404, "Not Found", 2100)
            query = {name: request.query.getall(name) for name in request.query}
            at = {name: unquote(value) for name, value in found[1].items()}
            status, answer = found[2](Asked(at, query, body, self.things.by_email(by)))
        except Refused as refused:
            status, answer = refused.status, refused.body
        except (ValueError, KeyError, TypeError):
            status, answer = 400, Refused(400, "Invalid Input Provided", 2001).body
        for fault in self._contract.answer(request.method, path, status, answer):
            self._fault(f"answer {request.method} {path}", fault)
        return self._sent(status, answer)

    async def _read(self, request: web.Request, path: str) -> Any:
        raw = await request.read()
        body: Any = None
        if raw.strip():
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                raise Refused(400, "Invalid JSON", 2001) from None
        where = f"{request.method} {path}"
        for fault in self._contract.request(request.method, path, dict(request.query), body, request.headers):
            self._fault(where, fault)
        if request.headers.get("Accept", "").replace(" ", "") != ACCEPT:
            self._fault(where, f"/: Accept has to be {ACCEPT}")
        return body or {}

    def _fault(self, method: str, fault: str) -> None:
        where, _, why = fault.partition(": ")
        self._core.checks.violation(f"pagerduty {method}", where, why)

    def _limited(self, wait: float) -> web.Response:
        response = self._said(429, "Rate Limit Exceeded", 2020)
        seconds = str(max(1, round(wait)))
        response.headers.update(
            {"ratelimit-limit": str(A_MINUTE), "ratelimit-remaining": "0", "ratelimit-reset": seconds}
        )
        return response

    def _said(self, status: int, message: str, code: int) -> web.Response:
        return self._sent(status, Refused(status, message, code).body)

    def _sent(self, status: int, body: Any) -> web.Response:
        headers = {
            "Content-Type": "application/json", "ratelimit-limit": str(A_MINUTE),
            "ratelimit-remaining": str(max(0, A_MINUTE - len(self._asked))), "ratelimit-reset": "60",
        }  # fmt: skip
        return web.Response(status=status, headers=headers, body=dumps(body).encode())
