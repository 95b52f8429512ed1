"""diff, promote: what lies between a place and a commit, and the very commit of one place carried to the next."""

from bot.domain.begins import begin
from bot.domain.rights import demand, may
from bot.errors import Conflict, Refusal
from bot.services.verdicts import NoRight, Stopped
from bot.slack import Command, Press, Reply, Turn
from bot.slack.powers import ways
from bot.slack.views import deploy as deploy_views
from bot.slack.views import rollback as views
from bot.slack.wanted import What, wanted


async def diff(turn: Turn) -> Reply:
    given = turn.given
    return await _between(turn, given.service or "", given.environment or "", given.ref)


async def press_diff(turn: Turn) -> Reply:
    """What goes along with a deploy that is asked for."""
    what = What.read(turn.values["value"])
    right = may(
        turn.services.config(), turn.holder, "diff",
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip
    demand(right)
    return await _between(turn, what.service, what.environment, what.ref)


async def _between(turn: Turn, service: str, environment: str, ref: str | None) -> Reply:
    found = await turn.services.deploys.differences.between(service, environment, ref)
    place = f"{service} {environment}"
    return Reply(
        views.difference(place, found.stands, found.ref, found.coming, found.going, found.files),
        outcome=f"{len(found.coming)} commits",
    )


async def promote(turn: Turn) -> Reply:
    service, source, target = turn.given.service or "", turn.given.source or "", turn.given.environment or ""
    time = turn.given.time
    begins = begin(time, turn.now, turn.holder.zone) if time else None
    if source == target:
        raise Conflict(
            f"That is the same environment twice: {target}.",
            code="same-environment",
            hint="Say it as `promote <service> <from> to <environment>`.",
        )
    stands = await turn.services.deploys.differences.standing(service, source)
    what = What(service, target, stands.commit, begins=begins)
    try:
        if turn.given.plan:
            plan = await turn.services.deploys.plan(wanted(turn, what), turn.holder)
            return Reply(deploy_views.planned(plan))
        begun = await turn.services.deploys.request(wanted(turn, what), turn.holder)
    except Refusal as refusal:
        if isinstance(refusal, Stopped | NoRight):
            refusal.offers = ways(turn, what, refusal.verdict)
        raise
    return Reply(deploy_views.answer(begun, turn.now, turn.ask.channel), card_follows=True, outcome=begun.id)


COMMANDS = [
    Command(
        "diff <service> <environment> [<ref>]",
        "see what a deploy would bring: commits, authors, files",
        diff,
        right="diff",
        group="deploy",
        examples=["diff {service} {environment}", "diff {service} {environment} {main}"],
        detail="Without a ref I take the environment's own, else the head of the main branch.",
    ),
    Command(
        "promote <service> [from] <source> [to] <environment> [at] [<time>]",
        "carry the very commit of one environment to another",
        promote,
        right="promote",
        group="deploy",
        changes=True,
        examples=["promote {service} production to {environment}"],
        detail="It is judged like any deploy of that commit, and takes the right to deploy there too.",
    ),
]
PRESSES = [Press("deploy.diff", press_diff, changes=False)]
