"""The workers as they see one another: who lives, who does not, and taking over from those.

Each worker says something new every LOOK_SECONDS, and looks what the others say. One that has said nothing
new for three looks is gone, as is one whose process on this machine has ended. Only the change counts, not
what time anybody believes it is: clocks may differ, and moving time makes nobody dead.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.store.keys import WORKERS
from bot.store.scripts import Scripts, WrongData, guarded
from bot.store.work import GROUP


class Peers:
    LOOK_SECONDS: ClassVar[float] = 2.0
    LOOKS: ClassVar[int] = 3

    def __init__(self, redis: Redis, me: str, streams: Sequence[str]) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._me = me
        self._streams = tuple(streams)
        self._beats = 0
        self._words: dict[
            str, tuple[str, int]
        ] = {}  # what each said last, and how many looks ago that was new

    async def look(self, now: float) -> list[str]:
        """Say that we live; answers who does not and is to be taken over."""
        said, holding = await self._beat(now)
        words = dict(zip(said[::2], said[1::2], strict=True))
        before, self._words = self._words, {}
        gone = []
        for other in {*words, *holding} - {self._me}:
            word = words.get(other, "")
            last, looks = before.get(other, ("", 0))
            looks = looks + 1 if word == last else 0
            self._words[other] = (word, looks)
            if word == "" or looks >= self.LOOKS or _ended(word):
                gone.append(other)
        return gone

    async def _beat(self, now: float) -> tuple[list[str], list[str]]:
        self._beats += 1
        word = f"{place()} {os.getpid()} {started(os.getpid())} {self._beats} {now:.3f}"
        said, holding = await self._scripts.run("beat", (WORKERS(), *self._streams), (self._me, word))
        return said, holding

    async def adopt(
        self, stream: str, whose: str, most: int, leave: Sequence[str]
    ) -> tuple[bool, list[tuple[str, int, Mapping[str, str]]]]:
        """Take over at most `most` entries, but those in `leave`: (entry, deliveries, fields) of each, and whether
        it is one that may be what the others died of: then it is the only one."""
        said = self._words.get(whose, ("", 0))[0]
        answer: Any = await self._scripts.run(
            "adopt", (WORKERS(), stream), (self._me, whose, said, most, *leave)
        )
        found: list[tuple[str, int, Mapping[str, str]]] = [
            (id, int(n), dict(zip(f[::2], f[1::2], strict=True))) for id, n, f in answer[1:]
        ]
        return answer[0] == 1, found

    async def forget(self, whose: str) -> None:
        """Who is gone and said nothing new since is not asked after again."""
        said = self._words.get(whose, ("", 0))[0]
        await self._scripts.run("forget", (WORKERS(),), (whose, said))

    async def enter(self, streams: Sequence[str]) -> None:
        """Make the streams and the group where there are none yet, and be known before the first entry is
        read.
        """
        for stream in streams:
            try:
                await guarded(self._redis.xgroup_create)(stream, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
        with suppress(WrongData):  # the heartbeat says so
            await self._beat(0.0)

    async def leave(self) -> None:
        """Nobody needs to wait until we have been silent for long enough."""
        await self._scripts.run("leave", (WORKERS(), *self._streams), (self._me,))

    async def wrong(self, streams: Sequence[str]) -> list[str]:
        """Which of the streams are something else."""
        kinds = [(stream, await guarded(self._redis.type)(stream)) for stream in streams]
        return [stream for stream, kind in kinds if kind not in ("stream", "none")]


async def hosts(redis: Redis) -> frozenset[str]:
    """The machines whose workers live, or were not missed yet. Workers of Grail are named "<host>:<process>:…"."""
    try:
        names = await guarded(cast(Any, redis).hgetall)(WORKERS())
    except WrongData:  # the heartbeat says so
        return frozenset()
    return frozenset(parts[0] for name in names if len(parts := name.rsplit(":", 2)) == 3)


@cache
def place() -> str:
    """This boot of this machine, and this container of it: where a process number means the same process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return "unknown"


def started(pid: int) -> str:
    """When a process began, in the system's ticks; numbers are given again. Empty when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _ended(word: str) -> bool:
    parts = word.split()
    if len(parts) != 5 or parts[0] != place() or place() == "unknown" or not parts[1].isdecimal():
        return False
    return started(int(parts[1])) != parts[2]
