"""What config.yaml can say about who is on call: rotations that are written down there, or where else they stand."""

from typing import Annotated, Literal

from pydantic import Field

from bot.config.base import Model
from bot.config.gates import CLOCK, Weekday
from bot.config.values import Day, Email, Name, Zone

Clock = Annotated[str, Field(pattern=CLOCK)]
WORKING_DAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")


class OnlyWithin(Model):
    """The hours in which somebody is on call at all, by the wall clock of the rotation's zone."""

    days: tuple[Weekday, ...] = Field(WORKING_DAYS, min_length=1)
    """The days on which the hours begin."""
    begin: Clock = "09:00"
    end: Clock = "17:00"
    """Before `begin` it is that of the next day."""


class Part(Model):
    """The people of one place of the world. They are on call from `begin` until the next part begins."""

    people: tuple[Email, ...] = Field(min_length=1)
    zone: Zone
    begin: Clock = "09:00"
    turns: Literal["weekly", "daily"] = "weekly"
    day: Weekday = "monday"
    """With which day a new week begins."""


class Rotation(Model):
    """Who is on call: one after the other, a week or a day each; or following the sun; or as PagerDuty has it."""

    name: Name
    people: tuple[Email, ...] = Field((), min_length=1)
    zone: Zone = "UTC"
    """Whose wall clock the hand-over follows."""
    turns: Literal["weekly", "daily"] = "weekly"
    """How long each of them has it."""
    day: Weekday = "monday"
    """On which day a week is handed over."""
    at: str = Field("09:00", pattern=CLOCK)
    """When it is handed over, "09:00"."""
    first: Day = "2026-01-05"
    """A day in the week that the first of the people has, or the very day where turns are daily: "2026-01-05"."""
    hours: OnlyWithin | None = None
    """Only then somebody is on call; else always."""
    otherwise: str | None = None
    """The rotation that is on call outside these hours; else nobody is."""
    sun: tuple[Part, ...] = Field((), min_length=1)
    """Follows the sun, in place of `people`: places of the world, one after the other through each day."""
    escalates_to: tuple[str, ...] = Field((), max_length=9)
    """The rotations that are rung next when nobody acknowledges, level 2 first."""
    shadows: tuple[Email, ...] = ()
    """Who looks on. They are shown, and are never on call."""
    pagerduty: str | None = Field(None, pattern=r"^[A-Z0-9]{5,20}$")
    """The schedule at PagerDuty that says who it is, in place of `people`, by the id that its address ends with."""

    @property
    def everybody(self) -> tuple[str, ...]:
        """All whom config.yaml names for it, once each."""
        return tuple(dict.fromkeys((*self.people, *(email for part in self.sun for email in part.people))))
