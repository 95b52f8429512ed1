"""Which of the deploys that were somebody wants to see, and a page of them."""

from dataclasses import dataclass
from typing import Literal

from bot.domain.deploys import Deploy, State

Direction = Literal["older", "newer"]


@dataclass(frozen=True)
class Selection:
    """Which deploys; what is left out is no condition.

    by: an e-mail, or Slack's user id. since: seconds since the epoch. ref: as it was typed, or how a commit begins.
    """

    service: str = ""
    environment: str = ""
    by: str = ""
    state: State | Literal[""] = ""
    since: float = 0.0
    ref: str = ""

    @property
    def narrow(self) -> bool:
        """Whether there may be a condition that no list of deploys answers."""
        return bool(self.by or self.state or self.ref or (self.environment and not self.service))


@dataclass(frozen=True)
class Page:
    """Some deploys, newest first. older, newer: the deploy that the page before or after goes on from, "" for none.

    back_to: when the last record was asked for that was looked at, where it ended without the page being full.
    """

    deploys: tuple[Deploy, ...]
    older: str = ""
    newer: str = ""
    back_to: float | None = None
