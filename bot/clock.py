"""The one clock. Nothing else in Grail asks what time it is, and nothing hangs on a Redis TTL.

`GRAIL_CLOCK_FILE` names a file holding one decimal number: by how many seconds the time of every process that
reads it is moved. Tests and the local workspace move time with it; nobody waits for a real week.
"""

import asyncio
import os
import time
from pathlib import Path

POLL_SECONDS = 0.02  # how often a sleeper looks whether time was moved; only where a clock file is named


class Clock:
    """Seconds since the epoch, and sleeping until then."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._shift = 0.0

    @classmethod
    def from_environment(cls) -> "Clock":
        name = os.environ.get("GRAIL_CLOCK_FILE")
        return cls(Path(name) if name else None)

    def now(self) -> float:
        """Seconds since the epoch, moved as the clock file says."""
        return time.time() + self._shifted()

    async def until(self, when: float) -> None:
        """Return as soon as `now()` has reached `when`, also when time is moved meanwhile."""
        while (left := when - self.now()) > 0:  # noqa: ASYNC110 - time is moved from outside, by a file
            await asyncio.sleep(left if self._file is None else min(left, POLL_SECONDS))

    async def sleep(self, seconds: float) -> None:
        """Return when `now()` is `seconds` later than at the call."""
        await self.until(self.now() + seconds)

    def _shifted(self) -> float:
        if self._file is None:
            return 0.0
        try:
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._shift = float(self._file.read_text() or 0)
                self._stamp = stamp
        except FileNotFoundError:
            return 0.0
        except ValueError:
            pass  # caught in the middle of a write: the last shift holds until the next look
        return self._shift
