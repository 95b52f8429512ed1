"""Whom a deploy into production concerns, over real git, real Redis and a real workspace."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.clients.git import Git
from bot.clients.slack import Slack
from bot.clock import Clock
from bot.config import load
from bot.domain.deploys import Deploy
from bot.services.authors import AGAIN_SECONDS, ARRIVED, TRIED_SECONDS, Authors, production
from bot.services.people import People, Quiet
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers
from tests.bot.services.history import happened
from tests.bot.services.house import House
from tests.fixtures.workspace import DANA, DEVI, Workspace

TEAM = "T0ACME00000"


@dataclass
class Scene:
    house: House
    workspace: Workspace
    people: People
    authors: Authors
    timers: Timers
    clock: Clock

    async def deployed(self, number: int, commit: str, **more: Any) -> Deploy:
        """Omar brought it to production a moment ago."""
        given: dict[str, Any] = {"environment": "production", "by": "omar@example.com", "by_user": "U9"}
        return await happened(self.house.redis, number, commit, self.clock.now() - 60, **{**given, **more})

    async def told(self, deploy: str, **more: str) -> list[tuple[str, list[str]]]:
        """Who is told of which commits."""
        job = Job(id=f"authors:{deploy}", kind=ARRIVED, body={"deploy": deploy, **more})
        found = [one async for one in self.authors.told(job)]
        return [(one.person.email, [commit.subject for commit in one.commits]) for one in found]

    def commit(self, subject: str, by: str) -> str:
        shop = self.house.grail.repository
        shop._git("commit", "--quiet", "--allow-empty", "-m", subject, f"--author=Somebody <{by}>")
        return shop.head()


@pytest.fixture
async def scene(house: House, workspace: Workspace, tmp_path: Path) -> AsyncIterator[Scene]:
    clock, timers = Clock(house.clock_file), Timers(house.redis)
    slack = Slack(workspace.settings.bot_token, base_url=workspace.api_url, timeout=5)
    people = People(lambda: house.config, slack, house.redis, clock)
    authors = Authors(
        config=lambda: house.config, store=house.store, git=Git(tmp_path / "git"), people=people,
        work=Work(house.redis), timers=timers, clock=clock,
    )  # fmt: skip
    for email in (DANA, DEVI):  # Grail has seen them before
        user = (await workspace.api("users.lookupByEmail", {"email": email}))["user"]
        await people.holder(TEAM, user["id"])
    yield Scene(house, workspace, people, authors, timers, clock)
    await slack.close()


async def test_each_author_is_told_of_what_this_deploy_brought_but_not_who_deployed_it(scene: Scene) -> None:
    before = scene.house.grail.repository.head()
    scene.commit("Sell hats", "Dana@Example.com")
    scene.commit("Sell caps", DEVI)
    scene.commit("Count them", "robot@users.noreply.github.com")
    last = scene.commit("Sell more hats", DANA)
    await scene.deployed(1, last, previous=before)
    assert await scene.told("d-1") == [(DANA, ["Sell more hats", "Sell hats"]), (DEVI, ["Sell caps"])]
    await scene.deployed(2, last, previous=before, by=DANA)
    assert await scene.told("d-2") == [(DEVI, ["Sell caps"])]
    await scene.deployed(3, last)
    assert await scene.told("d-3") == []  # the first of a place: nobody knows what it brought
    assert await scene.told("d-9") == []


async def test_what_is_no_news_of_production_makes_no_work(scene: Scene) -> None:
    sha = scene.house.grail.repository.head()
    for number, more in enumerate(
        ({"environment": "staging"}, {"undoes": sha}, {"action": "restart"}, {"state": "failed"}), 1
    ):
        await scene.authors.over(await scene.deployed(number, sha, **more))
    work = Work(scene.house.redis)
    assert await work.waiting() == 0
    news = await scene.deployed(9, sha)
    await scene.authors.over(news)
    await scene.authors.over(news)
    assert await work.waiting() == 1


async def test_quiet_hours_are_waited_for_and_what_was_rolled_back_meanwhile_is_not_told(
    scene: Scene,
) -> None:
    before = scene.house.grail.repository.head()
    bad, good = scene.commit("Sell hats", DANA), scene.commit("Sell caps", DANA)
    deploy = await scene.deployed(1, good, previous=before)
    dana = await scene.people.known_by_email(DANA)
    assert dana is not None
    holder = await scene.people.holder(TEAM, dana.user_id)
    await scene.people.quiet(holder, Quiet("00:00", "23:59"))
    assert await scene.told("d-1") == []
    assert await scene.timers.waits(f"authors:d-1:{dana.who}")
    await scene.people.quiet(holder, None)
    await scene.house.store.quarantine(deploy, [bad])
    assert await scene.told("d-1", who=dana.who) == [(DANA, ["Sell caps"])]
    assert await scene.told("d-1", who="T1:U1") == []
    await scene.people.choose(holder, "commits", "never")
    assert await scene.told("d-1", who=dana.who) == []


async def test_git_that_is_away_is_asked_again_for_an_hour(scene: Scene) -> None:
    before = scene.house.grail.repository.head()
    await scene.deployed(1, scene.commit("Sell hats", DANA), previous=before)
    shutil.move(scene.house.grail.repository.path, scene.house.grail.repository.path.with_name("away"))
    with pytest.raises(Later) as again:
        await scene.told("d-1")
    assert again.value.seconds == AGAIN_SECONDS
    await scene.workspace.clock(TRIED_SECONDS)
    assert await scene.told("d-1") == []


def test_production_is_the_environment_of_that_name_or_the_last_in_the_order(house: House) -> None:
    text = house.grail.config.read_text()
    written = "environments: {staging: {recipe: quick}, production: {recipe: quick}}"
    order = (
        "environments: {test: {recipe: quick}, staging: {recipe: quick, gates: {after: {environment: test}}}, "
        "eu: {recipe: quick, gates: {after: {environment: staging}}}, "
        "us: {recipe: quick, gates: {after: {environment: staging}}}}"
    )
    text = text.replace(written, order, 1).replace(written, "environments: {staging: {recipe: quick}}", 1)
    house.grail.config.write_text(text)
    services = load(house.grail.config).services
    assert production(services["shop"]) == {"eu", "us"}
    assert production(services["search"]) == frozenset()
    assert production(services["gateway"]) == {"production"}
