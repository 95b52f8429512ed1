"""Many deploys at once by GitHub Actions, against the played GitHub with its limits on, and real Redis."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.drivers import Order, Told, Waits
from bot.drivers._github_run import mark_of
from bot.drivers.github_actions import GitHubActionsDriver
from bot.services.pace import OWED, GitHubPace
from bot.store import keys
from bot.store.pace import PaceStore
from bot.store.streams import Job
from bot.store.timers import Timers
from tests.bot.drivers.github_scene import Scene
from tests.fixtures.github import GitHub, words_with_github

MANY = 100  # starts at once; tests/bot/store/test_pace.py has the figures of 200
JOB = Job(id=OWED, kind=OWED, body={})


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


class Paced(Scene):
    """Every driver of it writes at one pace, as the workers of one installation do."""

    redis: Redis

    def restarted(self, *, token: str | None = None, timeout: float = 10) -> GitHubActionsDriver:
        super().restarted(token=token, timeout=timeout)
        self.pace = GitHubPace(PaceStore(self.redis), self.clients[-1], Timers(self.redis), self.clock)
        self.driver = GitHubActionsDriver(self.clients[-1], self.clock, self.pace)
        return self.driver


@pytest.fixture
async def scene(github: GitHub, github_git: Path, clock_file: Path, redis: Redis) -> AsyncIterator[Paced]:
    await github.workflow()
    Paced.redis = redis
    made = Paced(github, github_git, clock_file)
    yield made
    for client in made.clients:
        await client.close()


async def tried(scene: Paced, order: Order) -> float | None:
    """None: it has begun. Else when to try again."""
    try:
        await scene.driver.start(order)
    except Waits as wait:
        return wait.until
    return None


async def test_many_starts_at_once_begin_within_minutes_each_once_and_none_meets_githubs_limit(
    scene: Paced,
) -> None:
    orders = {
        f"d-{number}": scene.order(f"d-{number}", request=f"r-{number}") for number in range(1, MANY + 1)
    }
    waiting = dict.fromkeys(orders, 0.0)
    began = scene.clock.now()
    first = True
    while waiting:
        for id in [one for one, when in waiting.items() if when <= scene.clock.now()]:
            until = await tried(scene, replace(orders[id], first=first))
            if until is None:
                del waiting[id]
            else:
                waiting[id] = until
        if first:
            assert len(waiting) == MANY - 37
            scene.restarted()  # another worker, which knows nothing but what stands in Redis
            state = await scene.driver.state(scene.driver.run_of(orders["d-38"]))
            assert (state.phase, state.note[:48]) == (
                "starting",
                "It waits for GitHub's limit, and begins in about",
            )
            assert 0 < state.look_in <= 60
        first = False
        if waiting:
            await scene.forward(max(0.0, min(waiting.values()) - scene.clock.now()) + 5)
    assert scene.clock.now() - began <= 4 * 60
    runs = await scene.played.runs()
    assert sorted(run["title"] for run in runs) == sorted(f"Deploy {mark_of(one)}" for one in orders.values())
    assert all(client._until == 0.0 for client in scene.clients)


async def test_how_a_deploy_ended_is_told_later_where_there_is_no_room_and_counts_here_at_once(
    scene: Paced, redis: Redis
) -> None:
    order = scene.order()
    run = await scene.driver.start(order)
    store, now = PaceStore(redis), scene.clock.now()
    for number in range(36):
        assert await store.take(f"e-{number}", 2, now) is None
    assert await store.take("next", 2, now) is not None  # somebody waits for their turn
    await scene.played.run("step")
    await scene.until(run, "running")
    await scene.played.run("success")
    await scene.until(run, "succeeded")
    assert await scene.played.told() == []
    stands = await scene.restarted().standing(order)
    assert stands is not None
    assert stands.commit == order.commit
    assert await redis.hexists(keys.TIMER_ROWS(), OWED)
    await scene.pace.settle(JOB)
    assert await scene.played.told() == []  # still no room
    await store.leave("next")
    await scene.forward(61)
    await scene.pace.settle(JOB)
    await scene.pace.settle(JOB)
    assert await scene.played.told() == ["success"]
    assert await store.owed() == {}


async def test_what_is_owed_and_lost_its_timer_is_told_all_the_same_and_what_github_refuses_is_let_go(
    scene: Paced, redis: Redis
) -> None:
    await scene.pace.recall()
    assert not await redis.hexists(keys.TIMER_ROWS(), OWED)
    await scene.pace.owe(Told("acme/shop", 12345, "success", "", "", 5.0))
    await PaceStore(redis).owe(7, b"nobody can read this")
    await Timers(redis).cancel(OWED)
    await scene.pace.recall()
    assert await redis.hexists(keys.TIMER_ROWS(), OWED)
    await scene.pace.settle(JOB)
    assert await PaceStore(redis).owed() == {}


async def test_what_githubs_own_limit_refuses_stands_first_in_line_and_is_asked_again_when_it_says(
    scene: Paced, redis: Redis
) -> None:
    order = scene.order()
    await scene.played.weather(rate_limited=30, methods=["dispatch"])
    with pytest.raises(Waits) as wait:
        await scene.driver.start(order)
    assert str(wait.value) == "It waits for GitHub's limit, and begins in about 30 seconds."
    await scene.played.weather(rate_limited=False)
    name = scene.driver.run_of(order)
    with pytest.raises(Waits):  # every worker keeps to it
        await scene.restarted().start(scene.order("d-2", request="r-2"))
    state = await scene.restarted().state(name)
    assert (state.phase, state.note) == (
        "starting",
        "It waits for GitHub's limit, and begins in about 30 seconds.",
    )
    await scene.forward(31)
    assert (await scene.driver.state(name)).note == ""
    await scene.driver.start(replace(order, first=False))
    assert len(await scene.played.runs()) == 1
    assert len((await scene.played.look())["deployments"]) == 1


async def test_what_waits_for_its_turn_and_is_cancelled_leaves_the_line(scene: Paced, redis: Redis) -> None:
    await PaceStore(redis).shut(scene.clock.now() + 60, scene.clock.now())
    order = scene.order()
    with pytest.raises(Waits):
        await scene.driver.start(order)
    assert await redis.zcard(keys.GITHUB_LINE()) == 1
    await scene.driver.cancel(scene.driver.run_of(order), "Dana")
    assert await redis.zcard(keys.GITHUB_LINE()) == 0
    assert await scene.played.runs() == []
