"""The ways on from a verdict: the most urgent first, at most three in a row, and each answered by somebody."""

from dataclasses import replace

import pytest
from hypothesis import given

import handlers
from bot.domain.gates import BUTTONS, Condition, Facts, Verdict, judge
from bot.domain.gates.checks import Check, Checks
from bot.domain.gates.commit import Behind, Size
from bot.domain.gates.history import Recent
from bot.domain.gates.pages import Page, Pages
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Right
from bot.errors import Offer
from bot.slack.more import MORE, unfolded
from bot.slack.views.ways import FIRST, OPTION, OPTIONS, POWERS, offers, row, ways
from bot.slack.wanted import What
from bot.workspace.blockkit import message_faults
from tests.bot.domain.gates.facts import COMMIT, DEPLOY, NOW, facts
from tests.bot.domain.gates.test_gates import FACTS, FEW

REGISTRY = handlers.load()
VALUE = "shop production main -"
SET = f"{VALUE} @1795443600"
LOCK = Lock(
    "lock", Scope("shop", "production"), "omar@example.com", "U2", "Omar", "T1", "the fair", NOW - 60, NOW + 60,
    number=4,
)  # fmt: skip


def words(verdict: Verdict, *powers: str, waives: bool = False, deploy: bool = False) -> list[str]:
    return [one.words for one in offers(verdict, VALUE, waives=waives, deploy=deploy, powers=powers)]


def stopped(gate: str, fact: object, **more: object) -> Verdict:
    return judge(facts(more={gate: fact}, modes={gate: "enforced"}, **more))


@FEW
@given(FACTS)
def test_whatever_fails_or_is_unknown_has_a_button_and_somebody_answers_each(given: Facts) -> None:
    for one in judge(given):
        assert {*([one.button] if one.button else []), *one.also} <= set(BUTTONS)
        if one.outcome in ("failed", "unknown"):
            found = ways(one, SET, POWERS)
            assert found, one
            for way in found:
                assert way.action in REGISTRY.presses, way
                assert way.words
                assert way.value
                if way.action in (
                    "deploy.now",
                    "deploy.park",
                    "deploy.diff",
                    "deploy.checks",
                    "deploy.uncovered",
                ):
                    assert What.read(way.value).service == "shop"


@FEW
@given(FACTS)
def test_a_row_holds_three_and_a_menu_and_is_what_slack_takes(given: Facts) -> None:
    found = offers(judge(given), SET, waives=True, deploy=True, powers=POWERS)
    if not found:
        return
    block = row(found)
    buttons = [one for one in block["elements"] if one["type"] == "button"]
    menus = [one for one in block["elements"] if one["type"] == "overflow"]
    assert len(buttons) == min(len(found), FIRST)
    assert len(menus) == (len(found) > FIRST)
    assert message_faults({"text": "x", "blocks": [block]}) == []
    pressed = [unfolded(one["action_id"], one["value"]) for one in buttons]
    pressed += [unfolded(MORE, option["value"]) for menu in menus for option in menu["options"]]
    assert pressed == [(one.action, one.value) for one in found[: FIRST + OPTIONS]]


@FEW
@given(FACTS)
def test_ship_anyway_always_stands_first_for_who_may(given: Facts) -> None:
    verdict = judge(given)
    found = offers(verdict, VALUE, waives=True, powers=POWERS)
    shipped = [number for number, one in enumerate(found) if one.words == "Ship anyway"]
    assert shipped == [] or shipped[0] < FIRST
    assert bool(shipped) == (
        bool(verdict.waivable) and not any(one.gate == "right" for one in verdict.stopping)
    )


def test_without_the_right_only_asking_for_it_helps() -> None:
    denied = judge(facts(right=Right(False, "You may not.", "no-right"), locks=(LOCK,)))
    assert words(denied, *POWERS, waives=True, deploy=True) == ["Ask for it"]
    unsaid = judge(facts(right=Right(False, "Slack cannot say.", "cannot-say")))
    assert words(unsaid) == ["Try again"]


def test_a_lock_is_waited_for_ended_by_who_may_or_its_holder_is_asked() -> None:
    verdict = judge(facts(locks=(LOCK,)))
    assert words(verdict) == ["Park it", "Ask Omar"]
    assert words(verdict, "unlock", waives=True) == ["Park it", "Unlock", "Ship anyway", "Ask Omar"]
    unlock = offers(verdict, VALUE, waives=False, powers=["unlock"])[1]
    assert unlock == Offer("Unlock", "lock.unlock", "lock\nshop:production\n4\nOmar")
    frozen = judge(facts(locks=(replace(LOCK, kind="freeze"),)))
    assert words(frozen, "thaw") == ["Park it", "Thaw", "Ask Omar"]


