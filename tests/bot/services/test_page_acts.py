"""What somebody wants of a page is done in PagerDuty as that person, once, or they are told why not."""

import time
from typing import Any

import pytest

from bot.domain.pages import Act
from bot.errors import Stale
from bot.services.page_acts import GIVES_UP
from bot.store.streams import Later
from tests.bot.services.page_desk import OPERATOR, STRANGER, Desk, desk, workspace_words
from tests.fixtures.workspace import OLGA, OMAR

__all__ = ["desk", "workspace_words"]


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


async def test_it_is_reassigned_to_somebody_and_rings_them(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "reassign", detail="PDANA01", shown="to Dana")
    assert (await desk.done(page)).refused == ""
    page = await desk.hear()
    assert (page.state, page.told.assigned) == ("triggered", ("Dana",))
    assert await desk.pagerduty.changes() == [("PUT", f"/incidents/{page.id}", OMAR)]


async def test_a_snooze_holds_as_long_as_it_was_asked_for_and_can_be_undone(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "snooze", detail="7200", shown="for 2 h")
    outcome = await desk.done(page)
    now = time.time()
    assert now + 7100 < outcome.page.snoozed < now + 7300
    assert (outcome.page.state, outcome.page.acknowledged_by) == ("acknowledged", ("Omar",))
    page = await desk.ask(outcome.page, "wake", id="b")
    assert (await desk.done(page, "b")).page.state == "triggered"
    assert (await desk.pagerduty.incident())["snoozed"] == 0
    with pytest.raises(Stale, match=r"^It is not snoozed any more. Nothing was changed.$"):
        await desk.pages.ask(page.id, "wake", OPERATOR, id="c")


async def test_a_snooze_that_is_over_rings_again(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "snooze", detail="600", shown="for 10 min")
    await desk.done(page)
    await desk.hear()
    desk.forward(601)
    await desk.pagerduty.until(lambda seen: seen["incidents"][-1]["status"] == "triggered")
    page = await desk.hear()
    assert (page.state, page.snoozed, page.acknowledged_by) == ("triggered", 0.0, ())


async def test_a_note_is_written_once_although_the_answer_to_the_first_try_was_lost(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "note", detail="The cache is cold.")
    await desk.pagerduty.weather(failing="after", times=1, methods=["note"])
    with pytest.raises(Later):
        await desk.do(page)
    assert (await desk.done(page)).refused == ""
    notes = (await desk.pagerduty.incident())["notes"]
    assert [(one["by"], one["content"]) for one in notes] == [("POMAR01", "The cache is cold.")]


async def test_a_note_may_be_added_to_what_is_over(desk: Desk) -> None:
    page = await desk.open()
    await desk.pagerduty.to("resolved", by=OLGA)
    await desk.hear()
    await desk.ask(await desk.pages.find(page.id), "note", detail="It was the cache.")
    assert (await desk.done(page)).refused == ""
    assert (await desk.pagerduty.incident())["status"] == "resolved"


async def test_somebody_is_asked_for_help_as_who_asks(desk: Desk) -> None:
    page = await desk.open()
    await desk.ask(page, "responder", detail="PDANA01 PDARIO1", shown="Dana and Dario")
    page = (await desk.done(page)).page
    assert (page.state, page.moves[-1].what, page.moves[-1].text) == ("triggered", "asked", "Dana and Dario")
    assert (await desk.pagerduty.incident())["responders"] == ["PDANA01", "PDARIO1"]


async def test_one_page_becomes_part_of_another_and_is_over(desk: Desk) -> None:
    target = await desk.open()
    page = await desk.open()
    await desk.ask(page, "merge", detail=target.id, shown=f"into #{target.told.number}")
    page = (await desk.done(page)).page
    assert (page.state, page.resolved_by, page.moves[-1].text) == (
        "resolved", "Omar", f"into #{target.told.number}",
    )  # fmt: skip
    incidents = {one["id"]: one["status"] for one in (await desk.pagerduty.look())["incidents"]}
    assert incidents == {target.id: "triggered", page.id: "resolved"}


async def test_a_page_becomes_part_of_none_that_is_over(desk: Desk) -> None:
    target = await desk.open()
    page = await desk.open()
    await desk.pagerduty.to("resolved", incident=target.id, by=OLGA)
    await desk.ask(page, "merge", detail=target.id, shown="into #1")
    outcome = await desk.done(page)
    assert outcome.refused == "The page that it was to become part of is resolved. Nothing was changed."
    assert outcome.page.state == "triggered"


async def test_an_escalation_policy_with_nobody_on_it_is_said_to_be_so(desk: Desk) -> None:
    page = await desk.open("old billing")
    await desk.pagerduty.fire(policy="PEPPLAT", levels=[])
    outcome = await desk.end(page, "escalate")
    assert outcome.refused == (
        "Its escalation policy has nobody on call, at no level: nobody would be woken. Call somebody, and put people "
        "on the policy in PagerDuty."
    )


async def test_who_is_somebody_else_at_pagerduty_is_found_by_the_e_mail_that_they_named(desk: Desk) -> None:
    page = await desk.open()
    assert (await desk.end(page, "ack", STRANGER)).unknown
    desk.linked["T1:U1"] = OLGA
    assert await desk.pages.email_of(STRANGER) == OLGA


FORBIDDEN = "PagerDuty says that my key may not do this: an admin has to look at its rights."


@pytest.mark.parametrize(
    ("act", "status", "sentence"),
    [
        ("ack", 400, "PagerDuty refused it: Arguments Caused Error."),
        ("ack", 401, "PagerDuty does not know my key: an admin has to look at PAGERDUTY_API_TOKEN."),
        ("ack", 404, "PagerDuty does not know this page (any more)."),
        ("ack", 409, "PagerDuty refused it: Conflict."),
        *(
            (act, 403, FORBIDDEN)
            for act in ("resolve", "escalate", "reassign", "responder", "snooze", "note", "merge")
        ),
    ],
)
async def test_a_refusal_of_anything_is_said_in_plain_words_and_leaves_the_page_as_it_was(
    desk: Desk, act: Act, status: int, sentence: str
) -> None:
    page = await desk.open()
    other = await desk.open()
    detail = {"snooze": "3600", "merge": other.id, "note": "hm"}.get(act, "PDANA01")
    await desk.ask(page, act, detail=detail)
    await desk.pagerduty.weather(answers=status)
    outcome = await desk.done(page)
    assert (outcome.refused, outcome.page.state, outcome.page.doing) == (sentence, "triggered", ())


@pytest.mark.parametrize(
    ("weather", "wait"),
    [
        ({"failing": True}, 1.0),
        ({"slow": 3}, 1.0),
        ({"answers": "rubbish"}, 1.0),
        ({"rate_limited": 7}, 7.0),
        ({"down": True}, 1.0),
    ],
)
async def test_without_a_usable_answer_it_is_tried_again_and_the_page_says_so(
    desk: Desk, weather: dict[str, Any], wait: float
) -> None:
    page = await desk.ask(await desk.open(), "ack")
    await desk.pagerduty.weather(times=1, **weather)
    with pytest.raises(Later) as later:
        await desk.do(page)
    assert later.value.seconds == wait
    page = await desk.pages.find(page.id)
    assert (page.state, [one.tries for one in page.doing]) == ("triggered", [1])
    assert (await desk.done(page)).page.state == "acknowledged"
