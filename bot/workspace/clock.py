"""The workspace's clock: real time plus what `/control/clock` has added.

Where GRAIL_CLOCK_FILE names a file, the added seconds stand in it as one decimal number, so that the app under
test moves along. Signatures of HTTP requests use real time; they never ask here.
"""

import os
import time
from pathlib import Path

from .faults import ControlError

LAST = 253_370_764_800.0  # the beginning of the year 9999


class Clock:
    def __init__(self, file: Path | None = None, offset: float = 0.0) -> None:
        self._file = file
        self._offset = offset
        self._last_ts = 0

    @property
    def file(self) -> Path | None:
        return self._file

    @property
    def offset(self) -> float:
        """By how many seconds time is moved now."""
        if self._file is not None:
            try:
                self._offset = float(self._file.read_text() or 0)
            except FileNotFoundError:
                self._offset = 0.0
            except ValueError:
                pass  # somebody is writing it at this moment: the last number holds
        return self._offset

    def now(self) -> float:
        return time.time() + self.offset

    def forward(self, seconds: float) -> float:
        """Move time; answers the new offset. Raises ControlError where no calendar reaches."""
        offset = self.offset + seconds
        if not 0 < time.time() + offset < LAST:
            raise ControlError("Time cannot be moved that far: stay between the years 1970 and 9999.")
        if self._file is not None:
            beside = self._file.with_name(self._file.name + ".new")
            beside.write_text(repr(offset))
            os.replace(beside, self._file)
        self._offset = offset
        return offset

    def ts(self) -> str:
        """A message's name: seconds with six decimals, never twice and never backwards."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def seen(self, ts: str) -> None:
        """A ts from before a restart: later ones must be greater."""
        whole, _, part = ts.partition(".")
        if whole.isdigit() and part.isdigit():
            self._last_ts = max(self._last_ts, int(whole) * 1_000_000 + int(part))
