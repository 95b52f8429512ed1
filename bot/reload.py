"""A running Grail takes a changed config.yaml, all or nothing, and says in the operations channel what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.config import Config
from bot.config.changes import changes, rights_changes
from bot.config.watch import watch
from bot.errors import ConfigFault, StoreUnavailable
from bot.jobs import CHANGED
from bot.slack.outbox import Outbox
from bot.slack.views.config import changed, faulty
from bot.store.versions import Versions
from bot.store.work import Work

log = structlog.get_logger()

RETRY_SECONDS = 0.5
AGAIN_SECONDS = 600  # the same fault is told again after so long, if somebody makes it again


class HasConfig(Protocol):
    config: Config


class Reload:
    """Puts the new configuration where everybody reads it. Every process does so; what is said is said once."""

    def __init__(
        self,
        home: HasConfig,
        versions: Versions,
        work: Work,
        clock: Clock,
        outbox: Outbox,
        *,
        on_changed: Callable[[Config], Awaitable[None]] | None = None,
    ) -> None:
        self._home = home
        self._versions = versions
        self._work = work
        self._clock = clock
        self._outbox = outbox
        self._on_changed = on_changed
        self._stop = asyncio.Event()

    async def run(self, path: Path, stop: asyncio.Event, again: asyncio.Event) -> None:
        """Until `stop`: look at `path` whenever it changes, or when `again` is set."""
        self._stop = stop
        with suppress(StoreUnavailable):  # then the next change has another number at the worst
            await self._versions.number(self._home.config.version)
        await watch(path, self._home.config, self._changed, self._faulty, stop, again=again)

    async def _changed(self, old: Config, new: Config) -> None:
        self._home.config = new
        sentences = changes(old, new)
        # A warning: who may do what can be another now, and whoever sits at the terminal is to see that.
        log.warning("config.changed", version=new.version, changes=sentences[:50])
        rights = rights_changes(old, new)

        async def tell() -> None:
            if self._on_changed is not None:
                await self._on_changed(new)
            # Several processes read the same file: the number makes their news one.
            id = f"config:{await self._versions.number(new.version)}"
            if (
                told := rights or sentences
            ):  # who may do what in full; else what is shown to who asks what changed
                body = {"rights": "; ".join(told)[:4000], "version": new.version}
                await self._work.add(CHANGED, body, id=id, now=self._clock.now(), request=id)
            await self._outbox.say(id, new.channels.operations, changed(sentences, new.version))

        await self._surely(tell)

    async def _faulty(self, fault: ConfigFault) -> None:
        config = self._home.config
        log.warning("config.faulty", faults=list(fault.faults)[:50])
        message = faulty(fault.faults, config.version)
        what = sha256(str(fault).encode()).hexdigest()[:10]

        async def tell() -> None:
            number = await self._versions.number(config.version)
            id = f"config:{number}:faulty:{what}:{int(self._clock.now() // AGAIN_SECONDS)}"
            await self._outbox.say(id, config.channels.operations, message)

        await self._surely(tell)

    async def _surely(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it when Redis is there: a change is told, and the watch goes on, also when Redis was gone just then."""
        while not self._stop.is_set():
            try:
                await act()
            except StoreUnavailable as error:
                log.warning("config.untold", why=str(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return
