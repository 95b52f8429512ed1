"""What a roll-back goes back to: the last deploy that succeeded and stayed, by its commit."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.deploys import Deploy

_MIGRATES = re.compile(r"(^|/)migrations?/")


def stayed(newest_first: Iterable[Deploy]) -> Iterator[Deploy]:
    """What brought each commit that stood in a place and was not taken back, newest first. All are of one place."""
    back_to = last = ""
    for one in newest_first:
        if one.state != "succeeded" or one.action is not None:
            continue
        if back_to:  # a roll-back went from here to that commit: what lies between did not stay
            if one.commit == back_to and not one.rollback:
                back_to = ""
            continue
        if one.rollback:
            back_to = one.commit
        if one.commit != last:
            yield one
        last = one.commit


def bad(newest_first: Sequence[Deploy], running: Deploy | None, stands: str) -> str:
    """The commit that a roll-back takes away: of what runs, of the last attempt where it may have left something, or of
    what stands. All deploys are of one place.
    """
    tried = next((one for one in newest_first if _was_there(one)), None)
    for one in (running, tried):
        if one is not None and one.action is None and (one is running or _left_something(one)):
            return one.undoes or one.commit
    return stands


def migrations(files: Iterable[str]) -> tuple[str, ...]:
    """Those of the changed files that migrate a database."""
    return tuple(file for file in files if _MIGRATES.search(file))


def _was_there(deploy: Deploy) -> bool:
    """Whether it changed its place, or tried to."""
    if deploy.outside:
        return deploy.state == "succeeded" or (bool(deploy.reported) and deploy.state == "failed")
    return deploy.over and bool(deploy.run) and deploy.action is None


def _left_something(deploy: Deploy) -> bool:
    """Whether it ended badly and did not put back what was there."""
    return deploy.state != "succeeded" and deploy.rolled_back is not True and not deploy.untouched
