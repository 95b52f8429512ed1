"""How one try to get something to Slack can end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """It is there. posted: as a message of its own. found: an earlier try had counted; its content is unknown.

    needless: nothing was sent, for a card says it.
    """

    channel: str = ""
    ts: str = ""
    posted: bool = False
    found: bool = False
    needless: bool = False


@dataclass(frozen=True)
class Again:
    """Not yet. after: seconds, None: longer with each try. limited: the method that Slack wants rested.

    order: nothing else of its lane may go before it. counted: as a try that failed.
    """

    why: str
    after: float | None = None
    doubt: bool = False
    limited: str | None = None
    order: bool = True
    counted: bool = True


@dataclass(frozen=True)
class Moved:
    """It goes another way. repost: the message we edited is gone. forget: a name whose id is no longer right."""

    why: str
    kind: str
    lane: str
    hop: int = 0
    body: str = ""
    repost: bool = False
    forget: str | None = None


@dataclass(frozen=True)
class GivenUp:
    why: str


Outcome = Sent | Again | Moved | GivenUp
