"""One script whose calls share a line: many at the same time make few trips."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.line import Line, NotSent
from bot.store.scripts import Argument, Scripts, ours, source


class Gathered:
    """One script, as `Scripts.run` runs it, its calls gathered."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._sha = sha1(source(name).encode()).hexdigest()
        self._scripts = Scripts(redis)
        self._line: Line | None = None
        self._opening = asyncio.Lock()

    async def run(self, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """What the script answers. Raises StoreUnavailable as `Scripts.run` does; each call has its own outcome."""
        while True:
            line = self._line
            try:
                if line is None or not line.open:
                    line = await self._another()
                if line is None:
                    break
                return await line.call("EVALSHA", self._sha, len(keys), *keys, *args)
            except NotSent:
                continue
            except (RedisError, OSError) as error:
                if line is not None and "READONLY" in str(error):
                    line.close()  # this server is a replica by now: the next line asks who is the master
                if "NOSCRIPT" in str(error):  # it was restarted, or is new to us
                    break
                raise ours(error) from error
        return await self._scripts.run(self._name, keys, args)

    async def _another(self) -> Line | None:
        async with self._opening:
            if self._line is not None and self._line.open:
                return self._line  # somebody else has opened it meanwhile
            ended, self._line = self._line, None
            if ended is not None:
                with suppress(RedisError, OSError):  # it is closed, whatever is said to that
                    await ended.give_back()
            self._line = await Line.to(self._redis)
            return self._line
