"""The HTTP routes of Grail itself. Each hands what came to the room that knows it."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import generate_latest

from bot import metrics
from bot.slack.terminal import Terminal
from bot.slack.transport import Transport

BODY_BYTES = 10 * 1024 * 1024

Ready = Callable[[], Awaitable[str | None]]


def routes(*, transport: Transport | None, terminal: Terminal, ready: Ready) -> web.Application:
    """ready: what is amiss, as one sentence, or None."""
    app = web.Application(client_max_size=BODY_BYTES)

    async def slack_events(request: web.Request) -> web.Response:
        if transport is None:
            raise web.HTTPNotFound(text="Slack is connected by Socket Mode: nothing comes in here.")
        body = (await request.read()).decode("utf-8", "replace")
        with metrics.SLACK_REQUEST_SECONDS.time():
            status, headers, text = await transport.receive(request.headers, body)
        metrics.SLACK_REQUESTS.labels(status=str(status)).inc()
        kind = headers.pop("content-type", "text/plain").split(";")[0]
        return web.Response(status=status, text=text, content_type=kind, headers=headers)

    async def do(request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        answer = await terminal.do(token if scheme == "Bearer" else "", await request.text())
        return web.Response(status=answer.status, text=answer.text)

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        amiss = await ready()
        return web.Response(status=503, text=f"{amiss}\n") if amiss else web.Response(text="ready\n")

    async def measured(request: web.Request) -> web.Response:
        if not ip_address(request.remote or "0.0.0.0").is_loopback:
            raise web.HTTPForbidden(text="Metrics are for loopback only.")
        return web.Response(
            body=generate_latest(metrics.REGISTRY), content_type="text/plain", charset="utf-8"
        )

    app.router.add_post("/slack/events", slack_events)
    app.router.add_post("/slack/events/", slack_events)
    app.router.add_post("/do", do)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", measured)
    return app
