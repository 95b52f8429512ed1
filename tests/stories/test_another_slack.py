"""`run` with Slack credentials: the same Acme on that Slack, no workspace of its own, and nothing but loopback."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.grail import ROOT
from tests.fixtures.ports import free_port
from tests.fixtures.workspace import DANA, Workspace

LISTENS = "0A"


def test_addresses_are_read_as_they_are() -> None:
    with socket.create_server(("127.0.0.1", 0)) as near, socket.create_server(("0.0.0.0", 0)) as far:
        found = {port: address for address, port in listening(os.getpid())}
        assert found[near.getsockname()[1]] == "127.0.0.1"
        assert found[far.getsockname()[1]] == "0.0.0.0"


@pytest.fixture
def workspace_words(clock_file: Path) -> list[str]:
    return ["--port", "0", "--socket", "--bot-token", "xoxb-1", "--app-token", "xapp-1"]


async def test_with_credentials_run_is_the_same_acme_on_that_slack_and_listens_on_loopback_alone(
    workspace: Workspace, clock_file: Path, tmp_path: Path
) -> None:
    port, page = free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "GRAIL_DATA": str(tmp_path / "data"),
        "GRAIL_WORKSPACE_PORT": str(page),
        "GRAIL_CLOCK_FILE": str(clock_file),
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--port", str(port),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            said = (await process.stdout.readuntil(b"Ctrl-C")).decode()
        assert str(page) not in said
        assert "workspace" not in said
        await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
        await workspace.wait_for(
            "#storefront", lambda ms: any("shop → staging: succeeded" in m["text"] for m in ms), within=30
        )
        ours = [pid for pid in everybody() if pid == process.pid or str(tmp_path) in words_of(pid)]
        found = [each for pid in ours for each in listening(pid)]
        assert port in [each[1] for each in found]
        assert page not in [each[1] for each in found]
        assert len(ours) > 2, "Grail, its Redis, and what it deployed"
        assert {each[0] for each in found} <= {"127.0.0.1", "::1"}
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.communicate()
    assert process.returncode == 0


def everybody() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def words_of(pid: int) -> str:
    """How it was called, and in which environment; nothing of a process that has ended or is not ours to read."""
    try:
        return "".join((Path("/proc") / str(pid) / name).read_text() for name in ("cmdline", "environ"))
    except OSError:
        return ""


def listening(pid: int) -> Iterator[tuple[str, int]]:
    """The addresses and ports at which this process listens."""
    here = Path("/proc") / str(pid)
    try:
        numbers = os.listdir(here / "fd")
        rows = [
            row.split() for name in ("tcp", "tcp6") for row in (here / "net" / name).read_text().splitlines()
        ]
    except OSError:
        return
    names = {opened(here / "fd" / number) for number in numbers}
    for row in rows:
        if row[3] == LISTENS and f"socket:[{row[9]}]" in names:
            address, _, port = row[1].partition(":")
            yield read(address), int(port, 16)


def opened(number: Path) -> str:
    try:
        return os.readlink(number)
    except OSError:  # closed meanwhile, as the one is with which the list was read
        return ""


def read(address: str) -> str:
    """As the kernel writes it: words of four bytes, each turned round."""
    words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, b"".join(words))
