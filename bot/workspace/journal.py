"""What survives a restart: an append-only file of JSON lines, the last line of each name being the truth.

A line reaches the file before the change is answered to anybody, so a `kill -9` loses nothing that was said.
At a start the file is read, and written anew without what was replaced.
"""

import fcntl
import os
from pathlib import Path
from typing import Any

import orjson

from .faults import WorkspaceError

Records = dict[str, dict[str, Any]]


class StateInUse(WorkspaceError):
    """Another workspace writes to the same file."""


class Journal:
    """Named values by kind. Without a file everything is accepted and nothing kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._handle: int | None = None

    def open(self) -> Records:
        """Everything that was kept: kind -> name -> value, in the order of the first writing."""
        if self._file is None:
            return {}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        guard = os.open(
            self._file.with_name(self._file.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(guard)
            raise StateInUse(f"{self._file} is in use by another workspace: stop that one first") from None
        self._guard = guard
        records = self._read()
        beside = self._file.with_name(self._file.name + ".new")
        with beside.open("wb") as out:
            for kind, named in records.items():
                for name, value in named.items():
                    out.write(orjson.dumps([kind, name, value]) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, self._file)
        self._handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        return records

    def put(self, kind: str, name: str, value: Any) -> None:
        self._write([kind, name, value])

    def drop(self, kind: str, name: str) -> None:
        self._write([kind, name])

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            os.close(self._guard)
            self._handle = None

    def _write(self, row: list[Any]) -> None:
        if self._handle is not None:
            os.write(self._handle, orjson.dumps(row) + b"\n")

    def _read(self) -> Records:
        records: Records = {}
        if self._file is None or not self._file.exists():
            return records
        for line in self._file.read_bytes().splitlines():
            try:
                row = orjson.loads(line)
                kind, name = str(row[0]), str(row[1])
            except (ValueError, IndexError, TypeError, KeyError):
                continue  # the line that a kill cut in two
            if len(row) > 2:
                records.setdefault(kind, {})[name] = row[2]
            else:
                records.get(kind, {}).pop(name, None)
        return records
