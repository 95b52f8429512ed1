"""PagerDuty's webhooks as they come in: judged, stored before they are acknowledged, once; done later."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.clock import Clock
from bot.sources import pagerduty as source
from bot.store.inbox import Inbox
from bot.store.keys import HOUR

PAGERDUTY = "hook.pagerduty"
REMEMBERED = 50 * HOUR  # PagerDuty tries for 48 hours


class PageEvents:
    """secrets: each is tried; none: closed."""

    def __init__(self, inbox: Inbox, clock: Clock, secrets: tuple[str, ...]) -> None:
        self._inbox = inbox
        self._clock = clock
        self._secrets = secrets

    async def receive(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> tuple[str, int, str]:
        """What became of it, the status, and words for the sender's log. Raises StoreUnavailable."""
        if not self._secrets:
            return "closed", 503, "PAGERDUTY_WEBHOOK_SECRET is not set.\n"
        if not source.verify(headers, body, self._secrets):
            return "unsigned", 401, "The signature is missing or wrong.\n"
        heard = source.parse(headers, body)
        now = self._clock.now()
        job = {"type": heard.type, "odd": heard.odd, "known": heard.known, "at": now,
               "event": asdict(heard.event) if heard.event else None}  # fmt: skip
        if heard.odd or not heard.known:
            job["body"] = body[:4000].decode("utf-8", "replace")  # for whoever looks what it was
        id = f"pagerduty:{heard.id}"
        stored = await self._inbox.accept(PAGERDUTY, job, id=id, meaning=None, now=now, remember=REMEMBERED)
        if not stored.first:
            return "repeated", 202, "Stored.\n"
        return "odd" if heard.odd else "stored" if heard.known else "unknown", 202, "Stored.\n"
