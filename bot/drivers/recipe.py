"""Deploys by recipe: argument lists from config.yaml, run on this machine by a supervisor that outlives the bot.

A recipe is other people's code. Its steps get an empty environment plus what the recipe lists, PATH, HOME and
TMPDIR of their own, and the GRAIL_* variables below; never a token of Grail's, also when `pass_env` names one.
Commands never go through a shell; what a person typed is a whole argument or a variable.

    user of the steps     where Grail is root: `user` of the recipe, else one without a name, of this environment's own,
                          which reads neither the environment of Grail's processes, nor its files, nor its Redis
                          socket (a Redis on a TCP port needs a password, as against every local user).
                          Where Grail is not root: Grail's own. Then the steps can read what Grail's user can,
                          the data directory and Redis included; only the tokens are kept from them (`shield`).

data/runs/<deploy> is described in _runner.py. A step's children that are to stay after a good end must not need its
output; of a step that failed, ran out of time or was cancelled the whole process group is ended.

Longer than other files, because it keeps both halves of the contract: runs, and the questions in between (_asking.py).
"""

import asyncio
import ctypes
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.clients.git import Git, environment_for_git
from bot.config import Question
from bot.drivers import Order, Phase, RunState, Stands, Step, _asking, _runner
from bot.drivers._asking import Answered
from bot.drivers._ordering import passed_on, refuse_another, told, values_of
from bot.errors import OutsideUnavailable

LIMIT = 10 * 1024 * 1024  # bytes of output kept on disk for each run
KEEP = 20  # runs of each service whose output is kept
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
CANNOT_TELL = 75  # how `health` ends where it could not ask: the EX_TEMPFAIL of sysexits.h


def shield() -> bool:
    """Keep this process's environment and memory from other processes of its own user. False: it cannot be done."""
    try:
        return bool(ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0)  # PR_SET_DUMPABLE
    except (OSError, AttributeError):
        return False


