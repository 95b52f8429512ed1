"""What a person asked for: a deploy, an action, or a roll-back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What a person asked for. `ref` None: the environment's own, else the main branch."""

    service: str
    environment: str
    ref: str | None
    action: str | None
    by: str
    by_user: str
    by_name: str
    team: str
    channel: str
    request: str  # what was asked, once: the same request is the same deploy
    trace: str = ""  # the request id in logs
    asker: str = ""  # team:user of who asked, also from a terminal
    automatic: bool = False  # a roll-back by Grail itself
    begins: float | None = None  # the time for which it is set; None: as soon as it may
    begins_said: str = ""  # the same, as it was understood
