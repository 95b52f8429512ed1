"""What other systems tell by themselves: judged, stored, acknowledged; the work that it means comes later.

202   stored, also what is odd or came before: a sender that is told of a fault sends nothing more one day
401   the signature or the secret is missing or wrong
403   the secret is for something else than what is told of
404   nobody sends from there
503   there is no secret to judge it by (closed, never open), or it cannot be stored: send it again
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Protocol

from bot import metrics
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.sources import github
from bot.store.inbox import Inbox
from bot.store.keys import HOUR

GITHUB = "hook.github"
REMEMBERED = (
    50 * HOUR
)  # somebody may press [Redeliver] at GitHub much later than a sender would try again by itself


@dataclass(frozen=True)
class Answered:
    """text: short, for the sender's log. retry: seconds for Retry-After."""

    status: int
    text: str
    retry: int | None = None


class Receiver(Protocol):
    """What takes in the bodies of a source that has secrets of its own."""

    async def receive(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> tuple[str, int, str]:
        """What became of it, the status, and words for the sender's log. Raises StoreUnavailable."""


class Hooks:
    """secrets: of each source, in the order in which they are tried; a source without one is closed. receivers: of
    further sources.
    """

    def __init__(
        self,
        inbox: Inbox,
        clock: Clock,
        secrets: Mapping[str, tuple[str, ...]],
        receivers: Mapping[str, Receiver] | None = None,
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._secrets = secrets
        self._receivers = receivers or {}

    async def receive(
        self,
        source: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str] = MappingProxyType({}),
    ) -> Answered:
        """headers: names in small letters."""
        if (receiver := self._receivers.get(source)) is not None:
            try:
                outcome, status, text = await receiver.receive(headers, query, body)
            except StoreUnavailable:
                return self._unstored(source)
            return self._counted(source, outcome, Answered(status, text, 3600 if status == 503 else None))
        if source != "github":
            return Answered(404, "There is no such source.\n")
        secrets = self._secrets.get(source, ())
        if not secrets:
            return self._counted(source, "closed", Answered(503, "GITHUB_WEBHOOK_SECRET is not set.\n", 3600))
        if not github.verify(headers, body, secrets):
            return self._counted(source, "unsigned", Answered(401, "The signature is missing or wrong.\n"))
        heard = github.parse(headers, body)
        id = f"github:{heard.id}"
        try:
            stored = await self._inbox.accept(
                GITHUB, asdict(heard), id=id, meaning=None, now=self._clock.now(), remember=REMEMBERED
            )
        except StoreUnavailable:
            return self._unstored(source)
        outcome = "odd" if heard.odd else "stored" if stored.first else "repeated"
        return self._counted(source, outcome, Answered(202, "Stored.\n"))

    def too_big(self, source: str) -> Answered:
        """Nothing of it was read."""
        name = source if source in self._secrets or source in self._receivers else "unknown"
        return self._counted(name, "too-big", Answered(413, "That is more than 10 MiB.\n"))

    def _unstored(self, source: str) -> Answered:
        return self._counted(source, "unstored", Answered(503, "It cannot be stored now.\n", 10))

    def _counted(self, source: str, outcome: str, answered: Answered) -> Answered:
        metrics.HOOKS.labels(source, outcome).inc()
        return answered
