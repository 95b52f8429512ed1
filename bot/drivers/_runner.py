"""The recipe's supervisor: a process of its own that outlives the bot. Standard library alone.

It is run as `python -I -S -B _runner.py <folder of the run>`, detaches itself, takes the folder's lock, writes that
it has begun, and only then runs the first step. Whoever finds the mark and the lock free knows that it died in the
middle; a run that has begun is never begun again. Environment and secrets come on stdin, so that none is on disk.

    order.json    what to run (written by recipe.py)     begun     the mark, with the machine's boot id
    lock          held while this process lives          cancel    who wants it ended, and when
    status.json   how far it is, written whole           output.*  what was printed, in at most 10 MiB
    work/         checkout, home and tmp of the steps, gone at the end

It is longer than other files because an isolated Python runs it as one file; recipe.py is its other half.
"""

import codecs
import ctypes
import fcntl
import json
import os
import pwd
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

FINAL = ("succeeded", "failed", "cancelled", "lost")
MASK = "•••"
TICK = 0.1  # seconds between two looks for a cancel
PIECE = 65536  # characters; a longer line is written in pieces

_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Without terminal sequences and characters that cannot be seen or that turn the direction of writing."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def secrets_in(values: list[str]) -> list[str]:
    """What to look for: each line of each value, the longest first. Too short to be a secret: not looked for."""
    lines = {line.strip() for value in values for line in clean_lines(value)}
    return sorted((line for line in lines if len(line) >= 6), key=lambda line: (-len(line), line))


def clean_lines(value: str) -> list[str]:
    return [clean(line) for line in value.splitlines()]


def masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def write_whole(path: Path, value: Any, *, sync: bool) -> None:
    """Replace the file, so that a reader sees the old or the new one and never a part."""
    beside = path.with_name(f"{path.name}.{os.urandom(4).hex()}.new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    os.replace(beside, path)
    if sync:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def boot_id() -> str:
    """Another one after each start of the machine; empty where the system has none."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


class Output:
    """What the steps print: the first half of the bound as it comes, then the latest, in two files that take turns."""

    def __init__(self, folder: Path, limit: int, secrets: list[str]) -> None:
        self._folder, self._limit, self._secrets = folder, limit, secrets
        self._held = max([len(secret) for secret in secrets], default=1)
        self._piece = min(PIECE, limit // 16)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._file, self._left = "output.head", limit // 2
        self.dropped = 0
        self.last_line = ""

    def feed(self, data: bytes, *, end: bool = False) -> None:
        text = self._rest + self._decoder.decode(data, end)
        self._rest = ""
        if end and text and not text.endswith(("\n", "\r")):
            text += "\n"
        if text.endswith("\r") and not end:  # it may yet become \r\n
            text, self._rest = text[:-1], "\r"
        block, newline, rest = text.replace("\r\n", "\n").replace("\r", "\n").rpartition("\n")
        self._rest = rest + self._rest
        if newline:
            self.lines(block + newline)
        if len(self._rest) > self._piece:
            safe = masked(clean(self._rest), self._secrets)
            self._write(safe[: -self._held])
            self._rest = safe[-self._held :]

    def lines(self, text: str) -> None:
        """Whole lines, each with its end."""
        safe = masked(clean(text), self._secrets)
        for at in range(0, len(safe), self._piece):
            self._write(safe[at : at + self._piece])
        last = next((line for line in reversed(safe[-2 * PIECE :].split("\n")) if line.strip()), "")
        self.last_line = last.strip()[:200] or self.last_line

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        if len(data) > self._left:
            newest = self._folder / "output.new"
            if self._file == "output.new":
                with suppress(OSError):
                    self.dropped += (self._folder / "output.old").stat().st_size
                with suppress(OSError):
                    os.replace(newest, self._folder / "output.old")
            self._file, self._left = "output.new", self._limit // 4
        # A full disk loses output, never the deploy.
        with (
            suppress(OSError),
            open(
                os.open(self._folder / self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab"
            ) as file,
        ):
            file.write(data)
        self._left -= len(data)


def read_output(folder: Path, dropped: int) -> str:
    """All that is kept. Where the middle is missing a line says so."""
    parts = []
    for name in ("output.head", "output.old", "output.new"):
        with suppress(OSError):
            parts.append((name, (folder / name).read_bytes().decode("utf-8", "replace")))
    text = "".join(part for name, part in parts if name == "output.head")
    latest = "".join(part for name, part in parts if name != "output.head")
    if not dropped:
        return text + latest
    text = text[: text.rfind("\n") + 1]
    return f"{text}… {dropped} bytes in the middle were not kept …\n{latest.partition(chr(10))[2]}"


class Ended(Exception):
    """A step did not succeed. phase: failed or cancelled; the text is one sentence."""

    def __init__(self, phase: str, why: str) -> None:
        super().__init__(why)
        self.phase = phase


def failure(error: Exception) -> Ended:
    """What is no step's own end, such as a full disk, is a failure too; the traceback is in runner.log."""
    if isinstance(error, Ended):
        return error
    traceback.print_exception(error)
    return Ended("failed", f"The recipe could not be run to its end: {error}.")


class Run:
    """One run, from its order to its final status."""

    def __init__(self, folder: Path, given: dict[str, Any]) -> None:
        self.folder = folder
        self.order: dict[str, Any] = json.loads((folder / "order.json").read_text())
        self.given = given
        self.output = Output(folder, self.order["limit"], secrets_in(given["mask"]))
        self.wake, wake = os.pipe()
        for end in (self.wake, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.written, self.unsaved = 0.0, False
        self.cancelling = True  # whether a cancel is looked for; not while rolling back
        self.user: dict[str, Any] = {}
        self.pipe: int | None = None  # what the running step prints to; None when nobody has it open
        self.work = folder / "work"
        self.status: dict[str, Any] = {
            "phase": "running", "why": "", "rolled_back": None, "cancelled_by": None, "dropped": 0,
            "group": None, "work": str(self.work),
            "steps": [self._row(step) for step in self.order["steps"]],
        }  # fmt: skip

    @staticmethod
    def _row(step: dict[str, Any]) -> dict[str, Any]:
        return {"name": step["name"], "phase": "pending", "started": None, "ended": None, "last_line": ""}

    def save(self, *, sync: bool = True) -> None:
        self.written, self.unsaved = time.monotonic(), False
        self.status["dropped"] = self.output.dropped
        with suppress(OSError):
            write_whole(self.folder / "status.json", self.status, sync=sync)

    def now(self) -> float:
        """Seconds since the epoch, moved as the bot's clock file says."""
        with suppress(OSError, ValueError, TypeError):
            return time.time() + float(Path(self.given["clock"]).read_text() or 0)
        return time.time()

    def cancelled_by(self) -> str | None:
        with suppress(OSError, ValueError):
            return str(json.loads((self.folder / "cancel").read_text())["by"])
        return None

    def go(self) -> None:
        """Run all steps; on a failure after something was touched, the way back."""
        phase, why, stage = "succeeded", "", ""
        try:
            for number, step in enumerate(self.order["steps"]):
                stage = step["stage"]
                self.step(number, step)
        except Exception as error:
            ended = failure(error)
            phase, why = ended.phase, str(ended)
            for row in self.status["steps"]:
                row["phase"] = {"pending": "skipped", "running": "failed"}.get(row["phase"], row["phase"])
            if stage in ("deploy", "check") and self.order["rollback"]:
                why = self.roll_back(why)
        self.status.update(phase=phase, why=why, group=None)
        self.finish()

    def roll_back(self, why: str) -> str:
        self.cancelling = False
        first = len(self.status["steps"])
        self.status["steps"] += [self._row(step) for step in self.order["rollback"]]
        self.status["why"] = why
        try:
            for number, step in enumerate(self.order["rollback"], first):
                self.step(number, step)
        except Exception as error:
            ended = str(failure(error))
            self.status["rolled_back"] = False
            return f"{why} The roll-back failed too: {ended[0].lower()}{ended[1:]}"
        self.status["rolled_back"] = True
        return why

    def finish(self) -> None:
        """The final status must reach the disk: without it the run would count as lost."""
        for _ in range(600):
            try:
                write_whole(self.folder / "status.json", self.status, sync=True)
                break
            except OSError:
                time.sleep(0.5)
        remove(Path(self.status["work"]))

    def step(self, number: int, step: dict[str, Any]) -> None:
        row = self.status["steps"][number]
        row.update(phase="running", started=self.now())
        self.output.last_line = ""
        self.output.lines(f"── {step['name']} ──\n")
        self.output.last_line = ""
        self.save()
        ended: Ended | None = None
        try:
            self.look_for_cancel(step)
            if step["stage"] == "checkout":
                self.check_out(row, step)
            else:
                self.execute(row, step, step["run"], cwd=self.folder_of(step), env=self.environment(step))
        except Ended as caught:
            ended = caught
            self.output.lines(f"{ended}\n")
        row.update(phase=ended.phase if ended else "succeeded", ended=self.now())
        self.status["group"] = None
        self.save()
        if ended:
            raise ended

    def look_for_cancel(self, step: dict[str, Any]) -> None:
        if self.cancelling and (by := self.cancelled_by()) is not None:
            self.status["cancelled_by"] = by
            raise Ended("cancelled", f"Cancelled by {by} in step `{step['name']}`.")

    def environment(self, step: dict[str, Any]) -> dict[str, str]:
        home = {"HOME": str(self.work / "home"), "TMPDIR": str(self.work / "tmp")}
        return {
            **home,
            **self.given["env"],
            **step["env"],
            **self.given["values"],
            "GRAIL_STEP": step["name"],
        }

    def folder_of(self, step: dict[str, Any]) -> Path:
        folder = self.work / "checkout" / (step["cwd"] or ".")
        if not folder.is_dir():
            why = f"there is no folder `{step['cwd']}` in the checkout"
            raise Ended("failed", f"Step `{step['name']}` could not be started: {why}.")
        return folder

    def check_out(self, row: dict[str, Any], step: dict[str, Any]) -> None:
        """The commit's files, from our mirror where it has them, for the user that the steps run as."""
        self.become(step)
        checkout = self.work / "checkout"
        for folder in (checkout, self.work / "home", self.work / "tmp"):
            folder.mkdir(parents=True)
        sha = self.order["commit"]
        sources = [each for each in (self.order["mirror"], self.order["repository"]) if each]
        ways = [["--depth=1", "--", source, sha] for source in sources]
        heads = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        ways.append(["--", self.order["repository"], *heads])  # for servers that hand out no single commit
        try:
            self.git(row, step, "init", "--quiet", "--template=")
            for way in ways:
                try:
                    self.git(row, step, "fetch", "--quiet", "--no-tags", *way)
                    break
                except Ended as ended:
                    if ended.phase == "cancelled" or way is ways[-1]:
                        raise
            self.git(row, step, "checkout", "--quiet", "--detach", sha, "--")
        except Ended as ended:
            if ended.phase == "cancelled" or not row["last_line"]:
                raise
            raise Ended(
                "failed", f"The commit {sha[:7]} could not be checked out: {row['last_line']}."
            ) from None
        if self.user:
            for folder_name, folders, files in os.walk(self.work):
                for name in (".", *folders, *files):
                    path = Path(folder_name) / name
                    os.chown(path, self.user["user"], self.user["group"], follow_symlinks=False)

    def git(self, row: dict[str, Any], step: dict[str, Any], *arguments: str) -> None:
        checkout = self.work / "checkout"
        options = ["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", "-C", str(checkout)]
        self.execute(
            row, step, ["git", *options, *arguments], cwd=checkout, env=self.given["git"], switch=False
        )

    def become(self, step: dict[str, Any]) -> None:
        """Find the user of the steps, and a place that this user can reach."""
        wanted = self.order["user"]
        if wanted is not None:
            try:
                number, group, groups = account(wanted)
            except KeyError:
                raise Ended(
                    "failed", f"There is no user `{wanted}` on this machine for the recipe."
                ) from None
            if number == os.geteuid():
                return
            if not may_become(number):
                why = f"The recipe wants the user `{wanted}`, and Grail may not switch users."
                raise Ended("failed", why)
            self.user = {"user": number, "group": group, "extra_groups": groups}
        elif may_become(number := self.order["uid"]):
            self.user = {"user": number, "group": number, "extra_groups": []}
        if self.user and not all(
            each.stat().st_mode & stat.S_IXOTH for each in self.folder.absolute().parents
        ):
            self.work = Path(tempfile.mkdtemp(prefix="grail-run-"))
            self.status["work"] = str(self.work)
            self.save()

    def execute(
        self,
        row: dict[str, Any],
        step: dict[str, Any],
        command: list[str],
        *,
        cwd: Path,
        env: dict[str, str],
        switch: bool = True,
    ) -> None:
        """One command in a process group of its own, until it ends, its time is over, or somebody cancels."""
        name = step["name"]
        try:
            child = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, start_new_session=True, umask=0o022, **(self.user if switch else {}),
            )  # fmt: skip
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise Ended("failed", f"Step `{name}` could not be started: `{command[0]}`: {why}.") from None
        assert child.stdout is not None
        self.status["group"] = child.pid
        self.save(sync=False)
        self.pipe = child.stdout.fileno()
        os.set_blocking(self.pipe, False)
        ended: Ended | None = None
        end = time.monotonic() + step["timeout"]
        kill = None
        while True:
            self.pump(row, child)
            if child.returncode is None and kill is None:
                try:
                    self.look_for_cancel(step)
                    if time.monotonic() > end:
                        took = words(step["timeout"])
                        raise Ended("failed", f"Step `{name}` took longer than {took} and was ended.")
                except Ended as caught:
                    ended, kill = caught, time.monotonic() + self.order["grace"]
                    signal_group(child.pid, signal.SIGTERM)
            elif child.returncode is not None and kill is None:
                if child.returncode == 0:
                    break
                ended, kill = (
                    Ended("failed", how(name, child.returncode)),
                    time.monotonic() + self.order["grace"],
                )
                signal_group(child.pid, signal.SIGTERM)
            if kill is not None and child.returncode is not None and not signal_group(child.pid, 0):
                break
            if kill is not None and time.monotonic() > kill:
                signal_group(child.pid, signal.SIGKILL)
                if time.monotonic() > kill + 5:  # not even KILL ends what hangs in the kernel
                    break
        self.pump(row, child, last=True)
        child.stdout.close()
        if ended:
            raise ended

    def pump(self, row: dict[str, Any], child: subprocess.Popen[bytes], *, last: bool = False) -> None:
        """Wait a moment for output or an end, take what there is, and see who ended."""
        if not last:
            select.select([each for each in (self.pipe, self.wake) if each is not None], [], [], TICK)
            with suppress(BlockingIOError):
                os.read(self.wake, 4096)
            with suppress(ChildProcessError):
                while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                    if ended[0] == child.pid:
                        child.returncode = os.waitstatus_to_exitcode(ended[1])
        for _ in range(8):  # not for ever: what never stops printing must be cancellable too
            if self.pipe is None:
                break
            try:
                data = os.read(self.pipe, 65536)
            except BlockingIOError:
                break
            if not data:
                self.pipe = None
            self.output.feed(data)
        if last:
            self.output.feed(b"", end=True)
        if self.output.last_line and row["last_line"] != self.output.last_line:
            row["last_line"] = self.output.last_line
            self.unsaved = True
        if self.unsaved and time.monotonic() - self.written > 0.25:
            self.save(sync=False)


def signal_group(group: int, what: int) -> bool:
    """Whether there is still anybody in the group to be signalled."""
    try:
        os.killpg(group, what)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def how(name: str, code: int) -> str:
    if code > 0:
        return f"Step `{name}` failed with exit status {code}."
    try:
        ended = signal.Signals(-code).name
    except ValueError:
        ended = str(-code)
    return f"Step `{name}` was ended by the signal {ended}."


def account(name: str) -> tuple[int, int, list[int]]:
    """User, group and further groups by name, or by a number that needs no name. Raises KeyError."""
    if name.isdigit():
        return int(name), int(name), []
    known = pwd.getpwnam(name)
    return known.pw_uid, known.pw_gid, os.getgrouplist(name, known.pw_gid)


def may_become(user: int) -> bool:
    """Whether we may switch to that user: also root may not everywhere, as in a container without the number."""
    child = os.fork()
    if not child:
        with suppress(OSError):
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def words(seconds: float) -> str:
    number, unit = (seconds / 60, "minute") if seconds >= 60 and seconds % 60 == 0 else (seconds, "second")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


def remove(folder: Path) -> None:
    """The whole tree, also where a step took away its own right to write."""
    for _ in range(2):
        if folder.is_symlink() or not folder.exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        for name, folders, _files in os.walk(folder):
            for each in (".", *folders):
                path = Path(name) / each
                if not path.is_symlink():
                    with suppress(OSError):
                        path.chmod(0o700)


def detach() -> None:
    """Out of the bot's session and process tree. Only the last of the three processes returns."""
    for step in (0, 1):
        if child := os.fork():
            if step == 0:
                os.waitpid(child, 0)
            os._exit(0)
        if step == 0:
            os.setsid()


def begin(folder: Path, first: Callable[[], None]) -> bool:
    """Take the lock, do what comes first, write the mark. False: another one runs it, or it was begun before."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)  # closed by our end, and by nothing else
    for _ in range(40):  # somebody who only looks holds the lock for a moment
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if (folder / "begun").exists():
                return False
            time.sleep(0.05)
    else:
        return False
    if (folder / "begun").exists():
        return False
    first()
    mark = os.open(folder / "begun", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(mark, boot_id().encode())
    os.fsync(mark)
    os.close(mark)
    sync_folder(folder)
    return True


def main(folder: Path) -> None:
    given = json.loads(sys.stdin.buffer.read())
    detach()
    os.umask(0o077)
    with suppress(
        OSError, AttributeError
    ):  # Linux: nobody of our user may read our memory; orphans come to us
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        system.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    log = os.open(folder / "runner.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    for ignored in (
        signal.SIGHUP,
        signal.SIGINT,
    ):  # by a handler: what is ignored would be so in the steps too
        signal.signal(ignored, lambda *_: None)
    run = Run(folder, given)
    if not begin(folder, run.save):
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # whoever started us waits for this end of stdout
    run.go()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
