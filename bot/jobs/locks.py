"""What becomes of locks as time goes on, and who is told of it."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.locks import ENDS, REMIND, SHIFT
from bot.services.noted import Noted
from bot.slack.outbox import Outbox
from bot.slack.views import lock as lock_views
from bot.store.streams import Job
from bot.store.timers import Timers


class LockCards:
    def __init__(
        self, *, services: Services, outbox: Outbox, timers: Timers, noted: Noted, clock: Clock
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._timers = timers
        self._noted = noted
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {ENDS: self._ends, REMIND: self._reminder, SHIFT: self._shift}

    async def _ends(self, job: Job) -> None:
        ended = await self._services.locks.ends(job)
        if ended is not None:
            await self._noted.lock(ended, "its time is over")
            over = lock_views.card(ended, over="its time is over")
            await self._outbox.card(lock_views.card_of(ended), ended.channel, over, version=2)

    async def _reminder(self, job: Job) -> None:
        """To the holder, directly; what falls into quiet hours comes after them, if the lock still stands then."""
        lock = await self._services.locks.reminds(job)
        if lock is None or not lock.by_user:
            return
        when = await self._services.people.when_to_tell(lock.team, lock.by_user, "locks", failed=True)
        if when is None or when >= lock.until:
            return
        if when > self._clock.now():
            await self._timers.at(f"{job.id}:awake", when, REMIND, job.body, request=job.request)
            return
        message = lock_views.reminder(lock, self._clock.now())
        await self._outbox.direct(f"remind:{lock.number}:{job.body['why']}", lock.by_user, message)

    async def _shift(self, job: Job) -> None:
        """A lock outlives its holder's shift: who comes on is offered it, after quiet hours, and the holder is told."""
        found = await self._services.locks.outlives_the_shift(job)
        if found is None:
            return
        lock, email = found
        known = await self._services.people.known_by_email(email)
        person = self._services.config().people.get(email)
        name = person.name if person else email
        if lock.by_user:
            over = lock_views.shift_over(lock, name, told=known is not None)
            await self._outbox.direct(f"shift:{lock.number}:from", lock.by_user, over)
        if known is None:
            return
        when = await self._services.people.when_to_tell(lock.team, known.user_id, "locks", failed=True)
        if when is not None and when > self._clock.now():
            await self._timers.at(f"{job.id}:awake", when, SHIFT, job.body, request=job.request)
        elif when is not None:
            message = lock_views.handed_on(lock, self._clock.now())
            await self._outbox.direct(f"shift:{lock.number}:to:{email}", known.user_id, message)