def test_what_stops_at_the_commit_has_what_helps_against_it() -> None:
    failed = stopped("checks", Checks((Check("test", "failed"),)))
    assert words(failed, waives=True) == ["See the checks", "Try again", "Ship anyway"]
    running = stopped("checks", Checks((Check("test", "running"),)))
    assert words(running) == ["Park it", "See the checks"]
    behind = stopped("behind", Behind("main", 3))
    assert words(behind) == ["Deploy main", "Show what goes along"]
    head = offers(behind, f"shop production fix - @{NOW:.0f}", waives=False)[0]
    assert head == Offer("Deploy main", "deploy.now", f"shop production main - @{NOW:.0f}")
    assert words(stopped("size", Size(90, 900, 50, 200))) == ["Show what goes along"]
    recent = Recent("d-3", "abc1234", "Omar", "failed", True, NOW - 60, 1800.0)
    assert words(stopped("recent", recent)) == ["Park it", "Why d-3"]


def test_the_line_is_shown_and_a_claim_that_nobody_can_read_is_ended_by_who_may() -> None:
    assert words(judge(facts(ahead=("d-2",))), deploy=True) == ["Deploy", "Park it", "Show the line"]
    unreadable = judge(facts(claim_id="d-1"))
    assert words(unreadable) == []
    assert words(unreadable, "cancel") == ["End d-1"]


def test_an_open_page_is_one_tap_for_who_has_the_pager_where_nothing_else_would_still_refuse() -> None:
    paged = Pages((Page("Q1", "shop", "Checkout is slow", NOW),))
    verdict = stopped("pages", paged)
    assert words(verdict) == ["Park it"]
    assert words(verdict, "mend", waives=True) == ["It mends the page", "Park it", "Ship anyway"]
    both = judge(
        facts(
            more={"pages": paged, "behind": Behind("main", 3)},
            modes={"pages": "enforced", "behind": "enforced"},
        )
    )
    assert words(both, "mend", waives=True)[:3] == ["Deploy main", "Show what goes along", "Ship anyway"]


def test_what_is_set_for_a_time_can_begin_now_and_what_lacks_an_approval_asks_for_it() -> None:
    early = replace(DEPLOY, begins=NOW + 60, begins_said="Monday 14:21 in Europe/Berlin")
    found = offers(judge(facts(deploy=early)), SET, waives=False, deploy=True)
    assert found == (
        Offer("Deploy then", "deploy.now", SET), Offer("Start it now", "deploy.now", VALUE),
    )  # fmt: skip
    eyes = judge(facts(needed=1, modes={"approvals": "enforced"}))
    assert words(eyes, deploy=True) == ["Ask for approval"]


def test_what_only_tells_is_helped_where_one_looks_and_not_in_a_refusal() -> None:
    told = judge(facts(more={"size": Size(90, 900, 50, 200)}))
    assert words(told, deploy=True) == ["Deploy", "Show what goes along"]
    assert words(told) == []


@pytest.mark.parametrize("long", ["x" * 140, "x" * 200])
def test_what_is_too_long_for_a_menu_is_a_button_and_stays_whole(long: str) -> None:
    found = [Offer(f"Way {n}", f"press.{n}", long) for n in range(5)]
    block = row(found)
    whole = [one["value"] for one in block["elements"] if one["type"] == "button"]
    whole += [
        unfolded(MORE, option["value"])[1]
        for one in block["elements"]
        if one["type"] == "overflow"
        for option in one["options"]
    ]
    assert whole == [long] * 5
    assert message_faults({"text": "x", "blocks": [block]}) == []
    assert all(
        len(option["value"]) <= OPTION for one in block["elements"] for option in one.get("options", ())
    )


def test_two_of_one_kind_in_a_row_are_told_apart() -> None:
    block = row([Offer("Deploy", "deploy.now", VALUE), Offer("Deploy main", "deploy.now", f"{COMMIT} x")])
    assert [one["action_id"] for one in block["elements"]] == ["deploy.now", "deploy.now:2"]
    assert [one.get("style") for one in block["elements"]] == ["primary", None]
    assert unfolded("deploy.now:2", "x") == ("deploy.now", "x")


def test_a_condition_without_a_button_offers_nothing() -> None:
    assert ways(Condition("right", "passed", "allowed", "You may."), VALUE, POWERS) == ()
