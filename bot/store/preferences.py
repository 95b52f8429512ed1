"""What each person wants to hear, and the switch that pauses everything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import orjson
from redis.asyncio import Redis

from bot.store import keys
from bot.store.scripts import guarded

Choice = Literal["always", "failures", "never"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
LINKED = "pagerduty"  # a field beside the choices
ALL = "all"  # the choice for every kind that has none of its own
DEFAULTS: Mapping[str, Choice] = {"commits": "always"}  # of the kinds of which nothing else tells


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing comes that can wait, "22:00" to "07:00" in the person's own zone."""

    begin: str
    end: str


@dataclass(frozen=True)
class Preferences:
    """What a person wants to hear, by kind. A kind without a choice follows "all"; without that DEFAULTS, else it is
    "failures": cards in channels tell the rest, and nobody is pinged who need not act."""

    choices: Mapping[str, Choice]
    quiet: Quiet | None = None

    def choice(self, kind: str) -> Choice:
        return self.choices.get(kind) or self.choices.get(ALL) or DEFAULTS.get(kind, "failures")

    def wants(self, kind: str, *, failed: bool) -> bool:
        """Whether something of this kind should be told, given whether it is a failure."""
        choice = self.choice(kind)
        return choice == "always" or (choice == "failures" and failed)


@dataclass(frozen=True)
class Pause:
    """Everything stands still: by whom, why, since when (seconds since the epoch)."""

    by: str
    reason: str
    since: float

    @property
    def when(self) -> str:
        """For people, where the reader's own zone is not known."""
        return datetime.fromtimestamp(self.since, UTC).strftime("%Y-%m-%d %H:%M UTC")


class PreferenceStore:
    """`who` is "<team id>:<user id>"."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def of(self, who: str) -> Preferences:
        raw: dict[str, str] = await guarded(self._redis.hgetall)(keys.PREFERENCES(who=who))
        begin, _, end = raw.pop("quiet", "").partition("-")
        choices = {kind: choice for kind, choice in raw.items() if choice in CHOICES}
        return Preferences(choices, Quiet(begin, end) if begin and end else None)

    async def choose(self, who: str, kind: str, choice: Choice) -> None:
        await guarded(self._redis.hset)(keys.PREFERENCES(who=who), kind, choice)

    async def quiet(self, who: str, quiet: Quiet | None) -> None:
        """Set the quiet hours, or None to have none."""
        key = keys.PREFERENCES(who=who)
        if quiet is None:
            await guarded(self._redis.hdel)(key, "quiet")
        else:
            await guarded(self._redis.hset)(key, "quiet", f"{quiet.begin}-{quiet.end}")

    async def linked(self, who: str) -> str:
        """By which e-mail PagerDuty knows this person, as they said themselves; "" where they never did."""
        return str(await guarded(self._redis.hget)(keys.PREFERENCES(who=who), LINKED) or "")

    async def link(self, who: str, email: str) -> None:
        await guarded(self._redis.hset)(keys.PREFERENCES(who=who), LINKED, email)


class Switch:
    """Pauses everything. Setting it is one command, so that two who press at once make one pause."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def pause(self, pause: Pause) -> bool:
        """Whether this very call paused everything; a standing pause stays as it is."""
        return bool(await guarded(self._redis.set)(keys.PAUSED(), orjson.dumps(asdict(pause)), nx=True))

    async def resume(self) -> Pause | None:
        """What was ended; None when nothing was paused."""
        return _pause(await guarded(self._redis.getdel)(keys.PAUSED()))

    async def paused(self) -> Pause | None:
        return _pause(await guarded(self._redis.get)(keys.PAUSED()))


def _pause(raw: str | None) -> Pause | None:
    """A switch that cannot be read is still on: that is the safe side."""
    if raw is None:
        return None
    try:
        data = orjson.loads(raw)
        return Pause(str(data["by"]), str(data["reason"]), float(data["since"]))
    except (TypeError, KeyError, ValueError):
        return Pause("somebody", "the record of it cannot be read", 0.0)
