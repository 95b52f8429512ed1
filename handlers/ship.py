"""[Ship anyway]: the form that asks for one reason, and what then happens."""

import asyncio
from collections.abc import Mapping

from bot.domain.deploys import Deploy
from bot.domain.rights import demand, may
from bot.errors import NotAllowed, OutsideUnavailable
from bot.slack import Form, Press, Reply, Turn
from bot.slack.views import deploy as deploy_views
from bot.slack.views import gates as views
from bot.slack.views.forms import REASONS, ship_form
from bot.slack.views.text import said
from bot.slack.wanted import What, wanted

LOOK_SECONDS = 1.5  # of the three in which a form can be opened
OTHER = REASONS[-1]


async def press_ship(turn: Turn) -> Reply:
    """Ask for the reason, and show what would be waived if that is known in time."""
    carried = turn.values["value"]
    what, name, held = await _about(turn, carried)
    _check(turn, what)
    sentences: list[str] = []
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            plan = await turn.services.deploys.plan(wanted(turn, what), turn.holder)
            if held is None or held.by == plan.deploy.by:  # refused now, and not behind a form
                await turn.services.deploys.decisions.waivable(plan.verdict, held or plan.deploy, turn.holder)
            sentences = [one.sentence for one in plan.verdict.stopping if one.gate in plan.verdict.waivable]
    except (TimeoutError, OutsideUnavailable):
        pass  # the form says it in general
    form = ship_form(name, sentences, carried, turn.ask.channel)
    return Reply(
        said("I could not open the form: press [Ship anyway] once more."), form=form, outcome="asked"
    )


async def check_ship(turn: Turn) -> Mapping[str, str]:
    if turn.values.get("reason") not in REASONS:
        return {"reason": "Choose a reason."}
    if turn.values["reason"] == OTHER and not turn.values.get("words", "").strip():
        return {"words": "Say in a few words what it is."}
    return {}


async def submit_ship(turn: Turn) -> Reply:
    faults = await check_ship(turn)
    if faults:
        raise NotAllowed(" ".join(faults.values()), code="form")
    carried = turn.values.get("carried", "")
    what, _, _ = await _about(turn, carried)
    _check(turn, what)
    reason = _reason(turn)
    if carried.startswith("d-"):
        begun = await turn.services.deploys.waive(carried, turn.holder, reason)
    else:
        begun = await turn.services.deploys.ship(wanted(turn, what), turn.holder, reason)
    gates = " ".join(dict.fromkeys(gate for gate, _ in begun.waived))
    return Reply(
        deploy_views.answer(begun, turn.now, turn.ask.channel),
        card_follows=True,
        outcome=f"{begun.id} waived {gates}" if gates else begun.id,
        operations=views.shipped(begun, turn.holder.name, reason) if gates else None,
    )


def _reason(turn: Turn) -> str:
    words = " ".join(turn.values.get("words", "").split())
    reason = turn.values["reason"]
    if not words:
        return reason
    return words if reason == OTHER else f"{reason}: {words}"


async def _about(turn: Turn, carried: str) -> tuple[What, str, Deploy | None]:
    """What it is about, how people say it, and the deploy that waits, if it is one. carried: its id, or what is asked
    for.
    """
    if carried.startswith("d-"):
        deploy = await turn.services.deploys.get(carried)
        return What.of(deploy), deploy.what, deploy
    what = What.read(carried)
    place = (
        f"{what.service} in {what.environment}" if what.action else f"{what.service} to {what.environment}"
    )
    return what, f"{what.action} {place}" if what.action else place, None


def _check(turn: Turn, what: What) -> None:
    """Judged at the press and again when it is submitted."""
    right = may(
        turn.services.config(), turn.holder, "waive",
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip
    demand(right)


PRESSES = [Press("deploy.ship", press_ship, changes=False)]
FORMS = [Form("ship", check_ship, submit_ship, kind="waiver")]
