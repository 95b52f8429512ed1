"""What a rotation must hold, each fault with its words."""

from pathlib import Path

import pytest

from bot.config import load
from tests.bot.config.conftest import SMALL, Faults

WEEK = "week: {people: [ann@example.com], zone: Europe/Berlin}"
ANN = "people: [ann@example.com]"
SUN = (
    "week: {{sun: [{{people: [ann@example.com], zone: Asia/Tokyo, begin: '09:00'}},"
    " {{people: [ann@example.com], zone: {0}, begin: '{1}'}},"
    " {{people: [ann@example.com], zone: America/New_York, begin: '12:00'}}]}}"
)

FAULTS = {
    "nobody": ("week: {zone: Europe/Berlin}", [
        "rotations.week: nobody is on it; give it people, or sun, or the pagerduty schedule that says who",
    ]),
    "two ways": (f"week: {{{ANN}, zone: UTC, pagerduty: PSCHED1}}", [
        "rotations.week: has people and pagerduty, and needs one of them",
    ]),
    "no zone": (f"week: {{{ANN}}}", ["rotations.week.zone: is missing"]),
    "an unknown zone": (f"week: {{{ANN}, zone: Europe/Berln}}", [
        'rotations.week.zone: "Europe/Berln" is not a time zone; allowed: for example Europe/Berlin, UTC',
    ]),
    "an unknown shadow": (f"week: {{{ANN}, zone: UTC, shadows: [amm@example.com]}}", [
        'rotations.week.shadows.0: "amm@example.com" is not a person, did you mean ann@example.com?',
    ]),
    "a shadow that is on call": (f"week: {{{ANN}, zone: UTC, shadows: [ann@example.com]}}", [
        "rotations.week.shadows.0: ann@example.com is on the rotation itself; keep one of both",
    ]),
    "no next level": (f"week: {{{ANN}, zone: UTC, escalates_to: [weak]}}", [
        'rotations.week.escalates_to.0: "weak" is not a rotation, did you mean week?',
    ]),
    "a circle": (
        f"week: {{{ANN}, zone: UTC, escalates_to: [next]}}\n  next: {{{ANN}, zone: UTC, escalates_to: [week]}}", [
            "rotations.next.escalates_to.0: leads back to next itself",
            "rotations.week.escalates_to.0: leads back to week itself",
        ]),
    "otherwise without hours": (
        f"week: {{{ANN}, zone: UTC, otherwise: next}}\n  next: {{{ANN}, zone: UTC}}", [
            "rotations.week.otherwise: is of no use without hours; say in which hours week itself is on call",
        ]),
    "hours that are none": (f"week: {{{ANN}, zone: UTC, hours: {{begin: '09:00', end: '09:00'}}}}", [
        "rotations.week.hours: 09:00 to 09:00 is no time of a day; leave hours out for day and night",
    ]),
    "hours of a schedule": ("week: {pagerduty: PSCHED1, hours: {end: '18:00'}}", [
        "rotations.week.hours: is of no use without people; leave it out",
    ]),
    "parts that overlap": (SUN.format("Europe/Berlin", "18:00"), [
        "rotations.week.sun.2.begin: overlaps with sun.1 on 2026-01-01; "
        "write the parts in the order of a day, each an hour after the one before at least",
    ]),
    "parts that overlap while only one has summer time": (SUN.format("America/Phoenix", "09:30"), [
        "rotations.week.sun.2.begin: overlaps with sun.1 on 2026-01-01; "
        "write the parts in the order of a day, each an hour after the one before at least",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rotation_that_leaves_nobody_to_call_is_a_fault_that_says_what_to_write(
    fault: str, faults: Faults
) -> None:
    written, expected = FAULTS[fault]
    assert faults(WEEK, written) == expected


def test_a_rotation_of_each_kind_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    kinds = [
        f"week: {{{ANN}, zone: Europe/Berlin, turns: daily, escalates_to: [late, there]}}",
        f"late: {{{ANN}, zone: UTC, hours: {{days: [monday], begin: '22:00', end: '06:00'}}, otherwise: there}}",
        "there: {pagerduty: PSCHED1}",
        SUN.format("Europe/Berlin", "08:00").replace("week:", "world:"),
    ]
    file.write_text(SMALL.replace(WEEK, "\n  ".join(kinds)))
    config = load(file)
    assert list(config.rotations) == ["week", "late", "there", "world"]
    assert [part.zone for part in config.rotations["world"].sun] == [
        "Asia/Tokyo",
        "Europe/Berlin",
        "America/New_York",
    ]
