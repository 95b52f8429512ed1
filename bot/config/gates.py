"""What config.yaml can say about the gates of an environment. Right, lock, freeze and claim are not among them: they
stop from the first day, everywhere. A gate that is left out and has no default is not there; `null` takes one away.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, model_validator

from bot.config.base import Model
from bot.config.values import Duration, Zone, shown

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
Percent = Annotated[float, Field(ge=0, le=100)]


def cron(value: str) -> str:
    try:
        next(CronSim(value, _SOME_DAY))
    except (CronSimError, StopIteration):
        raise ValueError(
            f'{shown(value)} is no cron expression that is ever due; allowed: five fields, such as "0 17 * * fri"'
        ) from None
    return value


class Gate(Model):
    """One condition that a deploy is judged by."""

    mode: Literal["telling", "enforced"] = "telling"
    """It begins by telling what it would have stopped; `enforced` stops."""


class Approvals(Gate):
    """Somebody else who may looks at it and says yes."""

    count: int = Field(1, ge=1, le=5)
    """How many have to."""


class Window(Model):
    """A time again and again in which nothing is deployed."""

    cron: Annotated[str, AfterValidator(cron)]
    """When it begins: five fields, as in crontab(5)."""
    zone: Zone = "UTC"
    lasts: Duration
    reason: str = Field("", max_length=120)


class Windows(Gate):
    """Freeze windows."""

    times: tuple[Window, ...] = Field(min_length=1)


class Hours(Gate):
    """Deploys only while people work."""

    zone: Zone
    days: tuple[Weekday, ...] = Field(("monday", "tuesday", "wednesday", "thursday", "friday"), min_length=1)
    begin: str = Field("09:00", pattern=CLOCK)
    end: str = Field("17:00", pattern=CLOCK)

    @model_validator(mode="after")
    def _forward(self) -> "Hours":
        if self.begin >= self.end:
            raise ValueError(f"{self.begin} to {self.end} is no time of a day; allowed: begin before end")
        return self


class After(Gate):
    """The very commit succeeded in another environment, and is the newest that did."""

    environment: str
    """Which one, of the same service."""


class Behind(Gate):
    """The commit has what the main branch has."""

    commits: int = Field(0, ge=0, le=200)
    """By how many commits of the main branch it may be behind."""


class Moved(Gate):
    """Since it was asked for, its branch or tag has not moved."""


class Recent(Gate):
    """The last deploy there did not just fail."""

    within: Duration = 1800.0


class Size(Gate):
    """The change is not large."""

    commits: int = Field(50, ge=1, le=240)
    """The most commits that may go along at once."""
    files: int = Field(200, ge=1)
    """The most files that they may change."""


class Checks(Gate):
    """The checks of the commit passed. Names may have wildcards."""

    required: tuple[str, ...] = ()
    """They have to pass; when none is named, all have to."""
    ignored: tuple[str, ...] = ()
    """They do not count."""
    blocking: tuple[str, ...] = ()
    """They must not have failed on any commit that goes along."""
    repository: str | None = Field(None, pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")
    """owner/name on GitHub, where that is not what the service's repository or its workflow says."""


class Coverage(Gate):
    """Its tests run enough of the code, by the reports at /hooks/coverage."""

    lines: Percent = 0.0
    """Per cent of all lines, at least."""
    changed: Percent = 80.0
    """Per cent of the lines that change, at least."""
    drop: Percent = 1.0
    """By how many points it may fall against what stands there."""


class Pages(Gate):
    """No page is open on the service or on one that it depends on."""


class Gates(Model):
    """Further conditions of a deploy here, besides right, lock, freeze and claim."""

    windows: Windows | None = None
    hours: Hours | None = None
    checks: Checks | None = None
    coverage: Coverage | None = None
    after: After | None = None
    behind: Behind | None = Behind()
    moved: Moved | None = Moved()
    size: Size | None = Size()
    recent: Recent | None = Recent()
    pages: Pages | None = None
    approvals: Approvals | None = None

    def each(self) -> dict[str, Gate]:
        """Those that are there, by their names."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: gate for name, gate in found.items() if gate is not None}
