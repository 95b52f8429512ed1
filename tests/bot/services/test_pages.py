"""What somebody wants of a page is done in PagerDuty as that person, once, or they are told why not."""

import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from bot.clients.pagerduty import PagerDuty as Client
from bot.clock import Clock
from bot.config import load
from bot.domain.gates import NotSetUp
from bot.domain.pages import Act, Page
from bot.domain.rights import Holder
from bot.errors import NotAllowed, NotFound, Refusal, Stale
from bot.services.pages import ACT, GIVES_UP, Outcome, Pages
from bot.services.waiting import WAKE
from bot.sources.pagerduty import parse
from bot.store.keys import WORK
from bot.store.pages import PageStore
from bot.store.streams import Job, Later, Work
from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OLGA, OMAR

OPERATOR = Holder("T1", "U1", OMAR, "Omar", roles=frozenset({"operator"}))
STRANGER = replace(OPERATOR, email="otto@example.com", name="Otto")
DEVELOPER = Holder("T1", "U2", "dana@example.com", "Dana", roles=frozenset({"developer"}))


class Desk:
    """Pages as a worker has them. PagerDuty's events come only where the test hands them on."""

    def __init__(self, pages: Pages, pagerduty: PagerDuty, clock_file: Path) -> None:
        self.pages, self.pagerduty, self._clock_file = pages, pagerduty, clock_file
        self._seen = 0

    async def hear(self) -> Page:
        """Take in what PagerDuty has told since the last time."""
        told = (await self.pagerduty.look())["deliveries"]
        page = None
        for delivery in told[self._seen :]:
            heard = parse({}, delivery["body"].encode())
            assert heard.event is not None
            page = await self.pages.heard(
                {"event": orjson.loads(orjson.dumps(asdict(heard.event))), "at": time.time()}
            )
        self._seen = len(told)
        assert page is not None
        return page

    async def open(self, service: str = "shop") -> Page:
        await self.pagerduty.open("checkout 5xx", service)
        return await self.hear()

    async def ask(self, page: Page, act: Act, holder: Holder = OPERATOR, id: str = "a") -> Page:
        return await self.pages.ask(page.seen, act, holder, id=id)

    async def do(self, page: Page, holder: Holder = OPERATOR, id: str = "a") -> Outcome | None:
        return await self.pages.carry_out(Job(id, ACT, {"page": page.id, "doing": id, "email": holder.email}))

    async def end(self, page: Page, act: Act, holder: Holder = OPERATOR) -> Outcome:
        await self.ask(page, act, holder)
        outcome = await self.do(page, holder)
        assert outcome is not None
        return outcome

    def forward(self, seconds: float) -> None:
        self._clock_file.write_text(str(seconds))


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def desk(
    redis: Redis, clock_file: Path, resting_grail: GrailProcess, pagerduty: PagerDuty
) -> AsyncIterator[Desk]:
    pagerduty.connect(resting_grail)
    config, clock = load(resting_grail.config), Clock(clock_file)
    client = Client(pagerduty.token, clock, api_url=pagerduty.api_url, seconds=2)
    pages = Pages(
        config=lambda: config,
        store=PageStore(redis),
        pagerduty=client,
        work=Work(redis),
        clock=clock,
        hears=True,
    )
    yield Desk(pages, pagerduty, clock_file)
    await client.close()


async def test_nothing_is_acknowledged_before_pagerduty_said_so(desk: Desk) -> None:
    page = await desk.ask(await desk.open(), "ack")
    assert (page.state, [one.by for one in page.doing]) == ("triggered", ["Omar"])
    assert await desk.pagerduty.changes() == []
    outcome = await desk.do(page)
    assert outcome is not None
    assert (outcome.refused, outcome.page.state, outcome.page.doing) == ("", "acknowledged", ())
    assert outcome.page.acknowledged_by == ("Omar",)
    assert await desk.pagerduty.changes() == [("PUT", f"/incidents/{page.id}", OMAR)]
    page = await desk.hear()  # the webhook of the same
    assert (page.state, page.acknowledged_by) == ("acknowledged", ("Omar",))
    assert await desk.do(page) is None  # a job that comes again does nothing again


