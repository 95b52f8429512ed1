"""What is due again and again: at local times of a zone, written as cron expressions.

Each schedule has one timer, for its next time only. When that is due, one script takes it, puts the job on
the stream and sets the timer for the time after it: whoever comes second with the same time finds another one
standing there, and does nothing. While Grail was away nothing is set anew, so a missed time runs once, late,
and says so. Daylight saving is cronsim's, which does as Debian's cron: a time that the spring skips runs
right after the gap, one that the autumn repeats runs once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
from cronsim import CronSim, CronSimError
from redis.asyncio import Redis

from bot.clock import Clock
from bot.store.keys import SCHEDULES
from bot.store.scripts import Scripts, guarded
from bot.store.timers import Timers
from bot.store.work import PLACES, Job, encode

DUE = "schedule.due"
LATE_SECONDS = 60.0  # what is later than this was missed, and says so


@dataclass(frozen=True)
class Schedule:
    """Have `job` (a kind that a worker has a handler for) done for `team` when `cron` says, in `zone`."""

    job: str
    team: str
    cron: str  # five fields, as in crontab(5)
    zone: str  # as in the tz database: Europe/Berlin
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.job}:{self.team}"


def fault(cron: str, zone: str) -> str | None:
    """What is wrong with an expression or a zone, as a sentence; None when both can be used."""
    try:
        next(CronSim(cron, datetime.now(ZoneInfo(zone))))
    except CronSimError as error:
        return f"{cron!r} is no cron expression ({error}): write five fields, such as `0 9 * * mon-fri`."
    except StopIteration:
        return f"{cron!r} is never due."
    except (KeyError, ValueError, OSError):
        return f"{zone!r} is no time zone: write one such as `Europe/Berlin`."
    return None


def following(schedule: Schedule, after: float) -> datetime:
    """The first time of a schedule later than `after`, with its zone."""
    return next(CronSim(schedule.cron, datetime.fromtimestamp(after, ZoneInfo(schedule.zone))))


class Schedules:
    """Keeps one timer for each schedule. Give `handlers` to the worker."""

    def __init__(self, redis: Redis, timers: Timers, clock: Clock, say: Callable[[str], None]) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._timers = timers
        self._clock = clock
        self._say = say
        self.handlers = {DUE: self._due}

    async def keep(self, wanted: Sequence[Schedule]) -> None:
        """Have these schedules and no others: at the start, and when config.yaml has changed.

        One whose expression and zone are as before keeps its next time, also when that has passed.
        """
        rows = await guarded(self._redis.hgetall)(SCHEDULES())
        standing = cast(dict[str, str], rows)
        for schedule in wanted:
            if wrong := fault(schedule.cron, schedule.zone):
                self._say(f"The schedule {schedule.name} was left out: {wrong}")
                continue
            raw = standing.get(schedule.name, "")
            known, when = _read(raw)
            if known is None or (known.cron, known.zone) != (schedule.cron, schedule.zone):
                when = following(schedule, self._clock.now())
            assert when is not None
            await self._put(schedule.name, raw, schedule, when)
        for name in standing.keys() - {schedule.name for schedule in wanted}:
            await self._put(name, standing[name], None, None)

    async def _due(self, job: Job) -> None:
        """A timer of ours has fired: take this time, unless somebody has, and set the next one."""
        name, local = str(job.body.get("name")), job.body.get("local")
        raw = cast(str, await guarded(self._redis.hget)(SCHEDULES(), name) or "")
        schedule, when = _read(raw)
        if schedule is None or when is None or when.isoformat() != local:
            return
        now = self._clock.now()
        late = now - when.timestamp()
        body = {
            **schedule.body,
            "team": schedule.team,
            "due": when.timestamp(),
            "local": local,
            "late": round(late) if late > LATE_SECONDS else 0,
        }
        real = encode(schedule.job, body, id=f"{name}:{local}", request=job.request, thing=None, host=None)
        # A clock that is behind must not find the same time again, nor one that is ahead skip what is
        # between.
        await self._put(name, raw, schedule, following(schedule, max(now, when.timestamp())), real)

    async def _put(
        self, name: str, before: str, schedule: Schedule | None, when: datetime | None, job: str = ""
    ) -> None:
        """Write a schedule and its timer, and add `job`, if its record is still what it was `before`."""
        timer = f"schedule:{name}"
        if schedule is None or when is None:
            args: tuple[Any, ...] = (name, before, "", timer, "", "", job)
        else:
            record = {
                "job": schedule.job,
                "team": schedule.team,
                "cron": schedule.cron,
                "zone": schedule.zone,
                "body": dict(schedule.body),
                "next": when.isoformat(),
            }
            body = {"name": name, "local": when.isoformat()}
            id = f"{timer}:{when.isoformat()}"
            row = "\n".join(("", "0", "", encode(DUE, body, id=id, request=id, thing=None, host=None)))
            args = (name, before, orjson.dumps(record).decode(), timer, when.timestamp(), row, job)
        await self._scripts.run("schedule", (*PLACES, SCHEDULES()), args)
        self._timers.wake()


def _read(raw: str) -> tuple[Schedule, datetime] | tuple[None, None]:
    """What stands in Redis about a schedule; nothing when somebody else wrote it."""
    try:
        row = orjson.loads(raw)
        schedule = Schedule(row["job"], row["team"], row["cron"], row["zone"], row["body"])
        when = datetime.fromisoformat(row["next"]).astimezone(ZoneInfo(schedule.zone))
        return (schedule, when) if isinstance(schedule.body, dict) else (None, None)
    except (ValueError, TypeError, KeyError, OSError):
        return None, None
