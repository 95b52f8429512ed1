"""POST or GET /api/<method>: from the bytes of any client to one call, through weather, limits and checks.

Clients differ: query, form, JSON (also an empty body of that type) or multipart; objects as objects or as JSON in
a string; the token in the header or among the arguments. What comes out is the same for all of them.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from .api import METHODS
from .api.apps import SCOPES
from .api.calls import Call, Method
from .core import Core
from .faults import Json, SlackError
from .limits import limited

BODY_MOST = 60 * 1024 * 1024
STRUCTURES = {"blocks", "attachments", "view", "metadata", "files", "dialog", "unfurls", "profile"}


class WebApi:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]

        async def answer() -> web.Response:
            try:
                arguments = await read(request)
                body = self.call(name, arguments, bearer(request))
            except SlackError as refused:
                return web.json_response(refused.body(), status=refused.status, headers=refused.headers)
            response = web.json_response({"ok": True} | body, dumps=dumps)
            if name == "auth.test":
                response.headers["x-oauth-scopes"] = SCOPES
            return response

        return await through_weather(self._core, request, name, answer)

    def call(self, name: str, arguments: Json, token: str | None) -> Json:
        """One method, from its arguments to its answer. Raises SlackError."""
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._admit(method, token or arguments.pop("token", None))
        arguments.pop("token", None)
        self._core.limits.take(name, method.rate)
        self._core.checks.request(name, arguments)
        missing = [need for need in method.needs if arguments.get(need) in (None, "")]
        if missing:
            for need in missing:
                self._core.checks.violation(name, f"/{need}", "missing required field")
            said = [f"[ERROR] missing required field: {need}" for need in missing]
            raise SlackError("invalid_arguments", response_metadata={"messages": said})
        return method.handler(Call(name, self._core, arguments))

    def _admit(self, method: Method, token: Any) -> None:
        settings = self._core.settings
        if not token:
            raise SlackError("not_authed")
        wanted = (
            settings.app_token
            if method.with_app_token
            else settings.token
            if method.with_admin_token
            else settings.bot_token
        )
        if is_same(token, wanted):
            return
        known = (settings.bot_token, settings.app_token, settings.token)
        raise SlackError(
            "not_allowed_token_type" if any(is_same(token, one) for one in known) else "invalid_auth"
        )


def is_same(shown: Any, token: str) -> bool:
    return hmac.compare_digest(str(shown).encode(), token.encode())


async def through_weather(
    core: Core, request: web.Request, name: str, answer: Callable[[], Awaitable[web.Response]]
) -> web.StreamResponse:
    """The answer as today's weather lets it through: late, refused, lost before or after it was done."""
    struck = core.weather.strikes(name)
    if "slow" in struck:
        await asyncio.sleep(core.weather.seconds(struck["slow"]))
    if "down" in struck:
        if struck["down"] == "after":
            await answer()
        return cut(request)
    if "rate_limited" in struck:
        given = struck["rate_limited"]
        refused = limited(1 if given is True else given)
        return web.json_response(refused.body(), status=refused.status, headers=refused.headers)
    if "failing" in struck:
        if struck["failing"] == "after":
            await answer()
        return web.json_response({"ok": False, "error": "internal_error"}, status=500)
    return await answer()


def cut(request: web.Request) -> web.Response:
    """Close the connection in the caller's face."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


async def read(request: web.Request) -> Json:
    """The arguments of a call, whichever way they came. Raises invalid_json, json_not_object, invalid_form_data."""
    arguments: Json = dict(request.query)
    kind = request.content_type
    if request.method == "POST":
        if kind == "application/json":
            body = await request.read()
            arguments |= from_json(body) if body.strip() else {}
        elif kind.startswith("multipart/"):
            try:
                async for part in await request.multipart():
                    if isinstance(part, BodyPartReader) and part.name and not part.filename:
                        arguments[part.name] = await part.text()
            except (ValueError, AssertionError):
                raise SlackError("invalid_form_data") from None
        else:
            arguments |= dict(await request.post())
    for name in STRUCTURES & set(arguments):
        arguments[name] = structure(name, arguments[name])
    return {name: value for name, value in arguments.items() if value is not None}


def from_json(body: bytes) -> Json:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def structure(name: str, value: Any) -> Any:
    """A structured argument, parsed where it came as JSON in a string."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        word = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}.get(name)
        raise SlackError(word or "invalid_arguments") from None


def bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