async def test_acknowledging_a_page_that_was_resolved_unheard_never_opens_it_again(desk: Desk) -> None:
    page = await desk.open()
    await desk.pagerduty.to("resolved", by=OLGA)
    outcome = await desk.end(page, "ack")
    assert outcome.refused.startswith("It was resolved by Olga")
    assert (outcome.page.state, outcome.page.resolved_by) == ("resolved", "Olga")
    assert await desk.pagerduty.changes() == []
    assert (await desk.pagerduty.incident())["status"] == "resolved"


async def test_what_somebody_else_has_meanwhile_stays_theirs(desk: Desk) -> None:
    page = await desk.open()
    await desk.pagerduty.to("acknowledged", by=OLGA)
    outcome = await desk.end(page, "ack")
    assert outcome.refused.startswith("Olga acknowledged it")
    assert outcome.refused.endswith("ago. I left it so.")
    assert await desk.pagerduty.changes() == []


async def test_a_press_on_a_card_that_is_no_longer_true_changes_nothing_and_says_who_was_first(
    desk: Desk,
) -> None:
    page = await desk.open()
    await desk.pagerduty.to("acknowledged", by=OLGA)
    await desk.hear()
    with pytest.raises(Stale, match=r"^Olga acknowledged it \d+ s ago. Nothing was changed.$"):
        await desk.ask(page, "resolve")
    with pytest.raises(Stale, match=r"^Olga acknowledged it \d+ s ago. Nothing was changed.$"):
        await desk.pages.ask(f"#{page.told.number}", "ack", OPERATOR, id="typed")
    await desk.pagerduty.to("resolved", by=OLGA)
    await desk.hear()
    with pytest.raises(Stale, match=r"^It was resolved by Olga \d+ s ago. Nothing was changed.$"):
        await desk.ask(page, "ack")
    assert await desk.pagerduty.changes() == []


async def test_whom_pagerduty_does_not_know_is_told_what_to_do(desk: Desk) -> None:
    outcome = await desk.end(await desk.open(), "ack", STRANGER)
    assert outcome.refused == (
        "PagerDuty knows nobody with the e-mail otto@example.com, so I cannot acknowledge it as you. Ask whoever looks "
        "after PagerDuty to add you; somebody else can do it meanwhile."
    )
    assert (outcome.page.state, outcome.page.doing) == ("triggered", ())


async def test_an_escalation_goes_one_level_further_however_often_it_is_tried(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "escalate")
    await desk.pagerduty.weather(failing="after", times=1, methods=["change"])  # done, and its answer is lost
    with pytest.raises(Later):
        await desk.do(page)
    outcome = await desk.do(page)
    assert outcome is not None
    assert outcome.refused == ""
    assert (await desk.pagerduty.incident())["level"] == 2
    page = await desk.hear()
    assert (page.state, set(page.told.assigned)) == ("triggered", {"Omar", "Olga"})


async def test_where_there_is_no_further_level_it_says_so(desk: Desk) -> None:
    await desk.open()
    await desk.pagerduty.to("escalated")
    await desk.pagerduty.to("escalated")
    outcome = await desk.end(await desk.hear(), "escalate")
    assert outcome.refused == (
        "There is nobody further to escalate to: level 3 is the last one with somebody on call. Reassign it in "
        "PagerDuty, or call somebody."
    )


async def test_an_answer_that_was_lost_is_no_refusal(desk: Desk) -> None:
    page = await desk.open()
    await desk.pagerduty.weather(down="after", times=1, methods=["change"])
    await desk.ask(page, "resolve")
    with pytest.raises(Later):
        await desk.do(page)
    outcome = await desk.do(page)
    assert outcome is not None
    assert (outcome.refused, outcome.page.state, outcome.page.resolved_by) == ("", "resolved", "Omar")
    assert len(await desk.pagerduty.changes()) == 1


