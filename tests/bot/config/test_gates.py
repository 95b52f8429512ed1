"""What config.yaml may say of gates, what they are when it says nothing, and the words for each fault."""

from pathlib import Path

import pytest

from bot.config import load
from tests.bot.config.conftest import SMALL, Faults

PLACE = "staging: {driver: recipe, recipe: plain}"
AT = "services.shop.environments.staging.gates"


def with_gates(written: str) -> str:
    return f"staging: {{driver: recipe, recipe: plain, gates: {written}}}"


def test_what_needs_nothing_said_tells_from_the_first_day_and_the_rest_is_not_there(file: Path) -> None:
    gates = load(file).services["shop"].environments["staging"].gates
    assert {name: gate.mode for name, gate in gates.each().items()} == {
        "behind": "telling",
        "moved": "telling",
        "size": "telling",
        "recent": "telling",
    }


def test_each_gate_is_set_per_environment_and_null_takes_one_away(file: Path) -> None:
    written = (
        "{behind: null, recent: {within: 1h}, after: {environment: test, mode: enforced}, "
        "hours: {zone: Europe/Berlin, days: [monday]}, "
        'windows: {times: [{cron: "0 17 * * fri", zone: Europe/Berlin, lasts: 63h, reason: the weekend}]}, '
        "checks: {required: [test], ignored: [lint-*], blocking: [scan]}, coverage: {lines: 70}, pages: {}}"
    )
    text = SMALL.replace(PLACE, f"{with_gates(written)}\n      test: {{recipe: plain}}", 1)
    file.write_text(text)
    gates = load(file).services["shop"].environments["staging"].gates
    assert list(gates.each()) == [
        "windows", "hours", "checks", "coverage", "after", "moved", "size", "recent", "pages",
    ]  # fmt: skip
    assert gates.after is not None
    assert gates.after.mode == "enforced"
    assert gates.recent is not None
    assert gates.recent.within == 3600
    assert gates.windows is not None
    assert gates.windows.times[0].lasts == 63 * 3600
    assert gates.coverage is not None
    assert (gates.coverage.lines, gates.coverage.changed) == (70, 80)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{size: {mode: strict}}", f'{AT}.size.mode: "strict" is not a mode; allowed: telling, enforced'),
        ("{sise: {}}", f"{AT}.sise: unknown, did you mean size?"),
        ("{size: {comits: 3}}", f"{AT}.size.comits: unknown, did you mean commits?"),
        ("{windows: {}}", f"{AT}.windows.times: is missing"),
        ("{windows: {times: []}}", f"{AT}.windows.times: is empty; allowed: at least one"),
        ('{windows: {times: [{cron: "0 25 * * *", lasts: 1h}]}}',
         f'{AT}.windows.times.0.cron: "0 25 * * *" is no cron expression that is ever due; allowed: five fields, such '
         'as "0 17 * * fri"'),
        ('{windows: {times: [{cron: "0 0 31 2 *", lasts: 1h}]}}',
         f'{AT}.windows.times.0.cron: "0 0 31 2 *" is no cron expression that is ever due; allowed: five fields, such '
         'as "0 17 * * fri"'),
        ('{windows: {times: [{cron: "0 9 * * *", lasts: 60}]}}',
         f"{AT}.windows.times.0.lasts: 60 has no unit; allowed: a duration such as 30s, 5m, 1h 30m"),
        ('{hours: {zone: Mars, begin: "09:00"}}',
         f'{AT}.hours.zone: "Mars" is not a time zone; allowed: for example Europe/Berlin, UTC'),
        ('{hours: {zone: UTC, begin: "9"}}',
         f'{AT}.hours.begin: "9" is not written as it should be; allowed: a time such as "09:00"'),
        ('{hours: {zone: UTC, begin: "17:00", end: "09:00"}}',
         f"{AT}.hours: 17:00 to 09:00 is no time of a day; allowed: begin before end"),
        ("{after: {environment: test}}", f'{AT}.after.environment: "test" is not an environment; allowed: staging'),
        ("{after: {environment: staging}}", f"{AT}.after.environment: leads back to staging itself"),
    ],
)  # fmt: skip
def test_its_faults(faults: Faults, written: str, fault: str) -> None:
    assert faults(PLACE, with_gates(written)) == [fault]


def test_environments_that_wait_for_each_other_are_a_fault(faults: Faults) -> None:
    both = f"{with_gates('{after: {environment: test}}')}\n      test: " + (
        "{recipe: plain, gates: {after: {environment: staging}}}"
    )
    assert faults(PLACE, both) == [
        f"{AT}.after.environment: leads back to staging itself",
        "services.shop.environments.test.gates.after.environment: leads back to test itself",
    ]
