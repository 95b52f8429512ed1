"""[It mends the page]: the one tap of whoever is on call. No form: the page is the reason."""

from bot.errors import Refusal
from bot.services.verdicts import NoRight, Stopped
from bot.slack import Press, Reply, Turn
from bot.slack.powers import ways
from bot.slack.views import deploy as deploy_views
from bot.slack.views import gates as views
from bot.slack.wanted import What, wanted


async def press_mend(turn: Turn) -> Reply:
    carried = turn.values["value"]
    mending = turn.services.deploys.mending
    if carried.startswith("d-"):
        begun = await mending.held(carried, turn.holder)
    else:
        what = What.read(carried)
        try:
            begun = await mending.ask(wanted(turn, what), turn.holder)
        except Refusal as refusal:
            if isinstance(refusal, Stopped | NoRight):
                refusal.offers = ways(turn, what, refusal.verdict)
            raise
    gates = " ".join(dict.fromkeys(gate for gate, _ in begun.waived))
    reason = begun.waived[-1][1].partition(": ")[2] if begun.waived else ""
    return Reply(
        deploy_views.answer(begun, turn.now, turn.ask.channel),
        card_follows=True,
        outcome=f"{begun.id} waived {gates}" if gates else begun.id,
        operations=views.shipped(begun, turn.holder.name, reason) if gates else None,
    )


PRESSES = [Press("deploy.mends", press_mend, kind="waiver")]
