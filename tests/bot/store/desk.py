"""What the tests of the admission stand at: the three stores that have a say in it, on one Redis, at one time."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from bot.domain.deploys import Deploy, State
from bot.domain.locks import Kind, Lock, Scope
from bot.store import epoch, keys
from bot.store.admission import Admission, Admissions, Kinds
from bot.store.deploys import Claim, DeployStore, Standing
from bot.store.locks import LockStore
from bot.store.versions import Versions

NOW = 1_800_000_000.0
CONFIG = "c-1"
KINDS = Kinds("deploy.tick", "deploy.guard", "deploy.judge")
EVERYWHERE, PRODUCTIONS, SHOP, PLACE = (
    Scope(),
    Scope(environment="production"),
    Scope("shop"),
    Scope("shop", "production"),
)


def a_deploy(by: str = "dana", **more: Any) -> Deploy:
    """One that was not asked for yet, of the shop to production."""
    given: dict[str, Any] = {
        "id": "", "service": "shop", "environment": "production", "ref": "main", "commit": "c" * 40, "subject": "s",
        "state": "requested", "by": by, "by_user": by, "by_name": by.title(), "team": "T1", "channel": "C1",
        "requested": NOW, "asker": f"T1:{by}", "held_until": NOW + keys.DAY,
    }  # fmt: skip
    return Deploy(**given | more)


def a_lock(kind: Kind = "lock", scope: Scope = PLACE, by: str = "omar", **more: Any) -> Lock:
    given: dict[str, Any] = {
        "by": by, "by_user": by, "by_name": by.title(), "team": "T1", "reason": "", "since": NOW,
        "until": NOW + keys.DAY,
    }  # fmt: skip
    return Lock(kind, scope, **given | more)


class Desk:
    """now: seconds since the epoch, moved by the test."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.now = NOW
        self.admissions = Admissions(redis, KINDS)
        self.deploys = DeployStore(redis, wake="deploy.wake")
        self.locks = LockStore(redis, wake="deploy.wake", ends="lock.ends")
        self._asked = 0

    async def open(self) -> "Desk":
        """The claims are confirmed and the config is in force, as after a worker's start."""
        await Versions(self.redis).number(CONFIG)
        await epoch.confirm(self.redis, await epoch.current(self.redis), "here")
        return self

    async def admit(self, deploy: Deploy, *, request: str | None = None, **more: Any) -> Admission:
        """Ask for it; every time is another request unless one is named."""
        self._asked += 1
        given: dict[str, Any] = {"now": self.now, "look": self.now + 60, "config": CONFIG}
        return await self.admissions.admit(deploy, request=request or f"r-{self._asked}", **given | more)

    async def ask(self, by: str = "dana", *, queue: bool = False, **more: Any) -> Admission:
        """Somebody asks for a new deploy of the shop to production."""
        return await self.admit(a_deploy(by, requested=self.now, **more), queue=queue)

    async def again(self, id: str, *, passes: Collection[str] = ()) -> Admission:
        """What waits is to begin."""
        deploy = await self.deploys.get(id)
        return await self.admit(deploy.with_(), passes=passes)

    async def hold(self, deploy: Deploy, state: State, *, begin: bool = True) -> Admission:
        self._asked += 1
        held = replace(deploy, state=state)
        return await self.admissions.hold(held, now=self.now, request=f"r-{self._asked}", begin=begin)

    async def end(self, id: str, state: State = "succeeded") -> bool:
        """It is over, and whoever ran it cleans up. False: it is another revision by now."""
        return await self.cleaned_up(await self.deploys.get(id), state)

    async def cleaned_up(self, deploy: Deploy, state: State = "succeeded") -> bool:
        """The same, by somebody who saw it as `deploy`."""
        stands = (
            Standing(deploy.commit, deploy.subject, deploy.id, self.now) if state == "succeeded" else None
        )
        return await self.deploys.save(deploy.with_(state=state, ended=self.now), standing=stands)

    async def set(self, lock: Lock, *, over: int | None = None) -> tuple[bool, Lock]:
        return await self.locks.set(lock, now=self.now, over=over)

    async def claim(self) -> Claim | None:
        """The claim on production of the shop."""
        found = await self.deploys.claims("shop", ["production"])
        return found[0] if found else None

    async def line(self) -> list[str]:
        return await self.deploys.queue("shop", "production")
