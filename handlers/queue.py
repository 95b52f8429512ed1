"""queue: who stands in line for which place, and how long that may take; leaving it, and coming to the front."""

from collections.abc import Sequence

from bot.domain.rights import may
from bot.errors import NotAllowed, NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import queue as views
from bot.slack.views.text import escape, said

MOVE = "move"  # the right to let somebody come first


async def queue(turn: Turn) -> Reply:
    return await _shown(turn, turn.given.services, turn.given.environment)


async def press_show(turn: Turn) -> Reply:
    """The line before one place."""
    service, _, environment = turn.values["value"].partition(" ")
    if service not in turn.services.config().services:
        raise NotUnderstood("This button carries no place.", code="no-place", hint="Say `queue`.")
    return await _shown(turn, (service,), environment)


async def _shown(turn: Turn, services: Sequence[str], environment: str | None) -> Reply:
    names = services or tuple(sorted(turn.services.config().services))
    lines = await turn.services.boards.lines(names, environment, turn.now)
    mine = {
        one.id
        for line in lines
        for one in (*line.waiting, *line.later)
        if turn.holder.email and one.by == turn.holder.email
    }
    moves = {
        one.id
        for line in lines
        for one in line.waiting[1:]
        if _moves(turn, line.service, line.environment) is None
    }
    place = " ".join(word for word in (services[0] if services else None, environment) if word)
    return Reply(views.queue(lines, place, mine, moves, turn.now))


async def press_front(turn: Turn) -> Reply:
    id = turn.values["value"]
    if not id.startswith("d-"):
        raise NotUnderstood("This button carries no deploy.", code="no-such-deploy", hint="Say `queue`.")
    found = await turn.services.deploys.get(id)
    refused = _moves(turn, found.service, found.environment)
    if refused is not None:
        raise NotAllowed(refused[0], code=refused[1], hint="`whoami` shows what you may do.")
    await turn.services.boards.to_the_front(found)
    waits = "" if not found.by_user or found.by == turn.holder.email else f" {found.by_name} is told."
    words = escape(f"{turn.holder.name} moved {id} to the front: {found.what}.")
    return Reply(
        said(escape(f"{id} is the next in line: {found.what}.{waits}")),
        outcome=id,
        tell=((found.by_user, said(words)),) if waits else (),
    )


def _moves(turn: Turn, service: str, environment: str) -> tuple[str, str] | None:
    """None: this person may; else why not, and its code."""
    right = may(
        turn.services.config(), turn.holder, MOVE, service=service, environment=environment, now=turn.now
    )
    return None if right.allowed else (right.sentence, right.code)


COMMANDS = [
    Command(
        "queue [<service>] [<environment>]",
        "who stands in line, and how long it may take",
        queue,
        group="deploy",
        examples=["queue", "queue {service} {environment}"],
        detail="How long is reckoned from the last deploys that succeeded there.",
    ),
]
PRESSES = [Press("queue.front", press_front), Press("queue.show", press_show, changes=False)]
