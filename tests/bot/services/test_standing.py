"""Systems are asked all at once and within a bound, and no more often than it helps."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.clients.git import Git
from bot.clock import Clock
from bot.config import Question
from bot.drivers import Order, Stands
from bot.errors import OutsideUnavailable
from bot.services.standing import ASK, Standings
from bot.store.heard import HeardStore
from bot.store.streams import Job, Work
from tests.bot.services.house import House


class Slow:
    """A driver that answers of its own environments when it is let; the rest of a driver is never asked."""

    def __init__(self, commit: str) -> None:
        self.commit = commit
        self.asked: list[str] = []
        self.silent: set[str] = set()
        self.down = False

    async def standing(self, order: Order) -> Stands | None:
        self.asked.append(order.environment)
        if order.environment in self.silent:
            await asyncio.sleep(60)
        if self.down:
            raise OutsideUnavailable("Front", "The front answers 502.")
        return Stands(self.commit, 50.0, "olga")


@pytest.fixture
async def scene(house: House) -> tuple[Standings, Slow]:
    shop = house.config.services["shop"]
    places: Mapping[str, Any] = {
        name: place.model_copy(
            update={"recipe": place.recipe.model_copy(update={"standing": Question(run=("true",))})}
        )
        for name, place in shop.environments.items()
    }
    shop = shop.model_copy(update={"environments": places})
    house.config = house.config.model_copy(update={"services": {**house.config.services, "shop": shop}})
    slow = Slow(house.grail.repository.head())
    git = Git(house._data)
    await git.head(shop.repository, shop.main)  # the first fetch takes longest
    made = Standings(
        config=lambda: house.config, store=house.store, heard=HeardStore(house.redis),
        drivers={"recipe": slow},  # type: ignore[dict-item]
        git=git, work=Work(house.redis), clock=Clock(house.clock_file), within=4.0,
    )  # fmt: skip
    return made, slow


BOTH = [("shop", "staging"), ("shop", "production")]


async def test_one_that_is_slow_keeps_nobody_waiting_and_is_asked_again_by_itself(
    house: House, scene: tuple[Standings, Slow]
) -> None:
    standings, slow = scene
    slow.silent = {"production"}
    await standings.now(BOTH)
    heard = await standings.of("shop", "staging")
    assert heard is not None
    assert (heard.commit, heard.since, heard.by) == (slow.commit, 50.0, "olga")
    late = await standings.of("shop", "production")
    assert late is not None
    assert late.fails == "`standing` of the recipe did not answer within 4 seconds."
    assert await house.redis.xlen("{grail}:work") == 1
    slow.silent = set()
    await standings.ask(Job(id="s", kind=ASK, body={"spots": [list(spot) for spot in BOTH]}))
    late = await standings.of("shop", "production")
    assert late is not None
    assert (late.commit, late.fails) == (slow.commit, "")


async def test_nobody_is_asked_twice_within_seconds_and_who_has_no_question_never(
    house: House, scene: tuple[Standings, Slow]
) -> None:
    standings, slow = scene
    spots = [*BOTH, ("search", "staging"), ("cellar", "staging")]
    await standings.now(spots)
    await standings.now(spots)
    await standings.soon(spots)
    assert sorted(slow.asked) == ["production", "staging"]
    assert await house.redis.xlen("{grail}:work") == 0
    house.forward(60)
    await standings.soon(spots)
    await standings.soon(spots)
    assert await house.redis.xlen("{grail}:work") == 1
    slow.down = True
    await standings.now(spots)
    heard = await standings.of("shop", "staging")
    assert heard is not None
    assert (heard.commit, heard.fails) == (slow.commit, "The front answers 502.")
