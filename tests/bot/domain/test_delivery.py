"""The four figures, each from a few deploys by hand."""

from dataclasses import replace

import pytest

from bot.domain.delivery import DAY, FEWEST, Delivery, Figure, delivery
from bot.domain.deploys import Deploy

SPAN = 10 * DAY


def a_deploy(number: int, **more: object) -> Deploy:
    """Asked for at the start of day `number`, over an hour later; its commit is two hours older than its request."""
    at = number * DAY
    deploy = Deploy(
        f"d-{number}", "shop", "production", "main", f"{number:040x}", "s", "succeeded", "d", "U1", "Dana", "T1", "C",
        at, run=f"r-{number}", started=at, ended=at + 3600, committed=at - 7200,
    )  # fmt: skip
    return replace(deploy, **more)  # type: ignore[arg-type]


def of(*deploys: Deploy) -> Delivery:
    return delivery(deploys, 0.0, SPAN)


def test_a_handful_of_deploys_gives_frequency_and_lead_time_and_one_less_gives_none() -> None:
    found = of(*(a_deploy(number) for number in range(FEWEST)))
    assert found.frequency == Figure(FEWEST / 10, FEWEST)
    assert found.lead_time == Figure(3 * 3600.0, FEWEST)
    assert found.failure_rate == Figure(0.0, FEWEST)
    assert found.restore == Figure(None, 0)
    few = of(*(a_deploy(number) for number in range(FEWEST - 1)))
    assert (few.frequency, few.lead_time, few.failure_rate) == (Figure(None, FEWEST - 1),) * 3


def test_a_commit_counts_for_the_lead_time_once_when_it_first_succeeded_there() -> None:
    again = [a_deploy(number + 5, commit=a_deploy(number).commit) for number in range(4)]
    found = of(*again, *(a_deploy(number) for number in range(5)))
    assert found.lead_time == Figure(3 * 3600.0, 5)
    assert found.frequency.counted == 9
    before = delivery([*again, *(a_deploy(number) for number in range(5))], 5 * DAY, SPAN)
    assert before.lead_time.counted == 0  # all of these commits stood there already


def test_the_median_is_told_and_a_commit_of_the_future_takes_no_time() -> None:
    leads = [a_deploy(n, committed=n * DAY + 3600 - 60.0 * m) for n, m in enumerate((1, 2, 3, 900, 900))]
    assert of(*leads).lead_time.value == 180.0
    ahead = [a_deploy(n, committed=(n + 1) * DAY) for n in range(FEWEST)]
    assert of(*ahead).lead_time.value == 0.0
    assert of(*(a_deploy(n, committed=None) for n in range(FEWEST))).lead_time == Figure(None, 0)


@pytest.mark.parametrize(
    ("last", "failures", "touched"),
    [
        ({"state": "failed"}, 1, 5),
        ({"state": "failed", "rolled_back": True}, 1, 5),
        ({"state": "lost"}, 1, 5),
        ({"state": "failed", "untouched": True}, 0, 4),
        ({"state": "failed", "run": ""}, 0, 4),
        ({"state": "cancelled"}, 0, 4),
        ({"state": "cancelled", "rolled_back": True}, 0, 5),
        ({"state": "cancelled", "rolled_back": False}, 1, 5),
        ({"state": "succeeded"}, 0, 5),
        ({"state": "failed", "action": "restart"}, 0, 4),
    ],
)
def test_a_failure_is_what_touched_the_place_and_did_not_stay(
    last: dict[str, object], failures: int, touched: int
) -> None:
    found = of(*(a_deploy(number) for number in range(4)), a_deploy(4, **last))
    assert (found.failures, found.failure_rate.counted) == (failures, touched)
    if touched == FEWEST:
        assert found.failure_rate.value == failures / touched


def test_what_a_roll_back_took_away_failed_and_the_roll_back_restored_it() -> None:
    good = [a_deploy(number) for number in range(5)]
    back = a_deploy(5, undoes=good[4].commit, commit=good[3].commit)
    found = of(*good, back)
    assert (found.failures, found.failure_rate, found.open) == (1, Figure(1 / 5, 5), 0)
    assert found.frequency.counted == 5  # a roll-back delivers nothing
    # Of what was followed by another deploy first, the roll-back takes away that one alone.
    between = of(*good, a_deploy(5), a_deploy(6, undoes=a_deploy(5).commit))
    assert between.failures == 1


def test_restoring_takes_from_the_end_of_a_failure_to_the_next_success() -> None:
    bad = [a_deploy(2 * n, state="failed") for n in range(5)]
    good = [
        a_deploy(2 * n + 1, requested=2 * n * DAY + 5000, ended=2 * n * DAY + 3600 + 60 * (n + 1))
        for n in range(5)
    ]
    assert of(*bad, *good).restore == Figure(180.0, 5)
    still = of(*bad, *good[:4])
    assert (still.restore, still.open) == (Figure(None, 4), 1)


def test_what_its_own_recipe_rolled_back_was_broken_from_its_start_to_its_end() -> None:
    bad = [a_deploy(n, state="failed", rolled_back=True, started=n * DAY + 3000) for n in range(5)]
    assert of(*bad, a_deploy(9)).restore == Figure(600.0, 5)


def test_only_what_was_asked_for_within_the_span_counts() -> None:
    deploys = [a_deploy(number) for number in range(10)]
    found = delivery(deploys, 5 * DAY, 9.5 * DAY)
    assert found.frequency.counted == 5
    assert found.seconds == 4.5 * DAY
