"""The front of Acme: one small process that sends visitors to the version of a service that answers now.

    GET  /<environment>/<service>/…          to that service, on whatever port it listens
    POST /-/join                             a version that has begun to listen; the connection is its life-line
    POST /-/switch, /-/retire, /-/back       the steps of a deploy (ops/ in Acme's repository)
    POST /-/quit                             with the key of this process: end, and with us every service

It never ends a process by number: a service lives as long as its life-line, so whatever becomes of a recipe, of the
bot or of us, nothing is left behind. What answers is kept in state.json, and is started again with the front.
Run as `python -I -S -B front.py <data/acme>`; standard library alone, and so one file.
"""

import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NOBODY = 65534  # whom services started by us run as, where we are root
START_AGAIN = "again"  # the deploy that stands for a start of our own


@dataclass(eq=False)
class Version:
    """One running process of a service. `over` ends it."""

    commit: str
    deploy: str
    port: int
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def short(self) -> str:
        return self.commit[:7]


@dataclass
class Place:
    """A service in an environment: what answers, what answered before, what is being started."""

    live: Version | None = None
    before: Version | None = None
    candidate: Version | None = None
    first: bool = True  # nothing had answered here before the live one


class Front:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.places: dict[str, Place] = {}
        self.wanted: dict[str, str] = {}  # what is to answer, by place: the commits that state.json keeps
        self.lock = threading.RLock()
        self.key = secrets.token_hex(16)

    def place(self, told: dict[str, str]) -> Place:
        return self.places.setdefault(f"{told['environment']}/{told['service']}", Place())

    def join(self, told: dict[str, Any]) -> Version:
        version = Version(str(told["commit"]), str(told["deploy"]), int(told["port"]))
        with self.lock:
            place = self.place(told)
            if place.candidate:
                place.candidate.over.set()
            place.candidate = version
        return version

    def left(self, version: Version) -> None:
        with self.lock:
            for place in self.places.values():
                if place.candidate is version:
                    place.candidate = None
                if place.before is version:
                    place.before = None

    def switch(self, told: dict[str, str]) -> str:
        with self.lock:
            place, name = self.place(told), f"{told['environment']}/{told['service']}"
            new = place.candidate
            if new is None or new.deploy != told["deploy"]:
                raise LookupError(f"no new version of {name} is waiting to be switched to")
            if place.before:
                place.before.over.set()
            place.before, place.live, place.candidate = place.live, new, None
            place.first = place.before is None
            self.keep(name, new.commit)
            was = f", was {place.before.short}" if place.before else ""
            return f"the front sends {name} to {new.short}{was}"

    def retire(self, told: dict[str, str]) -> str:
        with self.lock:
            place, old = self.place(told), self.place(told).before
            place.before = None
        if old is None:
            return "there is no old version to end"
        old.over.set()
        ended([old])
        return f"ended the old version {old.short}"

    def back(self, told: dict[str, str]) -> str:
        with self.lock:
            place, said = self.place(told), "nothing had changed"
            if place.candidate and place.candidate.deploy == told["deploy"]:
                place.candidate.over.set()
                said = f"ended the new version {place.candidate.short}"
                place.candidate = None
            live = place.live
            if live and live.deploy == told["deploy"]:
                if place.before is None and not place.first:
                    raise LookupError(f"the version before {live.short} has ended already")
                live.over.set()
                place.live, place.before = place.before, None
                said = f"ended the new version {live.short}"
            self.keep(f"{told['environment']}/{told['service']}", place.live.commit if place.live else None)
            now = f"{place.live.short} answers" if place.live else "nothing answers here, as before"
            return f"{said}; {now}"

    def keep(self, name: str, commit: str | None) -> None:
        self.wanted.pop(name, None)
        if commit:
            self.wanted[name] = commit
        beside = self.home / "state.json.new"
        beside.write_text(json.dumps(self.wanted))
        os.replace(beside, self.home / "state.json")

    def close(self) -> None:
        """End all services, and see that their ports are free again."""
        with self.lock:
            all_of = [
                v for place in self.places.values() for v in (place.live, place.before, place.candidate) if v
            ]
            for version in all_of:
                version.over.set()
        ended(all_of)

    def start_again(self, address: str) -> None:
        """Start what answered when the front was ended."""
        with suppress(OSError, ValueError):
            self.wanted = dict(json.loads((self.home / "state.json").read_text()))
            starting = [
                threading.Thread(target=self.start_one, args=(*name.split("/", 1), commit, address))
                for name, commit in list(self.wanted.items())
            ]
            for each in starting:
                each.start()
            for each in starting:
                each.join()

    def start_one(self, environment: str, service: str, commit: str, address: str) -> None:
        told = {"environment": environment, "service": service, "deploy": START_AGAIN}
        folder = Path(tempfile.mkdtemp(prefix="acme-"))
        try:
            subprocess.run(
                ["git", f"--git-dir={self.home / 'repository.git'}", f"--work-tree={folder}",
                 "checkout", "--quiet", commit, "--", "."],
                env={"PATH": os.environ.get("PATH", os.defpath), "GIT_INDEX_FILE": str(folder / ".index")},
                capture_output=True, check=True,
            )  # fmt: skip
            folder.chmod(0o755)
            child = self.spawn(folder, [service, environment, commit, START_AGAIN, address, "0"])
            threading.Thread(target=child.wait, daemon=True).start()
            end = time.monotonic() + 5
            while time.monotonic() < end and child.poll() is None:
                with suppress(LookupError):
                    self.switch(told)
                    return
                time.sleep(0.02)
        except (OSError, subprocess.SubprocessError):
            pass  # it stays away, and the next deploy brings it
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def spawn(self, folder: Path, words: list[str]) -> "subprocess.Popen[bytes]":
        """As nobody, where we are root and may become nobody."""
        nobody: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for who in (nobody, {}) if os.geteuid() == 0 else ({},):
            with suppress(PermissionError, subprocess.SubprocessError):
                return subprocess.Popen(
                    ["python3", "-B", "-m", "services.serving", *words], cwd=folder,
                    env={"PATH": os.environ.get("PATH", os.defpath)}, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who,
                )  # fmt: skip
        raise PermissionError("python3 cannot be run")


