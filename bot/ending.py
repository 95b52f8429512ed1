"""Ending tasks for certain.

A library may swallow one cancellation: `asyncio.wait_for` does before Python 3.12, when what it waits for is ready in
the same moment, and redis-py uses it where a connection is closed. A loop would then go on, and whoever gathered it
would wait for ever. So we wait with `asyncio.timeout` ourselves, and cancel again what is still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 0.5


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel them until every one is done. What they raised is theirs to have said."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, so that nobody is told that it was not
