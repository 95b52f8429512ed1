"""How well a service is delivered to one environment: the four figures of DORA, from its deploys alone.

Of the deploys that were asked for within a span of time, actions left out:

- *Deployment frequency*: how many succeeded, roll-backs left out, a day.
- *Lead time for changes*: from when a commit was committed to when it succeeded there for the first time; the median.
- *Change failure rate*: the share of failures among those that touched the environment, roll-backs left out. A failure
  is one that failed after touching it, that was rolled back by its own recipe, that was lost on its way, or that
  succeeded and was taken back by a roll-back afterwards.
- *Time to restore*: from a failure's end to the end of the next success there, a roll-back too; the median. A deploy
  that its own recipe rolled back ended with what ran before: that is reckoned from its start. A failure that nothing
  has followed yet is counted, and has no time.

A figure from fewer than a handful is none: it is None, and `counted` says how many there were. Nothing here knows of
people, and no figure is meant for comparing them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bot.domain.deploys import Deploy

DAY = 24 * 3600.0
FEWEST = 5  # below that a figure would tell more of chance than of the service


@dataclass(frozen=True)
class Figure:
    """value: successes a day, seconds, or a share from 0 to 1; None: too few to tell. counted: of how many."""

    value: float | None
    counted: int


@dataclass(frozen=True)
class Delivery:
    """seconds: how long the span is. failures: how many of the touching deploys failed; open: not restored yet."""

    seconds: float
    frequency: Figure
    lead_time: Figure
    failure_rate: Figure
    restore: Figure
    failures: int
    open: int


def delivery(deploys: Iterable[Deploy], since: float, until: float) -> Delivery:
    """Of the deploys of one service to one environment, in any order. Times are seconds since the epoch.

    Deploys from before `since` may be among them: they tell which commits stood there already.
    """
    every = sorted((one for one in deploys if one.over and one.action is None), key=_end)
    good = _Successes(every)
    changes = [one for one in every if since <= one.requested <= until and not one.rollback]
    shipped = sum(one.state == "succeeded" for one in changes)
    touched = [one for one in changes if _touched(one)]
    failed = [one for one in touched if _failed(one, good)]
    leads = [
        max(0.0, _end(one) - one.committed)
        for one in good.firsts()
        if since <= one.requested <= until and one.committed is not None
    ]
    restored = [taken for one in failed if (taken := _restored(one, good)) is not None]
    return Delivery(
        seconds=until - since,
        frequency=_figure(shipped / max((until - since) / DAY, 1e-9), shipped),
        lead_time=_figure(median(leads or [0.0]), len(leads)),
        failure_rate=_figure(len(failed) / max(1, len(touched)), len(touched)),
        restore=_figure(median(restored or [0.0]), len(restored)),
        failures=len(failed),
        open=len(failed) - len(restored),
    )


class _Successes:
    """Those that succeeded, in the order of their ends."""

    def __init__(self, every: Sequence[Deploy]) -> None:
        self._found = [one for one in every if one.state == "succeeded"]
        self._ends = [_end(one) for one in self._found]

    def after(self, deploy: Deploy) -> Deploy | None:
        """The next one that ended later."""
        at = bisect_right(self._ends, _end(deploy))
        return self._found[at] if at < len(self._found) else None

    def firsts(self) -> list[Deploy]:
        """The first of each commit, roll-backs left out."""
        first: dict[str, Deploy] = {}
        for one in self._found:
            if not one.rollback:
                first.setdefault(one.commit, one)
        return list(first.values())


def _figure(value: float, counted: int) -> Figure:
    return Figure(value if counted >= FEWEST else None, counted)


def _end(deploy: Deploy) -> float:
    return deploy.ended or deploy.requested


def _touched(deploy: Deploy) -> bool:
    if not deploy.happened or deploy.untouched:
        return False
    return deploy.state != "cancelled" or deploy.rolled_back is not None


def _failed(deploy: Deploy, good: _Successes) -> bool:
    if deploy.state == "cancelled":
        return (
            deploy.rolled_back is False
        )  # somebody changed their mind; only what stayed broken is a failure
    if deploy.state != "succeeded":
        return True
    following = good.after(deploy)
    return following is not None and following.undoes == deploy.commit


def _restored(failure: Deploy, good: _Successes) -> float | None:
    """Seconds until it was well again; None while it is not."""
    if failure.state != "succeeded" and failure.rolled_back:
        return _end(failure) - (failure.started or failure.requested)
    following = good.after(failure)
    return _end(following) - _end(failure) if following is not None else None
