"""Who somebody is at PagerDuty, where Slack knows them by another e-mail: they say it once.

It decides in whose name PagerDuty writes down what they do, not what they may do. So nobody can become somebody of whom
config.yaml, or Slack, knows that it is another person.
"""

from collections.abc import Awaitable, Callable

from bot.clients.pagerduty import PagerDuty, User
from bot.config import Config
from bot.domain.rights import Holder
from bot.errors import NotAllowed, NotFound
from bot.services.people import Known
from bot.store.preferences import PreferenceStore


class PageLinks:
    """bound: who was first seen with an e-mail."""

    def __init__(
        self,
        config: Callable[[], Config],
        store: PreferenceStore,
        bound: Callable[[str], Awaitable[Known | None]],
        pagerduty: PagerDuty,
    ) -> None:
        self._config, self._store, self._bound, self._pagerduty = config, store, bound, pagerduty

    async def email_of(self, who: str) -> str:
        """By which e-mail PagerDuty knows this person ("<team id>:<user id>"); "" where it is Slack's."""
        return await self._store.linked(who)

    async def link(self, holder: Holder, email: str) -> User:
        """This person is that user from now on. Raises NotFound, NotAllowed; Unavailable where PagerDuty is away."""
        wanted, who = email.strip().lower(), f"{holder.team_id}:{holder.user_id}"
        if "@" not in wanted:
            raise NotFound("Type the e-mail address by which PagerDuty knows you.", code="no-email")
        own = (holder.email or "").lower()
        bound = await self._bound(wanted)
        if wanted != own and (wanted in self._config().people or (bound and bound.who != who)):
            raise NotAllowed(f"{wanted} is somebody else here.", code="somebody-else")
        user = await self._pagerduty.user(wanted)
        if user is None:
            raise NotFound(f"PagerDuty knows nobody with the e-mail {wanted}.", code="no-such-user")
        await self._store.link(who, wanted)
        return user
