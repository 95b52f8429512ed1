"""Acme, the example company: a git repository with three small services, and the front they stand behind.

Nothing here is Grail; it is what Grail deploys. `make run` creates the repository (data/acme/repository.git,
the same commits everywhere), starts the front and, behind it, what was deployed before. The recipe `acme` of
config.yaml runs the scripts in `ops/` of that repository: `start` starts the new version on a free port beside
the old one and waits for its health; `switch` turns the front over to it; `check` asks through the front;
`retire` ends the old version; `back` turns the front to the old version again, wherever the deploy stopped, and
ends the new one. They reach the front at the address in ACME_FRONT, which `start` below sets for them.

    repository.py   the history        company/   its files        front.py   the front, a process of its own
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bot.acme import front, repository


class AcmeFault(Exception):
    """Acme could not be started. The text is one sentence."""


class Acme:
    """The running example company. url: the front; repository: what config.yaml's services are cloned from."""

    def __init__(self, home: Path, child: "subprocess.Popen[bytes] | None") -> None:
        known = json.loads((home / "front.json").read_text())
        self.repository = home / "repository.git"
        self.url = f"http://127.0.0.1:{known['port']}"
        self._key = known["key"]
        self._child = child

    async def stop(self) -> None:
        """End the front and all services behind it. They come back at the next start."""
        await asyncio.to_thread(_ask, self.url, "quit", self._key)
        await asyncio.to_thread(_until_closed, self.url)
        if self._child is not None:
            try:
                await asyncio.to_thread(self._child.wait, 5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()


async def start(data: Path) -> Acme:
    """Create the repository, start the front and what was deployed before. One that a kill orphaned is taken over.

    data: Grail's data directory. Sets ACME_FRONT in our environment, for the recipe's `pass_env`.
    Raises AcmeFault.
    """
    home = data.absolute() / "acme"
    home.mkdir(parents=True, exist_ok=True)
    try:
        await asyncio.to_thread(repository.create, home / "repository.git")
        acme = await asyncio.to_thread(lambda: _orphan(home) or _fresh(home))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise AcmeFault(f"Acme could not be started: {error or 'its front does not answer'}.") from error
    os.environ["ACME_FRONT"] = acme.url
    return acme


def _fresh(home: Path) -> Acme:
    # Not through the event loop: uvloop lets a child inherit more of our open files than its own three, and
    # with a second copy of its stdout the end that we wait for below would never come.
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", front.__file__, str(home)],
        env={"PATH": os.environ.get("PATH", os.defpath)}, cwd="/", start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert child.stdout is not None
    with child.stdout as said:
        words = said.read()  # to the end, which comes when the front is ready, or has ended
    if not words.endswith(b"ready\n"):
        child.wait()
        raise OSError(words.decode("utf-8", "replace").strip().rpartition("\n")[2] or "its front ended")
    return Acme(home, child)


def _orphan(home: Path) -> Acme | None:
    """The front of a Grail that was killed, if it is still there."""
    try:
        acme = Acme(home, None)
    except (OSError, ValueError, KeyError):
        return None
    return acme if _ask(acme.url, "hello", acme._key) else None


def _until_closed(url: str) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end and front.listens(urlsplit(url).port or 0):
        time.sleep(0.02)


def _ask(url: str, verb: str, key: str) -> bool:
    request = Request(f"{url}/-/{verb}", json.dumps({"key": key}).encode(), {"X-Acme": "1"})
    try:
        with urlopen(request, timeout=5):
            return True
    except (URLError, OSError):
        return False
