"""One line of time from all who know of something, newest first, however much there is."""

from pathlib import Path

import pytest

from bot.config import load
from bot.domain.timeline import Moment
from bot.services import timeline as services
from bot.services.timeline import AuditMoments, DeployMoments, Known, Timeline
from bot.store.audit import GRAIL, About, Audit
from bot.store.board import BoardStore
from tests.bot.services.history import happened
from tests.bot.services.house import House

HOUR = 3600.0
NOW = 100 * HOUR


@pytest.fixture
def audit(house: House) -> Audit:
    return Audit(house.redis)


class Alerts:
    """What later comes to know of changes is asked in the same way."""

    def __init__(self) -> None:
        self.asked: list[tuple[frozenset[str], float, float]] = []

    async def moments(self, services: frozenset[str], since: float, until: float) -> Known:
        self.asked.append((services, since, until))
        return Known([Moment(NOW - 1000, "other", "shop answers slowly", service="shop")])


def line(house: House, audit: Audit, *more: services.Source) -> Timeline:
    known = DeployMoments(BoardStore(house.redis)), AuditMoments(audit, lambda: house.config)
    return Timeline(lambda: house.config, [*known, *more])


async def test_a_deploy_is_on_the_line_with_its_beginning_and_end_if_any_of_it_was_in_that_time(
    house: House, audit: Audit
) -> None:
    redis = house.redis
    await happened(redis, 1, "a" * 40, NOW - 5 * HOUR)
    await happened(redis, 2, "b" * 40, NOW - 4 * HOUR, ended=NOW - HOUR)
    await happened(redis, 3, "c" * 40, NOW - 24 * HOUR, started=NOW - 600, state="running", ended=None)
    await happened(redis, 4, "d" * 40, NOW - 500, started=None, state="cancelled", run="")
    await happened(redis, 5, "e" * 40, NOW - 400, action="restart")
    await happened(redis, 6, "f" * 40, NOW - 300, state="failed", untouched=True)
    await happened(redis, 7, "0" * 40, NOW - 200, undoes="f" * 40)
    await happened(redis, 8, "1" * 40, NOW - 100, service="gateway")
    await happened(redis, 9, "2" * 40, NOW - 100, started=None, run="", outside="-", ended=NOW - 150)
    page = await line(house, audit).of("shop", NOW - 2 * HOUR, NOW, start=0, most=10)
    assert [(one.id, one.kind, one.outcome) for one in page.moments] == [
        ("d-9", "deploy", "outside"),
        ("d-7", "roll-back", "succeeded"),
        ("d-6", "deploy", "failed, nothing was changed"),
        ("d-5", "action", "succeeded"),
        ("d-3", "deploy", "running"),
        ("d-2", "deploy", "succeeded"),
    ]
    assert (page.moments[-1].at, page.moments[-1].ended) == (NOW - 4 * HOUR, NOW - HOUR)
    whole = await line(house, audit).of(None, NOW - 2 * HOUR, NOW, start=0, most=10)
    assert [one.id for one in whole.moments][:3] == ["d-8", "d-9", "d-7"]
    rest = await line(house, audit).of("shop", NOW - 2 * HOUR, NOW, start=4, most=1)
    assert ([one.id for one in rest.moments], rest.more) == (["d-3"], 1)


async def test_what_people_and_grail_did_to_locks_and_gates_is_said_in_words(
    house: House, audit: Audit
) -> None:
    shop, all_of_it = About("ask", "shop", "staging"), About("ask")
    written = [
        ("T1:U1", "lock", "lock shop staging for 2h a look", "lock:1", shop),
        (
            "T1:U2",
            "lock",
            "lock shop staging",
            "refused: locked-already",
            About("refusal", "shop", "staging"),
        ),
        ("T1:U2", "press lock.take", "lock\nshop:staging\n1\n120\na customer", "lock:2", all_of_it),
        ("T1:U2", "lock", "lock search,shop", "lock:3 lock:4", About("ask", "search")),
        (GRAIL, "lock", "gateway staging", "its time is over", About("effect", "gateway", "staging")),
        ("T1:U2", "press gate.enforce", "shop staging size", "size of shop staging enforced", shop),
        ("T1:U1", "notify", "notify never", "done", all_of_it),
        ("T1:U1", "freeze", "freeze production the fair", "freeze:5", About("ask", "", "production")),
        (GRAIL, "config", "services.gateway.depends_on: is different.", "version 1a2b", all_of_it),
    ]
    for number, (who, word, what, outcome, about) in enumerate(written):
        name = {"T1:U1": "Dana", "T1:U2": "Omar"}.get(who, "")
        await audit.append(who, word, what, outcome, "", at=NOW - 100 + number, name=name, about=about)
    page = await line(house, audit).of("shop", NOW - HOUR, NOW, start=0, most=10)
    assert [(one.kind, one.by, one.words) for one in page.moments] == [
        ("config", "", "config.yaml, version 1a2b: services.gateway.depends_on: is different."),
        ("freeze", "Dana", "freeze production the fair"),
        ("gate", "Omar", "gate size of shop staging enforced"),
        ("lock", "Omar", "lock search,shop"),
        ("lock", "Omar", "took over the lock of shop staging"),
        ("lock", "Dana", "lock shop staging for 2h a look"),
    ]
    of_gateway = await line(house, audit).of("gateway", NOW - HOUR, NOW, start=0, most=10)
    assert ("lock", "lock of gateway staging: its time is over") in [
        (one.kind, one.words) for one in of_gateway.moments
    ]


async def test_what_a_service_needs_is_on_its_line_and_a_further_source_is_one_more(
    house: House, audit: Audit, tmp_path: Path
) -> None:
    text = house.grail.config.read_text()
    for service, needed in (("shop", "search"), ("search", "gateway")):
        text = text.replace(f"  {service}:\n", f"  {service}:\n    depends_on: [{needed}]\n", 1)
    house.grail.config.write_text(text)
    house.config = load(house.grail.config)
    await happened(house.redis, 1, "a" * 40, NOW - 2000, service="gateway")
    alerts = Alerts()
    page = await line(house, audit, alerts).of("shop", NOW - HOUR, NOW, start=0, most=10)
    assert page.needs == ("search", "gateway")
    assert [one.words for one in page.moments] == ["shop answers slowly", "Sell honey"]
    assert alerts.asked == [(frozenset({"shop", "search", "gateway"}), NOW - HOUR, NOW)]


async def test_where_there_is_too_much_it_says_how_far_back_it_looked(
    house: House, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ENTRIES", 3)
    monkeypatch.setattr(services, "MOST_DEPLOYS", 2)
    for number in range(5):
        await audit.append("T1:U1", "lock", "lock shop", "lock:1", "", at=NOW - 50 + number * 10, name="Dana")
    page = await line(house, audit).of("shop", NOW - HOUR, NOW, start=0, most=10)
    assert (len(page.moments), page.back_to) == (3, NOW - 30)
    for number in range(1, 4):
        await happened(house.redis, number, "a" * 40, NOW - 100 + number * 25)
    page = await line(house, audit).of("shop", NOW - HOUR, NOW, start=0, most=10)
    assert page.back_to == NOW - 30
    assert [one.id for one in page.moments if one.id] == ["d-3"]  # the other began before that moment
