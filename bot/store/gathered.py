"""Calls of one script that are made at the same time share one trip to Redis.

Nobody waits to be gathered: a call that finds no other one on its way goes at once, and those that come while it is
away go together with the next. Under load that spares most of the trips, and of the writes to disk behind them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from bot.store.scripts import Argument, Scripts, guarded, ours, source

AT_MOST = 64  # calls in one trip: Redis serves nobody else meanwhile


@dataclass
class _Call:
    keys: Sequence[str]
    args: Sequence[Argument]
    answer: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathered:
    """One script, as `Scripts.run` runs it, its calls gathered."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._scripts = Scripts(redis)
        self._sha: str | None = None
        self._waiting: list[_Call] = []
        self._going: asyncio.Task[None] | None = None

    async def run(self, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """What the script answers. Raises StoreUnavailable as `Scripts.run` does; each call has its own outcome."""
        if self._going is None:
            # Alone: straight there, and whoever comes meanwhile is taken along by the next trip.
            self._going = asyncio.current_task()
            try:
                return await self._straight(keys, args)
            finally:
                self._going = asyncio.create_task(self._go()) if self._waiting else None
        call = _Call(keys, args)
        self._waiting.append(call)
        return await call.answer

    async def _straight(self, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        if self._sha is not None:
            try:
                return await self._redis.evalsha(self._sha, len(keys), *keys, *args)
            except NoScriptError:  # the server was restarted and forgot it
                pass
            except (RedisError, OSError, TimeoutError) as error:
                raise ours(error) from error
        answer = await self._scripts.run(self._name, keys, args)
        self._sha = sha1(source(self._name).encode()).hexdigest()
        return answer

    async def _go(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
                try:
                    answers = await guarded(self._trip)(calls)
                except Exception as error:  # whatever it is, it is the outcome of each of these calls
                    answers = [error] * len(calls)
                for call, answer in zip(calls, answers, strict=True):
                    if isinstance(answer, NoScriptError):  # the server was restarted and forgot it
                        answer = await self._alone(call)
                    if call.answer.done():
                        continue  # whoever asked has gone
                    if isinstance(answer, Exception):
                        call.answer.set_exception(answer)
                    else:
                        call.answer.set_result(answer)
        finally:
            self._going = None

    async def _trip(self, calls: Sequence[_Call]) -> list[Any]:
        if self._sha is None:
            self._sha = await self._redis.script_load(source(self._name))
        pipe = self._redis.pipeline(transaction=False)
        for call in calls:
            pipe.evalsha(self._sha, len(call.keys), *call.keys, *call.args)
        answers = await pipe.execute(raise_on_error=False)
        return [answer if isinstance(answer, NoScriptError) else _outcome(answer) for answer in answers]

    async def _alone(self, call: _Call) -> Any:
        try:
            return await self._scripts.run(self._name, call.keys, call.args)
        except Exception as error:
            return error


def _outcome(answer: Any) -> Any:
    return ours(answer) if isinstance(answer, Exception) else answer
