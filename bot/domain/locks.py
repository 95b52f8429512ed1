"""Locks and freezes: what keeps deploys away from a place for a while.

A lock belongs to its holder, whose own deploys it lets through; a warning lock lets all through and is only shown. A
freeze stops everybody. Both have a scope and an end: everything expires.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["lock", "freeze"]
EVERYTHING = "*"
LIFE_SECONDS = 24 * 3600.0  # of a lock or freeze whose end nobody said


@dataclass(frozen=True)
class Scope:
    """Where it holds. None stands for all of them."""

    service: str | None = None
    environment: str | None = None

    @property
    def field(self) -> str:
        """The scope as one word, the name under which it is kept: `shop:staging`, `shop:*`, `*:production`, `*:*`."""
        return f"{self.service or EVERYTHING}:{self.environment or EVERYTHING}"

    @property
    def words(self) -> str:
        """As people say it."""
        if self.service and self.environment:
            return f"{self.service} {self.environment}"
        if self.service:
            return f"all of {self.service}"
        return f"{self.environment} of every service" if self.environment else "everything"

    @property
    def first(self) -> str:
        """As people say it at the beginning of a sentence; names stay as they are."""
        return self.words if self.environment else self.words[0].upper() + self.words[1:]

    def covers(self, service: str, environment: str) -> bool:
        return self.service in (None, service) and self.environment in (None, environment)

    @classmethod
    def read(cls, field: str) -> "Scope":
        service, _, environment = field.partition(":")
        return cls(
            None if service == EVERYTHING else service, None if environment == EVERYTHING else environment
        )


def scopes(service: str, environment: str) -> tuple[Scope, ...]:
    """Every scope that covers a place, the widest first."""
    return (Scope(), Scope(environment=environment), Scope(service), Scope(service, environment))


@dataclass(frozen=True)
class Lock:
    """One lock or freeze. Times are seconds since the epoch; number: grows with each one that is set."""

    kind: Kind
    scope: Scope
    by: str  # e-mail, or the user id where Slack shows none
    by_user: str
    by_name: str
    team: str  # Slack's id of the workspace, of by_user
    reason: str
    since: float
    until: float
    warning: bool = False
    number: int = 0
    channel: str = ""  # where it was set

    def stops(self, by: str, now: float) -> bool:
        """Whether a deploy of this person has to wait for its end."""
        if now >= self.until or self.warning:
            return False
        return self.kind == "freeze" or self.by != by
