"""Who takes back that something was theirs, whatever was theirs before."""

from dataclasses import replace

import pytest

from bot.clients.git import Git
from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.errors import NotAllowed
from bot.services.outside import NOBODY, Outsiders
from bot.services.standing import Standings
from bot.store.heard import HeardStore
from bot.store.outside import OutsideStore
from bot.store.streams import Work
from tests.bot.services.house import DANA, House


async def test_whose_rights_rest_takes_nothing_back_that_they_said_was_theirs(house: House) -> None:
    clock, git, claims = Clock(house.clock_file), Git(house.clock_file.parent), OutsideStore(house.redis)
    standings = Standings(
        config=lambda: house.config, store=house.store, heard=HeardStore(house.redis), drivers={}, git=git,
        work=Work(house.redis), clock=clock,
    )  # fmt: skip
    outsiders = Outsiders(
        config=lambda: house.config, store=house.store, claims=claims, standings=standings, git=git, clock=clock
    )  # fmt: skip
    deploy = Deploy(
        "", "shop", "staging", "1" * 40, "1" * 40, "s", "succeeded", "dana@example.com", "U1", "Dana", "T1", "C1",
        1_000.0, ended=1_000.0, outside=NOBODY,
    )  # fmt: skip
    assert await claims.claim(deploy, since=1_000.0, seen="", now=1_000.0, request="r") == ("done", "d-1")
    with pytest.raises(NotAllowed) as refused:
        await outsiders.undo("d-1", replace(DANA, suspended="your e-mail address in Slack has changed"))
    assert refused.value.code == "suspended"
    assert (await outsiders.undo("d-1", DANA)).state == "cancelled"
