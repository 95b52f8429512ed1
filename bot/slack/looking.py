"""Looking for what may be in Slack already: by the mark that every message of ours carries."""

from collections.abc import AsyncIterator
from typing import Any

import structlog

from bot.clients.slack import Slack, SlackRefused
from bot.slack.packing import marked
from bot.store.outbox import Posted

log = structlog.get_logger()

LOOK_BACK = 600  # seconds before the first try from which we look: Slack's clock need not be ours
PAGES = 20  # of 200 messages, at most, that are looked through


class Looker:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def find(self, channel: str, thread: str | None, id: str, since: Any) -> list[Posted]:
        """Where the entry `id` stands, oldest first."""
        found = []
        async for message in self.messages(channel, thread, since):
            if marked(message, id):
                found.append(Posted(channel, str(message["ts"])))
        return sorted(found, key=lambda posted: posted.ts)

    async def messages(self, channel: str, thread: str | None, since: Any) -> AsyncIterator[dict[str, Any]]:
        method = "conversations.replies" if thread else "conversations.history"
        oldest = f"{max(0.0, float(since) - LOOK_BACK):.6f}" if since else None
        cursor: str | None = None
        for _ in range(PAGES):
            try:
                answer = await self._slack.call_patiently(
                    method,
                    channel=channel,
                    ts=thread,
                    oldest=oldest,
                    cursor=cursor,
                    limit=200,
                    include_all_metadata=True,
                )
            except SlackRefused as error:
                log.warning("Slack does not let us look for a message", method=method, error=error.error)
                return
            for message in answer.get("messages") or ():
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def id_of(self, channel: str) -> str | None:
        """The id of a channel that is known by its name only, or None where we cannot see it."""
        if not channel.startswith("#"):
            return channel
        cursor: str | None = None
        for _ in range(PAGES):
            try:
                answer = await self._slack.call_patiently(
                    "conversations.list",
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=200,
                    cursor=cursor,
                )
            except SlackRefused:
                return None
            for one in answer.get("channels") or ():
                if one.get("name") == channel[1:]:
                    return str(one["id"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None
