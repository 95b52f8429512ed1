"""`grail workspace` and its options; and the program itself, started as people start it."""

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import pytest

from bot.workspace import parse
from bot.workspace.settings import clock_file_of, contracts_of
from tests.fixtures.workspace import DANA, Workspace


def test_nothing_given_is_port_3000_in_socket_mode_with_made_up_secrets() -> None:
    one, other = parse([]), parse([])
    assert (one.port, one.app_url, [command.command for command in one.commands]) == (3000, None, ["/grail"])
    assert one.bot_token.startswith("xoxb-")
    assert one.app_token.startswith("xapp-")
    assert one.token != other.token
    assert one.token not in repr(one)


def test_every_option_is_taken() -> None:
    words = "--port 0 --app-url http://localhost:1/x --signing-secret s --bot-token xoxb-b --app-token xapp-a --token t"
    settings = parse([*words.split(), "--commands", "/ask, /grail", "--state", "file"])
    assert (settings.port, settings.app_url, settings.signing_secret) == (0, "http://localhost:1/x", "s")
    assert (settings.bot_token, settings.app_token, settings.token) == ("xoxb-b", "xapp-a", "t")
    assert [command.command for command in settings.commands] == ["/ask", "/grail"]
    assert settings.state == Path("file")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--commands", "ask"], "--commands wants words that begin with a slash, not 'ask'"),
        (["--app-url", "localhost:8000"], "--app-url must begin with http:// or https://"),
        (["--app-url", "http://localhost", "--socket"], "not allowed with argument --app-url"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_the_environment_names_the_clock_and_the_contracts(tmp_path: Path) -> None:
    assert clock_file_of({}) is None
    assert clock_file_of({"GRAIL_CLOCK_FILE": "/x"}) == Path("/x")
    assert contracts_of({"GRAIL_SHARED": str(tmp_path)}) is None
    folder = tmp_path / "contracts" / "slack"
    folder.mkdir(parents=True)
    assert contracts_of({"GRAIL_SHARED": str(tmp_path)}) == folder


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.workspace", *arguments, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_program_says_where_it_is_and_ends_when_told(ending: signal.Signals) -> None:
    process = await start("--port", "0", "--socket")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        where = (await process.stdout.readline()).decode()
    token = (await process.stdout.readline()).decode().split()[-1]
    url = re.findall(r"http://127\.0\.0\.1:\d+", where)[0]
    async with Workspace(url, token) as workspace:
        assert (await workspace.type(DANA, "#ops", "hello"))["ok"]
    process.send_signal(ending)
    async with asyncio.timeout(20):
        _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_a_port_in_use_is_one_plain_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await start("--port", str(port))
        async with asyncio.timeout(20):
            _, errors = await process.communicate()
    sentence = f"Port {port} is in use by another program: stop it, or choose another port.\n"
    assert (process.returncode, errors.decode()) == (1, sentence)
