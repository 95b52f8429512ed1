"""deploy, run, cancel: what changes an environment."""

from typing import Any

from bot.domain.begins import begin
from bot.domain.rights import Right, demand, may, may_begin
from bot.errors import Conflict, NotAllowed
from bot.services.freeing import Claim
from bot.slack import Command, Incomplete, Press, Reply, Turn
from bot.slack.asking import offer
from bot.slack.begun import each, likely, one
from bot.slack.views import thread
from bot.slack.views.forms import deploy_form
from bot.slack.views.text import escape, quiet, said
from bot.slack.wanted import What


async def deploy(turn: Turn) -> Reply:
    return await each(
        turn, turn.given.services, turn.given.environment or "", turn.given.ref, None, _begins(turn)
    )


async def run(turn: Turn) -> Reply:
    given = turn.given
    return await each(turn, given.services, given.environment or "", None, given.action, _begins(turn))


def _begins(turn: Turn) -> float | None:
    """The time that was said, in the person's own zone."""
    return begin(turn.given.time, turn.now, turn.holder.zone) if turn.given.time else None


async def press_park(turn: Turn) -> Reply:
    """What was refused waits; it is judged as things are now."""
    return await _pressed(turn, park=True)


async def press_now(turn: Turn) -> Reply:
    """What could be deployed is; it is judged as things are now."""
    return await _pressed(turn, park=False)


async def _pressed(turn: Turn, *, park: bool) -> Reply:
    what = What.read(turn.values["value"])
    right = _may(turn, what.word, what)
    demand(right)
    return await one(turn, what, park=park)


def _may(turn: Turn, word: str, what: What) -> Right:
    return may_begin(
        turn.services.config(), turn.holder, word,
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip


async def cancel(turn: Turn) -> Reply:
    return await _cancelled(turn, turn.given.deploy or "")


async def press_cancel(turn: Turn) -> Reply:
    id = turn.values["value"].split(":")[0]
    try:
        return await _cancelled(turn, id)
    except Conflict as over:
        raise Conflict(
            f"{over} Your card was older than that, so nothing was changed.", code="stale"
        ) from over


async def _cancelled(turn: Turn, id: str) -> Reply:
    held = await turn.services.deploys.freeing.held(id)
    if held is not None:
        return await _freed(turn, held)
    found = await turn.services.deploys.get(id)
    right = may(
        turn.services.config(), turn.holder, "cancel",
        service=found.service, environment=found.environment, now=turn.now,
    )  # fmt: skip
    # Whoever began it may always end it.
    own = turn.holder.email and found.by == turn.holder.email and not turn.holder.suspended
    if not right.allowed and not own:
        raise NotAllowed(right.sentence, code=right.code, hint="`whoami` shows what you may do.")
    if found.cancelled_by and not found.over:
        return Reply(said(f"{id} is being cancelled already, by {quiet(found.cancelled_by)}."))
    if turn.given.plan and not found.over:
        return Reply(said(f"I would end {id}: {found.what}. Nothing was changed."))
    await turn.services.deploys.cancel(id, turn.holder.name, turn.ask.request)
    return Reply(said(f"{id} is being cancelled: {found.what}. Its card says when it has ended."), outcome=id)


async def _freed(turn: Turn, held: Claim) -> Reply:
    """Nobody can read whose it is, so it takes the right."""
    right = may(
        turn.services.config(), turn.holder, "cancel",
        service=held.service, environment=held.environment, now=turn.now,
    )  # fmt: skip
    demand(right)
    what = f"{held.deploy}, whose record cannot be read, and free `{held.environment}` of `{held.service}`"
    if turn.given.plan:
        return Reply(said(f"I would end what runs of {escape(what)}. Nothing was changed."))
    await turn.services.deploys.freeing.begin(held, turn.holder.name, turn.ask.request)
    return Reply(
        said(f"I end what runs of {escape(what)} then; the operations channel is told."), outcome=held.deploy
    )


async def press_logs(turn: Turn) -> Reply:
    id = turn.values["value"]
    found = await turn.services.deploys.get(id)
    output = await turn.services.deploys.output(id, 60)
    return Reply(thread.logs(found, output))


async def form(turn: Turn, incomplete: Incomplete) -> Reply:
    """Ask for the words that are missing."""
    config = turn.services.config()
    view = deploy_form(config, incomplete.given, turn.ask.channel, likely(turn))
    needs = " and ".join(
        {"services": "a service", "environment": "an environment"}[name] for name in incomplete.missing
    )
    words = f"I need {needs}. Say it as `deploy <service> to <environment>`, for example `deploy shop to staging`."
    return Reply(said(escape(words)), form=view, outcome="asked")


_USAGE: dict[str, Any] = {"group": "deploy", "changes": True}

COMMANDS = [
    Command(
        "deploy <services> [to] <environment> [<ref>] [at] [<time>]",
        "bring a commit into an environment",
        deploy,
        right="deploy",
        form=form,
        examples=[
            "deploy {service} to {environment}",
            "deploy {service} {environment} {main} --plan",
            "deploy {service} to {environment} at 14:00",
        ],
        otherwise=offer,
        detail="Without a ref I take the environment's own, else the head of the main branch; the card says which. "
        "`at 14:00`, `at tomorrow 9:00` or `at friday 18:00`, in your own zone, sets it for then, within 24 hours: it "
        "is judged afresh at that time, and begins or says why not.",
        **_USAGE,
    ),
    Command(
        "run <service> <action> [in] <environment> [at] [<time>]",
        "run a named action of the recipe",
        run,
        right="run",
        otherwise=offer,
        examples=["run {service} {action} in {environment}"],
        **_USAGE,
    ),
    Command(
        "cancel <deploy>",
        "end a deploy where it is",
        cancel,
        examples=["cancel d-12"],
        detail="All of its processes get a TERM, and after a grace a KILL. Whoever began a deploy may always end it.",
        **_USAGE,
    ),
]
PRESSES = [
    Press("deploy.now", press_now),
    Press("deploy.park", press_park),
    Press("deploy.cancel", press_cancel),
    Press("deploy.logs", press_logs, changes=False),
]
