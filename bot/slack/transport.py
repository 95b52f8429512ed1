"""The only Bolt code: receive, store, acknowledge.

One taker for each kind of request, and each of them only stores: the answer to Slack goes out when the request is
durable. They stand in one middleware before all else that Bolt does: a listener would cost every request its search,
its authorization, its arguments and its runner, about as much as storing it costs, and would give us nothing that we
use. What is none of ours goes on to Bolt. What has to be answered inside the request, the options of a select and the
faults of a form, comes from the router at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.ending import ended
from bot.errors import GrailError, StoreUnavailable
from bot.slack import Ask, payloads
from bot.slack.payloads import Body, from_event, from_view, home_of, request_id, value_of, values_of
from bot.slack.router import Router
from bot.slack.views.refusal import store_gone
from bot.slack.views.text import cut
from bot.store.inbox import Inbox

log = structlog.get_logger()

OPTION_VALUE = 150  # characters; what is longer can only be typed, for half of it would be another
CONNECT_SECONDS = 5.0  # how long a start waits for Socket Mode
WITHIN = 2.0  # seconds that a form's check or a select's options may take of Slack's three

Answer = dict[str, Any]  # what Slack is told in its 200; empty where it only wants to know that we have it
Take = Callable[[Body], Awaitable[Answer]]


class First(AsyncMiddleware):
    """Ours, before the rest of Bolt."""

    def __init__(self, takers: Mapping[str, tuple[str, Take]]) -> None:
        """takers: by the payload's type, with the part that such a payload always has."""
        self._takers = takers

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name for it
    ) -> BoltResponse | None:
        body = req.body
        part, take = self._takers.get("command" if "command" in body else body.get("type", ""), ("", None))
        if take is None or part not in body:
            return await next()
        return BoltResponse(status=200, body=await take(body) or "")


