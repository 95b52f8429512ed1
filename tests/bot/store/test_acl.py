"""The rights of docs/redis.acl are enough for Grail, and hold it to its own keys."""

import asyncio
import re
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, ResponseError

from bot.store import epoch
from bot.store.backup import backup, restore
from bot.store.connection import connect
from bot.store.dead import DeadLetters
from bot.store.inbox import Inbox
from bot.store.keys import WORK
from bot.store.schedules import Schedule, Schedules
from bot.store.streams import Job, Later, Work, Worker
from bot.store.timers import Timers
from tests.fixtures.store import MovedClock, Server, eventually

ROOT = Path(__file__).parents[3]
ACL = ROOT / "docs" / "redis.acl"
NOW = 1_800_000_000.0


async def as_user(server: Server, user: str) -> Redis:
    return await connect(server.url.replace("unix://", f"unix://{user}:change-me-{user}@"), say=print)


async def test_web_and_worker_do_their_work_with_these_rights(
    acl_server: Server, moved_clock: MovedClock
) -> None:
    web, own = await as_user(acl_server, "grail-web"), await as_user(acl_server, "grail-worker")
    ran: list[str] = []

    async def note(job: Job) -> None:
        ran.append(job.id)
        if ran == ["later"]:
            raise Later(1)
        if job.id == "fails":
            raise ValueError

    inbox, work, timers = Inbox(web), Work(web), Timers(web)
    now = moved_clock.now()
    await inbox.accept("k", {}, id="request", meaning="m", now=now)
    await inbox.answer("request", {})
    assert await inbox.answered("request") == {}
    await work.add("k", {}, id="later", now=now)
    await work.add("k", {}, id="thing", now=now, thing="t", host="h")
    await work.add("k", {}, id="fails", now=now)
    await timers.at("timer", now, "k", {})
    await timers.at("none", now + 9999, "k", {})
    await timers.cancel("none")
    await web.xadd(WORK(), {"job": "garbage"})
    assert await epoch.current(web) == await epoch.current(own)
    await Schedules(own, timers, moved_clock, print).keep([Schedule("k", "t", "* * * * *", "UTC")])
    said: list[str] = []
    stop = asyncio.Event()
    workers = [
        Worker(own, {"k": note}, clock=moved_clock, name=name, host="h", say=said.append)
        for name in ("a", "b")
    ]
    tasks = [asyncio.create_task(worker.run(stop)) for worker in workers]

    async def pushed() -> bool:
        moved_clock.forward(5)
        return {"request", "later", "thing", "timer"} <= set(ran) and await DeadLetters(own).count() == 2

    await eventually(pushed, every=0.05)
    [letter, _] = await DeadLetters(own).list()
    await DeadLetters(own).retry(letter.id)
    await DeadLetters(own).drop(letter.id)
    assert [line for line in said if "NOPERM" in line or "permission" in line] == []
    stop.set()
    await asyncio.gather(*tasks)
    await web.aclose()
    await own.aclose()


async def test_backup_and_restore_work_with_theirs(acl_server: Server, tmp_path: Path) -> None:
    web, own = await as_user(acl_server, "grail-web"), await as_user(acl_server, "grail-backup")
    await Inbox(web).accept("k", {}, id="request", meaning="m", now=NOW)
    copied = await backup(own, tmp_path / "b")
    assert copied.keys == 3
    await restore(own, tmp_path / "b", over=True)
    assert not (await Inbox(web).accept("k", {}, id="request", meaning="m", now=NOW)).first
    await web.aclose()
    await own.aclose()


@pytest.mark.parametrize("user", ["grail-web", "grail-worker", "grail-backup"])
async def test_nothing_else_can_be_touched(acl_server: Server, user: str) -> None:
    redis = await as_user(acl_server, user)
    refused = [
        ("GET", "other"),
        ("DEL", "other"),
        ("EVAL", "return redis.call('DEL', 'other')", 0),
        ("FLUSHALL",),
        ("CONFIG", "SET", "maxmemory", "1"),
        ("KEYS", "*"),
        ("ACL", "LIST"),
        ("CLIENT", "LIST"),
        ("MONITOR",),
        ("SHUTDOWN",),
        ("REPLICAOF", "h", "1"),
        ("MODULE", "LIST"),
    ]
    for command in refused:
        with pytest.raises(ResponseError, match=r"permission|can't access|can't run"):
            await redis.execute_command(*command)  # type: ignore[no-untyped-call]
    await redis.aclose()


async def test_web_takes_no_work(acl_server: Server) -> None:
    redis = await as_user(acl_server, "grail-web")
    with pytest.raises(NoPermissionError):
        await redis.xreadgroup("workers", "web", {WORK(): ">"})
    await redis.aclose()


def allowed(user: str) -> set[str]:
    [line] = [line for line in ACL.read_text().splitlines() if line.startswith(f"user {user} ")]
    return {word[1:] for word in line.split() if word.startswith("+")}


def test_every_command_of_a_script_is_allowed_to_the_worker() -> None:
    sent = set()
    for file in (ROOT / "bot" / "store").glob("*.lua"):
        if file.name != "dump.lua":  # only backup runs it
            for command, sub in re.findall(r"redis\.p?call[(,] *'(\w+)'(?:, *'([A-Z]+)')?", file.read_text()):
                sent.add(f"{command}|{sub}".lower() if command == "XGROUP" else command.lower())
    assert sent - allowed("grail-worker") == set()


# What redis-py calls otherwise than Redis does.
NAMES = {
    "xgroup_create": "xgroup|create",
    "delete": "del",
    "config_get": "config|get",
    "register_script": "script|load",
    "script_load": "script|load",
    "scan_iter": "scan",
}
OF_THE_CLIENT = {
    "aclose",
    "pipeline",
    "connection_pool",
    "execute_command",
    "asyncio",
    "exceptions",
    "backoff",
}


def test_every_command_that_the_store_sends_itself_is_allowed_to_the_worker() -> None:
    sent = set()
    for file in (ROOT / "bot" / "store").glob("*.py"):
        if file.name not in ("backup.py", "embedded.py"):
            sent |= set(re.findall(r"\b_?redis\.([a-z_]+)[()]", file.read_text())) - OF_THE_CLIENT
    assert {NAMES.get(name, name) for name in sent} - allowed("grail-worker") == set()
