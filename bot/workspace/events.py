"""Events on their way to the app: sent at once, and again after 1 s, 1 min and 5 min until they are acknowledged.

The waiting is by the workspace's clock, so that moving it moves them. What is still on its way when the workspace
ends is in the journal, and goes on at the next start. While nobody is connected, events wait.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import orjson

from .clock import Clock
from .courier import Ack, Courier, Delivery
from .faults import Json
from .journal import Journal, Records
from .world import World

RETRY_AFTER = (1.0, 60.0, 300.0)
LOOK_SECONDS = 0.05  # how often the waiting ones are looked at while another process may move time
MOST_WAITING = 1_000  # for an app that never connects; the oldest are forgotten


@dataclass
class _Waiting:
    payload: Json
    attempt: int
    due: float
    reason: str
    under_way: bool = False

    @property
    def id(self) -> str:
        return str(self.payload["event_id"])


class Events:
    def __init__(self, world: World, courier: Courier, journal: Journal, clock: Clock) -> None:
        self._world, self._courier, self._journal, self._clock = world, courier, journal, clock
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._look = asyncio.Event()
        self._recent: deque[tuple[int, asyncio.Task[Ack]]] = deque(maxlen=50)
        self._count = 0
        self._token = secrets.token_hex(12)

    def restore(self, records: Records) -> None:
        for value in records.get("event", {}).values():
            self._waiting[value["payload"]["event_id"]] = _Waiting(**value)

    def start(self) -> None:
        self._spawn(self._again())

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say(self, event: Json) -> str:
        """Send an event; answers its event_id at once."""
        self._count += 1
        waiting = _Waiting(self._wrapped(event), 0, self._clock.now(), "")
        self._keep(waiting)
        while len(self._waiting) > MOST_WAITING:
            self._done(next(iter(self._waiting)))
        if self._courier.connected is not None:
            self._recent.append((self._count, self._begin(waiting)))
        return waiting.id

    def mark(self) -> int:
        """A point in the row of events, for `answers_since`."""
        return self._count

    async def answers_since(self, mark: int) -> list[Ack]:
        """What the app answered to the first sending of each event said after `mark`."""
        return list(await asyncio.gather(*(task for count, task in self._recent if count > mark)))

    def moved(self) -> None:
        """Time was moved, or somebody connected: look whether anything is due."""
        self._look.set()

    def _begin(self, waiting: _Waiting) -> "asyncio.Task[Ack]":
        waiting.under_way = True
        return self._spawn(self._try(waiting))

    async def _try(self, waiting: _Waiting) -> Ack:
        retry = (waiting.attempt, waiting.reason) if waiting.attempt else None
        ack = await self._courier.send(Delivery(waiting.id, "events_api", waiting.payload), retry=retry)
        if ack.error is None or "x-slack-no-retry" in ack.headers or waiting.attempt >= len(RETRY_AFTER):
            self._done(waiting.id)
            return ack
        reason = "http_error" if ack.status else "connection_failed"
        if ack.error == "operation_timeout":
            reason = "http_timeout"
        due = self._clock.now() + RETRY_AFTER[waiting.attempt]
        self._keep(_Waiting(waiting.payload, waiting.attempt + 1, due, reason))
        self._look.set()
        return ack

    async def _again(self) -> None:
        while True:
            self._look.clear()
            pause: float | None = None
            if self._courier.connected is not None:
                now = self._clock.now()
                resting = [waiting for waiting in self._waiting.values() if not waiting.under_way]
                for waiting in resting:
                    if waiting.due <= now:
                        self._begin(waiting)
                    else:
                        pause = min(pause or waiting.due - now, waiting.due - now)
                if pause is not None and self._clock.file is not None:
                    pause = min(pause, LOOK_SECONDS)
            try:
                async with asyncio.timeout(pause):
                    await self._look.wait()
            except TimeoutError:
                continue

    def _wrapped(self, event: Json) -> Json:
        app, team = self._world.app, self._world.team["id"]
        by = {"enterprise_id": None, "team_id": team, "user_id": app.id, "is_bot": True}
        return {
            "token": self._token,
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": app.app_id,
            "event": orjson.loads(orjson.dumps(event)),  # as it is now, whenever it is sent
            "type": "event_callback",
            "event_id": "Ev" + secrets.token_hex(5).upper(),
            "event_time": int(self._clock.now()),
            "authed_users": [app.id],
            "authorizations": [by | {"is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(12)}",
        }

    def _keep(self, waiting: _Waiting) -> None:
        self._waiting[waiting.id] = waiting
        value = {
            "payload": waiting.payload,
            "attempt": waiting.attempt,
            "due": waiting.due,
            "reason": waiting.reason,
        }
        self._journal.put("event", waiting.id, value)

    def _done(self, id: str) -> None:
        self._waiting.pop(id, None)
        self._journal.drop("event", id)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
