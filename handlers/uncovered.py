"""uncovered: which changed lines of a deploy no test runs, and what its tests cover at all."""

from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import coverage as views
from bot.slack.wanted import What, wanted


async def uncovered(turn: Turn) -> Reply:
    given = turn.given
    return await _of(turn, What(given.service or "", given.environment or "", given.ref))


async def press_uncovered(turn: Turn) -> Reply:
    return await _of(turn, What.read(turn.values["value"]))


async def _of(turn: Turn, what: What) -> Reply:
    deploy = (await turn.services.deploys.plan(wanted(turn, what), turn.holder)).deploy
    coverage = turn.services.coverage
    if (missing := coverage.set_up(what.service)) is not None:
        return Reply(views.not_set_up(deploy.what, missing.how))
    found = await coverage.of(what.service, deploy.commit, deploy.previous or "")
    latest = await coverage.came(what.service)
    asked = turn.services.config().services[what.service].environments[what.environment].gates.coverage
    least = (asked.lines, asked.changed) if asked else None
    return Reply(views.covered(deploy, found, latest, least), outcome=f"{found.reports} reports")


COMMANDS = [
    Command(
        "uncovered <service> [in] <environment> [<ref>]",
        "see which changed lines no test runs",
        uncovered,
        right="diff",
        group="deploy",
        examples=["uncovered {service} {environment}", "uncovered {service} {environment} {main}"],
        detail="By the reports that came to /hooks/coverage, against what stands there. Without a ref I take the "
        "environment's own, else the head of the main branch.",
    ),
]
PRESSES = [Press("deploy.uncovered", press_uncovered, changes=False)]
