"""Everything that three people can do to one place in three steps each, walked breadth first over the real scripts.

A scene (scenes.py) with the steps that each of the three has left is a state; none is expanded twice. What a move
does to a scene hangs on nothing but the scene, so it is made once in Redis, however many steps are left.
"""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop
from redis.asyncio import Redis

from bot.domain.deploys import HELD
from bot.store.connection import connect
from tests.bot.store.desk import NOW, Desk
from tests.bot.store.left_alone import LeftAlone
from tests.bot.store.moves import ANYBODY, NOBODY, Moves
from tests.bot.store.scenes import Scene, Stage, Worker

STEPS = 3
MOVES = {
    "deploy", "lock", "unlock", "freeze", "thaw", "cancel", "finish", "finish late", "crash", "Redis crashes",
    "restart", "judge",
}  # fmt: skip
Form = tuple[Any, ...]
Left = tuple[int, ...]  # steps, of each of the three


@dataclass
class Known:
    """A scene that was reached. then: whose step, the form it leads to, and who of the three is who there."""

    scene: Scene
    order: tuple[int, ...]
    path: tuple[str, ...]
    then: list[tuple[int, Form, list[tuple[int, ...]]]] | None = None


@dataclass
class Walk:
    desk: Desk
    stage: Stage
    alone: LeftAlone
    known: dict[Form, Known] = field(default_factory=dict)
    seen: set[tuple[Form, Left]] = field(default_factory=set)
    made: Counter[str] = field(default_factory=Counter)
    left: set[tuple[Any, ...]] = field(default_factory=set)  # what was left alone

    async def run(self) -> None:
        """Walk until nobody has a step left."""
        start = await self.stage.take(NOW, Worker())
        form, orders = start.form()
        self.known[form] = Known(start, orders[0], ())
        whole = (STEPS,) * 3
        self.seen.add((form, whole))
        ahead = deque(self.seen)
        while ahead:
            form, left = ahead.popleft()
            for who, to, namings in await self.moves(form):
                for one in range(3) if who == ANYBODY else [who]:
                    if one != NOBODY and not left[one]:
                        continue
                    after = tuple(steps - (index == one) for index, steps in enumerate(left))
                    best = min(tuple(after[naming.index(index)] for index in range(3)) for naming in namings)
                    if (to, best) not in self.seen:
                        self.seen.add((to, best))
                        ahead.append((to, best))

    async def moves(self, form: Form) -> list[tuple[int, Form, list[tuple[int, ...]]]]:
        """Every move from a scene, made once. Each person is told by their number in the form."""
        here = self.known[form]
        if here.then is not None:
            return here.then
        here.then = []
        await self._leave(here)
        shown = False
        for who, name, make in Moves(self.desk).of(here.scene):
            if not shown:
                await self.stage.show(here.scene)
            self.desk.now = here.scene.now + 1
            try:
                worker = await make() or here.scene.worker
                after = await self.stage.take(self.desk.now, worker)
                holds(after)
                rises(here.scene, after)
            except AssertionError as error:
                raise AssertionError(f"{' · '.join((*here.path, name))}: {error}") from error
            self.made[name] += 1
            to, orders = after.form()
            shown = after.same(here.scene)  # the next move can be made in it
            self.known.setdefault(to, Known(after, orders[0], (*here.path, name)))
            # From the number that somebody had in this form to the one that they have in the next.
            namings = [tuple(order[here.order.index(number)] for number in range(3)) for order in orders]
            here.then.append((here.order[who] if who >= 0 else who, to, namings))
        return here.then

    async def _leave(self, here: Known) -> None:
        """Everybody walks away; once for all scenes in which as much of each kind has to end."""
        scene = here.scene
        states = Counter(one.state for one in scene.deploys.values())
        much = (*sorted(states.items()), bool(scene.locks), bool(scene.freezes))
        if much not in self.left:
            self.left.add(much)
            await self.stage.show(scene)
            try:
                await self.alone.ends(scene)
            except AssertionError as error:
                raise AssertionError(f"{' · '.join(here.path)}, and then nobody any more: {error}") from error


def holds(scene: Scene) -> None:
    """What is true in every scene."""
    claimed = [one for one in scene.deploys.values() if one.state not in HELD]
    assert len(claimed) <= 1, "two deploys believe to have the place"
    if claimed:
        [one] = claimed
        assert (scene.claim.get("deploy"), scene.claim.get("fence")) == (one.id, str(one.fence)), (
            "no claim of its own"
        )
        assert f"guard:{one.id}" in scene.timers, "nothing looks after it"
    else:
        assert scene.claim == {}, "a claim outlived its deploy"
    held = {id for id, one in scene.deploys.items() if one.state in HELD}
    assert scene.held == held, "what waits is not what is known to wait"
    queued = {id for id, one in scene.deploys.items() if one.state == "queued"}
    assert set(scene.line) == queued, "a place in line without its deploy, or a deploy without its place"
    ends = {f"lock:{field}" for field in scene.locks} | {f"freeze:{field}" for field in scene.freezes}
    assert ends <= scene.timers, "a lock that nothing ends"


def rises(before: Scene, after: Scene) -> None:
    """Fencing numbers only grow, by one for each deploy that begins."""
    began = after.running is not None and (before.running is None or before.running.id != after.running.id)
    assert after.fence == before.fence + began, "a fencing number was given twice, or for nothing"


def test_whatever_three_people_do_no_place_has_two_deploys_and_every_claim_and_place_in_line_ends(
    redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def walked() -> Walk:
        redis = await connect(redis_url, say=lambda line: None)
        async with redis, Redis.from_url(redis_url) as raw:
            walk = Walk(await Desk(redis).open(), Stage(raw), LeftAlone(redis, tmp_path))
            await walk.run()
        return walk

    begun = time.monotonic()
    walk = uvloop.run(walked())
    took = time.monotonic() - begun
    with capsys.disabled():
        print(
            f"\nThe walk saw {len(walk.seen)} states ({len(walk.known)} scenes, {sum(walk.made.values())} moves over "
            f"the real scripts, {len(walk.left)} scenes left alone) in {took:.0f} s."
        )
    # Each kind of move was made, and the walk is as wide as it was when this was written.
    assert set(walk.made) == MOVES
    assert len(walk.seen) > 15_000
