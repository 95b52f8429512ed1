"""GitHub's limit on writing, kept to by all workers together; and how deploys ended, told when there is room."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import structlog

from bot.clients.github import GitHub, GitHubRefused
from bot.clock import Clock
from bot.drivers import Told
from bot.errors import OutsideUnavailable
from bot.store.pace import HOUR, MINUTE, YIELD_HOUR, YIELD_MINUTE, PaceStore
from bot.store.streams import Job
from bot.store.timers import Timers

log = structlog.get_logger()

OWED = "github.owed"
AGAIN_SECONDS = 10.0
AT_ONCE = 20  # that one piece of work tells


class GitHubPace:
    """As bot.drivers.Pace has it."""

    def __init__(self, store: PaceStore, github: GitHub, timers: Timers, clock: Clock) -> None:
        self._store = store
        self._github = github
        self._timers = timers
        self._clock = clock

    async def take(self, mark: str, count: int) -> float | None:
        return await self._store.take(mark, count, self._clock.now())

    async def waits(self, mark: str) -> float | None:
        return await self._store.waits(mark)

    async def again(self, mark: str, until: float) -> None:
        await self._store.shut(until, self._clock.now())
        await self._store.again(mark, until)

    async def leave(self, mark: str) -> None:
        await self._store.leave(mark)

    async def urgent(self) -> None:
        await self._store.count(self._clock.now())

    async def spare(self, *, last: bool) -> bool:
        minute, hour = (MINUTE, HOUR) if last else (YIELD_MINUTE, YIELD_HOUR)
        return await self._store.take("", 1, self._clock.now(), minute=minute, hour=hour) is None

    async def owe(self, told: Told) -> None:
        await self._store.owe(told.deployment, orjson.dumps(asdict(told)))
        await self._soon(AGAIN_SECONDS)

    async def owed(self, deployments: Sequence[int]) -> Mapping[int, Told]:
        rows = await self._store.owed(deployments)
        return {id: told for id, row in rows.items() if (told := _read(row)) is not None}

    async def settle(self, job: Job) -> None:
        """Tell what is owed, the oldest first, as far as there is room; the rest later."""
        rows = await self._store.owed()
        owed = {id: told for id, row in rows.items() if (told := _read(row)) is not None}
        for id in rows.keys() - owed.keys():
            await self._store.paid(id)  # nobody can read it
        for count, (id, told) in enumerate(sorted(owed.items(), key=lambda one: one[1].at)):
            if count >= AT_ONCE or not await self.spare(last=True) or not await self._said(told):
                await self._soon(AGAIN_SECONDS)
                return
            await self._store.paid(id)

    async def recall(self) -> None:
        """Set the timer again, where something is owed: Redis may have lost it."""
        if await self._store.owed() and not await self._timers.waits(OWED):
            await self._soon(0.0)

    async def _said(self, told: Told) -> bool:
        try:
            await self._github.say(
                told.repository, told.deployment, told.status, description=told.description, log_url=told.link
            )
        except GitHubRefused as refused:  # it never will be
            log.warning("github.status_not_told", deployment=told.deployment, why=str(refused))
        except OutsideUnavailable as error:
            if (until := getattr(error, "until", None)) is not None:
                await self._store.shut(until, self._clock.now())
            return False
        return True

    async def _soon(self, seconds: float) -> None:
        await self._timers.at(OWED, self._clock.now() + seconds, OWED, {})


def _read(row: str) -> Told | None:
    try:
        known: dict[str, Any] = orjson.loads(row)
        return Told(**known)
    except (ValueError, TypeError):
        return None
