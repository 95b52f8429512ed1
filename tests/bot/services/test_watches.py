"""A health check by address, and a roll-back of ours that leaves alone what came meanwhile.

One file: all share a scene.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.clock import Clock
from bot.config import Watch
from bot.domain.deploys import Deploy
from bot.domain.watched import Watched
from bot.errors import NotAllowed
from bot.services.watches import PROBE, WATCH, Looked
from bot.store import keys
from bot.store.deploys import Standing
from bot.store.streams import Job
from tests.bot.services.house import DANA, House
from tests.fixtures.ports import free_port

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


async def unsure(house: House, id: str) -> str:
    """Why nobody can tell how it is; nothing is counted for that."""
    found = await looked(house, id)
    assert found is not None
    assert found.after.watched is not None
    assert found.after.watched.failed == 0
    return found.after.watched.unsure


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
    watched(house, f"http://127.0.0.1:{free_port()}/{{service}}")  # its machine says that nothing listens
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
        "unjudged", "its address answers 503, but I was away when its time ended",
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


# Where no connection goes: as when Grail's own network is broken.
NOWHERE = "http://255.255.255.255/{service}"


def with_url(house: House, service: str, url: str) -> None:
    """Another place, with an address where people find it."""
    found = house.config.services[service]
    place = found.environments["staging"].model_copy(update={"url": url})
    found = found.model_copy(update={"environments": {**found.environments, "staging": place}})
    house.config = house.config.model_copy(update={"services": {**house.config.services, service: found}})


async def test_an_address_that_cannot_be_reached_counts_only_where_it_once_answered_and_another_does_now(
    house: House, address: Address
) -> None:
    await succeeded(house, 1)
    watched(house, NOWHERE)
    assert await unsure(house, "d-1") == "Its address cannot be reached, and it never answered me before"
    await house.store.reached("shop", "staging", 1_000.0)
    why = "Its address cannot be reached, and nothing else that I know there answers me either"
    assert await unsure(house, "d-1") == why
    with_url(house, "search", f"http://127.0.0.1:{free_port()}/")
    assert await unsure(house, "d-1") == why
    address.status = 500  # another's answer, whatever it says
    with_url(house, "search", address.url.replace("{service}/{environment}", "shop/staging"))  # type: ignore[attr-defined]
    assert await said(house, "d-1") == "Its address cannot be reached"
    assert address.asked == 1


async def test_where_nothing_listens_and_nothing_ever_did_nobody_can_tell(house: House) -> None:
    watched(house, f"http://127.0.0.1:{free_port()}/")
    await succeeded(house, 1)
    assert await unsure(house, "d-1") == "Its address cannot be reached, and it never answered me before"


async def test_an_address_is_asked_once_as_the_deploy_begins(house: House, address: Address) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    deploy = await succeeded(house, 1)
    watches = house.worker("one").watches
    address.status = 503
    await watches.prepare(deploy)
    assert await house.redis.hexists(keys.TIMER_ROWS(), "probe:d-1")
    await watches.probe(Job(id="probe:d-1", kind=PROBE, body={"deploy": "d-1"}))
    assert await house.store.was_reached("shop", "staging")
    assert 0 < await house.redis.ttl(keys.REACHED(service="shop", environment="staging")) <= 7 * 86_400
    assert (await house.store.get("d-1")).watched == deploy.watched
    await watches.prepare(replace(deploy, id="d-2", action="restart"))
    await watches.prepare(replace(deploy, id="d-3", service="search"))
    assert await house.redis.hlen(keys.TIMER_ROWS()) == 1
    await watches.close()


async def test_a_watch_at_whose_end_nobody_could_tell_ends_unjudged_and_rolls_nothing_back(
    house: House,
) -> None:
    watched(house, NOWHERE)
    deploy = await succeeded(house, 1, watched=Watched(until=Clock(house.clock_file).now() + 600, fails=2))
    watches = house.worker("one").watches
    job = Job(id="watch:d-1", kind=WATCH, body={"deploy": "d-1"})
    for at in (30.0, 60.0, 700.0, 850.0):
        house.forward(at)
        found = await watches.look(job)
        if found is not None:
            await watches.keep(found)
    kept = await house.store.get("d-1")
    assert kept.rev == deploy.rev + 1  # it is said once that nobody can tell
    assert kept.watched is not None
    assert kept.watched.going
    house.forward(901.0)
    last = await watches.look(job)
    await watches.close()
    assert last is not None
    assert last.loud
    assert last.after.watched is not None
    assert (last.after.watched.state, last.back) == ("unjudged", None)
    assert last.after.watched.by == "Its address cannot be reached, and it never answered me before"


async def test_a_watch_whose_timer_redis_has_lost_gets_it_back(house: House, address: Address) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    for number, state in ((1, "well"), (2, "watching")):
        await succeeded(house, number, watched=Watched(9e9, 2, state=state))  # type: ignore[arg-type]
        await house.redis.zadd(keys.DEPLOYS(service="shop"), {f"d-{number}": 1_000.0})
    watches = house.worker("one").watches
    await watches.recall()
    assert await house.redis.hkeys(keys.TIMER_ROWS()) == ["watch:d-2"]
    due = await house.redis.zscore(keys.TIMERS(), "watch:d-2")
    await watches.recall()  # what waits already is left as it is
    assert await house.redis.zscore(keys.TIMERS(), "watch:d-2") == due
    await watches.close()


async def test_what_was_well_when_grail_came_back_says_that_it_was_away(
    house: House, address: Address
) -> None:
    watched(house, address.url)  # type: ignore[attr-defined]
    await succeeded(house, 1, watched=Watched(until=1_600.0, fails=2))
    house.forward(1_600.0 + 6 * 3600)
    found = await looked(house, "d-1")
    assert found is not None
    assert found.after.watched is not None
    assert found.after.watched.state == "well"
    assert found.after.watched.late > 1_600.0 + 6 * 3600
    assert not found.loud
