"""A health check by address, and a roll-back of ours that leaves alone what came meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.config import Watch
from bot.domain.deploys import Deploy
from bot.domain.watched import Watched
from bot.errors import NotAllowed
from bot.services.watches import WATCH, Looked
from bot.store.deploys import Standing
from bot.store.streams import Job
from tests.bot.services.house import DANA, House

HELD = 20  # seconds until a test gives up waiting


class Address:
    """What is asked for its health: `status` is how it answers."""

    def __init__(self) -> None:
        self.status, self.asked = 200, 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status)


@pytest.fixture
async def address() -> AsyncIterator[Address]:
    made = Address()
    app = web.Application()
    app.router.add_get("/shop/staging", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{{service}}/{{environment}}"  # type: ignore[attr-defined]
    yield made
    await runner.cleanup()


def watched(house: House, url: str, **more: object) -> None:
    """Shop's staging has a watch."""
    shop = house.config.services["shop"]
    place = shop.environments["staging"].model_copy(update={"watch": Watch(url=url, fails=2)})
    shop = shop.model_copy(update={"environments": {**shop.environments, "staging": place}})
    house.config = house.config.model_copy(update={"services": {**house.config.services, "shop": shop}})


async def succeeded(house: House, number: int, **more: object) -> Deploy:
    """A deploy that stands in shop's staging, and is watched."""
    deploy = Deploy(
        f"d-{number}", "shop", "staging", "main", f"{number}" * 40, "s", "succeeded", "dana@example.com", "U1", "Dana",
        "T1", "C1", 1_000.0, run=f"d-{number}", ended=1_000.0, rev=1, watched=Watched(until=9e9, fails=2),
    )  # fmt: skip
    deploy = replace(deploy, **more)  # type: ignore[arg-type]
    await house.redis.hset(f"{{grail}}:deploy:{deploy.id}", mapping={"v": 1, "rev": 0, "fence": number})
    await house.redis.expire(f"{{grail}}:deploy:{deploy.id}", 3600)
    await house.redis.hset("{grail}:claim:shop:staging", mapping={"deploy": deploy.id, "fence": number})
    assert await house.store.save(deploy, standing=Standing(deploy.commit, "s", deploy.id, 1_000.0))
    return deploy


async def looked(house: House, id: str) -> Looked | None:
    watches = house.worker("one").watches
    try:
        return await watches.look(Job(id=f"watch:{id}", kind=WATCH, body={"deploy": id}))
    finally:
        await watches.close()


async def said(house: House, id: str) -> str:
    found = await looked(house, id)
    assert found is not None
    assert found.after.watched is not None
    return found.after.watched.said


async def test_an_address_is_well_with_200_to_299_and_everything_else_is_said(
    house: House, address: Address
) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 1)
    assert await looked(house, "d-1") is None  # well, as before: there is nothing to tell
    address.status = 204
    assert await looked(house, "d-1") is None
    assert address.asked == 2
    address.status = 503
    assert await said(house, "d-1") == "its address answers 503"
    address.status = 302  # to a page that says sorry, for example
    assert await said(house, "d-1") == "its address answers 302"
    watched(house, "http://127.0.0.1:1/{service}")
    assert await said(house, "d-1") == "Its address cannot be reached"


async def test_a_watch_that_somebody_took_out_of_config_yaml_and_what_came_after_end_it(
    house: House, address: Address
) -> None:
    await succeeded(house, 1)
    found = await looked(house, "d-1")
    assert found is not None
    assert found.after.watched is not None
    assert (found.after.watched.state, found.after.watched.by) == (
        "left", "config.yaml wants no watch here any more",
    )  # fmt: skip
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 2)
    found = await looked(house, "d-1")
    assert found is not None
    assert found.after.watched is not None
    assert found.after.watched.by == "d-2 came after it"
    assert address.asked == 0


async def test_a_roll_back_of_ours_does_not_begin_where_something_else_stands_by_then(house: House) -> None:
    worker = house.worker("one")
    back = Deploy(
        "d-3", "shop", "staging", "1" * 40, "1" * 40, "s", "requested", "Grail", "", "Grail", "T1", "C1", 1.0,
        undoes="1" * 40, automatic=True, request="watch:d-1",
    )  # fmt: skip
    await succeeded(house, 1)
    assert await worker.watches.still_stands(back) == ""
    await succeeded(house, 2, commit="1" * 40)  # the very commit again, which is somebody else's deploy
    why = "By now d-2 stands there, which I leave alone. Nothing was started."
    assert await worker.watches.still_stands(back) == why
    assert await worker.watches.still_stands(replace(back, automatic=False)) == ""
    await worker.watches.close()


async def test_a_roll_back_and_an_action_are_never_watched(house: House, address: Address) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    watches = house.worker("one").watches
    deploy = replace(await succeeded(house, 1), watched=None)
    assert (await watches.begins(deploy)).watched == Watched(until=1_600.0, fails=2)
    assert (await watches.begins(replace(deploy, undoes="2" * 40))).watched is None
    assert (await watches.begins(replace(deploy, action="restart"))).watched is None
    await watches.close()


async def test_what_nobody_looked_at_for_hours_is_never_rolled_back_for_how_it_is_now(
    house: House, address: Address
) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 1, watched=Watched(until=1_600.0, fails=2))
    house.forward(1_600.0 + 6 * 3600)
    address.status = 503
    found = await looked(house, "d-1")
    assert found is not None
    assert found.after.watched is not None
    assert (found.after.watched.state, found.after.watched.by) == (
        "left", "its address answers 503, but I was away when its time ended",
    )  # fmt: skip


async def test_failures_that_lie_far_apart_are_none_in_a_row_and_one_look_is_never_counted_twice(
    house: House, address: Address
) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 1)
    house.forward(2_000.0)
    address.status = 503
    watches = house.worker("one").watches
    job = Job(id="watch:d-1", kind=WATCH, body={"deploy": "d-1"})
    first = await watches.look(job)
    assert first is not None
    await watches.keep(first)  # and here the worker is killed: the same work comes again
    assert await watches.look(job) is None
    house.forward(2_000.0 + 6 * 3600)  # Grail was away meanwhile
    again = await watches.look(job)
    await watches.close()
    assert again is not None
    assert again.after.watched is not None
    assert (again.after.watched.state, again.after.watched.failed) == ("watching", 1)


async def test_whose_rights_rest_ends_no_watch_over_a_deploy_of_theirs(
    house: House, address: Address
) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 1)
    watches = house.worker("one").watches
    resting = replace(DANA, suspended="your e-mail address in Slack has changed")
    with pytest.raises(NotAllowed) as refused:
        await watches.stop("d-1", resting)
    assert refused.value.code == "suspended"
    stopped = await watches.stop("d-1", DANA)
    await watches.close()
    assert stopped.watched is not None
    assert stopped.watched.state == "stopped"
