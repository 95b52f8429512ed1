"""Since when a commit is in a place, or until when it was: from the deploys that succeeded there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain.deploys import Deploy


@dataclass(frozen=True)
class Stay:
    """The last time that a commit was in a place. came: the deploy that brought it; went: the one that took it away,
    None while nothing has. open: it may have been there before `came` already, because nothing older is known.
    """

    came: Deploy
    went: Deploy | None = None
    open: bool = False


def last_stay(newest_first: Iterable[Deploy], has: Callable[[str], bool]) -> Stay | None:
    """None: none of these deploys, which are all of one place, brought it. has: whether a commit contains the one in
    question.
    """
    came = went = None
    for one in newest_first:
        if one.state != "succeeded" or one.action is not None:
            continue
        if has(one.commit):
            came = one
        elif came is not None:
            return Stay(came, went)
        else:
            went = one
    return Stay(came, went, open=True) if came is not None else None
