"""A running Grail takes a changed config.yaml, all or nothing, and says in the operations channel what came of it."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import structlog

from bot.config import Config
from bot.config.changes import changes, rights_changes
from bot.config.watch import watch
from bot.errors import ConfigFault
from bot.services.people import People
from bot.slack.outbox import Outbox
from bot.slack.views.config import changed, faulty

log = structlog.get_logger()


class HasConfig(Protocol):
    config: Config


class Reload:
    """Puts the new configuration where everybody reads it. Every process does so; what is said is said once."""

    def __init__(self, home: HasConfig, people: People, outbox: Outbox) -> None:
        self._home = home
        self._people = people
        self._outbox = outbox

    async def run(self, path: Path, stop: asyncio.Event, again: asyncio.Event) -> None:
        """Until `stop`: look at `path` whenever it changes, or when `again` is set."""
        await watch(path, self._home.config, self._changed, self._faulty, stop, again=again)

    async def _changed(self, old: Config, new: Config) -> None:
        self._home.config = new
        sentences = changes(old, new)
        log.info("config.changed", version=new.version, changes=sentences[:50])
        # Several processes read the same file: the versions make their news one.
        id = f"config:{old.version}:{new.version}"
        await self._outbox.say(id, new.channels.operations, changed(sentences, new.version))
        rights = rights_changes(old, new)
        if rights:
            await self._people.audit(None, "config", "; ".join(rights)[:4000], f"version {new.version}", id)

    async def _faulty(self, fault: ConfigFault) -> None:
        config = self._home.config
        log.warning("config.faulty", faults=list(fault.faults)[:50])
        id = f"config:{config.version}:faulty:{sha256(str(fault).encode()).hexdigest()[:10]}"
        await self._outbox.say(id, config.channels.operations, faulty(fault.faults, config.version))
