"""Everything goes into one file, and comes back as it was."""

import re
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.backup import BackupFault, backup, restore
from bot.store.inbox import Inbox
from bot.store.streams import Work
from bot.store.timers import Timers

NOW = 1_800_000_000.0


async def fill(redis: Redis) -> None:
    await Inbox(redis).accept("k", {"x": "ü"}, id="T1", meaning="m", now=NOW)
    await Work(redis).add("k", {}, id="a", now=NOW, thing="t")
    await Timers(redis).at("t", NOW, "k", {})
    await redis.hset("{grail}:deploy:d-1", "bytes", b"\x00\xff\xfe")
    await redis.expire("{grail}:deploy:d-1", 1000)


async def contents(redis: Redis) -> dict[str, object]:
    found = {}
    async for name in redis.scan_iter(match="{grail}:*"):
        found[name] = await redis.execute_command("DUMP", name, NEVER_DECODE=[])  # type: ignore[no-untyped-call]
    return found


async def test_what_was_backed_up_is_restored_with_its_life(redis: Redis, tmp_path: Path) -> None:
    await fill(redis)
    await redis.set("test:not-ours", "1")
    before = await contents(redis)
    copied = await backup(redis, tmp_path / "b")
    assert (copied.keys, copied.whole) == (len(before), True)
    await redis.flushall()
    await redis.set("test:not-ours", "2")
    assert (await restore(redis, tmp_path / "b")).keys == copied.keys
    assert await contents(redis) == before
    assert 900 < await redis.ttl("{grail}:deploy:d-1") <= 1000
    assert await redis.ttl("{grail}:work") == -1
    assert await redis.get("test:not-ours") == "2"


async def test_nothing_is_restored_over_an_installation_unless_that_is_said(
    redis: Redis, tmp_path: Path
) -> None:
    await fill(redis)
    await backup(redis, tmp_path / "b")
    before = await contents(redis)
    await redis.set("{grail}:claim:shop:staging", "x", ex=60)
    words = (
        f"This Redis already holds {len(before) + 1} keys of Grail: "
        "restore into an empty one, or say --over to replace them all."
    )
    with pytest.raises(BackupFault, match=f"^{re.escape(words)}$"):
        await restore(redis, tmp_path / "b")
    await restore(redis, tmp_path / "b", over=True)
    assert await contents(redis) == before


async def test_a_file_that_is_no_whole_backup_changes_nothing(redis: Redis, tmp_path: Path) -> None:
    await fill(redis)
    good = tmp_path / "good"
    await backup(redis, good)
    before = await contents(redis)
    half, other, newer = tmp_path / "half", tmp_path / "other", tmp_path / "newer"
    half.write_bytes(b"".join(good.read_bytes().splitlines(keepends=True)[:-2]) + b'{"end":99}\n')
    other.write_text("hello\n")
    newer.write_text('{"format":"grail-backup","version":2}\n{"end":0}\n')
    faults = {
        half: f"{half} is not complete: take another backup.",
        other: f"{other} is no backup of Grail, or a newer one than this version knows.",
        newer: f"{newer} is no backup of Grail, or a newer one than this version knows.",
        tmp_path / "none": f"{tmp_path / 'none'} cannot be read: No such file or directory.",
    }
    for file, words in faults.items():
        with pytest.raises(BackupFault, match=f"^{re.escape(words)}$"):
            await restore(redis, file, over=True)
    assert await contents(redis) == before


async def test_a_dump_that_this_server_cannot_read_says_what_to_do(redis: Redis, tmp_path: Path) -> None:
    file = tmp_path / "b"
    await fill(redis)
    await backup(redis, file)
    await redis.flushall()
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = re.sub(rb'"[^"]*"\]', b'"AAAA"]', lines[1])
    file.write_bytes(b"".join(lines))
    with pytest.raises(BackupFault, match=r"restore into the version that it came from, or a newer one\.$"):
        await restore(redis, file)


async def test_no_half_of_a_backup_appears_under_its_name(redis: Redis, tmp_path: Path) -> None:
    await redis.set("test:x", "1")
    assert (await backup(redis, tmp_path / "b")).keys == 0
    assert [(file.name, oct(file.stat().st_mode)[-3:]) for file in tmp_path.iterdir()] == [("b", "600")]