class RecipeDriver:
    """Keeps the contract of bot.drivers.

    mask: Grail's secrets, never shown and never passed on. keep: runs of each service whose output is kept.
    grace: seconds between TERM and KILL. limit: bytes of output kept. environ: what `pass_env` takes from.
    """

    name = "recipe"
    local = True

    def __init__(
        self,
        data: Path,
        *,
        mask: Sequence[str] = (),
        say: Callable[[str], None] = lambda _: None,
        environ: Mapping[str, str] | None = None,
        keep: int = KEEP,
        grace: float = 10,
        limit: int = LIMIT,
    ) -> None:
        self._runs = data.absolute() / "runs"
        self._git = Git(data.absolute())
        self._mask = _runner.secrets_in(list(mask))
        self._say = say
        self._environ = os.environ if environ is None else environ
        self._keep, self._grace, self._limit = keep, grace, limit

    def run_of(self, order: Order) -> str:
        return order.deploy

    async def start(self, order: Order) -> str:
        """Begin the run, once, however often this is called; answers when it has begun.

        Raises NotFound (no such action), Conflict (the number was another deploy's before Redis forgot it), and
        OutsideUnavailable when no process can be started: call again.
        """
        folder = self._folder(order.deploy)
        try:
            fresh = await asyncio.to_thread(self._write, folder, order)
            if fresh:
                await self._launch(folder, order)
                await asyncio.to_thread(self._tidy, order.service)
        except (OSError, TimeoutError) as error:
            why = str(error) or "it did not begin in time"
            raise OutsideUnavailable("recipe", f"The recipe's runner could not be started: {why}.") from error
        return order.deploy

    async def state(self, run: str) -> RunState:
        return await asyncio.to_thread(self._state, self._folder(run))

    async def runs(self) -> Mapping[str, Phase]:
        """Every run whose folder is still here."""
        return await asyncio.to_thread(self._all)

    async def cancel(self, run: str, by: str) -> None:
        """End it: TERM to the step's processes, KILL after the grace; what deploy or check touched is rolled back.

        The first who cancels is kept. Returns at once.
        """
        await asyncio.to_thread(self._cancel, self._folder(run), by)

    async def output(self, run: str, lines: int | None = None) -> str:
        return await asyncio.to_thread(self._output, self._folder(run), lines)

    async def standing(self, order: Order) -> Stands | None:
        """What the recipe's `standing` prints: a commit, or `none`."""
        if order.recipe.standing is None:
            return None
        answered = await self._asked(order.recipe.standing, order)
        if len(answered.printed) > _asking.MOST_BYTES:
            raise _silent("it printed far too much")
        if answered.code is None:
            raise _silent(f"it took longer than {order.recipe.standing.timeout:g} s")
        if answered.code != 0:
            raise _silent(answered.last_line or f"it ended with exit status {answered.code}")
        commit = answered.printed.strip()
        if commit != "none" and not _COMMIT.fullmatch(commit):
            raise _silent(f"it printed no commit: {commit.splitlines()[0][:80] if commit else 'nothing'}")
        return Stands("" if commit == "none" else commit)

    async def health(self, order: Order) -> str | None:
        """ "" when the recipe's `health` ends well; else what it said last."""
        if order.recipe.health is None:
            return None
        answered = await self._asked(order.recipe.health, order)
        if answered.code is None:
            return f"it did not answer within {order.recipe.health.timeout:g} s"
        if answered.code == CANNOT_TELL:
            why = answered.last_line or "it says no more"
            raise OutsideUnavailable("recipe", f"Its health check cannot tell: {why}.")
        return "" if answered.code == 0 else answered.last_line or f"exit status {answered.code}"

    async def _asked(self, question: Question, order: Order) -> Answered:
        passed = passed_on(order.recipe, self._environ, self._mask, self._say)
        path = self._environ.get("PATH") or os.defpath
        given = {"PATH": path, "LANG": "C.UTF-8", **order.recipe.env, **order.extra, **passed}
        return await asyncio.to_thread(
            _asking.ask, question, order, mirror=self._git.mirror(order.repository), given=given,
            git=environment_for_git(self._environ), mask=_runner.secrets_in([*passed.values(), *self._mask]),
        )  # fmt: skip

    def _folder(self, run: str) -> Path:
        if not _RUN.fullmatch(run):
            raise ValueError(f"not the name of a run: {run!r}")
        return self._runs / run

    def _write(self, folder: Path, order: Order) -> bool:
        """Put the order down. False: the run has begun, or has ended long ago. Conflict: it is another deploy's."""
        if (folder / "begun").exists():
            refuse_another(folder, order)
            return False
        given = told(order, mirror=self._git.mirror(order.repository), grace=self._grace, limit=self._limit)
        for each in (self._runs, folder):  # others may pass through to their own folder, and see nothing
            each.mkdir(parents=True, exist_ok=True)
            each.chmod(0o711)
        if not (folder / "order.json").exists():
            _runner.write_whole(folder / "order.json", given, sync=True)
        return True

    async def _launch(self, folder: Path, order: Order) -> None:
        passed = passed_on(order.recipe, self._environ, self._mask, self._say)
        given = {
            "env": {
                "PATH": self._environ.get("PATH") or os.defpath,
                "LANG": "C.UTF-8",
                **order.recipe.env,
                **order.extra,
                **passed,
            },
            "values": {f"GRAIL_{name.upper()}": value for name, value in values_of(order).items()},
            "mask": list(passed.values()),
            "git": environment_for_git(self._environ),
            "clock": self._environ.get("GRAIL_CLOCK_FILE"),
        }
        command = [sys.executable, "-I", "-S", "-B", _runner.__file__, str(folder)]

        def launched() -> bytes:
            # Not through the event loop: uvloop lets a child inherit more of our open files than its own three.
            done = subprocess.run(
                command, input=json.dumps(given).encode(), capture_output=True, timeout=30, check=False, cwd="/",
                env={"PATH": self._environ.get("PATH") or os.defpath}, start_new_session=True,
            )  # fmt: skip
            return done.stderr  # closed when the run has begun

        try:
            complaint = await asyncio.to_thread(launched)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError("it did not begin in time") from error
        async with asyncio.timeout(30):
            while not (folder / "begun").exists():
                if not _held(folder):
                    raise OSError(
                        complaint.decode("utf-8", "replace").strip().rpartition("\n")[2] or "it ended"
                    )
                await asyncio.sleep(0.02)  # another caller's runner is about to begin

    def _state(self, folder: Path) -> RunState:
        status = _status(folder)
        if status["phase"] not in _runner.FINAL and (folder / "begun").exists() and not _held(folder):
            status = self._lost(folder)
        elif not folder.exists():
            return RunState("lost", why="Nothing is known of this run on this machine.")
        return RunState(
            phase=status["phase"],
            steps=tuple(
                Step(**{**row, "last_line": self._safe(folder, row["last_line"])}) for row in status["steps"]
            ),
            why=self._safe(folder, status["why"]),
            rolled_back=status["rolled_back"],
            untouched=status["phase"] in ("failed", "cancelled") and _untouched(folder, status["steps"]),
        )

    def _all(self) -> dict[str, Phase]:
        if not self._runs.exists():
            return {}
        return {
            each.name: self._state(each).phase for each in self._runs.iterdir() if _RUN.fullmatch(each.name)
        }

    def _lost(self, folder: Path) -> dict[str, Any]:
        """The runner died in the middle: end what it left running, and write down that nobody knows the end."""
        with open(folder / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            status = _status(folder)
            if status["phase"] in _runner.FINAL:  # it had just ended
                return status
            running = next((row for row in status["steps"] if row["phase"] == "running"), None)
            during = f" during step `{running['name']}`" if running else ""
            if (folder / "begun").read_text() != _runner.boot_id():
                why = f"The machine was restarted{during}."
            else:
                why = f"The process that ran the recipe was ended from outside{during}."
                _end_group(status.get("group"), folder.name)
            for row in status["steps"]:
                row["phase"] = {"running": "failed", "pending": "skipped"}.get(row["phase"], row["phase"])
            status.update(phase="lost", why=why, group=None)
            _runner.write_whole(folder / "status.json", status, sync=True)
        _runner.remove(Path(status.get("work") or folder / "work"))
        return status

    def _cancel(self, folder: Path, by: str) -> None:
        if not (folder / "order.json").exists() or _status(folder)["phase"] in _runner.FINAL:
            return
        beside = folder / f"cancel.{os.urandom(4).hex()}"
        _runner.write_whole(beside, {"by": by}, sync=True)
        with suppress(FileExistsError):
            os.link(beside, folder / "cancel")
        beside.unlink()

    def _output(self, folder: Path, lines: int | None) -> str:
        text = self._safe(folder, _runner.read_output(folder, _status(folder)["dropped"]))
        if lines is None:
            return text
        return "".join(text.splitlines(keepends=True)[-lines:] if lines > 0 else [])

    def _safe(self, folder: Path, text: str) -> str:
        """The runner masked what it knew; here what Grail itself must not show."""
        return _runner.masked(text, self._mask)

    def _tidy(self, service: str) -> None:
        """Keep the newest runs of the service; take away the others, and checkouts that outlived their run."""
        ended = []
        for folder in self._runs.iterdir():
            with suppress(OSError, ValueError):
                order = json.loads((folder / "order.json").read_text())
                if (
                    order["service"] == service
                    and _status(folder)["phase"] in _runner.FINAL
                    and not _held(folder)
                ):
                    ended.append(((folder / "order.json").stat().st_mtime_ns, folder))
                    _runner.remove(Path(_status(folder).get("work") or folder / "work"))
        for _, folder in sorted(ended, reverse=True)[self._keep :]:
            _runner.remove(folder)


def _silent(why: str) -> OutsideUnavailable:
    return OutsideUnavailable("recipe", f"`standing` of the recipe did not answer: {why}.")


def _status(folder: Path) -> dict[str, Any]:
    try:
        status: dict[str, Any] = json.loads((folder / "status.json").read_text())
    except (OSError, ValueError):
        return {"phase": "starting", "steps": [], "why": "", "rolled_back": None, "dropped": 0}
    return status


def _untouched(folder: Path, rows: list[dict[str, Any]]) -> bool:
    """Whether only steps of `checkout` and `prepare` ever began. What cannot be read has touched something."""
    try:
        steps = json.loads((folder / "order.json").read_text())["steps"]
    except (OSError, ValueError, KeyError):
        return False
    stages = [step["stage"] for step in steps]
    return all(
        stage in ("checkout", "prepare") or row["phase"] == "skipped"
        for stage, row in zip(stages, rows, strict=False)
    )


def _held(folder: Path) -> bool:
    """Whether the runner lives: it holds the lock to its end, however it ends."""
    try:
        with open(folder / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _end_group(group: int | None, run: str) -> None:
    """KILL what a dead runner's step left, if it is still that step's: its environment names the run."""
    if not group:
        return
    mark = f"GRAIL_DEPLOY={run}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) != group:
                continue
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
