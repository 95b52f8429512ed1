"""A verdict as people read it: what stops first, what only tells marked, who clears it, what comes next."""

import pytest

from bot.domain.deploys import Deploy, Told
from bot.domain.gates import NAMES, Condition, Verdict
from bot.domain.gates.earned import Earned
from bot.services.deploys import Plan
from bot.services.gates import Gate
from bot.slack.views import verdict as views
from bot.slack.views.forms import ship_form
from bot.slack.views.gates import demotion, gates, shipped
from bot.slack.views.verdict import offers, short
from bot.workspace.blockkit import message_faults, view_faults
from tests.bot.slack.views.test_limits import a_deploy, check, each_text

VALUE = "shop staging - -"
RIGHT = Condition("right", "passed", "allowed", "You may: the role operator.", "enforced")
CLAIM = Condition("claim", "passed", "free", "Nothing runs there.", "enforced")
LOCK = Condition("lock", "failed", "locked", "shop staging is locked by Omar.", "enforced", "Omar", "park", True,
                 until=1_795_440_000.0)  # fmt: skip
SIZE = Condition("size", "failed", "large-change", "Much goes along.", "telling", "smaller steps")
ORDER = Condition(
    "after", "failed", "not-there-yet", "abc has not succeeded in staging.", "enforced", "a deploy", "deploy",
    first="staging abc",
)  # fmt: skip
UNKNOWN = Condition(
    "checks", "unknown", "checks-unknown", "GitHub cannot say.", "enforced", "an answer", "park", True
)
MISSING = Condition("pages", "not set up", "pages-not-set-up", "Open page: not set up.", "telling")
QUEUE = Condition(
    "queue", "failed", "queued", "d-2 waits before it.", "enforced", "their turns", "queue", True
)
APPROVAL = Condition(
    "approvals", "failed", "needs-approval", "One has to.", "enforced", "who may approve", "approve"
)
NO_RIGHT = Condition("right", "failed", "no-right", "You may not.", "enforced", "who may grant it")


def plan(*conditions: Condition) -> Plan:
    deploy: Deploy = a_deploy("Sell hats", id="", ref="main")
    return Plan(deploy, None, ("checkout", "start"), Verdict(conditions))


def words(*conditions: Condition, waives: bool = False, **record: Earned) -> str:
    blocks = views.can(plan(*conditions), record, VALUE, waives=waives).blocks
    texts = [block.get("text", {}).get("text", "") for block in blocks]
    return "\n".join([*texts, *(e["text"] for b in blocks if b["type"] == "context" for e in b["elements"])])


@pytest.mark.parametrize(
    ("conditions", "answer", "ways"),
    [
        ((RIGHT, CLAIM, SIZE, MISSING), "yes", ["deploy.now"]),
        ((RIGHT, QUEUE), "yes, when its turn comes", ["deploy.now", "deploy.park"]),
        ((RIGHT, APPROVAL), "yes, once it is approved", ["deploy.now", "deploy.ship"]),
        ((RIGHT, LOCK), "not now; it can wait", ["deploy.park", "deploy.ship"]),
        ((RIGHT, UNKNOWN), "not now; it can wait", ["deploy.park", "deploy.ship"]),
        ((RIGHT, LOCK, ORDER), "no", ["deploy.now", "deploy.ship"]),
        ((NO_RIGHT, LOCK), "no", []),
    ],
)
def test_the_answer_and_the_ways_on(conditions: tuple[Condition, ...], answer: str, ways: list[str]) -> None:
    verdict = Verdict(conditions)
    assert short(verdict) == answer
    assert [one.action for one in offers(verdict, VALUE, waives=True, deploy=True)] == ways
    without = [one.action for one in offers(verdict, VALUE, waives=False, deploy=True)]
    assert without == [way for way in ways if way != "deploy.ship"]


def test_what_stops_stands_first_with_who_clears_it_and_what_only_tells_is_marked() -> None:
    said = words(RIGHT, SIZE, LOCK, CLAIM, MISSING, size=Earned(told=6, told_well=5))
    lines = said.splitlines()
    assert lines[0] == "*Can I deploy shop to staging?* — *not now; it can wait*"
    assert lines[2:5] == [
        ":no_entry: shop staging is locked by Omar. Until <!date^1795440000^{date_short_pretty} at {time}"
        "|2026-11-23 13:20 UTC>. _Clears it: Omar._",
        ":speech_balloon: Much goes along. _Told only: this gate would have stopped 6, of which 5 went well._",
        ":white_circle: Open page: not set up.",
    ]
    assert ":white_check_mark: Passed: right, claim." in lines


def test_a_warning_lock_is_told_although_it_stops_nobody() -> None:
    warning = Condition("lock", "passed", "warning", "Omar warns: the new search.", "enforced")
    assert words(RIGHT, warning).endswith("Passed: right, lock. Omar warns: the new search.")


def test_why_says_what_a_deploy_was_judged_by() -> None:
    deploy = a_deploy(
        "Sell hats", passed=("right", "claim"),
        conditions=(
            Told("size", "large-change", "Much goes along.", False),
            Told("lock", "locked", "It is locked. Waived by Omar: now.", False, "Omar", "waived"),
            Told("pages", "pages-not-set-up", "Open page: not set up.", False, "", "not set up"),
        ),
    )  # fmt: skip
    assert views.recorded(deploy) == [
        ":speech_balloon: Much goes along. _Told only._",
        ":ballot_box_with_check: It is locked. Waived by Omar: now.",
        ":white_circle: Open page: not set up.",
        ":white_check_mark: Passed: right, claim.",
    ]


@each_text
def test_whatever_stands_in_it_fits_slack_and_mentions_nobody(words: str) -> None:
    text = words[:5000] or "Much."
    many = tuple(
        Condition(gate, "failed", "x", text, mode, text, cures=True)
        for gate in NAMES
        for mode in ("enforced", "telling")
    )
    check(views.can(plan(*many), {}, VALUE, waives=True))
    check(views.can_each([plan(*many)] * 10))
    told = tuple(Told(gate, "x", text, False, "", "waived") for gate in NAMES)
    waived = tuple((gate, text) for gate in NAMES)
    check(shipped(a_deploy(words, conditions=told, waived=waived), text, text))
    form = ship_form(text[:200], [text] * 20, "shop staging - -", "C0SHOP")
    assert view_faults(form) == []


def test_the_gates_of_a_service_with_many_environments_fit_one_message() -> None:
    each = {
        f"env-{number}": [Gate("shop", f"env-{number}", name, "telling", Earned(6, 5)) for name in NAMES]
        for number in range(10)
    }
    message = gates("shop", each, dict.fromkeys(each, True), [])
    assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert "There is more: name an environment." in str(message.blocks[-1])
    one = Gate("shop", "staging", "size", "enforced", Earned(waived=6, waived_well=5))
    assert "was waived for 6, of which 5 went well: should it only tell again?" in str(demotion(one).blocks)


def test_what_has_to_go_elsewhere_first_is_a_button_with_this_very_commit() -> None:
    (first,) = offers(Verdict((RIGHT, ORDER)), "shop production main -", waives=False)
    assert (first.words, first.action, first.value) == (
        "Deploy to staging",
        "deploy.now",
        "shop staging abc -",
    )
