"""A question of a recipe: a short command in files of the repository, as the user that the steps run as.

It is no run: nobody resumes it, nothing of it is kept, and it changes nothing. So it needs no supervisor that outlives
the bot; whatever becomes of it, its process group is ended when its time is over.
"""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Question
from bot.drivers import Order, _runner
from bot.drivers._ordering import user_of, values_of
from bot.errors import OutsideUnavailable

MOST_BYTES = 64 * 1024  # of what it prints; more is no answer
PIECE = 4096
CHECKOUT_SECONDS = 5.0
_may: dict[int, bool] = {}


@dataclass(frozen=True)
class Answered:
    """code: as subprocess has it; None: its time was over. printed, complained: what it wrote, without secrets."""

    code: int | None
    printed: str
    complained: str

    @property
    def last_line(self) -> str:
        """What it said at the end, for a person."""
        lines = (self.printed + "\n" + self.complained).split("\n")
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")


def ask(
    question: Question, order: Order, *, mirror: Path, given: Mapping[str, str], git: Mapping[str, str],
    mask: list[str],
) -> Answered:  # fmt: skip
    """Run it, in a folder of its own that is gone afterwards. given: its environment; git: that of git.

    Raises OutsideUnavailable where it cannot be run at all.
    """
    work = Path(tempfile.mkdtemp(prefix="grail-ask-"))
    try:
        work.chmod(0o711)
        checkout = work / "checkout"
        checkout.mkdir()
        checkout.chmod(0o755)
        _take(order.commit, question.cwd, checkout, mirror, git)
        folder = checkout / (question.cwd or ".")
        if not folder.is_dir():
            raise _cannot(f"there is no folder `{question.cwd}` in {order.commit[:7]}")
        user = _user(order)
        homes = {"HOME": work / "home", "TMPDIR": work / "tmp"}
        for each in homes.values():
            each.mkdir()
            if user:
                os.chown(each, user["user"], user["group"])
        words = {"{" + name + "}": value for name, value in values_of(order).items()}
        env = {
            **{name: str(path) for name, path in homes.items()}, **given, **question.env,
            **{f"GRAIL_{name.upper()}": value for name, value in values_of(order).items()},
        }  # fmt: skip
        return _run([words.get(one, one) for one in question.run], question.timeout, folder, env, user, mask)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take(sha: str, folder: str | None, checkout: Path, mirror: Path, git: Mapping[str, str]) -> None:
    """The files of the commit, of the folder alone where one is named, from our mirror."""
    words = [
        "git", "-c", "core.hooksPath=/dev/null", f"--git-dir={mirror}", f"--work-tree={checkout}", "checkout",
        "--quiet", sha, "--", folder or ".",
    ]  # fmt: skip
    env = {**git, "GIT_INDEX_FILE": str(checkout.with_name("index"))}
    try:
        subprocess.run(
            words, env=env, cwd="/", check=True, capture_output=True, timeout=CHECKOUT_SECONDS, umask=0o022
        )
    except subprocess.TimeoutExpired:
        raise _cannot(f"the files of {sha[:7]} took too long") from None
    except (OSError, subprocess.CalledProcessError):
        raise _cannot(f"the files of {sha[:7]} are not to be had") from None


def _user(order: Order) -> dict[str, Any]:
    """Whom it runs as, as the steps do; nothing for Grail's own user."""
    wanted = order.recipe.user
    if wanted is None:
        number = user_of(order.service, order.environment)
        return {"user": number, "group": number, "extra_groups": []} if _may_become(number) else {}
    try:
        number, group, groups = _runner.account(wanted)
    except KeyError:
        raise _cannot(f"there is no user `{wanted}` on this machine") from None
    if number == os.geteuid():
        return {}
    if not _may_become(number):
        raise _cannot(f"the recipe wants the user `{wanted}`, and Grail may not switch users")
    return {"user": number, "group": group, "extra_groups": groups}


def _may_become(number: int) -> bool:
    """By trying it: a bot with threads must not fork itself, as the runner does."""
    if number not in _may:
        _may[number] = False
        if os.geteuid() == 0:
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    ["true"], user=number, group=number, extra_groups=[], cwd="/", check=False, timeout=10,
                    stdin=subprocess.DEVNULL,
                )  # fmt: skip
                _may[number] = True
    return _may[number]


def _run(
    command: list[str], seconds: float, folder: Path, env: Mapping[str, str], user: Mapping[str, Any], mask: list[str]
) -> Answered:  # fmt: skip
    try:
        child = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, umask=0o022, **user,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise _cannot(f"`{command[0]}`: {getattr(error, 'strerror', None) or error}") from None
    with child:
        try:
            said = _heard(child, time.monotonic() + seconds)
        finally:
            code = child.poll()
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)  # nothing of it stays, however it ended
    return Answered(code, *(_safe(data, mask) for data in said))


def _heard(child: "subprocess.Popen[bytes]", end: float) -> tuple[bytes, bytes]:
    """What it printed and complained of, until it has ended, its time is over, or it has printed too much."""
    assert child.stdout is not None
    assert child.stderr is not None
    said = {child.stdout: bytearray(), child.stderr: bytearray()}
    with selectors.DefaultSelector() as both:
        for each in said:
            os.set_blocking(each.fileno(), False)
            both.register(each, selectors.EVENT_READ)
        last, opened = False, list(said)
        while not last:
            last = child.poll() is not None or time.monotonic() > end
            both.select(0 if last else 0.05)
            for each in list(opened):
                while data := each.read(PIECE):
                    said[each] += data
                    if len(said[each]) > MOST_BYTES:
                        return bytes(said[child.stdout]), bytes(said[child.stderr])
                if data == b"":
                    both.unregister(each)
                    opened.remove(each)
    return bytes(said[child.stdout]), bytes(said[child.stderr])


def _safe(data: bytes, mask: list[str]) -> str:
    text = data.decode("utf-8", "replace")
    return _runner.masked("\n".join(_runner.clean(line) for line in text.splitlines()), mask)


def _cannot(why: str) -> OutsideUnavailable:
    return OutsideUnavailable("recipe", f"The question could not be asked: {why}.")
