"""Since when a commit is in a place: what came back counts from then, what a roll-back took away is gone."""

from dataclasses import replace
from typing import Any

from bot.domain.deploys import Deploy
from bot.domain.whereabouts import Stay, last_stay

ONE = Deploy(
    "d-1", "shop", "staging", "main", "has", "Sell honey", "succeeded", "u", "U1", "Dana", "T1", "C1", 1_000.0,
)  # fmt: skip


def ran(number: int, commit: str, **more: Any) -> Deploy:
    return replace(ONE, id=f"d-{number}", commit=commit, **more)


def stay(*oldest_first: Deploy) -> Stay | None:
    return last_stay(reversed(oldest_first), lambda commit: commit.startswith("has"))


def test_it_is_there_since_the_first_deploy_that_brought_it_and_was_followed_by_none_without() -> None:
    first, later = ran(2, "has"), ran(4, "has more")
    failed, action = ran(3, "lacks", state="failed"), ran(5, "lacks", action="restart")
    assert stay(ran(1, "lacks"), first, failed, later, action) == Stay(first)
    assert stay(first, later) == Stay(first, open=True)


def test_a_roll_back_beyond_it_ends_it_and_coming_back_begins_anew() -> None:
    first, back, again = ran(2, "has"), ran(3, "lacks", undoes="has"), ran(4, "has")
    assert stay(ran(1, "lacks"), first, back) == Stay(first, back)
    assert stay(ran(1, "lacks"), first, back, ran(9, "lacks")) == Stay(first, back)
    assert stay(ran(1, "lacks"), first, back, again) == Stay(again)


def test_what_never_came_was_never_there() -> None:
    assert stay(ran(1, "lacks"), ran(2, "has", state="failed")) is None
    assert stay() is None
