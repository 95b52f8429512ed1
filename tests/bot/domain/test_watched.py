"""When a watch ends, and when it has seen enough."""

from bot.domain.watched import Watched


def test_one_bad_answer_does_nothing_and_a_good_one_makes_up_for_it() -> None:
    watch = Watched(until=1_000.0, fails=3)
    for said in ("502", "502", "", "502", "502"):
        watch = watch.after(said, 500.0, 60.0)
        assert not watch.enough
    assert (watch.failed, watch.said) == (2, "502")
    assert watch.after("503", 500.0, 60.0).enough


def test_its_time_is_over_with_a_good_answer_and_not_while_it_is_in_doubt() -> None:
    watch = Watched(until=1_000.0, fails=2)
    assert watch.after("", 999.0, 60.0).going
    assert watch.after("502", 1_000.0, 60.0).going
    assert watch.after("502", 1_000.0, 60.0).after("", 1_030.0, 60.0).state == "well"
    assert not watch.after("502", 1_000.0, 60.0).after("", 1_030.0, 60.0).enough
