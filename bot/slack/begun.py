"""What a person asks for is begun: by words, by a form, by a press; refused with the ways on."""

from collections.abc import Sequence

from bot.domain.rights import places
from bot.errors import Refusal
from bot.services.verdicts import NoRight, Stopped
from bot.slack import Reply, Turn
from bot.slack.powers import ways
from bot.slack.views import deploy as views
from bot.slack.views.text import escape, said
from bot.slack.wanted import What, wanted


async def each(
    turn: Turn,
    services: Sequence[str],
    environment: str,
    ref: str | None,
    action: str | None,
    begins: float | None = None,
) -> Reply:
    """The same of several services. begins: as What has it."""
    replies = [
        await one(turn, What(service, environment, ref, action, begins), several=len(services) > 1)
        for service in services
    ]
    if len(replies) == 1:
        return replies[0]
    text = "\n".join(reply.message.text for reply in replies)
    return Reply(said(text), card_follows=all(reply.card_follows for reply in replies))


async def one(turn: Turn, what: What, *, several: bool = False, park: bool = False) -> Reply:
    """Begin one of them, or say what would be done. several: a refusal is told beside the others."""
    try:
        if turn.given.plan:
            return Reply(views.planned(await turn.services.deploys.plan(wanted(turn, what), turn.holder)))
        begun = await turn.services.deploys.request(wanted(turn, what), turn.holder, park=park)
    except Refusal as refusal:
        if isinstance(refusal, Stopped | NoRight):
            refusal.offers = ways(turn, what, refusal.verdict)
        if not several:
            raise
        why = escape(f"{refusal} {refusal.hint or ''}".strip())
        return Reply(said(f":no_entry: {what.service}: {why}"), outcome=refusal.code)
    # Of one that runs, the card says all; of one that waits, only the answer says for whom and for what.
    follows = not begun.held and not begun.over
    return Reply(views.answer(begun, turn.now, turn.ask.channel), card_follows=follows, outcome=begun.id)


def likely(turn: Turn) -> list[tuple[str, str]]:
    """Where the person may deploy, their own team's services first."""
    services = turn.services.config().services
    found = places(turn.services.config(), turn.holder, "deploy", turn.now)
    return sorted(found, key=lambda place: services[place[0]].team not in turn.holder.teams)
