"""Socket Mode: the app's own connections, up to ten, each payload to one of them.

An app that was told to `disconnect` comes back by itself within seconds; what should reach it meanwhile waits.
We never ping: one SDK closes 30 s after the last ping if it ever got one.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from .faults import Json, WorkspaceError

MOST = 10
TICKET_SECONDS = 60.0


class NotConnected(WorkspaceError):
    """No connection is there, and none came in time."""


class _Connection:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.waiting: dict[str, asyncio.Future[Any]] = {}


class Sockets:
    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._open: list[_Connection] = []
        self._tickets: dict[str, float] = {}
        self._there = asyncio.Event()
        self.on_connect: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """A name to connect with, once, within a minute."""
        now = time.monotonic()
        self._tickets = {name: until for name, until in self._tickets.items() if until > now}
        name = secrets.token_urlsafe(16)
        self._tickets[name] = now + TICKET_SECONDS
        return name

    async def connection(self, request: web.Request) -> web.StreamResponse:
        """GET /link/?ticket=…: one WebSocket for as long as it lasts."""
        until = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if until < time.monotonic() or len(self._open) >= MOST:
            return web.json_response({"ok": False, "error": "link_disabled"}, status=403)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        mine = _Connection(socket)
        hello = {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "debug_info": {
                "host": "local-workspace",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._app_id},
        }
        await socket.send_str(orjson.dumps(hello).decode())
        self._open.append(mine)
        self._there.set()
        self.on_connect()
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._answered(mine, frame.data)
        finally:
            self._gone(mine)
        return socket

    async def send(self, kind: str, payload: Json, within: float, retry: tuple[int, str] | None) -> Any:
        """The payload of the acknowledgement, or None. Raises NotConnected, or TimeoutError after `within` s."""
        deadline = time.monotonic() + within
        connection = await self._next(within)
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if retry is not None:
            envelope |= {"retry_attempt": retry[0], "retry_reason": retry[1]}
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        try:
            await connection.socket.send_str(orjson.dumps(envelope).decode())
            async with asyncio.timeout(max(deadline - time.monotonic(), 0.0)):
                return await answer
        except ConnectionError:
            raise NotConnected from None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str = "refresh_requested") -> int:
        """Tell every connection to come again, and close it; answers how many there were."""
        closing = list(self._open)
        for connection in closing:
            self._gone(connection, failing=False)
            frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}}
            try:
                await connection.socket.send_str(orjson.dumps(frame).decode())
                await connection.socket.close(code=1000)
            except ConnectionError:
                pass
            self._gone(connection)
        return len(closing)

    async def close(self) -> None:
        for connection in list(self._open):
            self._gone(connection)
            await connection.socket.close(code=1001)

    async def _next(self, within: float) -> _Connection:
        try:
            async with asyncio.timeout(within):
                await self._there.wait()
        except TimeoutError:
            raise NotConnected from None
        connection = self._open.pop(0)
        self._open.append(connection)  # each in its turn
        return connection

    def _answered(self, connection: _Connection, text: str) -> None:
        try:
            frame = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        waiting = connection.waiting.get(frame.get("envelope_id", "")) if isinstance(frame, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.get("payload") or None)

    def _gone(self, connection: _Connection, *, failing: bool = True) -> None:
        if connection in self._open:
            self._open.remove(connection)
        if not self._open:
            self._there.clear()
        for waiting in connection.waiting.values() if failing else ():
            if not waiting.done():
                waiting.set_exception(NotConnected())