async def test_while_pagerduty_is_away_it_is_tried_again_and_after_ten_minutes_given_up(desk: Desk) -> None:
    page = await desk.ask(await desk.open(), "ack")
    await desk.pagerduty.weather(rate_limited=9)
    with pytest.raises(Later) as later:
        await desk.do(page)
    assert later.value.seconds == 9
    await desk.pagerduty.weather(rate_limited=0, down=True)
    with pytest.raises(Later) as later:
        await desk.do(page)
    assert later.value.seconds == 2
    assert [one.tries for one in (await desk.pages.find(page.id)).doing] == [2]
    desk.forward(GIVES_UP)
    outcome = await desk.do(page)
    assert outcome is not None
    assert outcome.refused == (
        "PagerDuty cannot be reached. I tried for 10 min. Do it in PagerDuty itself, or press again."
    )
    assert (outcome.page.state, outcome.page.doing) == ("triggered", ())


async def test_what_pagerduty_refuses_is_said_and_not_tried_again(desk: Desk) -> None:
    page = await desk.ask(await desk.open(), "ack")
    await desk.pagerduty.weather(answers=403)
    outcome = await desk.do(page)
    assert outcome is not None
    assert (
        outcome.refused == "PagerDuty says that my key may not do this: an admin has to look at its rights."
    )


async def test_who_may_not_is_refused(desk: Desk) -> None:
    page = await desk.open()
    with pytest.raises(NotAllowed):
        await desk.ask(page, "ack", DEVELOPER)
    with pytest.raises(
        NotAllowed, match=r"^Slack does not tell me your e-mail address, by which PagerDuty knows you.$"
    ):
        await desk.ask(page, "ack", replace(OPERATOR, email=None))
    with pytest.raises(NotFound, match=r"^There is no open page 4711.$"):
        await desk.pages.ask("#4711", "ack", OPERATOR, id="b")


async def test_the_same_press_stored_twice_is_one(desk: Desk, redis: Redis) -> None:
    page = await desk.open()
    await desk.ask(page, "ack")
    await desk.ask(page, "ack")
    assert len((await desk.pages.find(page.id)).doing) == 1
    assert await redis.xlen(WORK()) == 1


async def test_without_a_key_it_says_what_is_missing(desk: Desk) -> None:
    page = await desk.open()
    desk.pages._pagerduty = Client(None, Clock(), api_url="http://127.0.0.1:9")
    with pytest.raises(Refusal, match=r"^I have no key for PagerDuty, so I cannot tell it anything.$"):
        await desk.ask(page, "ack")
    await desk.pages._pagerduty.close()


async def test_the_gates_see_what_is_open_on_a_service_and_on_what_it_needs(desk: Desk) -> None:
    assert await desk.pages.pages(("shop", "search")) == ()
    await desk.open("search")
    await desk.open("gateway")
    found = await desk.pages.pages(("shop", "search"))
    assert isinstance(found, tuple)
    assert [(one.service, one.title) for one in found] == [("search", "checkout 5xx")]
    desk.pages._hears = False
    assert await desk.pages.pages(("shop",)) == NotSetUp("PagerDuty", "Set PAGERDUTY_WEBHOOK_SECRET.")


async def test_the_end_of_a_page_wakes_what_waits_for_it(desk: Desk, redis: Redis) -> None:
    await desk.open("search")
    await desk.pagerduty.to("resolved")
    await desk.pages.wake(await desk.hear())
    rows: Any = await redis.xrange(WORK())
    jobs = [orjson.loads(row["job"]) for _, row in rows if "job" in row]
    assert [job["body"] for job in jobs if job["kind"] == WAKE] == [{"service": "search"}]


async def test_a_page_of_a_service_that_config_yaml_does_not_know_belongs_to_unsorted(desk: Desk) -> None:
    page = await desk.open("old billing")
    assert (page.service, desk.pages.channel_of(page)) == ("", "#unsorted")
