"""Coverage reports as they come in: whose they are, stored before they are acknowledged, read later."""

import hashlib
from collections.abc import Mapping

from bot.clock import Clock
from bot.services.coverage import Coverages, secret_of
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
        known = source.verify(headers, secrets)
        if not known:
            return _closed(named, secrets) or ("unsigned", 401, "The secret is missing or wrong.\n")
        if named and named not in known:
            return (
                "other-service",
                403,
                f"This secret is not for that service: it is for {' and '.join(known)}.\n",
            )
        if not named and len(known) > 1:
            return "other-service", 403, "This secret is for several services: say which with ?service=.\n"
        return await self._stored(named or known[0], source.commit(query), body)

    async def _stored(self, service: str, commit: str, body: bytes) -> tuple[str, int, str]:
        digest = hashlib.sha256(f"{service} {commit} ".encode() + body).hexdigest()
        if await self._store.has(service, commit, digest):
            return "repeated", 202, "Stored.\n"
        await self._store.put(digest, body)
        now = self._clock.now()
        job = {"service": service, "commit": commit, "digest": digest, "at": now}
        stored = await self._inbox.accept(COVERAGE, job, id=f"coverage:{digest}", meaning=None, now=now)
        return "stored" if stored.first else "repeated", 202, "Stored.\n"


def _closed(named: str, secrets: Mapping[str, object]) -> tuple[str, int, str] | None:
    """Where no secret could be right."""
    if secrets and (not named or named in secrets):
        return None
    name = secret_of(named) if named.replace("-", "").isalnum() and len(named) <= 60 else "COVERAGE_<SERVICE>"
    return "closed", 503, f"GRAIL_HOOK_SECRET_{name} is not set.\n"
