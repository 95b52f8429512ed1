"""Whether Redis is still the server that it was: after a fail-over the newest writes may be missing.

The epoch is raised once for each new server (and each restart). Whoever admits something that hangs on a
claim compares epochs, and confirms each claim with its driver before it admits anything in a new one. Every machine
that works has to have looked: what runs on its disk may be known to nobody any more.
"""

from collections.abc import Iterable
from typing import Any, cast

from redis.asyncio import Redis

from bot.store.keys import EPOCH
from bot.store.scripts import Scripts, guarded


async def current(redis: Redis) -> int:
    """The number of the epoch, from 1; raised when the server's run id is another one than before."""
    return int(await Scripts(redis).run("epoch", (EPOCH(),)))


async def server(redis: Redis) -> str:
    """The server's own name (its run id) in this epoch; another one after each of its starts."""
    found: str | None = await guarded(cast(Any, redis).hget)(EPOCH(), "run")
    return found or ""


async def confirm(redis: Redis, number: int, host: str, others: Iterable[str] = ()) -> bool:
    """This machine has looked at its claims and runs in this epoch. True: so have all, and new claims may be given.

    False: one of them has not yet, or it is another epoch by now.
    """
    machines = (host, *sorted(set(others) - {host}))
    return bool(await Scripts(redis).run("epoch_confirm", (EPOCH(),), (number, *machines)))
