"""A deploy: what it says of itself."""

from typing import get_args

import pytest

from bot.domain.deploys import ENDED, Deploy, State, StepShown


def deploy(**more: object) -> Deploy:
    made = Deploy(
        id="d-12", service="shop", environment="staging", ref="main", commit="0123456789" * 4,
        subject="Open the shop", state="requested", by="dana@example.com", by_user="U1", by_name="Dana", team="T1",
        channel="C1", requested=1000.0,
    )  # fmt: skip
    return made.with_(**more)


@pytest.mark.parametrize("state", get_args(State))
def test_a_deploy_is_over_in_its_four_last_states_alone(state: State) -> None:
    assert deploy(state=state).over == (state in ("succeeded", "failed", "cancelled", "lost"))
    assert (state in ENDED) == deploy(state=state).over


def test_it_says_what_it_does() -> None:
    assert deploy().what == "shop to staging"
    assert deploy(action="restart").what == "restart shop in staging"
    assert deploy().short() == "0123456"


def test_every_change_is_a_revision() -> None:
    first = deploy()
    assert (first.rev, first.with_(state="running").rev) == (1, 2)
    assert first.state == "requested"


def test_its_place_is_the_last_step_that_was_begun() -> None:
    def at(*phases: str) -> tuple[int, int]:
        return deploy(steps=tuple(StepShown(f"s{i}", phase) for i, phase in enumerate(phases))).place

    assert at() == (1, 0)
    assert at("pending", "pending") == (1, 2)
    assert at("succeeded", "running", "pending") == (2, 3)
    assert at("succeeded", "failed", "skipped") == (2, 3)


def test_its_time_counts_from_its_start_to_its_end() -> None:
    assert deploy().elapsed(1010.0) == 10.0
    assert deploy(started=1005.0).elapsed(1010.0) == 5.0
    assert deploy(started=1005.0, ended=1007.5).elapsed(9999.0) == 2.5
    assert deploy(started=1005.0).elapsed(1000.0) == 0.0  # clocks may differ
