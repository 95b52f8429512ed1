"""An engine for Docker's client: Podman with all of its state in one folder, in a network of its own.

No image can be fetched where these tests run, so `busybox:1.36` is built from Debian's busybox.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fixtures.store import LONG, short_folder
from tests.recipes.programs import COMPOSE, PATH

# runc, because crun wants other cgroups than a sandbox has; the rest keeps it apart from what else is on the machine.
SETTINGS = """\
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{folder}/tmp"
static_dir = "{folder}/static"
volume_path = "{folder}/volumes"
"""
# A /run of its own too, with the networks in it: all of that is gone with the last process that sees it.
APART = 'mount -t tmpfs tmpfs /run && exec "$0" "$@"'
BUSYBOX = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
"""


class Podman:
    """environ: what leads a client to it."""

    def __init__(self) -> None:
        busybox = shutil.which("busybox", path=PATH)
        if os.geteuid() != 0 or busybox is None or not COMPOSE.exists():
            pytest.skip(
                "this needs root, Debian's busybox-static, and docker-compose of the development packages"
            )
        self._busybox = busybox
        self.folder = short_folder()
        plugins = self.folder / "docker" / "cli-plugins"
        plugins.mkdir(parents=True)
        (plugins / "docker-compose").symlink_to(COMPOSE)
        self.environ = {
            "DOCKER_HOST": f"unix://{self.folder}/p.sock",
            "DOCKER_CONFIG": str(self.folder / "docker"),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._network = ""  # the namespace that is ours alone

    def start(self) -> None:
        (self.folder / "containers.conf").write_text(SETTINGS.format(folder=self.folder))
        environ = {
            "PATH": PATH,
            "HOME": str(self.folder),
            "CONTAINERS_CONF": f"{self.folder}/containers.conf",
        }
        apart = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--", "sh", "-c", APART]
        where = [
            "--storage-driver",
            "vfs",
            "--root",
            f"{self.folder}/root",
            "--runroot",
            f"{self.folder}/run",
        ]
        service = ["podman", *where, "system", "service", "--time", "0", f"unix://{self.folder}/p.sock"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*apart, *service], env=environ, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 2 * LONG
        while not (self.folder / "p.sock").exists():
            assert self._process.poll() is None, self._log()
            assert time.monotonic() < deadline, self._log()
            time.sleep(0.02)
        self._network = os.readlink(f"/proc/{self._process.pid}/ns/net")
        assert self._network != os.readlink("/proc/self/ns/net")
        image = self.folder / "busybox"
        image.mkdir()
        shutil.copy(self._busybox, image / "busybox")
        (image / "Dockerfile").write_text(BUSYBOX)
        self.docker("build", "--quiet", "--tag", "docker.io/library/busybox:1.36", str(image))

    def docker(self, *words: str, within: float = 4 * LONG) -> str:
        """What the client prints. AssertionError with all that was said if it fails."""
        environ = {"PATH": PATH, **self.environ, "DOCKER_BUILDKIT": "0"}
        done = subprocess.run(
            ["docker", *words], env=environ, capture_output=True, text=True, timeout=within, check=False
        )
        assert done.returncode == 0, done.stderr + self._log()
        return done.stdout.strip()

    def end(self) -> None:
        """Take the containers away while the engine can still do it, then end the engine and what it left."""
        if self._process is not None:
            with suppress(AssertionError, subprocess.TimeoutExpired):
                if left := self.docker("ps", "--all", "--quiet", within=LONG).split():
                    self.docker("rm", "--force", *left, within=LONG)
            self._process.terminate()
            try:
                self._process.wait(LONG)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(LONG)
        for pid in self.left():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def left(self) -> list[int]:
        """What is still there of the engine: processes of its network or with its folder in their words, and theirs."""
        found: set[int] = set()
        parents: dict[int, int] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                pid = int(entry.name)
                parents[pid] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if pid == os.getpid():
                    continue
                if f"{self.folder}/".encode() in (entry / "cmdline").read_bytes():
                    found.add(pid)
                if self._network and os.readlink(entry / "ns" / "net") == self._network:
                    found.add(pid)
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return sorted(found)

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]
