"""The time for which a deploy is set."""

from dataclasses import replace

from bot.domain.gates import judge
from bot.domain.gates.times import Hours, Window, Windows
from tests.bot.domain.gates.facts import DEPLOY, NOW, facts

SET = replace(DEPLOY, begins=NOW + 3600, begins_said="Monday 15:20 in Europe/Berlin")


def test_before_its_time_it_stops_and_time_cures_it() -> None:
    verdict = judge(facts(deploy=SET))
    (one,) = verdict.stopping
    assert (one.gate, one.code, one.sentence, one.clears, one.until) == (
        "at", "not-yet", "It is set for Monday 15:20 in Europe/Berlin.", "the clock, or who asked for it", NOW + 3600,
    )  # fmt: skip
    assert verdict.can_wait
    assert verdict.only_early
    assert not verdict.needs_approval
    assert verdict.waivable == ()


def test_when_its_time_has_come_it_is_passed_and_without_one_nothing_is_said() -> None:
    (one,) = (one for one in judge(facts(deploy=SET, now=NOW + 3600)) if one.gate == "at")
    assert (one.outcome, one.code) == ("passed", "its-time")
    assert judge(facts(deploy=SET, now=NOW + 3600)).admits
    assert not any(one.gate == "at" for one in judge(facts()))
    assert not any(one.gate == "at" for one in judge(facts(deploy=SET, emergency=True)))


def test_its_approval_is_asked_for_before_its_time() -> None:
    verdict = judge(facts(deploy=SET, needed=1, modes={"approvals": "enforced"}))
    assert verdict.needs_approval
    assert not verdict.only_early
    assert not judge(facts(deploy=SET)).needs_approval


def test_what_the_clock_decides_is_judged_for_its_time() -> None:
    """It is Monday 14:20 in Berlin, and it is set for 15:20."""
    modes = dict.fromkeys(("hours", "windows"), "enforced")
    soon = Hours("Europe/Berlin", (0,), "15:00", "17:00")
    window = Windows((Window("0 15 * * 1", "Europe/Berlin", 3600.0, "the fair"),))
    now = judge(facts(more={"hours": soon, "windows": window}, modes=modes))
    assert [one.code for one in now.stopping] == ["outside-hours"]
    then = judge(facts(deploy=SET, more={"hours": soon, "windows": window}, modes=modes))
    assert [one.code for one in then.stopping] == ["not-yet", "freeze-window"]
    assert then.stopping[1].sentence == "A freeze window is open there then: the fair."
    late = judge(
        facts(deploy=SET, more={"hours": Hours("Europe/Berlin", (0,), "09:00", "15:00")}, modes=modes)
    )
    assert late.stopping[1].sentence == (
        "It is outside of working hours there then (09:00 to 15:00, Europe/Berlin)."
    )
