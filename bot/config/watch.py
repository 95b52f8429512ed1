"""Takes in a changed config.yaml while Grail runs: all of it, or nothing and the faults."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from watchfiles import awatch

from bot.config import load
from bot.config.models import Config
from bot.ending import ended
from bot.errors import ConfigFault

SETTLE_MS = 100  # editors write in several goes


async def watch(
    path: Path,
    current: Config,
    on_change: Callable[[Config, Config], Awaitable[None]],
    on_fault: Callable[[ConfigFault], Awaitable[None]],
    stop: asyncio.Event,
    *,
    again: asyncio.Event | None = None,
    words: Collection[str] | None = None,
) -> None:
    """Until `stop` is set, load `path` whenever it changes, or `again` is set (by SIGHUP).

    on_change: the old one and the new one, when it differs and has no fault. on_fault: once for each fault, however
    often the file is touched while it lasts.
    """
    said: tuple[str, ...] | None = None
    looks = asyncio.Event() if again is None else again
    watcher = asyncio.create_task(_touched(path, looks, stop))
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            looking = asyncio.create_task(looks.wait())
            await asyncio.wait({looking, stopped, watcher}, return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            if stop.is_set():
                return
            if watcher.done():
                watcher.result()  # raises what ended it
                return
            looks.clear()
            try:
                new = await asyncio.to_thread(load, path, words=words)
            except ConfigFault as fault:
                if fault.faults != said:
                    said = fault.faults
                    await on_fault(fault)
                continue
            said = None
            if new.version != current.version:
                old, current = current, new
                await on_change(old, new)
    finally:
        await ended((watcher, stopped))


async def _touched(path: Path, looks: asyncio.Event, stop: asyncio.Event) -> None:
    """The folder is watched, because an editor or a mounted volume puts another file in the place of the old one."""
    fresh = True  # what changed before the watch stood is found by one look when it does
    async for touched in awatch(
        path.absolute().parent,
        watch_filter=None,
        recursive=False,
        debounce=SETTLE_MS * 4,
        step=SETTLE_MS // 2,
        stop_event=stop,
        rust_timeout=1000,
        yield_on_timeout=True,
    ):
        if touched or fresh:
            looks.set()
        fresh = False
