"""[Ask Omar]: who may not deploy asks who may, with a button that does it. Rights are judged at that press."""

import re
from dataclasses import replace

from bot.errors import NotAllowed, NotUnderstood, Refusal
from bot.services.verdicts import Stopped
from bot.slack import Press, Reply, Turn
from bot.slack.asking import ASK, whom_to_ask
from bot.slack.views import asking as views
from bot.slack.views import deploy as deploy_views
from bot.slack.views.verdict import offers
from bot.slack.wanted import What, wanted

DO = "ask.do"
_PLACE = re.compile(r"[CDG][A-Z0-9]{2,}")


async def press_ask(turn: Turn) -> Reply:
    what = What.read(turn.values["value"])
    whom = await whom_to_ask(turn, what)
    if whom is None:
        raise NotAllowed("I know nobody by now who may do that.", code="nobody", hint="Ask in the channel.")
    name, user = whom
    carried = "\n".join((what.value, turn.ask.channel))
    return Reply(
        views.asked(name),
        outcome=f"asked {name}",
        tell=((user, views.request(what, turn.holder.name, DO, carried)),),
    )


async def press_do(turn: Turn) -> Reply:
    """Who was asked does it, as themselves, judged as they are now; the card stands where it was asked for."""
    value, _, channel = turn.values["value"].partition("\n")
    what = What.read(value)
    if not _PLACE.fullmatch(channel):
        raise NotUnderstood(
            "This button carries no place.", code="no-place", hint="Type the command instead."
        )
    there = replace(turn, ask=replace(turn.ask, channel=channel))
    try:
        begun = await turn.services.deploys.request(wanted(there, what), turn.holder)
    except Refusal as refusal:
        if isinstance(refusal, Stopped):
            refusal.offers = offers(refusal.verdict, what.value, waives=False)
        raise
    return Reply(deploy_views.answer(begun, turn.now, turn.ask.channel), outcome=begun.id)


PRESSES = [Press(ASK, press_ask), Press(DO, press_do)]
