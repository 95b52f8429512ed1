"""`status` over 1,000 services of two environments: what Redis and the bot take for it, with a line before places."""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson

from bench import Figure, percentile
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.services.board import Boards
from bot.services.locks import Locks
from bot.slack.views.deploys import status
from bot.store import keys
from bot.store.board import BoardStore
from bot.store.connection import connect
from bot.store.deploys import written
from bot.store.embedded import EmbeddedRedis
from bot.store.locks import LockStore

SERVICES, ENVIRONMENTS, DEPLOYS = 1_000, ("staging", "production"), 20
TIMES = 30


def run() -> list[Figure]:
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    try:
        redis = await connect(await server.start(), say=lambda line: None)
        names = [f"s{number}" for number in range(SERVICES)]
        await _fill(redis, names)
        there = SimpleNamespace(url="", recipe=SimpleNamespace(pass_env=()))
        service = SimpleNamespace(environments=dict.fromkeys(ENVIRONMENTS, there))
        config = cast(Config, SimpleNamespace(services=dict.fromkeys(names, service)))
        locks = Locks(LockStore(redis, wake="wake", ends="ends"), Clock())
        boards = Boards(lambda: config, BoardStore(redis), locks, again=_nobody)
        took = []
        for _ in range(TIMES):
            started = time.perf_counter()
            board = await boards.of(names)
            status(board.rows, board.locks, board.waiting, board.more, now=time.time())
            took.append(1000 * (time.perf_counter() - started))
        await redis.aclose()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("status of 1,000 services, p50", percentile(took, 0.5), "ms"),
        Figure("status of 1,000 services, p99", percentile(took, 0.99), "ms", None, "<= 150"),
    ]


async def _nobody(deploy: Deploy) -> None:
    raise AssertionError("status moves nobody")


async def _fill(redis: Any, names: list[str]) -> None:
    """Each service has run 20 deploys; every tenth runs one now, and 200 wait."""
    number = 0
    for name in names:
        pipeline = redis.pipeline(transaction=False)
        for at in range(DEPLOYS):
            number += 1
            id, environment = f"d-{number}", ENVIRONMENTS[at % len(ENVIRONMENTS)]
            deploy = Deploy(
                id, name, environment, "main", f"{number:040x}", "Sell honey", "succeeded", "dana@example.com", "U1",
                "Dana", "T1", "C1", float(number), run=id, ended=float(number) + 1,
            )  # fmt: skip
            row = {"v": 1, "rev": 0, "fence": number, "state": "succeeded", "record": written(deploy)}
            pipeline.hset(keys.DEPLOY(id=id), mapping=row)
            pipeline.zadd(keys.DEPLOYS(service=name), {id: number})
            stands = {"commit": deploy.commit, "subject": "Sell honey", "deploy": id, "since": number}
            pipeline.hset(keys.STANDING(service=name), environment, orjson.dumps(stands))
            heard = {"commit": deploy.commit, "subject": "", "since": None, "by": "", "at": number + 2.0}
            pipeline.hset(keys.HEARD(service=name), environment, orjson.dumps(heard))
        if number % 200 == 0:
            pipeline.hset(keys.CLAIM(service=name, environment="staging"), "deploy", f"d-{number}")
            pipeline.zadd(keys.HELD(), {f"d-{number - 1}": number, f"d-{number - 2}": number})
        await pipeline.execute()
