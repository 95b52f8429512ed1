"""Coverage reports as they come in: whose they are, stored before they are acknowledged, read later."""

import hashlib
from collections.abc import Mapping

from bot.clock import Clock
from bot.services._senders import whose
from bot.services.coverage import Coverages
from bot.sources import coverage as source
from bot.store.coverage import CoverageStore
from bot.store.inbox import Inbox

COVERAGE = "hook.coverage"


class CoverageReports:
    def __init__(self, coverage: Coverages, store: CoverageStore, inbox: Inbox, clock: Clock) -> None:
        self._coverage = coverage
        self._store = store
        self._inbox = inbox
        self._clock = clock

    async def receive(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> tuple[str, int, str]:
        """What became of it, the status, and words for the sender's log. Raises StoreUnavailable."""
        secrets = self._coverage.secrets()
        named = query.get("service", "")
        found = whose("coverage", [named], source.verify(headers, secrets), secrets)
        return await self._stored(found, source.commit(query), body) if isinstance(found, str) else found

    async def _stored(self, service: str, commit: str, body: bytes) -> tuple[str, int, str]:
        digest = hashlib.sha256(f"{service} {commit} ".encode() + body).hexdigest()
        if await self._store.has(service, commit, digest):
            return "repeated", 202, "Stored.\n"
        await self._store.put(digest, body)
        now = self._clock.now()
        job = {"service": service, "commit": commit, "digest": digest, "at": now}
        stored = await self._inbox.accept(COVERAGE, job, id=f"coverage:{digest}", meaning=None, now=now)
        return "stored" if stored.first else "repeated", 202, "Stored.\n"
