"""status, deploys, why: what stands where, and how it came there."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy
from bot.domain.rights import may
from bot.errors import NotFound, NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.lookup import safe
from bot.slack.views import deploy as one
from bot.slack.views import deploys as views

PAGE = 10
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


async def deploys(turn: Turn) -> Reply:
    names = turn.given.services or tuple(sorted(turn.services.config().services))
    if len(names) == 1:
        return await _page(turn, names[0], turn.given.environment, 0)
    where = turn.given.environment
    found = [d for name in names for d in await _newest(turn, name, where, PAGE)]
    newest = sorted(found, key=lambda d: d.requested, reverse=True)[:PAGE]
    return Reply(views.deploys(newest, "", 0, False, where, _example(turn, names, where)))


def _example(turn: Turn, services: Sequence[str], environment: str | None) -> str:
    """Somewhere that can be deployed to: the person's own service where there is one."""
    known = turn.services.config().services
    there = [
        name
        for name in known
        if name in services and (environment is None or environment in known[name].environments)
    ]
    name = next((name for name in there if known[name].team in turn.holder.teams), next(iter(there), None))
    if name is None:
        return "shop to staging"
    return f"{name} to {environment or next(iter(known[name].environments))}"


async def older(turn: Turn) -> Reply:
    service, page, environment = (*turn.values["value"].split(":"), "", "")[:3]
    if service not in turn.services.config().services:
        raise NotFound(f"There is no service `{safe(service)}`.", code="no-such-service")
    if not page.isdecimal():
        raise NotUnderstood("This button is of an older version of me.", hint="Type the command instead.")
    return await _page(turn, service, environment or None, int(page))


async def _page(turn: Turn, service: str, environment: str | None, page: int) -> Reply:
    wanted = (page + 1) * PAGE + 1
    found = await _newest(turn, service, environment, wanted)
    shown = found[page * PAGE : wanted - 1]
    return Reply(
        views.deploys(
            shown, service, page, len(found) >= wanted, environment, _example(turn, [service], environment)
        )
    )


async def _newest(turn: Turn, service: str, environment: str | None, wanted: int) -> list[Deploy]:
    """At most so many, of one environment where it is named, however many of others lie between."""
    found: list[Deploy] = []
    start = 0
    while len(found) < wanted:
        some = await turn.services.deploys.recent(service, count=wanted, start=start)
        if not some:
            break
        found += [deploy for deploy in some if environment in (None, deploy.environment)]
        start += wanted
    return found[:wanted]


async def why(turn: Turn) -> Reply:
    if turn.given.deploy is None:
        raise NotUnderstood("I need a deploy, like `d-12`.", hint="`deploys` lists the recent ones.")
    deploy = await turn.services.deploys.get(turn.given.deploy)
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
        "deploys [<service>] [<environment>]",
        "the recent deploys",
        deploys,
        group="deploy",
        examples=["deploys {service}", "deploys {service} {environment}"],
    ),
    Command(
        "why <deploy>", "everything that is known about a deploy", why, group="home", examples=["why d-12"]
    ),
]
PRESSES = [Press("deploys.page", older, changes=False)]
