"""Who is on call: a week each, handed over on Mondays at nine by the wall clock of the schedule's zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .things import Person, Policy, Schedule, Things

FIRST = date(2026, 1, 5)
AT = time(9, 0)


def shift(schedule: Schedule, at: float) -> tuple[str, float, float]:
    """The id of who has it then, from when, until when."""
    zone = ZoneInfo(schedule.zone)
    local = datetime.fromtimestamp(at, zone).replace(tzinfo=None)
    weeks = (local - datetime.combine(FIRST, AT)) // timedelta(weeks=1)
    begin = datetime.combine(FIRST + timedelta(weeks=weeks), AT, zone)
    end = datetime.combine(FIRST + timedelta(weeks=weeks + 1), AT, zone)
    return schedule.people[weeks % len(schedule.people)], begin.timestamp(), end.timestamp()


def at_level(things: Things, policy: Policy, level: int, at: float) -> list[Person]:
    """Whom this level of a policy wakes, from 1 on: nobody where there is no such level."""
    found = []
    for target in policy.levels[level - 1] if level <= len(policy.levels) else ():
        schedule = things.schedules.get(target)
        found.append(things.people[shift(schedule, at)[0] if schedule else target])
    return list(dict.fromkeys(found))
