"""status, deploys, why: what stands where, and how it came there."""

from bot.errors import NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import deploy as views

PAGE = 10


async def status(turn: Turn) -> Reply:
    """One service, or all: the person's own team's first."""
    config = turn.services.config()
    names = turn.given.services or tuple(
        sorted(config.services, key=lambda name: (config.services[name].team not in turn.holder.teams, name))
    )
    rows = [row for name in names for row in await turn.services.deploys.status(name)]
    return Reply(views.status(rows, turn.now))


async def deploys(turn: Turn) -> Reply:
    names = turn.given.services or tuple(sorted(turn.services.config().services))
    if len(names) == 1:
        return await _page(turn, names[0], turn.given.environment, 0)
    found = [d for name in names for d in await turn.services.deploys.recent(name, count=PAGE)]
    if turn.given.environment:
        found = [d for d in found if d.environment == turn.given.environment]
    newest = sorted(found, key=lambda d: d.requested, reverse=True)[:PAGE]
    return Reply(views.deploys(newest, "all services" if newest else names[0], 0, False, turn.now))


async def older(turn: Turn) -> Reply:
    service, _, page = turn.values["value"].partition(":")
    return await _page(turn, service, None, int(page))


async def _page(turn: Turn, service: str, environment: str | None, page: int) -> Reply:
    found = await turn.services.deploys.recent(service, count=PAGE + 1, start=page * PAGE)
    more = len(found) > PAGE
    shown = [d for d in found[:PAGE] if environment is None or d.environment == environment]
    return Reply(views.deploys(shown, service, page, more, turn.now))


async def why(turn: Turn) -> Reply:
    if turn.given.deploy is None:
        raise NotUnderstood("I need a deploy, like `d-12`.", hint="`deploys` lists the recent ones.")
    return Reply(views.why(await turn.services.deploys.get(turn.given.deploy), turn.now))


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
