"""/control: what people do on the page, for the page and for programs alike. /control/state and /control/stream are the
page's own: what it shows first, and how it stays live."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import orjson
from aiohttp import web

from .composer import Composer
from .core import Core
from .faults import ControlError, Json
from .modals import Modals
from .payloads import Done, needed
from .presses import Presses
from .respond import Respond
from .web_api import dumps

KEEP_ALIVE_SECONDS = 15.0
Act = Callable[[Json], Awaitable[Done]]


class Fires(Protocol):
    """What a program does to one of the played systems."""

    async def fire(self, asked: Json) -> Json:
        """What one call answers besides `ok`. Raises ControlError."""


class Control:
    """fires: what /control/fire does on each of the played systems."""

    def __init__(self, core: Core, respond: Respond, fires: Mapping[str, Fires]) -> None:
        self._core, self._fires = core, fires
        composer, presses, modals = Composer(core, respond), Presses(core, respond), Modals(core)
        self._acts: dict[str, Act] = {
            "type": composer.type,
            "open_home": composer.open_home,
            "press": presses.press,
            "options": presses.options,
            "shortcut": presses.shortcut,
            "submit": modals.submit,
            "close": modals.close,
            "redeliver": self._redeliver,
            "disconnect": self._disconnect,
            "weather": self._weather,
            "clock": self._clock,
            "fire": self._fire,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/{act}", self._act),
            web.get("/control/messages", self._messages),
            web.get("/control/views", self._views),
            web.get("/control/violations", self._violations),
            web.get("/control/state", self._state),
            web.get("/control/stream", self._stream),
        ]

    async def _act(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            return answer(
                {"ok": False, "ack": None, "error": f"There is no /control/{request.match_info['act']}."}, 404
            )
        try:
            body = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            return answer({"ok": False, "ack": None, "error": "The body must be a JSON object."}, 400)
        try:
            done = await asyncio.shield(asyncio.ensure_future(act(body)))  # also when the caller goes away
        except ControlError as refused:
            return answer({"ok": False, "ack": None, "error": str(refused)}, 400)
        return answer(done.as_json())

    # --- what programs do

    async def _redeliver(self, asked: Json) -> Done:
        """{"id", "copies"}: send a delivery again, so many times at once. An event's copies carry a retry mark."""
        id = needed(asked, "id", "as /control answers them, or an event_id")
        copies = asked.get("copies", 1)
        if not isinstance(copies, int) or isinstance(copies, bool) or not 1 <= copies <= 100:
            raise ControlError("'copies' is a whole number from 1 to 100.")
        delivery = self._core.courier.sent(id)
        if delivery is None:
            raise ControlError(
                f"Nothing with the id {id!r} was delivered: take the id that /control answered, or an event_id."
            )
        event = delivery.kind == "events_api"
        marks = [(min(n, 3), "http_timeout") if event else None for n in range(1, copies + 1)]
        acks = await asyncio.gather(*(self._core.courier.send(delivery, retry=mark) for mark in marks))
        wrong = next((ack.error for ack in acks if ack.error), None)
        return Done(acks[-1], wrong, {"acks": [ack.as_json() for ack in acks]})

    async def _disconnect(self, asked: Json) -> Done:
        """Close the app's Socket Mode connections, as Slack does every few hours."""
        return Done(more={"closed": await self._core.sockets.disconnect()})

    async def _weather(self, asked: Json) -> Done:
        self._core.weather.set(asked)
        struck = self._core.weather.all()["slack"]
        if struck.get("down") and "methods" not in struck:
            await self._core.sockets.disconnect("warning")
        return Done(more={"weather": self._core.weather.all()})

    async def _clock(self, asked: Json) -> Done:
        """{"forward": seconds}: move time, also for the app where GRAIL_CLOCK_FILE is shared."""
        seconds = asked.get("forward")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
            raise ControlError("'forward' is a number of seconds.")
        core = self._core
        offset = core.clock.forward(float(seconds))
        if core.clock.file is None:
            core.journal.put("clock", "offset", offset)
        core.events.moved()
        core.hub.tell("clock", {"offset": offset})
        return Done(more={"offset": offset})

    async def _fire(self, asked: Json) -> Done:
        source = needed(asked, "source", "who fires, such as nagios")
        if (fires := self._fires.get(source)) is not None:
            return Done(more=await fires.fire(asked))
        raise ControlError(f"Nothing can be fired from {source!r} yet: no fake of it stands here.")

    # --- what is to be seen

    async def _messages(self, request: web.Request) -> web.Response:
        core = self._core
        try:
            me = core.world.person(request.query["as"]) if request.query.get("as") else None
            place = request.query.get("in") or ""
            own = me is not None and core.world.is_person(place, me)  # one's own name: what the app and I say
            channel = core.world.place(place, core.world.app if me is None or own else me)
        except ControlError as refused:
            return answer({"ok": False, "error": str(refused)}, 400)
        if me is not None and me.id not in channel.members:
            return answer({"ok": False, "error": f"{me.name} is not in #{channel.name}."}, 403)
        shown = core.messages.of(channel) + core.messages.ephemerals(channel, me.id if me else None)
        return answer({"messages": sorted(shown, key=lambda message: str(message["ts"]))})

    async def _views(self, request: web.Request) -> web.Response:
        try:
            user = self._core.world.person(request.query.get("as") or "")
        except ControlError as refused:
            return answer({"ok": False, "error": str(refused)}, 400)
        views = self._core.views
        return answer({"views": views.stack(user.id), "home": views.home(user.id)})

    async def _violations(self, request: web.Request) -> web.Response:
        return answer({"violations": self._core.checks.violations})

    async def _state(self, request: web.Request) -> web.Response:
        core, world = self._core, self._core.world
        app = {"name": world.app.real_name, "user_id": world.app.id, "bot_id": world.bot_id}
        commands = [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in core.settings.commands
        ]
        shortcuts = [
            {"callback_id": one.callback_id, "name": one.name, "type": one.type}
            for one in core.settings.shortcuts
        ]
        return answer(
            {
                "team": world.team,
                "app": app | {"connected": core.courier.connected},
                "users": world.people_for_page(),
                "channels": world.channels_for_page(),
                "commands": commands,
                "shortcuts": shortcuts,
                "weather": core.weather.all(),
                "clock": {"offset": core.clock.offset},
                "subteams": [group.as_slack(with_users=True) for group in world.groups.values()],
            }
        )

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events for one page, until it goes away."""
        try:
            user = self._core.world.person(request.query["as"]).id if request.query.get("as") else None
        except ControlError as refused:
            return answer({"ok": False, "error": str(refused)}, 400)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        async with self._core.hub.watching(user) as watcher:
            await response.prepare(request)
            await response.write(b"event: hello\ndata: {}\n\n")
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        row = await watcher.queue.get()
                except TimeoutError:
                    row = b": still here\n\n"
                if row is None:
                    return response
                try:
                    await response.write(row)
                except ConnectionError:
                    return response


def answer(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=dumps, headers={"Cache-Control": "no-store"})
