"""A small app for these tests: it keeps what the workspace sends, and answers what the test tells it to."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

Json = dict[str, Any]


class App:
    """`answers[kind]`: what to answer: JSON, text, a status, or a function of the payload. Kinds: a command's word,
    an interactive payload's type, an event's type."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.url = ""
        self.got: list[tuple[str, Json, dict[str, str]]] = []
        self.answers: dict[str, Any] = {}
        self.asleep = asyncio.Event()
        self.asleep.set()

    def of(self, kind: str) -> list[Json]:
        """The payloads of this kind, oldest first."""
        return [payload for name, payload, _ in self.got if name == kind]

    def headers(self, kind: str) -> list[dict[str, str]]:
        return [headers for name, _, headers in self.got if name == kind]

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        digest = hmac.new(self._secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(f"v0={digest}", request.headers["X-Slack-Signature"])
        assert abs(time.time() - int(stamp)) < 10
        if request.content_type == "application/json":
            payload: Json = orjson.loads(body)
            kind = payload["event"]["type"]
        else:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            payload = orjson.loads(form["payload"]) if "payload" in form else dict(form)
            kind = payload.get("type") or payload["command"]
        self.got.append((kind, payload, dict(request.headers)))
        await self.asleep.wait()
        answer = self.answers.get(kind)
        if callable(answer):
            answer = answer(payload)
            if asyncio.iscoroutine(answer):
                answer = await answer
        if isinstance(answer, web.Response):
            return answer
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, str):
            return web.Response(text=answer)
        return web.json_response(answer) if answer is not None else web.Response()


@asynccontextmanager
async def running(secret: str) -> AsyncIterator[App]:
    app = App(secret)
    server = web.Application()
    server.router.add_post("/slack/events", app.handle)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    app.url = f"http://127.0.0.1:{port}/slack/events"
    try:
        yield app
    finally:
        app.asleep.set()
        await runner.cleanup()
