"""A history of 100,000 deploys, 60,000 of them of one place: a page of it, whatever it is narrowed by, and its figures.

The peer is the least that could show a page: one call for the newest ten ids, and one pipeline for their records.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bench import Figure, percentile
from bot.clock import Clock
from bot.domain.deploys import Deploy, State, StepShown, Told
from bot.domain.history import Page, Selection
from bot.services.history import Histories
from bot.slack.views.history import deploys
from bot.store import keys
from bot.store.connection import connect
from bot.store.deploys import written
from bot.store.embedded import EmbeddedRedis
from bot.store.history import History

DEPLOYS, AT_ONCE, TIMES = 100_000, 2_000, 60
PLACES = (
    ("shop", "production"),
    ("shop", "staging"),
    ("shop", "production"),
    ("search", "staging"),
    ("shop", "production"),
)
SHOP = Selection("shop", "production")
MIDDLE = f"d-{DEPLOYS // 2}"  # of that place


def run() -> list[Figure]:
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    try:
        redis = await connect(await server.start(), say=lambda line: None)
        empty = await _memory(redis)
        await _fill(redis)
        each = (await _memory(redis) - empty) / DEPLOYS
        history = Histories(History(redis), Clock())

        async def shown(selection: Selection, start: str = "") -> Page:
            page = await history.page(selection, start=start)
            deploys(page, selection, "?", start)
            return page

        assert len((await shown(SHOP, MIDDLE)).deploys) == 10
        peer = Figure("the newest ten by two bare calls, p50", await _p(0.5, lambda: _bare(redis)), "ms")
        kinds = {
            "the newest page of a place": lambda: shown(SHOP),
            "a page in the middle of it": lambda: shown(SHOP, MIDDLE),
            "the newest page of everything": lambda: shown(Selection()),
            "a page narrowed by person and state": lambda: shown(
                Selection("shop", "production", "omar", "failed")
            ),
            "a page of what there is none of": lambda: shown(Selection("shop", ref="nothing")),
        }
        figures = [peer]
        for name, page in kinds.items():
            figures.append(Figure(f"{name}, p50", await _p(0.5, page), "ms", peer))
            figures.append(Figure(f"{name}, p99", await _p(0.99, page), "ms", None, "<= 20"))
        begun = time.perf_counter()
        await history.delivery("shop", "production")
        figures.append(
            Figure("the figures of a place, once a minute", 1000 * (time.perf_counter() - begun), "ms")
        )
        figures.append(Figure("memory of one deploy in Redis", each, "bytes"))
        await redis.aclose()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return figures


async def _p(share: float, page: Callable[[], Awaitable[Any]]) -> float:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await page()
        took.append(1000 * (time.perf_counter() - begun))
    return percentile(took, share)


async def _bare(redis: Redis) -> None:
    client: Any = redis
    pipeline = redis.pipeline(transaction=False)
    for id in await client.zrevrange(keys.DEPLOYS(service="shop"), 0, 9):
        pipeline.hgetall(keys.DEPLOY(id=id))
    await pipeline.execute()


async def _memory(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def _fill(redis: Redis) -> None:
    """Each as it stands when it is over: five steps, ten gates passed and three that told, 90 s after the last."""
    begin = time.time() - DEPLOYS * 90
    steps = tuple(
        StepShown(name, "succeeded", 1.0, 2.0, f"{name}: done")
        for name in ("test", "build", "start", "check", "end")
    )
    told = tuple(
        Told(gate, f"{gate}-no", f"A sentence about {gate} that a person reads.", False)
        for gate in ("size", "hours", "pages")
    )
    passed = (
        "right",
        "freeze",
        "lock",
        "claim",
        "queue",
        "quarantine",
        "windows",
        "checks",
        "after",
        "behind",
    )
    for first in range(1, DEPLOYS + 1, AT_ONCE):
        pipeline = redis.pipeline(transaction=False)
        for number in range(first, first + AT_ONCE):
            service, environment = PLACES[number % len(PLACES)]
            id, at = f"d-{number}", begin + 90 * number
            by = "omar" if number % 7 == 0 else "dana@example.com"
            state: State = "failed" if number % 9 == 0 else "succeeded"
            sha, name = f"{number:040x}", "a-machine-1a2b3c"
            deploy = Deploy(
                id, service, environment, "main", sha, "Sell honey by the jar", state, by, "U1", "Dana", "T1", "C1", at,
                run=id, started=at, ended=at + 60, steps=steps, conditions=told, passed=passed, committed=at - 600,
                asker="T1:U1", host=name, request="0123456789ab", previous=sha, previous_subject="Find honey faster",
            )  # fmt: skip
            row: dict[Any, Any] = {
                "v": 1,
                "rev": 12,
                "fence": number,
                "state": state,
                "seen": at,
                "record": written(deploy),
            }
            pipeline.hset(keys.DEPLOY(id=id), mapping=row)
            pipeline.expire(keys.DEPLOY(id=id), keys.DEPLOY.life or 0)
            pipeline.zadd(keys.DEPLOYS(service=service), {id: at})
            pipeline.zadd(keys.DEPLOYS_AT(service=service, environment=environment), {id: at})
        await pipeline.execute()
    await redis.set(keys.DEPLOY_NUMBER(), DEPLOYS)
