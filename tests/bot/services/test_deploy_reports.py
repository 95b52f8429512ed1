"""POST /hooks/deploys, over real HTTP; and what becomes of a report, over real Redis and real git.

One file, because both stand on the same desk.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot import metrics
from bot.clients.git import Git
from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.domain.outside import Heard
from bot.errors import Conflict
from bot.services.deploy_reports import DeployReports, Taken
from bot.services.hooks import Hooks
from bot.services.standing import Standings
from bot.store import keys
from bot.store.connection import connect
from bot.store.deploys import Standing
from bot.store.heard import HeardStore
from bot.store.history import History
from bot.store.inbox import Inbox
from bot.store.outside import OutsideStore
from bot.store.reported import ReportStore
from bot.store.streams import Work
from bot.web import routes
from tests.bot.services.house import DANA, WANTED, House
from tests.fixtures.store import Server

NOW = 100_000.0
OF_SHOP = {"Authorization": "Bearer of-shop"}
SHA = "a" * 40


class Answers:
    """What the drivers say; None: there is nobody to ask."""

    def __init__(self) -> None:
        self.heard: Heard | None = None
        self.asked: list[str] = []

    async def said(self, service: str, environment: str) -> Heard | None:
        self.asked.append(f"{service} {environment}")
        return self.heard


class Desk:
    """Where the reports of shop, search and gateway come in, as far as `secrets` go."""

    def __init__(self, house: House, **secrets: tuple[str, ...]) -> None:
        house.forward(NOW)
        self.house, self.answers = house, Answers()
        self.inbox = Inbox(house.redis)
        self.reports = DeployReports(
            config=lambda: house.config, store=house.store, reports=ReportStore(house.redis),
            standings=self.answers,  # type: ignore[arg-type]
            git=Git(house._data), inbox=self.inbox, clock=Clock(house.clock_file), secrets=secrets,
        )  # fmt: skip
        hooks = Hooks(self.inbox, Clock(house.clock_file), {}, {"deploys": self.reports})
        none: Any = None
        self.server = TestServer(routes(transport=none, terminal=none, ready=none, hooks=hooks))

    async def take(self, **more: Any) -> Taken:
        said = {
            "id": "b-1", "environment": "staging", "commit": SHA, "result": "succeeded", "began": NOW - 60,
            "ended": NOW - 10, "ref": "main", "by": "Jenkins", "url": "",
        } | more  # fmt: skip
        return await self.reports.take({"service": "shop", "at": NOW, "reported": said})

    async def stands(self) -> Standing | None:
        return (await self.house.store.standing("shop")).get("staging")


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    secrets = {"DEPLOYS_SHOP": ("new", "of-shop"), "DEPLOYS_SEARCH": ("both",), "DEPLOYS_GATEWAY": ("both",)}
    made = Desk(house, **secrets)
    async with made.server:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


def a_report(**more: Any) -> dict[str, Any]:
    return {"environment": "staging", "commit": SHA, "result": "succeeded", "id": "b-1"} | more


async def sent(
    http: aiohttp.ClientSession,
    desk: Desk,
    body: bytes | BytesIO | dict[str, Any],
    headers: dict[str, str],
    **query: str,
) -> tuple[int, str]:
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    url = desk.server.make_url("/hooks/deploys").with_query(query)
    async with http.post(url, data=data, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("said", "query", "secret", "answer"),
    [
        ({"service": "shop"}, {}, "of-shop", (202, "Stored.\n")),
        ({}, {"service": "shop"}, "new", (202, "Stored.\n")),
        ({}, {}, "of-shop", (202, "Stored.\n")),
        ({"service": "gateway"}, {}, "both", (202, "Stored.\n")),
        ({"service": 7}, {}, "of-shop", (202, "Stored.\n")),
        ({"service": "search"}, {}, "of-shop", (403, "This secret is not for that service: it is for shop.\n")),
        ({"service": "shop"}, {"service": "search"}, "of-shop",
         (403, "This secret is not for that service: it is for shop.\n")),
        ({"service": "search"}, {"service": "gateway"}, "both",
         (403, "It names several services: gateway and search.\n")),
        ({}, {}, "both", (403, "This secret is for several services: say which with ?service=.\n")),
        ({"service": "shop"}, {}, "theirs", (401, "The secret is missing or wrong.\n")),
        ({}, {}, "", (401, "The secret is missing or wrong.\n")),
        ({"service": "my-shop"}, {}, "x", (503, "GRAIL_HOOK_SECRET_DEPLOYS_MY_SHOP is not set.\n")),
        ({"service": "<b>"}, {}, "x", (503, "GRAIL_HOOK_SECRET_DEPLOYS_<SERVICE> is not set.\n")),
    ],
)  # fmt: skip
async def test_a_report_is_of_the_service_whose_secret_comes_along(
    said: dict[str, Any], query: dict[str, str], secret: str, answer: tuple[int, str], desk: Desk,
    http: aiohttp.ClientSession,
) -> None:  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}"}
    assert await sent(http, desk, a_report(**said), headers, **query) == answer
    assert await desk.house.redis.xlen(keys.WORK()) == (1 if answer[0] == 202 else 0)


async def test_without_any_secret_it_is_closed(house: House, http: aiohttp.ClientSession) -> None:
    closed = Desk(house)
    async with closed.server:
        answer = await sent(http, closed, a_report(), OF_SHOP)
        assert answer == (503, "GRAIL_HOOK_SECRET_DEPLOYS_<SERVICE> is not set.\n")
    assert Desk(house, DEPLOYS_SHPO=("x",)).reports.amiss() == [
        "GRAIL_HOOK_SECRET_DEPLOYS_SHPO is set, but config.yaml has no such service."
    ]


async def test_an_odd_body_is_stored_and_answered_202_and_one_that_is_too_large_413(
    desk: Desk, http: aiohttp.ClientSession
) -> None:
    before = (
        metrics.REGISTRY.get_sample_value("grail_hooks_total", {"source": "deploys", "outcome": "odd"}) or 0.0
    )
    for body in (b"", b"\0\xff", b"[]", b"{" * 100_000, json.dumps(a_report(result="running")).encode()):
        assert await sent(http, desk, body, OF_SHOP) == (202, "Stored.\n")
    after = metrics.REGISTRY.get_sample_value("grail_hooks_total", {"source": "deploys", "outcome": "odd"})
    assert after == before + 5
    assert await desk.house.redis.xlen(keys.WORK()) == 5
    large = BytesIO(b"x" * (10 * 1024 * 1024 + 1))
    assert await sent(http, desk, large, OF_SHOP) == (413, "That is more than 10 MiB.\n")


async def test_the_same_report_again_is_stored_once(desk: Desk, http: aiohttp.ClientSession) -> None:
    for _ in range(3):
        assert await sent(http, desk, a_report(), OF_SHOP) == (202, "Stored.\n")
    assert await desk.house.redis.xlen(keys.WORK()) == 1


async def test_a_report_that_cannot_be_stored_is_to_be_sent_again(
    own_redis_server: Server, house: House, http: aiohttp.ClientSession
) -> None:
    gone = await connect(own_redis_server.url, say=print)
    own_redis_server.kill()
    desk = Desk(house, DEPLOYS_SHOP=("of-shop",))
    desk.reports._inbox = Inbox(gone)
    url = "/hooks/deploys"
    async with desk.server, http.post(desk.server.make_url(url), json=a_report(), headers=OF_SHOP) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    await gone.aclose()


async def test_it_becomes_a_deploy_of_the_history_once(desk: Desk) -> None:
    head = desk.house.grail.repository.head()
    first = await desk.take(commit=head, url="https://ci.example.com/812")
    assert first.outcome == "new"
    deploy = first.deploy
    assert deploy is not None
    assert (deploy.id, deploy.state, deploy.outside, deploy.by_name) == (
        "d-1",
        "succeeded",
        "Jenkins",
        "Jenkins",
    )
    assert (deploy.requested, deploy.started, deploy.ended) == (NOW - 60, NOW - 60, NOW - 10)
    assert (deploy.subject, deploy.committed is not None) == ("Open the shop", True)
    assert (deploy.link, deploy.reported, deploy.run) == ("https://ci.example.com/812", "b-1", "")
    assert await desk.stands() == Standing(head, "Open the shop", "d-1", NOW - 10)
    again = await desk.take(commit=head, result="failed")
    assert (again.outcome, again.deploy and again.deploy.state) == ("same", "succeeded")
    assert [one.id for one in await desk.house.store.recent("shop")] == ["d-1"]


async def test_one_that_failed_is_kept_and_what_stood_there_stands(desk: Desk) -> None:
    await desk.take()
    failed = await desk.take(id="b-2", commit="b" * 40, result="failed", ended=NOW)
    assert failed.deploy is not None
    assert (failed.deploy.state, failed.deploy.previous) == ("failed", SHA)
    stands = await desk.stands()
    assert stands is not None
    assert stands.deploy == "d-1"


async def test_an_environment_that_there_is_not_and_what_is_odd_is_put_aside_with_words(desk: Desk) -> None:
    taken = await desk.take(environment="stagign")
    assert taken.odd is not None
    why = "There is no environment `stagign`: shop has `staging` and `production`."
    assert (taken.outcome, taken.odd.why) == ("odd", why)
    odd = {"service": "shop", "at": NOW + 1, "odd": "It is empty.", "beginning": ""}
    assert (await desk.reports.take(odd)).outcome == "odd"
    assert [one.why for one in await desk.reports.odd("shop")] == ["It is empty.", why]
    assert await desk.house.store.recent("shop") == []


async def test_what_grail_ran_itself_is_not_counted_twice(desk: Desk) -> None:
    house = desk.house
    await _stored(house, Deploy(
        "d-7", "shop", "staging", "main", SHA, "s", "running", "dana@example.com", "U1", "Dana", "T1", "C1", NOW - 70,
        run="d-7", started=NOW - 65, rev=1,
    ))  # fmt: skip
    taken = await desk.take()
    assert (taken.outcome, taken.deploy and taken.deploy.id) == ("ours", "d-7")
    assert (await desk.take()).outcome == "same"
    assert [one.id for one in await house.store.recent("shop")] == ["d-7"]


async def _stored(house: House, deploy: Deploy) -> None:
    key = keys.DEPLOY(id=deploy.id)
    await house.redis.hset(key, mapping={"v": 1, "rev": deploy.rev - 1, "fence": 1})
    await house.redis.expire(key, 3600)
    assert await house.store.save(deploy)
    await house.redis.zadd(keys.DEPLOYS(service=deploy.service), {deploy.id: deploy.requested})


async def test_what_somebody_said_was_theirs_is_completed_and_stays_one_deploy(desk: Desk) -> None:
    house = desk.house
    claimed = Deploy(
        "", "shop", "staging", SHA, SHA, "s", "succeeded", "dana@example.com", "U1", "Dana", "T1", "C1", NOW - 5,
        ended=NOW - 8, outside="-",
    )  # fmt: skip
    await OutsideStore(house.redis).claim(claimed, since=NOW - 8, seen="", now=NOW - 5, request="r")
    taken = await desk.take()
    assert (taken.outcome, taken.deploy and taken.deploy.id) == ("completed", "d-1")
    deploy = await house.store.get("d-1")
    assert (deploy.by_name, deploy.outside, deploy.reported, deploy.confirmed) == (
        "Dana",
        "Jenkins",
        "b-1",
        True,
    )
    assert (await desk.take()).outcome == "same"
    assert len(await house.store.recent("shop")) == 1


async def test_the_drivers_word_confirms_it_and_only_then_a_roll_back_goes_to_it(desk: Desk) -> None:
    house = desk.house
    unseen = await desk.take()
    assert unseen.deploy is not None
    assert not unseen.deploy.confirmed
    desk.answers.heard = Heard("b" * 40, at=NOW)
    second = await desk.take(id="b-2", commit="b" * 40, ended=NOW)
    assert second.deploy is not None
    assert second.deploy.confirmed
    assert desk.answers.asked == ["shop staging"] * 2
    deploys = house.worker("one")
    back = replace(WANTED, request="r-9")
    with pytest.raises(Conflict) as refused:
        await deploys.rollbacks.plan(back, DANA)
    assert refused.value.code == "only-reported"
    assert str(refused.value) == (
        "d-1, `aaaaaaa`, was done outside, and nobody but its report says that it stood in shop staging."
    )
    assert refused.value.hint == (
        "`deploy shop to staging aaaaaaa` brings it there, judged as any deploy; `rollback shop staging to <deploy>` "
        "goes further back."
    )
    with pytest.raises(Conflict):
        await deploys.rollbacks.plan(back, DANA, "d-1")
    third = await desk.take(id="b-3", commit="c" * 40, ended=NOW)
    assert third.deploy is not None
    assert (await deploys.rollbacks.plan(back, DANA)).to.id == "d-2"


async def test_one_that_is_told_of_late_is_counted_in_its_own_time(desk: Desk) -> None:
    await desk.take(began=NOW - 9_000, ended=NOW - 8_000)
    await desk.take(id="b-2", began=NOW - 100, ended=NOW - 50, commit="b" * 40)
    found = await desk.house.store.recent("shop")
    assert [one.id for one in found] == ["d-2", "d-1"]
    spans = await History(desk.house.redis).span("shop", "staging", NOW - 500)
    assert [one.id for one in spans] == ["d-2"]


async def test_real_drivers_are_asked_for_their_word(house: House) -> None:
    desk = Desk(house)
    standings = Standings(
        config=lambda: house.config, store=house.store, heard=HeardStore(house.redis), drivers={}, git=Git(house._data),
        work=Work(house.redis), clock=Clock(house.clock_file),
    )  # fmt: skip
    assert await standings.said("shop", "staging") is None  # its recipe has no question
    desk.reports._standings = standings
    taken = await desk.take()
    assert taken.deploy is not None
    assert not taken.deploy.confirmed
