"""Four eyes: others who may, each once, and only for exactly this."""

from dataclasses import replace

import pytest

from bot.domain.deploys import Approval
from bot.domain.gates import judge
from tests.bot.domain.gates.facts import DEPLOY, NOW, facts

OMAR = Approval("omar@example.com", "Omar", NOW, "f")
ASKED = replace(DEPLOY, asker="T1:U1")
MIA = Approval("mia@example.com", "Mia", NOW, "f")
ELSE = Approval("mia@example.com", "Mia", NOW, "another")
OWN = Approval(DEPLOY.by, "Dana", NOW, "f")
SAME = Approval("dana@home.example", "Dana", NOW, "f", account=ASKED.asker)


@pytest.mark.parametrize(
    ("given", "needed", "outcome", "sentence"),
    [
        ((), 1, "failed", "One person who may has to approve it."),
        ((), 2, "failed", "2 people who may have to approve it."),
        ((OMAR,), 1, "passed", "Approved by Omar."),
        ((OMAR, OMAR), 2, "failed", "One person who may has to approve it. Omar did."),
        ((OMAR, MIA), 2, "passed", "Approved by Omar and Mia."),
        ((OWN,), 1, "failed", "One person who may has to approve it."),
        ((SAME,), 1, "failed", "One person who may has to approve it."),
        ((ELSE,), 1, "failed", "One person who may has to approve it."),
    ],
)
def test_who_counts(given: tuple[Approval, ...], needed: int, outcome: str, sentence: str) -> None:
    about = facts(
        deploy=ASKED, approvals=given, needed=needed, fingerprint="f", modes={"approvals": "enforced"}
    )
    verdict = judge(about)
    (one,) = [one for one in verdict if one.gate == "approvals"]
    assert (one.outcome, one.sentence) == (outcome, sentence)
    assert verdict.needs_approval == (outcome == "failed")


def test_where_config_asks_for_none_nothing_is_said() -> None:
    assert all(one.gate != "approvals" for one in judge(facts(approvals=(OMAR,))))


def test_a_net_is_one_who_could_do_it_alone_and_looked_at_this_very_deploy() -> None:
    def outcome(*approvals: Approval, net: bool = True) -> list[str]:
        found = judge(facts(net=net, fingerprint="f", approvals=approvals, modes={"approvals": "enforced"}))
        return [one.outcome for one in found if one.gate == "mentor"]

    able = Approval("omar", "Omar", 0.0, "f", able=True)
    assert outcome(net=False) == []
    assert outcome() == ["failed"]
    assert outcome(able) == ["passed"]
    assert outcome(replace(able, able=False)) == ["failed"]
    assert outcome(replace(able, fingerprint="another")) == ["failed"]
    assert outcome(replace(able, by=facts().deploy.by)) == ["failed"]


def test_a_mentors_tap_is_asked_for_from_the_first_day_and_waived_by_nobody() -> None:
    verdict = judge(facts(net=True, waived={"mentor": "Omar: a page"}, modes={"mentor": "telling"}))
    assert [one.code for one in verdict.stopping] == ["needs-a-net"]
    assert verdict.needs_approval
    assert verdict.waivable == ()
