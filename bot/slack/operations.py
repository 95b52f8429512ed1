"""What the operations channel is told. Each thing is one card there, edited when more becomes known.

What cannot be delivered to the operations channel itself is only logged and counted: there is nobody else to tell.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import structlog

from bot.clock import Clock
from bot.config import Config
from bot.domain.rights import Holder
from bot.logs import masked
from bot.services.claims import Found
from bot.services.operations import GivenUp
from bot.slack import ALWAYS_NEW, Message, Shows
from bot.slack.outbox import Outbox
from bot.slack.views import operations as views
from bot.store.deploys import Claim

log = structlog.get_logger()

OWN = "operations:"  # what the ids of all that is said here begin with
DAY = 24 * 3600
LAST = 10**12  # a version of a card after which none comes


class OperationsChannel:
    def __init__(self, outbox: Outbox, config: Callable[[], Config], clock: Clock) -> None:
        self._outbox = outbox
        self._config = config
        self._clock = clock

    async def given_up(self, work: GivenUp) -> None:
        await self._card(
            f"dead:{work.card}",
            views.given_up(replace(work, why=masked(work.why), detail=masked(work.detail))),
        )

    async def tried_again(self, card: str, what: str, why: str, by: str, at: float) -> None:
        await self._card(f"dead:{card}", views.tried_again(what, masked(why), by, at))

    async def undelivered(self, id: str, why: str) -> None:
        """The outbox gave something up. All that failed in one place for one reason within a day is one card."""
        if id.startswith(OWN):
            log.error("operations.unreachable", id=id, why=why)
            return
        now = self._clock.now()
        rows = await self._outbox.undeliverable(views.MOST)
        where = next(
            (str(row.get("where") or "") for row in rows if str(row["id"]).partition(":")[2] == id), ""
        )
        same = [
            row for row in rows
            if (row.get("where") or "", row["why"]) == (where, why) and row["at"] > now - DAY
            and not str(row["id"]).partition(":")[2].startswith(OWN)
        ]  # fmt: skip
        about = sha256(f"{where} {why}".encode()).hexdigest()[:12]
        message = views.undelivered(where, why, same or [{"id": id, "at": now}])
        await self._card(
            f"undelivered:{about}:{int(now // DAY)}", message, Shows(state="", step=str(len(same)))
        )

    async def claims(self, found: Found) -> None:
        """What was not as it should be when the claims were confirmed. What merely went on is only logged."""
        for claim in found.unreadable:
            await self.unreadable(claim)
        if found.released or found.ended:
            await self._card(f"claims:{int(self._clock.now() * 1000)}", views.claims(found))

    async def unreadable(self, claim: Claim) -> None:
        """A deploy holds an environment, and nobody can read its record. However often it is told, it is one card."""
        await self._card(f"unreadable:{claim.deploy}", views.unreadable(claim), at=1)

    async def freed(self, claim: Claim, by: str) -> None:
        """Its own card tells it as well, if it stands somewhere: nothing else will ever change that one."""
        message = views.freed(claim, by, self._clock.now())
        await self._card(f"unreadable:{claim.deploy}", message)
        posted = await self._outbox.where(f"deploy:{claim.deploy}")
        if posted is not None:
            await self._outbox.card(f"deploy:{claim.deploy}", posted.channel, message, version=LAST)

    async def everybody(self, ask: str, message: Message) -> None:
        """What somebody did that concerns all of operations, said once for each ask."""
        await self._outbox.say(f"everybody:{ask}", self._config().channels.operations, message)

    async def audit_head(self, day: str, number: int, hash: str) -> None:
        """day: "2026-11-23", in the zone of config.yaml; one line a day."""
        channel = self._config().channels.operations
        await self._outbox.say(f"{OWN}audit-head:{day}", channel, views.audit_head(day, number, hash))

    async def suspended(self, holder: Holder, why: str, since: float) -> None:
        """May be told again and again, by any process: it is the same card."""
        who = f"{holder.team_id}:{holder.user_id}"
        await self._card(f"suspended:{who}", views.rests(holder.name, why, who), at=since)

    async def confirmed(self, who: str, name: str, email: str, by: str, at: float) -> None:
        await self._card(f"suspended:{who}", views.confirmed(name, email, by, at))

    async def _card(
        self, id: str, message: Message, shows: Shows = ALWAYS_NEW, *, at: float | None = None
    ) -> None:
        """at: when it became so; what became so earlier never replaces it."""
        channel = self._config().channels.operations
        version = int((self._clock.now() if at is None else at) * 1_000_000)
        await self._outbox.card(f"{OWN}{id}", channel, message, version=version, shows=shows)
