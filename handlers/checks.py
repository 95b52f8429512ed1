"""[See the checks]: how each check of a commit went, and where to read it."""

from bot.domain.rights import demand, may
from bot.slack import Press, Reply, Turn
from bot.slack.views import checks as views
from bot.slack.wanted import What, wanted


async def press_checks(turn: Turn) -> Reply:
    what = What.read(turn.values["value"])
    right = may(
        turn.services.config(), turn.holder, "diff",
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip
    demand(right)
    plan = await turn.services.deploys.plan(wanted(turn, what), turn.holder)
    return Reply(views.checks(plan.deploy, await turn.services.deploys.verdicts.checks(plan.deploy)))


PRESSES = [Press("deploy.checks", press_checks, changes=False)]
