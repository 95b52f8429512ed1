"""What the command line does with all that Grail remembers: copy it, bring it back, check its audit, write that out.

Beside a Grail that runs, or with the embedded Redis at rest.
"""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.processes import say
from bot.services.exports import Format, exported, of_service
from bot.settings import Settings
from bot.store import backup as copy
from bot.store.audit import Audit, Head
from bot.store.connection import connect
from bot.store.deploys import DeployStore
from bot.store.embedded import EmbeddedRedis
from bot.store.embedded import running as embedded_running


async def backup(settings: Settings, file: Path) -> int:
    """`grail backup FILE`: everything in Redis, from a running Grail or from the data folder at rest."""
    async with _redis(settings) as redis:
        copied = await copy.backup(redis, file)
    say(f"{copied.keys} keys are in {file}.")
    if not copied.whole:
        say(
            "There were too many for one moment: what changed meanwhile may not fit together. Stop Grail for that."
        )
    return 0


async def restore(settings: Settings, file: Path, *, over: bool) -> int:
    """`grail restore FILE`: into an empty Redis, unless told otherwise."""
    async with _redis(settings) as redis:
        copied = await copy.restore(redis, file, over=over)
    say(f"{copied.keys} keys are back.")
    return 0


async def audit_verify(settings: Settings, posted: str | None = None) -> int:
    """`grail audit verify`: whether every line of the audit is the one that was written, and stands behind the head
    that was posted, where one is given.
    """
    head = Head.posted(posted) if posted is not None else None
    async with _redis(settings) as redis:
        audit = Audit(redis)
        found = await audit.holds(head) if head is not None else None
        verdict = await audit.verify()
    if head is not None and found is not None:
        say(
            f"The posted head does not hold. {found.fault}"
            if found.fault
            else f"The posted head holds: it is entry {head.number}, and none up to it was changed, none is missing."
        )
    if verdict.fault:
        say(f"The audit is not whole. {verdict.fault}")
    else:
        say(f"The audit is whole: {verdict.entries} entries, none changed, none missing.")
    return 1 if verdict.fault or (found is not None and found.fault) else 0


async def audit_export(settings: Settings, format: Format, period: float | None, service: str | None) -> int:
    """`grail audit export`: the audit on standard output, oldest first; period: of the last so many seconds."""

    def tell(line: str) -> None:
        print(line, file=sys.stderr)  # standard output is for the entries alone

    since = Clock.from_environment().now() - period if period is not None else 0.0
    async with _redis(settings, tell) as redis:
        entries = Audit(redis).walk(since)
        if service is not None:
            entries = of_service(entries, service, DeployStore(redis, wake="").find)
        try:
            async for line in exported(entries, format):
                sys.stdout.write(line)
            sys.stdout.flush()
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@asynccontextmanager
async def _redis(settings: Settings, tell: Callable[[str], None] = say) -> AsyncIterator[Any]:
    """The Redis of this installation: the named one, the embedded one that runs, or the embedded one, started.

    tell: is told what is amiss with it.
    """
    url = settings.redis_url or await embedded_running(settings.data)
    async with AsyncExitStack() as undo:
        if url is None:
            own = EmbeddedRedis(settings.data, say=tell)
            url = await own.start()
            undo.push_async_callback(own.stop)
        redis = await connect(url, say=tell)
        undo.push_async_callback(redis.aclose)
        yield redis
