"""Who is another e-mail at PagerDuty says so once; nobody becomes somebody who is somebody else here."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.config import Config, load
from bot.errors import NotAllowed, NotFound
from bot.services.page_links import PageLinks
from bot.services.people import Known
from bot.store.preferences import PreferenceStore
from tests.bot.services.page_desk import STRANGER
from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DARIO, OLGA


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


class Scene:
    """bound: who was first seen with which e-mail. Of config.yaml Dario is taken out, whom PagerDuty knows."""

    def __init__(self, config: Config, redis: Redis, client: Client) -> None:
        people = {email: one for email, one in config.people.items() if email != DARIO}
        without = config.model_copy(update={"people": people})
        self.bound: dict[str, Known] = {}
        self.links = PageLinks(lambda: without, PreferenceStore(redis), self._who, client)

    async def _who(self, email: str) -> Known | None:
        return self.bound.get(email)


@pytest.fixture
async def scene(
    redis: Redis, clock_file: Path, resting_grail: GrailProcess, pagerduty: PagerDuty
) -> AsyncIterator[Scene]:
    client = Client(pagerduty.token, Clock(clock_file), api_url=pagerduty.api_url, seconds=2)
    yield Scene(load(resting_grail.config), redis, client)
    await client.close()


async def test_it_is_said_once_and_holds(scene: Scene) -> None:
    assert await scene.links.email_of("T1:U1") == ""
    user = await scene.links.link(STRANGER, f" {DARIO.upper()} ")
    assert (user.id, await scene.links.email_of("T1:U1")) == ("PDARIO1", DARIO)


async def test_nobody_becomes_somebody_else(scene: Scene) -> None:
    with pytest.raises(NotAllowed, match=r"^olga@example.com is somebody else here.$"):
        await scene.links.link(STRANGER, OLGA)
    scene.bound[DARIO] = Known("T1:U9", DARIO)
    with pytest.raises(NotAllowed, match=r"^dario@example.com is somebody else here.$"):
        await scene.links.link(STRANGER, DARIO)
    assert await scene.links.email_of("T1:U1") == ""
    scene.bound[DARIO] = Known("T1:U1", DARIO)
    await scene.links.link(STRANGER, DARIO)


async def test_who_is_not_there_is_said_to_be_so(scene: Scene) -> None:
    with pytest.raises(NotFound, match=r"^PagerDuty knows nobody with the e-mail nobody@example.com.$"):
        await scene.links.link(STRANGER, "nobody@example.com")
    with pytest.raises(NotFound, match=r"^Type the e-mail address by which PagerDuty knows you.$"):
        await scene.links.link(STRANGER, "Otto")
