"""A request for cover: somebody who is on call asks the team who can take a part of it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["open", "taken", "withdrawn", "over"]


@dataclass(frozen=True)
class Cover:
    """email, user, name: who asks. home: the Slack team they belong to. taker: an e-mail, "" while nobody has it.

    since, until: the part, in seconds since the epoch; where it had begun when it was taken, `since` is that moment.
    """

    id: str
    team: str
    rotation: str
    email: str
    user: str
    name: str
    home: str
    since: float
    until: float
    reason: str
    asked: float
    state: State = "open"
    taker: str = ""
    taker_name: str = ""

    @property
    def open(self) -> bool:
        return self.state == "open"

    @property
    def rev(self) -> int:
        """Of its card: it is asked once, and closed once."""
        return 1 if self.open else 2
