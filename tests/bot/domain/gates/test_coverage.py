"""Coverage: of all lines, of what changes, and whether it falls."""

from typing import Any

import pytest

from bot.domain.gates.coverage import Coverage
from tests.bot.domain.gates.facts import of

ASKED: dict[str, Any] = {"least": 70.0, "least_changed": 80.0, "most_drop": 1.0}


@pytest.mark.parametrize(
    ("found", "codes", "sentence"),
    [
        ({"lines": 85.0, "base": 85.5, "changed": 90.0}, ["covered"],
         "Its tests run 85.0 % of the lines and 90.0 % of the changed ones."),
        ({"lines": 85.0, "trend": (84.0, 84.96)}, ["covered"],
         "Its tests run 85.0 % of the lines. Before: 84.0, 84.9 %."),
        ({"lines": 85.0, "odd": "It is empty."}, ["covered"],
         "Its tests run 85.0 % of the lines. One more report does not count: It is empty."),
        ({"lines": None}, ["no-coverage"], "Nobody has reported the coverage of this commit."),
        ({"lines": None, "odd": "It is empty."}, ["no-coverage"],
         "Nobody has reported the coverage of this commit. One came that does not count: It is empty."),
        ({"lines": 69.98}, ["coverage-low"], "Its tests run 69.9 % of the lines; 70 % is asked for."),
        ({"lines": 60.0, "trend": (70.0,)}, ["coverage-low"],
         "Its tests run 60.0 % of the lines; 70 % is asked for. Before: 70.0 %."),
        ({"lines": 69.94}, ["coverage-low"], "Its tests run 69.9 % of the lines; 70 % is asked for."),
        ({"lines": 85.0, "changed": 40.0, "uncovered": ("cart.py", "shop.py")}, ["coverage-of-change-low"],
         "Its tests run 40.0 % of the changed lines; 80 % is asked for. Look at cart.py, shop.py."),
        ({"lines": 85.0, "base": 86.1}, ["coverage-dropped"], "Coverage falls from 86.1 % to 85.0 %."),
        ({"lines": 60.0, "base": 86.0, "changed": 0.0},
         ["coverage-low", "coverage-of-change-low", "coverage-dropped"],
         "Its tests run 60.0 % of the lines; 70 % is asked for."),
    ],
)  # fmt: skip
def test_what_is_said_of_coverage(found: dict[str, Any], codes: list[str], sentence: str) -> None:
    said = of("coverage", Coverage(**found, **ASKED))
    assert [one.code for one in said] == codes
    assert said[0].sentence == sentence


def test_the_trend_and_what_does_not_count_are_said_once() -> None:
    found = Coverage(60.0, 86.0, 0.0, trend=(84.0,), odd="It is empty.", **ASKED)
    assert [one.sentence for one in of("coverage", found)] == [
        "Its tests run 60.0 % of the lines; 70 % is asked for. Before: 84.0 %. "
        "One more report does not count: It is empty.",
        "Its tests run 0.0 % of the changed lines; 80 % is asked for.",
        "Coverage falls from 86.0 % to 60.0 %.",
    ]
