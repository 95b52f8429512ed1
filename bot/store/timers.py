"""What is due later: a sorted set of when, a row for what, and a script that moves what is due onto the
streams.

The row is the truth and firing is its removal, so a timer fires once, whoever looks. Any worker looks; a
timer that was set elsewhere is seen within POLL_SECONDS of being due, one that was set through this object at
once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from redis.asyncio import Redis

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.keys import TIMER_ROWS, TIMERS
from bot.store.scripts import Scripts, WrongData, guarded
from bot.store.work import PLACES, encode, plain

AT_MOST = 200  # a call, so that Redis is never held long
POLL_SECONDS = 0.2
SPREAD_SECONDS = 0.005  # between calls when much is due at once: others want Redis too


class Timers:
    """The one set of timers of an installation."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._earlier = asyncio.Event()
        self.next_due: float | None = None  # as of the last `fire`
        self.faults: list[str] = []  # what the last `fire` could not move

    async def at(
        self,
        id: str,
        when: float,
        kind: str,
        body: Mapping[str, Any],
        *,
        thing: str | None = None,
        host: str | None = None,
        request: str = "",
    ) -> None:
        """Have `kind` done at `when` (seconds since the epoch). Replaces a timer of the same id that is not
        due yet.

        The job that comes of it carries this id; one timer set again and again gives several jobs with one
        id.
        """
        job = encode(kind, body, id=id, request=request or id, thing=thing, host=host)
        row = "\n".join((plain(host), "0", plain(thing), job))
        await self._scripts.run("timer", (TIMERS(), TIMER_ROWS()), (id, when, row))
        self.wake()

    async def cancel(self, id: str) -> bool:
        """Take a timer out. False: there was none, or it has fired."""
        return bool(await self._scripts.run("timer", (TIMERS(), TIMER_ROWS()), (id,)))

    async def waits(self, id: str) -> bool:
        """Whether there is such a timer, not yet fired."""
        return bool(await guarded(self._redis.hexists)(TIMER_ROWS(), id))

    async def fire(self, now: float) -> int:
        """Move what is due at `now` onto the streams, at most AT_MOST; answers how many that were."""
        self._earlier.clear()
        moved, due, *faults = await self._scripts.run("fire", PLACES, (now, AT_MOST))
        self.next_due = float(due) if due else None
        self.faults = faults
        return int(moved)

    def wake(self) -> None:
        """Look again at once: something may be due earlier than was known."""
        self._earlier.set()

    async def run(self, clock: Clock, say: Callable[[str], None]) -> None:
        """Fire what is due, until cancelled."""
        said = False
        while True:
            pause = POLL_SECONDS
            try:
                moved = await self.fire(clock.now())
            except StoreUnavailable:
                moved = 0  # whoever reads the streams says so already
            except WrongData as error:
                moved = 0
                if not said:
                    say(f"No timer can be fired: {error}")
                said = True
            for fault in self.faults:
                say(f"A timer could not be fired and went to the dead letters: {fault}.")
            self.faults = []
            if self.next_due is not None:
                pause = max(0.0, min(pause, self.next_due - clock.now()))
            if moved >= AT_MOST:
                await asyncio.sleep(SPREAD_SECONDS)
                continue
            # Not wait_for, which may swallow being cancelled before Python 3.12.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(pause, 0.001)):
                    await self._earlier.wait()
