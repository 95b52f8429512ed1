"""The order of environments: this very commit succeeded before, and is the newest that did."""

import pytest

from bot.domain.gates.order import Order
from tests.bot.domain.gates.facts import COMMIT, OTHER, only


@pytest.mark.parametrize(
    ("found", "code", "sentence", "cures"),
    [
        (Order("staging", COMMIT, True), "in-order", "aaaaaaa stands in staging.", False),
        (Order("staging", OTHER, True), "not-the-newest",
         "aaaaaaa went well in staging, but bbbbbbb went there after it.", False),
        (Order("staging", OTHER), "not-there-yet", "aaaaaaa has not succeeded in staging.", False),
        (Order("staging"), "not-there-yet", "aaaaaaa has not succeeded in staging.", False),
        (Order("staging", OTHER, running="d-3"), "on-its-way", "d-3 is only now bringing aaaaaaa to staging.", True),
    ],
)  # fmt: skip
def test_what_stands_in_the_environment_before(found: Order, code: str, sentence: str, cures: bool) -> None:
    one = only("after", found)
    assert (one.code, one.sentence, one.cures) == (code, sentence, cures)
    assert one.stops == (code != "in-order")
