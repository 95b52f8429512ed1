"""What is said of waivers fits Slack, and mentions nobody."""

from bot.domain.gates import NAMES
from bot.domain.gates.earned import Earned
from bot.services.gates import Gate
from bot.slack.views import gates
from bot.store.gates import FollowUp
from tests.bot.slack.views.test_limits import NOW, a_deploy, check, each_text


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
