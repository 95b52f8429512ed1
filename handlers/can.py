"""can i deploy: everything that a deploy would be judged by, before it is asked for."""

import asyncio

from bot.domain.begins import begin
from bot.errors import NotFound
from bot.slack import Command, Reply, Turn
from bot.slack.lookup import nearest
from bot.slack.powers import holds, powers
from bot.slack.views import verdict as views
from bot.slack.wanted import What, wanted

MOST = 10  # places in one answer


async def can(turn: Turn) -> Reply:
    """One place whole, several in short: the same verdict by which a deploy is admitted."""
    given, config = turn.given, turn.services.config()
    begins = begin(given.time, turn.now, turn.holder.zone) if given.time else None
    places = [
        What(service, environment, given.ref, begins=begins)
        for service in given.services
        for environment in (
            [given.environment] if given.environment else config.services[service].environments
        )
    ][:MOST]
    try:
        plans = await asyncio.gather(
            *(turn.services.deploys.plan(wanted(turn, what), turn.holder) for what in places)
        )
    except NotFound as unknown:
        known = [name for service in given.services for name in config.services[service].environments]
        meant = nearest(given.ref or "", known) if given.environment is None else None
        if unknown.code == "no-such-ref" and meant:
            hint = f"Did you mean the environment `{meant}`?"
            raise NotFound(str(unknown), code=unknown.code, hint=hint) from unknown
        raise
    if len(plans) > 1:
        return Reply(views.can_each(plans))
    what, plan = places[0], plans[0]
    record = {
        one.gate: await turn.services.gates.earned(what.service, what.environment, one.gate)
        for one in plan.verdict.telling
    }
    waives = holds(turn, "waive", what)
    return Reply(views.can(plan, record, what.value, waives=waives, powers=powers(turn, what)))


COMMANDS = [
    Command(
        "can i deploy <services> [to] [<environment>] [<ref>] [at] [<time>]",
        "whether a deploy would begin, and all that it is judged by",
        can,
        group="deploy",
        examples=["can i deploy {service}", "can i deploy {service} to {environment}"],
        detail="It changes nothing. What would stop a deploy stands first, with who can clear it; what only tells is "
        "marked. A deploy is judged by the very same.",
    ),
]
