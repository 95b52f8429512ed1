"""The HTTP routes of Grail itself. Each hands what came to the room that knows it."""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import generate_latest

from bot import metrics
from bot.services.hooks import Hooks
from bot.slack.terminal import Terminal
from bot.slack.transport import Transport

BODY_BYTES = 10 * 1024 * 1024

Ready = Callable[[], Awaitable[str | None]]


def routes(
    *,
    transport: Transport | None,
    terminal: Terminal,
    ready: Ready,
    hooks: Hooks | None = None,
    metrics_token: str | None = None,
) -> web.Application:
    """ready: what is amiss, as one sentence, or None. metrics_token: or several, separated by commas: each opens
    /metrics to who is not on this machine.
    """
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

    async def hook(request: web.Request) -> web.Response:
        source = request.match_info["source"]
        if hooks is None:
            raise web.HTTPNotFound(text="Nothing comes in here.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            if (request.content_length or 0) > BODY_BYTES:
                raise web.HTTPRequestEntityTooLarge(BODY_BYTES, request.content_length or 0)
            answered = await hooks.receive(source, headers, await request.read(), request.query)
        except web.HTTPRequestEntityTooLarge:
            answered = hooks.too_big(source)
        more = {"Retry-After": str(answered.retry)} if answered.retry is not None else {}
        return web.Response(status=answered.status, text=answered.text, headers=more)

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        amiss = await ready()
        return web.Response(status=503, text=f"{amiss}\n") if amiss else web.Response(text="ready\n")

    async def measured(request: web.Request) -> web.Response:
        if not _is_here(request) and not _bears(request, metrics_token):
            raise web.HTTPForbidden(
                text="Metrics are for this machine, and for who sends `Authorization: Bearer …` with a token of "
                "GRAIL_METRICS_TOKEN."
            )
        return web.Response(
            body=generate_latest(metrics.REGISTRY), content_type="text/plain", charset="utf-8"
        )

    for end in ("", "/"):  # a trailing slash is the same path, never a redirect
        app.router.add_post(f"/slack/events{end}", slack_events)
        app.router.add_post(f"/do{end}", do)
        app.router.add_post(f"/hooks/{{source}}{end}", hook)
        app.router.add_get(f"/healthz{end}", healthz)
        app.router.add_get(f"/readyz{end}", readyz)
        app.router.add_get(f"/metrics{end}", measured)
    return app


def _is_here(request: web.Request) -> bool:
    """Whether it comes from this machine itself, not through a proxy that stands on it."""
    passed_on = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP"))
    return ip_address(request.remote or "0.0.0.0").is_loopback and not passed_on


def _bears(request: web.Request, tokens: str | None) -> bool:
    """Whether the request carries one of the tokens."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    known = [token.strip() for token in (tokens or "").split(",") if token.strip()]
    found = [compare_digest(given.strip().encode(), token.encode()) for token in known]
    return scheme.lower() == "bearer" and any(found)
