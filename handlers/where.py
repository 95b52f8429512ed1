"""where is: in which environments a pull request, a commit or a branch is, and what is on its way with it."""

import re

from bot.slack import Command, Reply, Turn
from bot.slack.views import whereabouts as views

_LINK = re.compile(r"https?://[^\s/]+/[^\s]*?/(?:pull|commit|merge_requests)/(\w+)")


async def where(turn: Turn) -> Reply:
    """Of the named services, or of all: the person's own team's first."""
    config = turn.services.config()
    names = turn.given.services or tuple(
        sorted(config.services, key=lambda name: (config.services[name].team not in turn.holder.teams, name))
    )
    found = await turn.services.finder.find(_ref(turn.given.ref or ""), names)
    return Reply(views.whereabouts(found))


def _ref(typed: str) -> str:
    """A link to a pull request or a commit is taken for what it leads to."""
    link = _LINK.match(typed)
    if link is None:
        return typed
    return f"#{link[1]}" if link[1].isdecimal() and "/commit/" not in typed else link[1]


COMMANDS = [
    Command(
        "where is <ref> [in] [<services>]",
        "see in which environments a pull request, a commit or a branch is",
        where,
        right="where",
        group="deploy",
        examples=["where is #812", "where is {main} in {service}"],
        detail="It tells since when, what took it away again, and what is on its way with it. A commit can be given by "
        "seven digits; a link to GitHub will do, too.",
    ),
]
