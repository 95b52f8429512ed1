"""A deploy that another system did, as that system reports it: taken into the history, and never believed further than
that system is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.deploys import Deploy

Result = Literal["succeeded", "failed", "cancelled"]
APART = 60.0  # seconds by which the clocks of two systems may differ


class OddReport(Exception):
    """A report that cannot be used. `str(error)` is a sentence that says why."""


@dataclass(frozen=True)
class Reported:
    """id: the same id is the same deploy. commit: full SHA. by: as that system names people, "" where it does not say.

    began, ended: seconds since the epoch. url: where people see it there, "" for nowhere.
    """

    id: str
    environment: str
    commit: str
    result: Result
    began: float
    ended: float
    ref: str = ""
    by: str = ""
    url: str = ""


def ours(reported: Reported, others: Iterable[Deploy]) -> Deploy | None:
    """The deploy of Grail's own that this is a report of: a workflow that Grail began reports itself too."""
    for one in others:
        if (one.environment, one.commit) != (reported.environment, reported.commit):
            continue
        if not one.run or one.outside or one.action is not None:
            continue
        began, ended = one.started or one.requested, one.ended
        if began <= reported.ended + APART and (ended is None or ended >= reported.began - APART):
            return one
    return None


def confirms(reported: Reported, stands: Deploy | None) -> bool:
    """Whether it is what somebody said was theirs before the report came, and stands there."""
    return (
        stands is not None and bool(stands.outside) and not stands.reported and stands.state == "succeeded"
        and reported.result == "succeeded" and stands.commit == reported.commit
    )  # fmt: skip


def told(deploy: Deploy, reported: Reported) -> Deploy:
    """The same deploy, with what its own system says of it."""
    return replace(
        deploy, outside=reported.by or "-", reported=reported.id, started=reported.began, ended=reported.ended,
        link=reported.url or deploy.link,
    )  # fmt: skip


def ran_here(deploy: Deploy) -> bool:
    """Whether it is known to have run: Grail ran it, or the system of its environment said that it stood there."""
    return not deploy.reported or deploy.confirmed
