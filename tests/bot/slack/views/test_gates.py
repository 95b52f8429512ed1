"""What is said of waivers fits Slack, and mentions nobody."""

from bot.domain.gates import NAMES
from bot.domain.gates.earned import Earned
from bot.services.gates import Gate
from bot.slack.views import gates
from bot.store.gates import FollowUp
from tests.bot.slack.views.test_limits import NOW, a_deploy, check, each_text


def test_a_gate_that_has_shown_too_little_says_when_enforce_comes() -> None:
    young = Gate("shop", "staging", "checks", "telling", Earned(2, 1))
    ripe = Gate("shop", "staging", "behind", "telling", Earned(5, 1))
    message = gates.gates("shop", {"staging": [young, ripe]}, {"staging": True}, [])
    said = str(message.blocks[0]["text"]["text"])
    would = "would have stopped 2, of which 1 went well"
    assert f"*only tells*; {would}. [Enforce] comes when it has told 5 times; it has 2 so far" in said
    assert "[Enforce]" not in str(message.blocks[1:])
    assert "'Enforce'" in str(message.blocks[1])


@each_text
def test_what_is_said_of_a_waiver(words: str) -> None:
    one = FollowUp("d-12", "shop", "staging", ("lock", "checks"), words[:300], NOW, words)
    check(gates.reminder(one))
    check(gates.looked_into(one, words))
    check(gates.looked_into(one, ""))
    check(gates.shipped(a_deploy(words, waived=(("lock", words),)), words, words))
    check(gates.gates("shop", {"staging": []}, {"staging": True}, [one] * 9))


def test_what_is_to_be_looked_into_is_listed_however_many_gates_there_are() -> None:
    each = {
        f"env-{number}": [Gate("shop", f"env-{number}", name, "telling", Earned(6, 5)) for name in NAMES]
        for number in range(10)
    }
    open_ = [FollowUp(f"d-{n}", "shop", "staging", ("lock",), "a page", NOW, "Omar") for n in range(9)]
    message = gates.gates("shop", each, dict.fromkeys(each, True), open_)
    check(message)
    assert [str(block).count("gate.done") for block in message.blocks[-6:]] == [1, 1, 1, 1, 1, 0]
    assert "9 waivers wait to be looked into." in str(message.blocks[-1])
