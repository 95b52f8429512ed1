"""Writes down what became of jobs: whatever ended while the last call to Redis ran goes into the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.gathered import Gathered
from bot.store.scripts import Scripts
from bot.store.work import PLACES

AT_MOST = 100  # a call


@dataclass(frozen=True)
class Entry:
    """One entry of a stream."""

    stream: str
    id: str


@dataclass(frozen=True)
class Outcome:
    """word: done, yielded, later, failed, dead (done.lua). when: seconds since the epoch, or why it is dead."""

    word: str
    when: Any
    host: str
    tries: int
    thing: str
    job: str


class Settler:
    def __init__(self, redis: Redis, me: str, clock: Clock) -> None:
        self._scripts = Scripts(redis)
        # On a line: redis-py takes as long to pack so many arguments as Redis takes to run them.
        self._done = Gathered(redis, "done")
        self._me = me
        self._clock = clock
        self._waiting: list[tuple[Entry, int | None, Outcome, asyncio.Future[Any]]] = []
        self._some = asyncio.Event()

    async def settle(self, entry: Entry, fence: int | None, outcome: Outcome) -> list[Any]:
        """Write it down, however long Redis is away; answers what done.lua says."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, fence, outcome, future))
        self._some.set()
        answer: list[Any] = await future
        return answer

    async def run(self, trouble: Callable[[Exception], None]) -> None:
        """Until cancelled."""
        while True:
            await self._some.wait()
            batch, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
            if not self._waiting:
                self._some.clear()
            unsure = False
            while True:
                try:
                    answers = await self._write(batch, unsure)
                    break
                except StoreUnavailable as error:
                    unsure = True
                    trouble(error)
                    await asyncio.sleep(0.25)
                except Exception as error:
                    answers = [["wrong", str(error)]] * len(batch)
                    break
            for (_, _, _, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    async def _write(
        self, batch: list[tuple[Entry, int | None, Outcome, asyncio.Future[Any]]], unsure: bool
    ) -> list[Any]:
        args: list[Any] = [self._me, self._clock.now()]
        for entry, fence, outcome, _ in batch:
            number = "" if fence is None else fence
            args += (entry.stream, entry.id, number, outcome.word, outcome.when)
            args += (outcome.host, outcome.tries, outcome.thing, outcome.job)
        answers: list[Any] = await self._done.run(PLACES, args)
        if unsure:
            await self._find_again(batch, answers)
        return answers

    async def _find_again(
        self, batch: list[tuple[Entry, int | None, Outcome, asyncio.Future[Any]]], answers: list[Any]
    ) -> None:
        """A call whose answer was lost may have counted, and have given us the next job of a thing: take
        that.
        """
        for number, (entry, fence, outcome, _) in enumerate(batch):
            if fence is not None and answers[number][0] == "lost":
                args = (self._me, self._clock.now(), entry.stream, entry.id, outcome.thing)
                [answers[number]] = await self._scripts.run("take", PLACES, args)
