"""The worker: takes jobs from the streams, gives each to its handler, and says what became of it.

What it promises: a job is begun again until a handler has ended well, or five deliveries have not; then it
goes to the dead letters. What a dead worker held is adopted by another one within 10 s, judged by a heartbeat
that no longer changes, never by a clock or by Redis's idle times. A kind that this version does not know
waits for a worker that does. Nothing runs longer than `limit` seconds: a long thing is a chain of short jobs.
A handler may therefore run twice for one job, and ends what it does in scripts that refuse an old fencing
number.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.clock import Clock
from bot.ending import ended
from bot.errors import StoreUnavailable
from bot.store.connection import BLOCK_SECONDS
from bot.store.handling import Handler, Handling
from bot.store.keys import WORK
from bot.store.peers import Peers
from bot.store.scripts import Scripts, WrongData, guarded
from bot.store.settle import Entry, Settler
from bot.store.timers import Timers
from bot.store.work import GROUP, PLACES, Job, Later, Work, plain, stream_of

__all__ = ["AT_ONCE", "Job", "Later", "Work", "Worker"]

AT_ONCE = 16  # jobs that a worker does at once, unless told otherwise
TURN_SECONDS = 0.25  # after which the jobs of one thing let others go first
WRONG_SECONDS = 5.0  # until a stream that is something else is looked at again


class Worker:
    """One worker. `run` returns when `stop` is set and what was begun has ended."""

    def __init__(
        self,
        redis: Redis,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        name: str,
        host: str,
        concurrency: int = AT_ONCE,
        limit: float = 10.0,
        timers: Timers | None = None,
        say: Callable[[str], None] = lambda line: None,
        on_dead: Callable[[Job, str], Awaitable[None]] | None = None,
    ) -> None:
        """handlers: by kind. host: whose own stream is read besides the common one. timers: those that this
        process sets, so that they are fired without a delay. on_dead: told of each job that goes to the dead
        letters, before it goes there; told again when we are killed in between.
        """
        self.me = f"{name}-{token_hex(4)}"
        self.timers = timers or Timers(redis)
        self.alive_at = 0.0  # time.monotonic() of the last answer of Redis to the heartbeat
        self._redis = redis
        self._scripts = Scripts(redis)
        self._clock = clock
        self._streams = (WORK(), stream_of(plain(host)))
        self._concurrency = concurrency
        self._limit = limit
        self._say = say
        self._handling = Handling(
            handlers, clock=clock, limit=limit, say=say, once=self.once, on_dead=on_dead
        )
        self._peers = Peers(redis, self.me, self._streams)
        self._settler = Settler(redis, self.me, clock)
        self._held: dict[Entry, asyncio.Task[None]] = {}
        self._freed = asyncio.Event()
        # What is adopted is ours in Redis a moment before it is in _held: nobody may look for what is ours meanwhile.
        self._adopting = asyncio.Lock()
        self._gone: set[str] = set()
        self._somebody_gone = asyncio.Event()
        self._said: dict[str, float] = {}
        self._wrong: dict[str, float] = {}  # streams that are something else, and when to look again
        self._unsure = True  # whether Redis may hold entries for us that we do not know of

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what was begun (within `limit`) and leave the rest to the
        others.
        """
        reading = [
            asyncio.create_task(self._read(), name="worker-read"),
            asyncio.create_task(self._adopt_all(), name="worker-adopt"),
            asyncio.create_task(self.timers.run(self._clock, self._say), name="worker-timers"),
        ]
        staying = [
            asyncio.create_task(self._beat(), name="worker-beat"),
            asyncio.create_task(self._settler.run(self._trouble), name="worker-settle"),
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*reading, *staying, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none of the others ever ends but by a fault of ours
            await ended(reading)
            if self._held:
                await asyncio.wait(self._held.values(), timeout=self._limit + 1)
        finally:
            await ended([stopping, *reading, *self._held.values(), *staying])
            with suppress(StoreUnavailable, WrongData):  # the others will see that we are silent
                await self._peers.leave()

    async def _beat(self) -> None:
        """Say that we live, and see who no longer does."""
        while True:
            try:
                self._gone.update(await self._peers.look(self._clock.now()))
                self.alive_at = time.monotonic()
                if self._gone:
                    self._somebody_gone.set()
            except StoreUnavailable as error:
                self._trouble(error)
                await asyncio.sleep(0.5)
                continue
            except (ResponseError, WrongData) as error:
                self.once("beat", f"Looking after the other workers failed: {error}")
            await self._clock.sleep(self._peers.LOOK_SECONDS)

    async def _adopt_all(self) -> None:
        """Take over what those held who are gone; apart from the heartbeat, which must not wait for it."""
        while True:
            await self._somebody_gone.wait()
            self._somebody_gone.clear()
            while self._gone:
                whose = self._gone.pop()
                try:
                    await self._adopt(whose)
                    await self._peers.forget(whose)
                except StoreUnavailable as error:
                    self._trouble(error)
                except (ResponseError, WrongData) as error:
                    self.once("adopt", f"Taking over from {whose} failed: {error}")

    async def _adopt(self, whose: str) -> None:
        for stream in self._readable():
            while True:
                await self._some_free()
                async with self._adopting:
                    leave = [entry.id for entry in self._held if entry.stream == stream]
                    suspect, found = await self._peers.adopt(stream, whose, self._free(), leave)
                    if not found:
                        break
                    if whose != self.me:
                        self._say(f"Adopting {len(found)} pieces of work of {whose}, which is gone.")
                    begun = await self._begin(stream, found)
                if suspect and begun:
                    await asyncio.wait(begun)

    async def _read(self) -> None:
        while True:
            await self._some_free()
            streams = self._readable()
            try:
                if self._unsure:
                    await self._peers.enter(streams)
                    await self._adopt(self.me)
                    self._unsure = False
                answer: Any = await guarded(self._redis.xreadgroup)(
                    GROUP,
                    self.me,
                    dict.fromkeys(streams, ">"),
                    count=self._free(),
                    block=int(BLOCK_SECONDS * 1000),
                )
                for stream, entries in answer or ():
                    await self._begin(stream, [(id, 1, fields) for id, fields in entries])
            except StoreUnavailable as error:
                self._unsure = True
                self._trouble(error)
                await asyncio.sleep(0.25)
            except (ResponseError, WrongData) as error:
                self._unsure = True  # NOGROUP: the stream is gone, perhaps with all of Redis's data
                for stream in await self._peers.wrong(streams):
                    self.once(stream, f"{stream} in Redis is not a stream: nothing is read from it.")
                    self._wrong[stream] = time.monotonic() + WRONG_SECONDS
                self.once(str(error), f"Reading work from Redis failed: {error}")
                await asyncio.sleep(0.25)

    async def _begin(
        self, stream: str, found: list[tuple[str, int, Mapping[str, str]]]
    ) -> list[asyncio.Task[None]]:
        tokens, begun = [], []
        for id, deliveries, fields in found:
            entry = Entry(stream, id)
            if thing := fields.get("thing"):
                tokens.append((entry, thing))
                continue
            tries = fields.get("tries", "0")
            before = int(tries) if tries.isdecimal() else 0
            begun.append(
                self._start(entry, fields.get("job", str(dict(fields))), before + deliveries, "", None)
            )
        if not tokens:
            return begun
        args = [part for entry, thing in tokens for part in (entry.stream, entry.id, thing)]
        answers = await self._scripts.run("take", PLACES, [self.me, self._clock.now(), *args])
        for (entry, thing), answer in zip(tokens, answers, strict=True):
            if answer[0] == "run":
                _, fence, deliveries, raw = answer
                begun.append(self._start(entry, raw, int(deliveries), thing, int(fence)))
            elif answer[0] == "wrong":
                self.once(thing, f"Work on {thing} was left out: {answer[1]} in Redis.")
        return begun

    def _start(
        self, entry: Entry, raw: str, deliveries: int, thing: str, fence: int | None
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work(entry, raw, deliveries, thing, fence))
        self._held[entry] = task
        task.add_done_callback(lambda _: self._release(entry))
        return task

    def _release(self, entry: Entry) -> None:
        del self._held[entry]
        self._freed.set()

    async def _work(self, entry: Entry, raw: str, deliveries: int, thing: str, fence: int | None) -> None:
        """Do one job, and what waits behind it for the same thing, for as long as its turn is."""
        over = time.monotonic() + TURN_SECONDS
        while True:
            outcome = await self._handling.outcome(raw, deliveries, thing, fence)
            if outcome.word == "done" and time.monotonic() >= over:
                outcome = replace(outcome, word="yielded")
            answer = await self._settler.settle(entry, fence, outcome)
            if outcome.word in ("later", "failed"):
                self.timers.wake()
            if len(answer) == 5:
                self.once(raw, f"What became of {raw[:200]} could not be written down: {answer[4]}")
            if answer[0] != "run":
                return
            _, number, begun, raw = answer[:4]
            fence, deliveries = int(number), int(begun)

    async def _some_free(self) -> None:
        while self._free() <= 0:
            self._freed.clear()
            await self._freed.wait()

    def _readable(self) -> list[str]:
        return [stream for stream in self._streams if self._wrong.get(stream, 0.0) <= time.monotonic()]

    def _free(self) -> int:
        return self._concurrency - len(self._held)

    def _trouble(self, error: Exception) -> None:
        self.once("store", f"{error}. Work goes on when it is back.")

    def once(self, about: str, line: str) -> None:
        """Say it, at most once a minute."""
        now = time.monotonic()
        if now - self._said.get(about, -60.0) >= 60.0:
            self._said[about] = now
            self._say(line)
