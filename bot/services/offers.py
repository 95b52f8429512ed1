"""What is offered to who has deployed: to keep a branch where it stands, and to let go when the main branch is back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.clients.git import Git
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Holder, may
from bot.errors import OutsideUnavailable, Refusal
from bot.services.locks import Locks

ALONE = "local"  # an environment that everybody has alone: nobody deploys over a branch there


@dataclass(frozen=True)
class Offered:
    """lock: the lock that may be ended; None where one may be set."""

    what: Literal["lock", "unlock"]
    lock: Lock | None = None


class Offers:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        locks: Locks,
        git: Git,
        holder: Callable[[str, str], Awaitable[Holder]],
        clock: Clock,
    ) -> None:
        self._config = config
        self._locks = locks
        self._git = git
        self._holder = holder
        self._clock = clock

    async def after(self, deploy: Deploy) -> Offered | None:
        """What to offer to who asked for this deploy; None: nothing."""
        plain = deploy.state == "succeeded" and deploy.action is None and not deploy.rollback
        service = self._config().services.get(deploy.service)
        if not plain or not deploy.by_user or deploy.environment == ALONE or service is None:
            return None
        over = [
            one
            for one in await self._locks.all()
            if one.kind == "lock" and one.scope.covers(deploy.service, deploy.environment)
        ]
        if deploy.ref == service.main:
            scope = Scope(deploy.service, deploy.environment)
            own = next((one for one in over if one.scope == scope and one.by == deploy.by), None)
            offered = Offered("unlock", own) if own is not None else None
        else:
            offered = Offered("lock") if not over and await self._branch(deploy) else None
        return offered if offered is not None and await self._may(deploy, offered.what) else None

    async def _branch(self, deploy: Deploy) -> bool:
        """Whether its ref is a branch, not a tag or a commit. Where git cannot say, nothing is offered."""
        try:
            service = self._config().services[deploy.service]
            branches = await self._git.branches(service.repository, name=service.name)
        except (OutsideUnavailable, Refusal):
            return False
        return any(one.name == deploy.ref for one in branches)

    async def _may(self, deploy: Deploy, word: str) -> bool:
        team, _, user = deploy.asker.partition(":")
        holder = await self._holder(team, user)
        return may(
            self._config(), holder, word,
            service=deploy.service, environment=deploy.environment, now=self._clock.now(),
        ).allowed  # fmt: skip
