"""compose.yaml, as Docker Compose itself reads it, and its Redis, started with the very words that stand there."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StartFault
from bot.store.connection import connect
from tests.fixtures.ports import free_port
from tests.fixtures.store import LONG, Server, short_folder

ROOT = Path(__file__).parents[1]
COMPOSE = Path(sys.executable).with_name("docker-compose")


def config(**environment: str) -> dict[str, Any]:
    """What `docker compose config` makes of the file. It needs no engine."""
    if not COMPOSE.exists():
        pytest.skip("docker-compose comes with the development packages on Linux x86-64 alone")
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment}
    done = subprocess.run(
        [COMPOSE, "--file", ROOT / "compose.yaml", "--env-file", os.devnull, "config", "--format", "json"],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_docker_compose_accepts_it_and_it_is_web_worker_and_redis() -> None:
    services = config()["services"]
    assert set(services) == {"web", "worker", "redis"}
    for side in ("web", "worker"):
        assert services[side]["command"][0] == side
        assert services[side]["depends_on"]["redis"]["condition"] == "service_healthy"


def test_our_containers_cannot_write_but_to_their_data_and_gain_no_rights() -> None:
    services = config()["services"]
    for side in (services["web"], services["worker"]):
        assert side["read_only"] is True
        assert side["cap_drop"] == ["ALL"]
        assert side["security_opt"] == ["no-new-privileges:true"]
        assert [v["target"] for v in side["volumes"] if not v.get("read_only")] == ["/data"]


def test_nothing_listens_beyond_this_machine() -> None:
    services = config()["services"]
    published = [(name, port["host_ip"]) for name, s in services.items() for port in s.get("ports", ())]
    assert published == [("web", "127.0.0.1")]


def test_both_sides_get_what_the_environment_says() -> None:
    names = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "GRAIL_METRICS_TOKEN")
    given = {name: f"a-{name}" for name in names}
    services = config(**given, REDIS_PASSWORD="open-sesame")["services"]
    for side in (services["web"], services["worker"]):
        assert side["environment"] == given | {"REDIS_URL": "redis://:open-sesame@redis:6379/0"}


@pytest.mark.parametrize("password", ["", "open-sesame"])
async def test_its_redis_keeps_what_it_is_told_and_takes_the_address_that_is_there(password: str) -> None:
    services = config(**{"REDIS_PASSWORD": password} if password else {})["services"]
    words = services["redis"]["command"]
    assert words[0] == "redis-server"
    port = free_port()
    listening = ["--port", str(port), "--bind", "127.0.0.1"]
    server = SilentServer(short_folder(), *words[1:], *listening)
    said: list[str] = []
    try:
        url = services["worker"]["environment"]["REDIS_URL"].replace("redis:6379", f"127.0.0.1:{port}")
        redis = await connect(url, say=said.append)
        await redis.aclose()
        assert said == []  # it keeps everything on disk, and may not evict
        if password:
            with pytest.raises(StartFault):
                await connect(f"redis://127.0.0.1:{port}/0", say=said.append)
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


class SilentServer(Server):
    """One whose ping is answered with a demand for a password: that is an answer too."""

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + LONG
        while not self.socket.exists():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            assert process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.005)
