"""POST /respond/<secret>: what an app says through a response_url, and through the body of an acknowledgement."""

from typing import Any

from aiohttp import web

from .core import Core
from .faults import Json, SlackError
from .tickets import Response
from .web_api import from_json, structure, through_weather


class Respond:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        async def answer() -> web.Response:
            try:
                raw = await request.read()
                said = from_json(raw)
                self.say(self._core.tickets.use(request.match_info["secret"]), said)
            except SlackError as refused:
                return web.json_response(
                    refused.body(), status=refused.status if refused.status != 200 else 400
                )
            return web.Response(text="ok")

        return await through_weather(self._core, request, "response_url", answer)

    def say(self, ticket: Response, said: Json, *, method: str = "response_url") -> None:
        """Do what the body asks. Raises SlackError: no_text, invalid_blocks, message_not_found …"""
        core = self._core
        channel = core.world.channels[ticket.channel]
        original = self._original(ticket)
        if said.get("delete_original"):
            if original is None:
                raise SlackError("message_not_found", status=404)
            if "ephemeral_to" in original:
                core.messages.delete_ephemeral(original)
            else:
                core.messages.delete(channel, original)
            return
        content = self._content(said, method)
        if said.get("replace_original") and original is not None:
            if "ephemeral_to" in original:
                core.messages.edit_ephemeral(original, content)
            else:
                blocks = {"blocks": None} | content
                core.messages.edit(channel, original, blocks, by=core.world.app.id)
            return
        thread = said.get("thread_ts") or ticket.thread
        if isinstance(thread, str) and core.messages.find(channel, thread) is not None:
            content["thread_ts"] = thread
        if said.get("response_type") == "in_channel":
            posted = core.messages.post(channel, core.world.app, content)
        else:
            posted = core.messages.post_ephemeral(channel, core.world.app, ticket.user, content)
        if ticket.original is None or ticket.ephemeral:
            ticket.original, ticket.ephemeral = posted["ts"], True
            core.tickets.keep(ticket)

    def acknowledged(self, ticket: Response, body: Any) -> None:
        """What the body of a 200 to a command or a press says: text, or a message; nothing says nothing."""
        if isinstance(body, str):
            body = {"text": body}
        if isinstance(body, dict) and any(
            body.get(key) for key in ("text", "blocks", "attachments", "delete_original")
        ):
            try:
                self.say(ticket, body, method="acknowledgement")
            except SlackError as refused:
                self._core.checks.violation("acknowledgement", "", f"Slack would say {refused.word}")

    def _original(self, ticket: Response) -> Json | None:
        if ticket.original is None:
            return None
        channel = self._core.world.channels[ticket.channel]
        return self._core.messages.find(channel, ticket.original) or self._core.messages.find_ephemeral(
            ticket.original
        )

    def _content(self, said: Json, method: str) -> Json:
        content: Json = {}
        for name in ("blocks", "attachments", "metadata"):
            if said.get(name) is not None:
                content[name] = structure(name, said[name])
        self._core.checks.answer(method, content)
        self._core.checks.message(method, content)
        content["text"] = str(said.get("text") or "")
        if not content["text"] and not content.get("blocks") and not content.get("attachments"):
            raise SlackError("no_text", status=400)
        return content