def ended(versions: list[Version]) -> None:
    """Wait until their ports are free again, or have had their time."""
    end = time.monotonic() + 3
    while time.monotonic() < end and any(listens(version.port) for version in versions):
        time.sleep(0.02)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            parts = self.path.split("/", 3)
            if parts[1:3] == ["-", "candidate"]:
                environment, service, deploy, path = parts[3].split("/", 3)
                place = front.places.get(f"{environment}/{service}", Place())
                version = place.candidate if place.candidate and place.candidate.deploy == deploy else None
                self.pass_on(version, path)
            elif len(parts) == 4:
                self.pass_on(front.places.get(f"{parts[1]}/{parts[2]}", Place()).live, parts[3])
            elif self.path == "/":
                with front.lock:
                    live = {name: place.live.commit for name, place in front.places.items() if place.live}
                self.answer(200, {"acme": live})
            else:
                self.answer(404, {"why": "ask for /<environment>/<service>/"})

        def pass_on(self, version: Version | None, path: str) -> None:
            if version is None:
                self.answer(502, {"why": "nothing answers here"})
                return
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{version.port}/{path}", timeout=5) as got:
                    status, data = got.status, json.load(got)
            except urllib.error.HTTPError as error:
                status, data = error.code, json.load(error)
            except (OSError, ValueError):
                status, data = 502, {"why": "the service does not answer"}
            self.answer(status, {**data, "port": version.port} if path == "health" else data)

        def do_POST(self) -> None:
            # A page of the web cannot set this header on another site, and has a host of its own.
            host = self.headers.get("Host", "").rpartition(":")[0]
            if self.headers.get("X-Acme") is None or host not in ("127.0.0.1", "localhost"):
                self.answer(403, {"said": "not for you"})
                return
            try:
                told = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), 65536)))
                if self.path == "/-/join":
                    self.hold(front.join(told))
                elif self.path in ("/-/switch", "/-/retire", "/-/back"):
                    self.answer(200, {"said": getattr(front, self.path[3:])(told)})
                elif self.path in ("/-/hello", "/-/quit") and secrets.compare_digest(told["key"], front.key):
                    if self.path == "/-/quit":
                        front.close()
                        threading.Thread(target=self.server.shutdown).start()
                    self.answer(200, {"said": "yes"})
                else:
                    self.answer(404, {"said": "no such order"})
            except LookupError as error:
                self.answer(409, {"said": str(error.args[0])})
            except (ValueError, TypeError):
                self.answer(400, {"said": "not understood"})

        def hold(self, version: Version) -> None:
            """Keep the life-line until the version is not wanted any more, or has gone."""
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            while not version.over.wait(0.5):
                with suppress(OSError):
                    if not select.select([self.connection], [], [], 0)[0]:
                        continue
                    if self.connection.recv(1, socket.MSG_PEEK):
                        continue
                break
            front.left(version)
            self.close_connection = True

        def answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(ThreadingHTTPServer):
    allow_reuse_address = True

    def handle_error(self, *_: Any) -> None:
        """A visitor who hangs up is nothing to report."""


def main(home: Path) -> None:
    front = Front(home)
    known = home / "front.json"
    wanted = 0
    with suppress(OSError, ValueError, KeyError):
        wanted = int(json.loads(known.read_text())["port"])  # people may have the address open
    try:
        server = Server(("127.0.0.1", wanted), handler(front))
    except OSError:
        server = Server(("127.0.0.1", 0), handler(front))
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2})
    serving.start()
    address = f"http://127.0.0.1:{server.server_port}"
    front.start_again(address)
    with open(os.open(known, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"port": server.server_port, "key": front.key}, file)
    print("ready", flush=True)
    nothing = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(nothing, each)
    serving.join()
    server.server_close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
