"""The card of a deploy that waits: what it waits for, and what can be pressed."""

from dataclasses import replace

from bot.domain.deploys import Told
from bot.domain.gates import Verdict
from bot.services.deploys import Plan, Status
from bot.slack import Message
from bot.slack.views.deploy import answer, card, planned, why
from bot.slack.views.deploys import status
from bot.slack.views.waiting import asks, late
from tests.bot.slack.views.test_limits import a_deploy, check, each_text

NOW = 1_795_440_000.0  # Monday 2026-11-23, 13:20 UTC
SET = a_deploy(
    "Sell hats", state="parked", begins=NOW + 3600, begins_said="Monday 15:20 in Europe/Berlin", fingerprint="f",
    conditions=(Told("at", "not-yet", "It is set for Monday 15:20 in Europe/Berlin.", True),),
)  # fmt: skip
THEN = "<!date^1795443600^{date_short_pretty} at {time}|2026-11-23 14:20 UTC>"
PAGE = Told("pages", "open-page", "A page is open on it: Checkout is slow.", True)


def rows(message: Message) -> list[list[str]]:
    return [
        [one["text"]["text"] for one in block["elements"]]
        for block in message.blocks
        if block["type"] == "actions"
    ]


def test_what_is_set_for_a_time_says_when_in_the_zone_of_each_reader() -> None:
    shown = card(SET, NOW)
    assert shown.text.startswith("shop → staging: parked, starts Monday 15:20 in Europe/Berlin · ")
    assert f"*parked, starts {THEN}*" in shown.blocks[0]["text"]["text"]
    assert "It is set for" not in str(shown.blocks)  # said once
    assert rows(shown) == [["Start it now", "Call it off"]]
    assert (
        answer(SET, NOW)
        .blocks[0]["text"]["text"]
        .endswith(
            f"It is set for Monday 15:20 in Europe/Berlin ({THEN}): it is judged afresh then,"
            " and begins or says why not."
        )
    )
    assert f"Set for Monday 15:20 in Europe/Berlin ({THEN})." in str(why(SET, NOW).blocks)
    plan = planned(Plan(SET, None, ("start",), Verdict(())))
    assert f"It would begin {THEN}: I understood Monday 15:20 in Europe/Berlin." in str(plan.blocks)
    row = Status("shop", "staging", None, None)
    assert f": parked, starts {THEN}" in str(status([row], (), [SET]).blocks)


def test_after_its_time_the_card_says_what_it_waits_for() -> None:
    locked = Told("lock", "locked", "shop staging is locked by Omar.", True)
    shown = card(replace(SET, conditions=(locked,)), NOW + 3601)
    assert shown.text.startswith("shop → staging: parked · ")
    assert rows(shown) == [["Ship anyway", "Call it off"]]
    told = late(replace(SET, conditions=(locked,), held_until=NOW + 86400))
    assert told.text == "shop to staging: its time has come, and it cannot begin yet"
    assert "• shop staging is locked by Omar." in str(told.blocks)


def test_its_approval_can_be_asked_for_and_given_before_its_time() -> None:
    shown = card(replace(SET, state="waiting"), NOW)
    assert "waiting for approval, starts Monday 15:20" in shown.text
    assert rows(shown) == [["Approve", "Reject", "Call it off"], ["Ask for approval", "Start it now"]]
    assert " It waits for its approval before that." in str(answer(replace(SET, state="waiting"), NOW).blocks)
    asked = asks(SET, "Dana")
    assert asked.text == f"Dana asks for your approval: shop to staging at {SET.short()}"
    assert rows(asked) == [["Approve", "Reject"]]


def test_what_waits_for_the_end_of_a_page_has_the_tap_of_who_is_on_call() -> None:
    parked = replace(SET, begins=None, conditions=(PAGE,))
    assert rows(card(parked, NOW)) == [["It mends the page", "Ship anyway", "Call it off"]]


@each_text
def test_whatever_stands_in_it_fits_slack_and_mentions_nobody(words: str) -> None:
    for state in ("parked", "waiting"):
        deploy = replace(SET, state=state, subject=words, by_name=words, begins_said=words)
        deploy = replace(deploy, conditions=(replace(PAGE, sentence=words),))
        check(card(deploy, NOW))
        check(late(deploy))
        check(asks(deploy, words))
        check(answer(deploy, NOW))
