"""`oncall` of 300 teams, and the rights of who asks: 600 rotations of every kind, and 100 overrides in Redis."""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from bench import Figure, percentile
from bot.clock import Clock
from bot.config import Config, Rotation, Team
from bot.config.rotations import OnlyWithin, Part
from bot.domain.oncall import Override
from bot.services.oncall import OnCall
from bot.slack.views.oncall import oncall
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.store.overrides import OverrideStore

TEAMS, OVERRIDES, TIMES = 300, 100, 30
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")


def run() -> list[Figure]:
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="grail-"))
    server = EmbeddedRedis(folder, lambda line: None)
    config, now = _company(), time.time()
    teams = list(config.teams)
    try:
        redis = await connect(await server.start(), say=lambda line: None)
        store = OverrideStore(redis)
        for number in range(OVERRIDES):
            since = now + 3600 * (number % 48 - 24)
            one = Override(
                f"o-{number}", f"r{number}", f"p{number}@example.com", since, since + 7200, "", "Dana", now
            )
            await store.put(one, None, now=now)
        known = OnCall(lambda: config, store, Clock())
        all_took, one_took = [], []
        for number in range(TIMES):
            started = time.perf_counter()
            oncall(await known.standings(teams, now), {}, now)
            all_took.append(1000 * (time.perf_counter() - started))
            started = time.perf_counter()
            await known.of(f"p{number}@example.com", now)
            one_took.append(1000 * (time.perf_counter() - started))
        await redis.aclose()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("oncall of 300 teams, p50", percentile(all_took[1:], 0.5), "ms", None, "<= 50"),
        Figure("oncall of 300 teams, the first of a day", all_took[0], "ms"),
        Figure("whether one person is on call, p50", percentile(one_took, 0.5), "ms"),
    ]


def _company() -> Config:
    """A third each: weeks with a second level, office hours that fall to nights, and following the sun."""
    rotations: dict[str, Rotation] = {}
    for number in range(TEAMS):
        people = tuple(f"p{number + more}@example.com" for more in range(6))
        name, zone = f"r{number}", ZONES[number % 3]
        behind = rotations[f"b{number}"] = Rotation(name=f"b{number}", people=people[3:], zone=zone)
        rotations[name] = [
            Rotation(name=name, people=people, zone=zone, escalates_to=(behind.name,)),
            Rotation(
                name=name, people=people, zone=zone, turns="daily", hours=OnlyWithin(), otherwise=behind.name
            ),
            Rotation(
                name=name,
                sun=tuple(Part(people=people[at : at + 2], zone=one) for at, one in enumerate(ZONES)),
                escalates_to=(behind.name,),
            ),
        ][number % 3]
    teams = {
        f"t{number}": Team(name=f"t{number}", channel="#c", rotation=f"r{number}") for number in range(TEAMS)
    }
    return cast(Config, SimpleNamespace(teams=teams, rotations=rotations))
