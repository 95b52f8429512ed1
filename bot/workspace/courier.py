"""What goes to the app, and what it answers: over signed HTTP, or through its Socket Mode connections.

One delivery is `slash_commands`, `interactive` or `events_api` with a JSON payload. The app has 3 s to acknowledge,
by the real clock, as signatures are by the real clock too.
"""

import hashlib
import hmac
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from .faults import Json
from .socket_mode import NotConnected, Sockets

ACK_SECONDS = 3.0
REMEMBERED = 2_000  # deliveries that can be sent again


@dataclass(frozen=True)
class Ack:
    """status: the HTTP status (200 in Socket Mode), or None where nothing came. ms: how long it took.

    error: None, "operation_timeout" (not within 3 s), "dispatch_failed" (refused, or not there).
    """

    status: int | None
    ms: float
    body: Any = None
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> Json:
        return {"status": self.status, "ms": self.ms, "body": self.body}


@dataclass(frozen=True)
class Delivery:
    """The payload is a copy of its own: what is sent again is what was sent, whatever happened since."""

    id: str
    kind: str
    payload: Json

    @classmethod
    def of(cls, id: str, kind: str, payload: Json) -> "Delivery":
        return cls(id, kind, orjson.loads(orjson.dumps(payload)))


class Courier:
    def __init__(self, secret: str, app_url: str | None, sockets: Sockets) -> None:
        self.app_url = app_url
        self._secret = secret
        self.sockets = sockets
        self._sent: dict[str, Delivery] = {}
        self._order: deque[str] = deque()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS), trust_env=False
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def connected(self) -> str | None:
        """ "http", "socket", or None where nobody is there to take anything."""
        if self.app_url is not None:
            return "http"
        return "socket" if len(self.sockets) else None

    def sent(self, id: str) -> Delivery | None:
        """By its id; else the newest that carries this trigger_id, or tells of the message with this ts."""
        known = self._sent.get(id)
        if known is not None:
            return known
        for delivery in reversed(self.deliveries()):
            payload = delivery.payload
            if id in (payload.get("trigger_id"), payload.get("event", {}).get("ts")):
                return delivery
        return None

    def deliveries(self) -> list[Delivery]:
        """The newest last."""
        return [self._sent[id] for id in self._order]

    async def send(self, delivery: Delivery, *, retry: tuple[int, str] | None = None) -> Ack:
        """Hand it over and wait for the answer. Never raises; what went wrong stands in `Ack.error`."""
        self._remember(delivery)
        begun = time.monotonic()
        try:
            if self.app_url is not None:
                return await self._post(self.app_url, delivery, retry, begun)
            body = await self.sockets.send(delivery.kind, delivery.payload, ACK_SECONDS, retry)
            return Ack(200, _since(begun), body)
        except TimeoutError:
            return Ack(None, _since(begun), error="operation_timeout")
        except (aiohttp.ClientError, OSError, NotConnected):
            return Ack(None, _since(begun), error="dispatch_failed")

    async def _post(self, url: str, delivery: Delivery, retry: tuple[int, str] | None, begun: float) -> Ack:
        assert self._session is not None, "the workspace is not started"
        body, content_type = encoded(delivery)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= signed(self._secret, body, int(time.time()))
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            text = await answer.text(errors="replace")
            taken = answer.ok if delivery.kind == "events_api" else answer.status == 200
            wrong = None if taken and answer.status < 300 else "dispatch_failed"
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Ack(answer.status, _since(begun), parsed(text), wrong, told)

    def _remember(self, delivery: Delivery) -> None:
        if delivery.id not in self._sent:
            self._order.append(delivery.id)
        self._sent[delivery.id] = delivery
        while len(self._order) > REMEMBERED:
            self._sent.pop(self._order.popleft(), None)


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """The body as Slack sends it: events as JSON, a command as a form, what is pressed as a form with `payload`."""
    if delivery.kind == "events_api":
        return orjson.dumps(delivery.payload), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload).encode(), "application/x-www-form-urlencoded"
    payload = orjson.dumps(delivery.payload).decode()
    return urlencode({"payload": payload}).encode(), "application/x-www-form-urlencoded"


def signed(secret: str, body: bytes, now: int) -> dict[str, str]:
    """Slack's request signature, version 0."""
    digest = hmac.new(secret.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(now), "X-Slack-Signature": f"v0={digest}"}


def parsed(text: str) -> Any:
    """JSON where it is JSON, None where nothing was said, else the text."""
    if not text.strip():
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _since(begun: float) -> float:
    return round((time.monotonic() - begun) * 1000, 1)
