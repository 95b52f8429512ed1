"""Who is watching: the open pages, each told of what its person may see, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

WAITING = 1_000  # a page that is this far behind is cut off; it comes back and reads everything anew


@dataclass(eq=False)
class Watcher:
    """One open page. `user`: whom it acts as; None sees everything. A None in the queue ends it."""

    user: str | None
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING + 1))


class Hub:
    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def tell(self, name: str, data: Any, *, to: Collection[str] | None = None) -> None:
        """Send one event to every page, or only to those that act as one of `to`."""
        row = b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
        for watcher in list(self._watchers):
            if to is not None and watcher.user is not None and watcher.user not in to:
                continue
            if watcher.queue.qsize() >= WAITING:
                self._watchers.discard(watcher)
                watcher.queue.put_nowait(None)
            else:
                watcher.queue.put_nowait(row)

    @asynccontextmanager
    async def watching(self, user: str | None) -> AsyncIterator[Watcher]:
        watcher = Watcher(user)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        for watcher in self._watchers:
            watcher.queue.put_nowait(None)
        self._watchers.clear()

    def __len__(self) -> int:
        return len(self._watchers)
