"""What PagerDuty tells the app by itself: signed webhooks to its /hooks/pagerduty, one event each.

Tried again, with growing pauses over two days, after a time-out, a 5xx, a 429 or no connection; in order for each
incident. Any other 4xx drops it at once, and three of those in a row switch the subscription off for a day. What is on
its way when the workspace ends is in the journal.
"""

import asyncio
import contextlib
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import orjson

from ..core import Core
from ..faults import Json
from ..journal import Records
from .shapes import Shapes, moment
from .things import Incident, Note, Things

ACK_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE, GIVEN_UP = 5.0, 3600.0, 48 * 3600.0
OFF_AFTER, OFF_SECONDS = 3, 24 * 3600.0
LOOK_SECONDS = 0.05  # how often what waits is looked at: another process may move time
REMEMBERED = 500
AGENT = "PagerDuty-Webhook/V3.0 (played)"


@dataclass
class Delivery:
    """answers: a status each, None for no answer. about: the incident, whose events go out in order."""

    id: str
    event: str
    about: str
    body: str
    made: float
    due: float
    answers: list[int | None] = field(default_factory=list)
    over: bool = False


class Hooks:
    """Nothing is sent without a secret and an app that listens over HTTP. muted: what is to be told is lost."""

    def __init__(self, core: Core, things: Things, shapes: Callable[[], Shapes]) -> None:
        self._core, self._things, self._shapes = core, things, shapes
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.Task[None] | None = None
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._look = asyncio.Event()
        self.deliveries: dict[str, Delivery] = {}
        self._order: deque[str] = deque()
        self._dropped = 0
        self.off_until = 0.0
        self.muted = False

    def restore(self, records: Records) -> None:
        for value in records.get("pagerduty.delivery", {}).values():
            self._remember(Delivery(**value))

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS), trust_env=False
        )
        self._loop = asyncio.create_task(self._run(), name="pagerduty-hooks")

    async def stop(self) -> None:
        tasks = [*([self._loop] if self._loop else []), *self._sending.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def url(self) -> str | None:
        """Where the app takes them: beside where it takes Slack's."""
        app = self._core.courier.app_url
        if app is None or not self._core.settings.pagerduty_webhook_secret:
            return None
        parts = urlsplit(app)
        return f"{parts.scheme}://{parts.netloc}/hooks/pagerduty"

    @property
    def off(self) -> bool:
        return self._core.clock.now() < self.off_until

    def switch_on(self) -> None:
        self.off_until, self._dropped = 0.0, 0

    def tell(self, event: str, incident: Incident, by: str, note: Note | None) -> None:
        shapes = self._shapes()
        data = shapes.told_note(incident, note) if note else shapes.told(incident)
        at = incident.created if event == "incident.triggered" else self._core.clock.now()
        self.say(event, data, at=at, agent=shapes.someone(by), about=incident.id)

    def tell_of(self, event: str, incident: Incident, by: str, person: str) -> None:
        shapes = self._shapes()
        data = shapes.told_responder(incident, person)
        self.say(event, data, at=self._core.clock.now(), agent=shapes.someone(by), about=incident.id)

    def say(self, event: str, data: Json, *, at: float, agent: Json | None, about: str = "") -> str:
        """Send what is so, or what a test makes up; the id of the delivery."""
        body = {
            "event": {
                "id": f"01{uuid4().hex[:24].upper()}", "event_type": event, "resource_type": event.split(".")[0],
                "occurred_at": moment(at, exact=True), "agent": agent, "client": None, "data": data,
            }
        }  # fmt: skip
        return self.send(event, orjson.dumps(body), about)

    def send(self, event: str, body: bytes, about: str = "") -> str:
        now = self._core.clock.now()
        delivery = Delivery(str(uuid4()), event, about, body.decode("utf-8", "replace"), now, now)
        delivery.over = self.muted or self.off or self.url is None
        self._remember(delivery)
        if not delivery.over:
            self._keep(delivery)
            self._look.set()
        return delivery.id

    async def again(self, id: str) -> int | None:
        """Send one a further time, as it was; the app's status."""
        known = self.deliveries.get(id)
        return await self._post(known) if known else None

    def _remember(self, delivery: Delivery) -> None:
        self.deliveries[delivery.id] = delivery
        self._order.append(delivery.id)
        while len(self._order) > REMEMBERED:
            self.deliveries.pop(self._order.popleft(), None)

    def _keep(self, delivery: Delivery) -> None:
        if delivery.over:
            self._core.journal.drop("pagerduty.delivery", delivery.id)
        else:
            self._core.journal.put("pagerduty.delivery", delivery.id, asdict(delivery))

    async def _run(self) -> None:
        while True:
            self._look.clear()
            begun = {one.about for one in self.deliveries.values() if one.id in self._sending and one.about}
            waits = False
            for one in list(self.deliveries.values()):
                if one.over or one.id in self._sending or one.about in begun:
                    continue
                if one.about:
                    begun.add(one.about)
                if one.due <= self._core.clock.now():
                    self._sending[one.id] = asyncio.create_task(self._try(one))
                else:
                    waits = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if waits else None):
                    await self._look.wait()

    async def _try(self, one: Delivery) -> None:
        try:
            status = await self._post(one)
            now = self._core.clock.now()
            if status is not None and 200 <= status < 300:
                one.over, self._dropped = True, 0
            elif status is not None and 400 <= status < 500 and status != 429:
                one.over = True
                self._dropped += 1
                if self._dropped >= OFF_AFTER:
                    self.off_until = now + OFF_SECONDS
            else:
                one.over = now - one.made > GIVEN_UP
                one.due = now + min(FIRST_PAUSE * 2 ** (len(one.answers) - 1), LONGEST_PAUSE)
            self._keep(one)
        finally:
            self._sending.pop(one.id, None)
            self._look.set()

    async def _post(self, one: Delivery) -> int | None:
        url = self.url
        if url is None or self._session is None:
            return None
        raw = one.body.encode()
        secrets = (self._core.settings.pagerduty_webhook_secret or "").split(",")
        signatures = [hmac.new(each.strip().encode(), raw, hashlib.sha256).hexdigest() for each in secrets]
        headers = {
            "Content-Type": "application/json", "User-Agent": AGENT, "X-Webhook-Id": one.id,
            "X-PagerDuty-Signature": ",".join(f"v1={each}" for each in signatures),
        }  # fmt: skip
        status: int | None = None
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.post(url, data=raw, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        one.answers.append(status)
        return status
