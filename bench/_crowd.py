"""Two hundred deploys at once, told through one outbox: the load that outbox.py measures and that a test holds to.

Time is moved second by second, and each second is waited out until nothing more may be sent in it: so what is said in
seconds of the clock does not depend on how fast the machine is.
"""

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.domain.deploys import Deploy, StepShown
from bot.slack.outbox import Outbox
from bot.slack.views import deploy as views
from bot.slack.views import thread
from bot.store import keys

STEPS = ("checkout", "test", "start", "check")
SECONDS = 300  # over which the results come
SOME = 20  # so often in seconds each deploy has something new to tell while it runs
STEP = 60  # seconds that a step takes
SETTLED = 20.0  # real seconds at most for what may be sent in one second of the clock
REV = re.compile(r"rev (\d+)")


@dataclass
class Seen:
    """An edit or a post of a card, as Slack took it."""

    at: float
    method: str
    text: str

    @property
    def rev(self) -> int:
        found = REV.search(self.text)
        return int(found[1]) if found else -1


@dataclass
class Story:
    """What became of it all; times in seconds of the moved clock."""

    calls: list[tuple[float, str]] = field(default_factory=list)
    cards: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))  # by the service's name
    ended: dict[str, float] = field(default_factory=dict)  # when each result was put in
    told: int = 0  # changes of cards that were put in
    reported: list[tuple[str, str]] = field(default_factory=list)
    cpu: float = 0.0  # seconds of this process's time for all of it

    def late(self) -> list[float]:
        """For each result: after how many seconds its card showed it."""
        found = []
        for name, at in self.ended.items():
            shown = [
                seen.at for seen in self.cards[name] if ": succeeded" in seen.text or ": failed" in seen.text
            ]
            found.append(shown[0] - at if shown else float("inf"))
        return found

    def busiest(self, method: str) -> int:
        """The most calls of that method in any minute."""
        at = sorted(when for when, name in self.calls if name == method)
        most = first = 0
        for last, when in enumerate(at):
            while at[first] <= when - 60:
                first += 1
            most = max(most, last - first + 1)
        return most


class Noted(Slack):
    """The client, and what it was answered well."""

    def __init__(self, token: str, base_url: str, clock: Clock, story: Story) -> None:
        super().__init__(token, base_url=base_url)
        self._clock, self._story = clock, story

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer = await super().call(method, **arguments)
        now = self._clock.now()
        self._story.calls.append((now, method))
        text = str(arguments.get("text", ""))
        if method == "chat.update" or " → " in text.partition(":")[0]:
            self._story.cards[text.partition(" ")[0]].append(Seen(now, method, text))
        return answer


class Crowd:
    """clock_file: the workspace at base_url moves by the same one. channels: ids, taken in turn."""

    def __init__(
        self,
        redis: Redis,
        *,
        token: str,
        base_url: str,
        clock_file: Path,
        channels: list[str],
        user: str,
        size: int,
    ) -> None:
        self.story = Story()
        self._redis, self._file, self._user = redis, clock_file, user
        self._clock, self._shift = Clock(clock_file), 0.0
        self._slack = Noted(token, base_url, self._clock, self.story)
        self.outbox = Outbox(redis, self._slack, self._clock, name="crowd", on_undeliverable=self._report)
        begun = self._clock.now()
        self._deploys = [
            Deploy(
                f"d-{n}", f"s{n}", "staging", "main", f"{n:040x}", "rev 1", "requested", "dana@example.com", user,
                "Dana", "T1", channels[n % len(channels)], begun, run=f"d-{n}", rev=1,
                steps=tuple(StepShown(name, "pending") for name in STEPS),
            )
            for n in range(size)
        ]  # fmt: skip

    async def live(self) -> Story:
        """All of them begin, tell of their steps, and end one after the other; answers when everything is said."""
        stop, cpu = asyncio.Event(), time.process_time()
        sending = asyncio.create_task(self.outbox.run(stop))
        try:
            await self._begin()
            ends = [SECONDS * n / len(self._deploys) for n in range(len(self._deploys))]
            for second in range(SECONDS):
                await self._progress(second)
                for n in [n for n, at in enumerate(ends) if second <= at < second + 1]:
                    await self._end(n)
                await self._tick()
            for _ in range(600):
                if not await self.outbox.waiting():
                    break
                await self._tick()
            self.story.cpu = time.process_time() - cpu
        finally:
            stop.set()
            await sending
            await self._slack.close()
        return self.story

    async def _begin(self) -> None:
        for n in range(len(self._deploys)):
            await self._show(n)
            await self._show(n, state="running", started=self._clock.now())
        for _ in range(600):
            if sum(method == "chat.postMessage" for _, method in self.story.calls) >= len(self._deploys):
                return
            await self._tick()

    async def _progress(self, second: int) -> None:
        now = self._clock.now()
        for n, deploy in enumerate(self._deploys):
            if deploy.over or (second + n) % SOME:
                continue
            at = min(second // STEP, len(STEPS) - 1)
            phases = ["succeeded"] * at + ["running"] + ["pending"] * (len(STEPS) - at - 1)
            steps = tuple(
                StepShown(name, phase, now - 9, now - 1 if phase == "succeeded" else None, f"line {second}")
                for name, phase in zip(STEPS, phases, strict=True)
            )
            await self._show(n, steps=steps)

    async def _end(self, n: int) -> None:
        failed, now = n % 10 == 9, self._clock.now()
        steps = tuple(StepShown(name, "succeeded", now - 9, now - 1) for name in STEPS)
        if failed:
            steps = (*steps[:-1], replace(steps[-1], phase="failed"))
        deploy = await self._show(n, state="failed" if failed else "succeeded", ended=now, steps=steps)
        self.story.ended[deploy.service] = now
        for id, line in thread.lines(deploy):
            await self.outbox.line(f"{deploy.id}:{id}", deploy.id, line)
        if failed:
            await self.outbox.line(
                f"{deploy.id}:output", deploy.id, thread.failure(deploy, "no answer on /health\n")
            )
            await self.outbox.direct(f"notice:{deploy.id}", self._user, views.notice(deploy, deploy.channel))

    async def _show(self, n: int, **changes: Any) -> Deploy:
        rev = self._deploys[n].rev + 1
        deploy = self._deploys[n] = replace(self._deploys[n], rev=rev, subject=f"rev {rev}", **changes)
        message = views.card(deploy, self._clock.now())
        await self.outbox.card(deploy.id, deploy.channel, message, version=rev, shows=views.shows(deploy))
        self.story.told += 1
        return deploy

    async def _tick(self) -> None:
        """A second goes by, and everything that may be sent in it is."""
        self._shift += 1
        new = self._file.with_suffix(".new")
        new.write_text(f"{self._shift:.3f}")
        new.replace(self._file)
        async with asyncio.timeout(SETTLED):
            while not await self._settled():  # noqa: ASYNC110 - what is waited for happens in Redis
                await asyncio.sleep(0.002)

    async def _settled(self) -> bool:
        if self.outbox.in_flight:
            return False
        first: Any = await self._redis.zrange(keys.OUTBOX_LANES(), 0, 0, withscores=True)
        return not first or float(first[0][1]) > self._clock.now()

    async def _report(self, id: str, why: str) -> None:
        self.story.reported.append((id, why))
