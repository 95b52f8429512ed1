"""Workers for the tests here: in this process, and as processes of their own."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store.keys import WORK
from bot.store.streams import Job, Worker
from tests.bot.store import a_worker
from tests.fixtures.ports import free_port
from tests.fixtures.store import LONG, MovedClock, Server, short_folder

ROOT = Path(__file__).parents[3]
Handlers = Mapping[str, Callable[..., Any]]
Spawn = Callable[..., tuple[Server, int]]
Working = Callable[..., AbstractAsyncContextManager[Worker]]


class Noted:
    """A handler that keeps what it was given."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    async def __call__(self, job: Job) -> None:
        self.jobs.append(job)

    def ids(self) -> list[str]:
        return [job.id for job in self.jobs]


async def no_work(redis: Redis) -> bool:
    """Whether the common stream is empty."""
    return await redis.xlen(WORK()) == 0


class Process:
    """a_worker.py, running."""

    def __init__(self, log: Path, url: str, host: str, clock_file: Path | None, concurrency: int) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        if clock_file:
            env["GRAIL_CLOCK_FILE"] = str(clock_file)
        command = [sys.executable, a_worker.__file__, url, host, str(concurrency)]
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
        self.pid = self._process.pid

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """-9, also when it stands still."""
        self._process.kill()
        self._process.wait(LONG)

    def terminate(self) -> str:
        """Ask it to end, wait for that; answers what it said."""
        self._process.terminate()
        self._process.wait(LONG)
        return self._log.read_text()

    def wait(self) -> int:
        return self._process.wait(LONG)


@pytest.fixture
def worker_process(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts workers as processes: `worker_process(url, host="h", clock_file=None)`. Killed at the end."""
    started: list[Process] = []

    def start(url: str, host: str = "h", clock_file: Path | None = None, concurrency: int = 16) -> Process:
        log = tmp_path / f"worker-{len(started)}.log"
        started.append(Process(log, url, host, clock_file, concurrency))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def working(redis: Redis, moved_clock: MovedClock) -> Working:
    """`async with working({"kind": handler}) as worker`: a worker in this process, on the test's clock."""

    @asynccontextmanager
    async def run(handlers: Handlers, *, on: Redis | None = None, **options: Any) -> AsyncIterator[Worker]:
        given: dict[str, Any] = {"clock": moved_clock, "name": "t", "host": "h"} | options
        worker = Worker(on or redis, handlers, **given)
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()
            async with asyncio.timeout(LONG):  # what a failed test left waiting is ended with it
                await task

    return run


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Servers on free ports of the loopback: `spawn("--cluster-enabled", "yes")` answers (server, port)."""
    started: list[Server] = []

    def start(*options: str, before: Sequence[str] = ()) -> tuple[Server, int]:
        port = free_port()
        where = ("--port", str(port), "--bind", "127.0.0.1")
        started.append(Server(short_folder(), *where, *options, before=before))
        return started[-1], port

    yield start
    for server in started:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def sentinel(spawn: Spawn, tmp_path: Path) -> Callable[[int], int]:
    """Starts a Redis Sentinel that watches over the master `acme` on a port; answers its own port."""

    def start(master: int) -> int:
        settings = tmp_path / "sentinel.conf"
        settings.write_text(
            f"sentinel monitor acme 127.0.0.1 {master} 1\n"
            "sentinel down-after-milliseconds acme 300\n"
            "sentinel failover-timeout acme 3000\n"
        )
        return spawn(before=(str(settings), "--sentinel"))[1]

    return start
