"""The one verdict: the same facts give the same one, what only tells never stops, what nobody knows stops where it is
enforced, and whatever fails says what, who clears it, and under which code.
"""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.deploys import Approval
from bot.domain.gates import ALWAYS, EMERGENCY, FAMILIES, NAMES, UNWAIVABLE, Facts, NotSetUp, Unknown, judge
from bot.domain.gates.checks import Check, Checks
from bot.domain.gates.commit import Behind, Moved, Size
from bot.domain.gates.coverage import Coverage
from bot.domain.gates.history import Recent
from bot.domain.gates.order import Order
from bot.domain.gates.pages import Page, Pages
from bot.domain.gates.times import Hours, Window, Windows
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Right
from tests.bot.domain.gates.facts import COMMIT, DEPLOY, MAY, NOW, OTHER, facts

FEW = settings(max_examples=50, deadline=None)  # each of them judges every gate
WORDS = st.sampled_from(["", "the fair", "trying the <new> search"])
MISSING = st.one_of(
    st.builds(Unknown, st.sampled_from(["GitHub", "git", "PagerDuty"]), st.just("It did not answer.")),
    st.builds(NotSetUp, st.just("GitHub"), st.just("Set GITHUB_TOKEN.")),
    st.just("rubbish"),
)
PER_CENT = st.floats(0, 100)
CHECK = st.builds(
    Check,
    st.sampled_from(["test", "lint", "build"]),
    st.sampled_from(["passed", "failed", "running"]),
    st.just(OTHER),
)
FACT = {
    "windows": st.builds(
        Windows,
        st.lists(
            st.builds(Window, st.sampled_from(["* * * * *", "0 17 * * 5", "0 9 * * 1"]), st.just("Europe/Berlin"),
                      st.sampled_from([60.0, 3600.0, 86400.0]), WORDS),
            max_size=2,
        ).map(tuple),
    ),
    "hours": st.builds(Hours, st.just("Europe/Berlin"), st.sampled_from([(0, 1, 2, 3, 4), (5,)]), st.just("09:00"),
                       st.just("17:00")),
    "checks": st.builds(
        Checks, st.lists(CHECK, max_size=3).map(tuple), st.lists(CHECK, max_size=2).map(tuple),
        st.sampled_from([(), ("test",), ("t*", "e2e")]), st.sampled_from([(), ("lint",)]),
        st.sampled_from([(), ("*",)]),
    ),
    "coverage": st.builds(
        Coverage, st.none() | PER_CENT, st.none() | PER_CENT, st.none() | PER_CENT,
        st.sampled_from([(), ("shop.py", "cart.py")]), PER_CENT, PER_CENT, PER_CENT,
    ),
    "after": st.builds(Order, st.just("staging"), st.sampled_from(["", COMMIT, OTHER]), st.booleans(),
                       st.sampled_from(["", "d-3"])),
    "behind": st.builds(Behind, st.just("main"), st.integers(0, 250), st.integers(0, 5), st.booleans()),
    "moved": st.builds(Moved, st.sampled_from([COMMIT, OTHER]), st.none() | st.sampled_from([NOW - 1, NOW + 1])),
    "size": st.builds(Size, st.none() | st.integers(0, 250), st.none() | st.integers(0, 999), st.just(50),
                      st.just(200), st.booleans()),
    "recent": st.builds(Recent, st.sampled_from(["", "d-3"]), st.just("abc1234"), st.just("Omar"),
                        st.sampled_from(["failed", "succeeded", "lost", "cancelled"]), st.booleans(),
                        st.sampled_from([NOW - 60, NOW - 9000]), st.just(1800.0), st.booleans()),
    "pages": st.builds(
        Pages,
        st.lists(st.builds(Page, st.just("P1"), st.sampled_from(["shop", "search"]), WORDS, st.just(NOW)), max_size=2)
        .map(tuple),
    ),
}  # fmt: skip
LOCK = st.builds(
    Lock, st.sampled_from(["lock", "freeze"]), st.just(Scope("shop", "production")),
    st.sampled_from(["dana@example.com", "omar@example.com"]), st.just("U2"), st.just("Omar"), st.just("T1"), WORDS,
    st.just(NOW - 60), st.sampled_from([NOW - 1, NOW + 60, float("inf")]), st.booleans(),
)  # fmt: skip
RIGHT = st.sampled_from(
    [
        MAY,
        Right(False, "You may not deploy shop to production.", "no-right"),
        Right(False, "No.", "cannot-say"),
    ]
)
APPROVAL = st.builds(
    Approval, st.sampled_from(["omar@example.com", "mia@example.com", DEPLOY.by]), st.just("Omar"), st.just(NOW),
    st.sampled_from(["f", "other"]),
)  # fmt: skip
SET = replace(DEPLOY, begins=NOW + 3600, begins_said="Monday 15:20 in Europe/Berlin")
FACTS = st.builds(
    facts,
    deploy=st.sampled_from([DEPLOY, SET, replace(SET, begins=NOW - 60)]),
    right=RIGHT,
    locks=st.lists(LOCK, max_size=3).map(tuple),
    claim=st.none() | st.just(replace(DEPLOY, id="d-1", state="running")),
    claim_id=st.sampled_from(["", "d-1"]),
    ahead=st.sampled_from([(), ("d-2",), ("d-2", "d-3")]),
    approvals=st.lists(APPROVAL, max_size=3).map(tuple),
    needed=st.none() | st.integers(1, 3),
    fingerprint=st.just("f"),
    emergency=st.booleans(),
    quarantined=st.sampled_from(["", "d-3"]),
    modes=st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(["telling", "enforced"])),
    waived=st.dictionaries(st.sampled_from(sorted(NAMES)), st.just("Omar: it repairs an incident")),
    more=st.fixed_dictionaries({}, optional={gate: fact | MISSING for gate, fact in FACT.items()}),
)


