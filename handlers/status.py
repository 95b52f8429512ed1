"""status, why: what stands where, and how it came there."""

from bot.domain.rights import may
from bot.errors import NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import deploy as one
from bot.slack.views import deploys as views

ASKED_NOW = 3  # services whose systems are asked while the person waits


async def status(turn: Turn) -> Reply:
    """One service, or all: the person's own team's first."""
    config = turn.services.config()
    names = turn.given.services or tuple(
        sorted(config.services, key=lambda name: (config.services[name].team not in turn.holder.teams, name))
    )
    if len(turn.given.services) in range(1, ASKED_NOW + 1):
        known = config.services
        await turn.services.standings.now(
            [(name, environment) for name in names for environment in known[name].environments]
        )
    board = await turn.services.boards.of(names)
    await turn.services.standings.soon([(row.service, row.environment) for row in board.rows])
    return Reply(views.status(board.rows, board.locks, board.waiting, board.more, now=turn.now))


async def why(turn: Turn) -> Reply:
    if turn.given.deploy is None:
        raise NotUnderstood("I need a deploy, like `d-12`.", hint="`deploys` lists the recent ones.")
    return await _why(turn, turn.given.deploy)


async def press_why(turn: Turn) -> Reply:
    return await _why(turn, turn.values["value"])


async def _why(turn: Turn, id: str) -> Reply:
    deploy = await turn.services.deploys.get(id)
    right = may(
        turn.services.config(), turn.holder, "waive",
        service=deploy.service, environment=deploy.environment, now=turn.now,
    )  # fmt: skip
    return Reply(one.why(deploy, turn.now, waives=right.allowed))


COMMANDS = [
    Command(
        "status [<service>]",
        "what runs where, and what is being deployed",
        status,
        group="deploy",
        examples=["status", "status {service}"],
    ),
    Command(
        "why <deploy>", "everything that is known about a deploy", why, group="home", examples=["why d-12"]
    ),
]
PRESSES = [Press("deploy.why", press_why, changes=False)]
