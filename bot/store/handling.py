"""Gives one job to its handler, and judges how that ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.settle import Outcome
from bot.store.work import Job, Later, decode, plain

DELIVERIES = 5
PAUSES = (0.5, 2.0, 8.0, 30.0)  # seconds after each failure
UNKNOWN_SECONDS = 5.0  # until a kind that we do not know is looked at again
STORE_SECONDS = 1.0  # until a job is begun again that found Redis gone

Handler = Callable[[Job], Awaitable[None]]
OnDead = Callable[[Job, str], Awaitable[None]]


class Handling:
    """The handlers, and what follows from how they end. `once` says a line once a minute for each subject."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        limit: float,
        say: Callable[[str], None],
        once: Callable[[str, str], None],
        on_dead: OnDead | None,
    ) -> None:
        self._handlers = handlers
        self._clock = clock
        self._limit = limit
        self._say = say
        self._once = once
        self._on_dead = on_dead

    async def outcome(self, raw: str, deliveries: int, thing: str, fence: int | None) -> Outcome:
        """Do the job in `raw`, begun for the `deliveries`th time; says what is to become of it. Never raises."""
        try:
            job = decode(raw, deliveries=deliveries, fence=fence)
            host = plain(job.host)
            word, when = await self._do(job)
        except ValueError as error:
            self._say(f"Not a job of ours, so to the dead letters: {raw[:200]}")
            host = ""
            word, when = await self._bury(Job(id="", kind="", body={}, raw=raw), f"not a job: {error}")
        return Outcome(word, when, host=host, tries=deliveries, thing=thing, job=raw)

    async def _do(self, job: Job) -> tuple[str, Any]:
        if job.deliveries > DELIVERIES:
            why = f"begun {DELIVERIES} times, and each time the worker died of it or was ended"
            return await self._bury(job, why)
        handler = self._handlers.get(job.kind)
        if handler is None:
            self._once(
                job.kind, f"No handler here for {job.kind!r} (version {job.version}): left to newer workers."
            )
            return "later", self._clock.now() + UNKNOWN_SECONDS
        try:
            async with asyncio.timeout(self._limit):
                await handler(job)
            return "done", ""
        except Later as later:
            return "later", self._clock.now() + later.seconds
        except StoreUnavailable as error:
            self._once("store", f"{error}. Work goes on when it is back.")
            return "later", self._clock.now() + STORE_SECONDS
        except Exception as error:
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            self._say(f"{job.kind} {job.id} failed, delivery {job.deliveries} of {DELIVERIES}: {why}")
            if job.deliveries >= DELIVERIES:
                return await self._bury(job, why)
            return "failed", self._clock.now() + PAUSES[job.deliveries - 1]

    async def _bury(self, job: Job, why: str) -> tuple[str, str]:
        if self._on_dead:
            try:
                await self._on_dead(job, why)
            except Exception as error:
                self._say(
                    f"Nobody could be told that {job.kind} {job.id} went to the dead letters: {error!r}"
                )
        return "dead", why
