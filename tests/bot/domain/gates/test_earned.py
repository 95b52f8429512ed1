"""What a gate has shown, in words, and from when on it can be judged."""

import pytest

from bot.domain.gates.earned import Earned


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "would have stopped nothing so far"),
        ([("told", True)], "would have stopped 1, which went well"),
        ([("told", False)], "would have stopped 1, which did not go well"),
        ([("told", True)] * 5 + [("told", False)], "would have stopped 6, of which 5 went well"),
        ([("told", False)] * 2, "would have stopped 2, of which none went well"),
        ([("waived", True)] * 2, "was waived for 2, of which 2 went well"),
        ([("told", True)] * 2 + [("waived", False)],
         "would have stopped 2, of which 2 went well and was waived for 1, which did not go well"),
    ],
)  # fmt: skip
def test_its_words(rows: list[tuple[str, bool]], words: str) -> None:
    assert Earned.of(rows).words == words


def test_it_can_be_judged_after_five_and_should_tell_when_most_waivers_went_well() -> None:
    assert not Earned(told=4, told_well=4).can_be_judged
    assert Earned(told=5).can_be_judged
    assert not Earned(waived=4, waived_well=4).should_tell
    assert not Earned(waived=6, waived_well=3).should_tell
    assert Earned(waived=6, waived_well=4).should_tell
