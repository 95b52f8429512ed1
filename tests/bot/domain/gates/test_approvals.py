"""Four eyes: others who may, each once, and only for exactly this."""

import pytest

from bot.domain.deploys import Approval
from bot.domain.gates import judge
from tests.bot.domain.gates.facts import DEPLOY, NOW, facts

OMAR = Approval("omar@example.com", "Omar", NOW, "f")
MIA = Approval("mia@example.com", "Mia", NOW, "f")
ELSE = Approval("mia@example.com", "Mia", NOW, "another")
OWN = Approval(DEPLOY.by, "Dana", NOW, "f")


@pytest.mark.parametrize(
    ("given", "needed", "outcome", "sentence"),
    [
        ((), 1, "failed", "One person who may has to approve it."),
        ((), 2, "failed", "2 people who may have to approve it."),
        ((OMAR,), 1, "passed", "Approved by Omar."),
        ((OMAR, OMAR), 2, "failed", "One person who may has to approve it. Omar did."),
        ((OMAR, MIA), 2, "passed", "Approved by Omar and Mia."),
        ((OWN,), 1, "failed", "One person who may has to approve it."),
        ((ELSE,), 1, "failed", "One person who may has to approve it."),
    ],
)
def test_who_counts(given: tuple[Approval, ...], needed: int, outcome: str, sentence: str) -> None:
    verdict = judge(facts(approvals=given, needed=needed, fingerprint="f", modes={"approvals": "enforced"}))
    (one,) = [one for one in verdict if one.gate == "approvals"]
    assert (one.outcome, one.sentence) == (outcome, sentence)
    assert verdict.needs_approval == (outcome == "failed")


def test_where_config_asks_for_none_nothing_is_said() -> None:
    assert all(one.gate != "approvals" for one in judge(facts(approvals=(OMAR,))))