class Transport:
    """Takes what Slack sends, over HTTP or Socket Mode, and puts it into the inbox."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        router: Router,
        slack: Slack,
        clock: Clock,
        token: str,
        signing_secret: str | None,
        base_url: str,
    ) -> None:
        self._inbox = inbox
        self._router = router
        self._slack = slack
        self._clock = clock
        # Several, separated by commas, while one is being replaced by the next.
        secrets = [secret.strip() for secret in (signing_secret or "").split(",") if secret.strip()]
        self._verifiers = [SignatureVerifier(secret) for secret in secrets]
        self._web = AsyncWebClient(base_url=base_url)
        # Who we are need not be asked before the first command can be taken: Slack may be slow just then.
        self._we = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

        async def authorize(**_: Any) -> AuthorizeResult:
            return self._we

        bolt_log = logging.getLogger("grail.bolt")
        # It warns that the token in our environment is not used; so it should be.
        bolt_log.setLevel(logging.ERROR)
        self._app = AsyncApp(
            name="grail",
            logger=bolt_log,
            client=self._web,
            authorize=authorize,
            before_authorize=First(
                {
                    "command": ("command", self._command),
                    "event_callback": ("event", self._event),
                    "block_actions": ("actions", self._action),
                    "view_submission": ("view", self._submission),
                    "view_closed": ("view", self._nothing),
                    "block_suggestion": ("action_id", self._options),
                    "shortcut": ("callback_id", self._nothing),
                    "message_action": ("callback_id", self._shortcut),
                }
            ),
            request_verification_enabled=False,  # see `receive`: it knows several secrets
            process_before_response=True,
            ignoring_self_events_enabled=False,
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        bolt_log.setLevel(logging.WARNING)
        self._app.error(self._failed)
        self._socket: Any = None
        self._connecting: asyncio.Task[None] | None = None

    async def receive(self, headers: Mapping[str, str], body: str) -> tuple[int, dict[str, str], str]:
        """One HTTP request of Slack: (status, headers, body) of the answer. 503 when it could not be stored."""
        stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        known = stamp.isdecimal() and any(each.is_valid(body, stamp, signature) for each in self._verifiers)
        if not known:
            return 401, {}, "This is not signed by Slack.\n"
        # The one header that Bolt still needs: how the body is to be read.
        request = AsyncBoltRequest(body=body, headers={"content-type": headers.get("Content-Type", "")})
        answer = await self._app.async_dispatch(request)
        return answer.status, dict(answer.first_headers_without_set_cookie()), answer.body or ""

    async def connect(self, app_token: str) -> None:
        """Receive over Socket Mode instead: no public address is needed. A Slack that is away is tried again."""
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        self._socket = AsyncSocketModeHandler(self._app, app_token, web_client=self._web)
        self._connecting = asyncio.create_task(self._socket.connect_async(), name="Socket Mode")
        done, _ = await asyncio.wait({self._connecting}, timeout=CONNECT_SECONDS)
        for task in done:
            task.result()
        if not done:
            log.warning("slack.unreachable", says="Slack does not answer; I go on trying to connect.")

    async def close(self) -> None:
        if self._connecting is not None:
            await ended([self._connecting])
        if self._socket is not None:
            await self._socket.close_async()

    async def _failed(self, error: Exception) -> BoltResponse:
        """A taker has failed: Slack is told that its request was not taken, and sends it again if it can."""
        if isinstance(error, StoreUnavailable):
            log.warning("slack.not_stored", error=str(error))
            return BoltResponse(status=503, headers={"Retry-After": "5"})
        log.error("slack.failed", exc_info=error)
        return BoltResponse(status=500)

    # One taker a kind

    async def _command(self, body: Body) -> Answer:
        ask = Ask(
            id=f"command:{body.get('trigger_id') or uuid4()}",
            how="command",
            team=body["team_id"],
            user=body["user_id"],
            text=body.get("text") or "",
            channel=body.get("channel_id", ""),
            response_url=body.get("response_url"),
            trigger=body.get("trigger_id"),
            request=request_id(),
        )
        await self._store("slack.ask", ask, {}, self._router.meaning(ask))
        return {}

    async def _event(self, body: Body) -> Answer:
        event = body["event"]
        ask = from_event(body, event)
        if ask is not None:
            await self._store("slack.ask", ask, {}, self._router.meaning(ask))
        elif event.get("type") == "app_home_opened" and event.get("tab", "home") == "home":
            home = Ask(
                f"event:{body.get('event_id')}", "command", body.get("team_id", ""), event["user"], "home"
            )
            await self._store("slack.home", home, {}, None)
        return {}

    async def _action(self, body: Body) -> Answer:
        action = body["actions"][0]
        if action.get("type") == "button" and action.get("url"):
            return {}  # a link button has done its work in the client
        view = body.get("view") or {}
        if view.get("type") == "modal":
            return await self._chosen(body, view, action)
        value = value_of(action)
        container = body.get("container", {})
        message = container.get("message_ts")
        ask = Ask(
            id=f"action:{body.get('trigger_id')}:{action.get('action_ts')}",
            how="press",
            team=home_of(body),
            user=body["user"]["id"],
            text=action["action_id"],
            channel=(body.get("channel") or {}).get("id", ""),
            thread=(body.get("message") or {}).get("thread_ts"),
            response_url=body.get("response_url"),
            trigger=body.get("trigger_id"),
            message=message,
            request=request_id(),
        )
        meaning = f"press:{ask.user}:{message or ''}:{action['action_id']}:{value}"
        await self._store("slack.press", ask, {"action": action["action_id"], "value": value}, meaning)
        return {}

    async def _chosen(self, body: Body, view: Body, action: Body) -> Answer:
        """Something was chosen in a form, which may have to look otherwise now."""
        ask = replace(from_view(body), id=f"action:{body.get('trigger_id')}:{action.get('action_ts')}")
        form = {"callback": view.get("callback_id", ""), "view": view["id"], "values": values_of(view)}
        await self._store("slack.chosen", ask, form, None, thing=f"view:{view['id']}")
        return {}

    async def _submission(self, body: Body) -> Answer:
        view = body["view"]
        ask = from_view(body)
        values = values_of(view)
        faults: Mapping[str, str]
        try:
            async with asyncio.timeout(WITHIN):
                faults = await self._router.check(ask, view.get("callback_id", ""), values)
        except TimeoutError:
            faults = {}  # it is stored, and judged once more when it is carried out
        except StoreUnavailable:
            raise
        except GrailError as error:
            faults = {next(iter(view["state"]["values"]), ""): str(error)}
        if faults:
            return {"response_action": "errors", "errors": dict(faults)}
        meaning = f"form:{ask.user}:{view['id']}"
        await self._store(
            "slack.form", ask, {"callback": view.get("callback_id", ""), "values": values}, meaning
        )
        return {}

    async def _shortcut(self, body: Body) -> Answer:
        """What is chosen in a message's own menu is a press that carries the message."""
        ask, carried = payloads.from_message(body)
        more = {"action": body["callback_id"], "value": carried}
        await self._store("slack.press", ask, more, f"press:{ask.user}:{ask.message}:{body['callback_id']}")
        return {}

    async def _nothing(self, body: Body) -> Answer:
        """It only has to be acknowledged."""
        return {}

    async def _options(self, body: Body) -> Answer:
        view = body.get("view") or {}
        found: Sequence[tuple[str, str]] = ()
        with suppress(TimeoutError):
            async with asyncio.timeout(WITHIN):
                found = await self._router.options(
                    from_view(body),
                    view.get("callback_id", ""),
                    body.get("action_id", ""),
                    body.get("value") or "",
                    values_of(view),
                )
        options = [
            {"text": {"type": "plain_text", "text": cut(text, 75)}, "value": value}
            for value, text in found
            if len(value) <= OPTION_VALUE
        ]
        return {"options": options[:100]}

    async def _store(
        self, kind: str, ask: Ask, more: Mapping[str, Any], meaning: str | None, *, thing: str | None = None
    ) -> None:
        now = self._clock.now()
        body = {"ask": vars(ask), "at": now, **more}
        try:
            await self._inbox.accept(
                kind, body, id=ask.id, meaning=meaning, now=now, request=ask.request, thing=thing
            )
        except StoreUnavailable:
            if ask.response_url:
                with suppress(GrailError):  # said as well as can be; Slack is told that it was not taken
                    await self._slack.respond(ask.response_url, {"text": store_gone().text})
            raise
