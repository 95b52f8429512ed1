"""git as a program: run without a shell, with little of our environment, ended when nobody waits for it any more."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.errors import NotFound, OutsideUnavailable

PASSED_ON = re.compile(
    r"PATH|HOME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|GIT_ASKPASS|GIT_CONFIG_GLOBAL"
    r"|SSL_CERT_(FILE|DIR)|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY"
)


def environment_for_git(environ: Mapping[str, str]) -> dict[str, str]:
    """What git may see of our environment, and that it never asks anybody anything."""
    passed = {name: value for name, value in environ.items() if PASSED_ON.fullmatch(name)}
    return {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        **passed,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "LC_ALL": "C",
    }


class Program:
    """timeout: seconds for one call."""

    def __init__(self, program: str, environ: Mapping[str, str], timeout: float) -> None:
        self._program = program
        self._environ = environment_for_git(environ)
        self._timeout = timeout

    async def run(self, *arguments: str, timeout: float | None = None) -> str:
        """What it prints. timeout: seconds, else those of this Program. Raises GitError."""
        seconds = timeout or self._timeout
        # Not through the event loop: uvloop lets a child inherit more of our open files than its own three.
        starting = asyncio.ensure_future(asyncio.to_thread(
            subprocess.Popen,
            [self._program, "-c", "gc.auto=0", "-c", "core.hooksPath=/dev/null", *arguments],
            env=self._environ, cwd="/", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ))  # fmt: skip
        try:
            child = await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(_unwanted)  # it begins all the same, and nobody would wait for its end
            raise
        try:
            said, complaint = await asyncio.to_thread(child.communicate, timeout=seconds)
        except BaseException as ended:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            if not isinstance(ended, subprocess.TimeoutExpired):
                raise  # we were cancelled; the other thread sees the end
            await asyncio.to_thread(child.communicate)
            raise GitError(f"git did not end within {seconds:g} seconds", slow=True) from None
        if child.returncode != 0:
            raise GitError(complaint.decode("utf-8", "replace"))
        return said.decode("utf-8", "replace")


class GitError(OutsideUnavailable):
    """git ended badly. What it says is not for people: see `_translated`."""

    def __init__(self, said: str, *, slow: bool = False) -> None:
        super().__init__("git", "git failed where it should not have.")
        self.said = said
        self.slow = slow


def _unwanted(started: "asyncio.Future[subprocess.Popen[bytes]]") -> None:
    if not started.cancelled() and started.exception() is None:
        child = started.result()
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def unlock(mirror: Path, *, older: float) -> None:
    """Take away locks that no living git can hold any more. older: seconds."""
    for lock in mirror.rglob("*.lock"):
        with suppress(OSError):
            if lock.stat().st_mtime < time.time() - 10 * older:  # the file's age: no time of Grail's
                lock.unlink()


def translated(failed: GitError, repository: str, called: str) -> Exception:
    """git's last word as one sentence; an address never shows the password in it."""
    if "couldn't find remote ref" in failed.said or "not our ref" in failed.said:
        return NotFound(f"There is no such ref in {called}.", code="no-such-ref")
    lines = [line.strip() for line in failed.said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("fatal:")] or lines or ["it said nothing"]
    why = re.sub(r"//[^/@\s]*@", "//", fatal[0].removeprefix("fatal: ")).rstrip(".")
    if failed.slow:
        return OutsideUnavailable("git", f"The repository of {called} did not answer: {why}.")
    return OutsideUnavailable("git", f"The repository of {called} cannot be read: {why}.")
