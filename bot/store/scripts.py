"""Runs the Lua scripts that stand beside this file, and turns Redis's errors into ours.

Every read-then-write of Grail is one script. Each has a typed front in the module that owns its keys; this is
what the fronts share.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from bot.errors import GrailError, StoreUnavailable

P = ParamSpec("P")
R = TypeVar("R")
Argument = str | bytes | int | float


class WrongData(GrailError):
    """What lies under a key of ours is not what we write there: somebody has edited it. Only that is lost."""


@cache
def source(name: str) -> str:
    """The text of `<name>.lua`, with the file that a line `--!include other` names in its place."""
    text = files(__package__).joinpath(f"{name}.lua").read_text("utf-8")
    return re.sub(r"^--!include (\w+)$", lambda found: source(found[1]), text, flags=re.MULTILINE)


class Scripts:
    """The scripts of one connection. Loads a script when the server does not know it (yet, or any more)."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._scripts: dict[str, AsyncScript] = {}

    async def run(self, name: str, keys: Sequence[str], args: Sequence[Argument] = ()) -> Any:
        """Run `<name>.lua`. Raises StoreUnavailable when Redis does not answer, or will not take a write."""
        script = self._scripts.get(name)
        if script is None:
            script = self._scripts[name] = self._redis.register_script(source(name))
        return await guarded(script)(keys=list(keys), args=list(args))


# What a server says that is there but cannot serve us: not the fault of the call. redis-py has classes for some.
_UNABLE = (OutOfMemoryError, ReadOnlyError, MasterDownError, ClusterDownError, TryAgainError)
_UNABLE_WORDS = ("OOM", "READONLY", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "UNKILLABLE", "BUSY ")


def ours(error: Exception) -> Exception:
    """Redis's error as one of ours: StoreUnavailable, WrongData, or itself where it is the fault of the call."""
    if isinstance(error, ResponseError):
        if isinstance(error, _UNABLE) or str(error).startswith(_UNABLE_WORDS):
            return StoreUnavailable(f"Redis cannot serve: {error}")
        if "WRONGTYPE" in str(error):
            return WrongData(f"Redis holds something else than Grail wrote there: {error}")
        return error
    if isinstance(error, RedisError | OSError | TimeoutError):
        return StoreUnavailable(f"Redis does not answer: {error}")
    return error


def guarded(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """`call`, with Redis's connection errors, time-outs and refusals to serve raised as StoreUnavailable."""

    async def guarded_call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await call(*args, **kwargs)
        except (RedisError, OSError, TimeoutError) as error:
            mine = ours(error)
            if mine is error:
                raise
            raise mine from error

    return guarded_call