@FEW
@given(FACTS)
def test_the_same_facts_give_the_same_verdict(given: Facts) -> None:
    assert judge(given) == judge(replace(given))
    assert judge(given).admits == (not judge(given).stopping)


@FEW
@given(FACTS)
def test_what_only_tells_never_stops(given: Facts) -> None:
    quiet = replace(
        given,
        modes=dict.fromkeys(NAMES, "telling"),
        right=MAY,
        locks=(),
        claim=None,
        claim_id="",
        ahead=(),
        quarantined="",
        deploy=DEPLOY,
    )
    assert judge(quiet).admits
    for one in judge(given):
        if one.gate not in ALWAYS and given.modes.get(one.gate, "telling") == "telling":
            assert not one.stops


@FEW
@given(FACTS)
def test_what_nobody_knows_stops_where_it_is_enforced_and_says_which_system(given: Facts) -> None:
    for one in judge(replace(given, emergency=False, waived={})):
        missing = given.more.get(one.gate)
        if one.outcome == "unknown":
            assert one.stops == (given.modes.get(one.gate) == "enforced")
            assert not isinstance(missing, Unknown) or one.sentence.startswith(
                f"{missing.system} cannot say "
            )
            assert one.cures  # whoever did not answer may answer later
        if isinstance(missing, NotSetUp):
            assert (one.outcome, one.stops, one.tells) == ("not set up", False, False)


@FEW
@given(FACTS)
def test_whatever_fails_says_what_and_who_clears_it_under_a_stable_code(given: Facts) -> None:
    for one in judge(given):
        assert one.gate in NAMES
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", one.code)
        assert one.sentence.endswith((".", "!"))
        if one.outcome in ("failed", "unknown"):
            assert one.clears


@FEW
@given(FACTS)
def test_an_emergency_is_judged_by_right_and_claim_alone(given: Facts) -> None:
    verdict = judge(replace(given, emergency=True))
    assert {one.gate for one in verdict.stopping} <= EMERGENCY
    assert verdict.admits == (given.right.allowed and given.claim is None and not given.claim_id)


@FEW
@given(FACTS)
def test_a_waiver_clears_what_can_be_waived_and_nothing_else(given: Facts) -> None:
    verdict = judge(replace(given, waived={}))
    waived = dict.fromkeys(verdict.waivable, "Omar: it repairs an incident")
    after = judge(replace(given, waived=waived))
    assert {one.gate for one in after.stopping} <= UNWAIVABLE
    assert {one.code for one in after.stopping} == {
        one.code for one in verdict.stopping if one.gate in UNWAIVABLE
    }
    everything = judge(replace(given, waived=dict.fromkeys(NAMES, "Omar: all of it")))
    assert not any(one.outcome == "waived" for one in everything if one.gate in UNWAIVABLE)


@FEW
@given(FACTS)
def test_a_gate_that_config_does_not_set_says_nothing(given: Facts) -> None:
    said = {one.gate for one in judge(replace(given, more={}, needed=None))}
    assert said <= ALWAYS


def test_every_family_has_a_name_for_people() -> None:
    everything = {gate: Unknown("GitHub", "It did not answer.") for gate in FACT}
    said = {
        one.gate
        for one in judge(
            facts(deploy=SET, more=everything, needed=1, net=True, ahead=("d-2",), quarantined="d-3")
        )
    }
    assert said == set(NAMES)
    assert len(FAMILIES) == len(NAMES) - 5  # one file judges right, freeze, lock, claim, queue and quarantine
