"""[Ask Omar]: who may not deploy asks who may, with a button that does it. Rights are judged at that press."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.rights import others
from bot.errors import NotAllowed, NotUnderstood, Offer, Refusal
from bot.services.verdicts import Stopped
from bot.slack import Press, Reply, Turn
from bot.slack.views import asking as views
from bot.slack.views import deploy as deploy_views
from bot.slack.views.verdict import offers
from bot.slack.wanted import What, wanted

ASK, DO = "ask.them", "ask.do"
_PLACE = re.compile(r"[CDG][A-Z0-9]{2,}")


async def offer(turn: Turn) -> Sequence[Offer]:
    """What a refusal for want of the right offers: to ask somebody whom Grail can reach."""
    given = turn.given
    if len(given.services) != 1 or given.environment is None or given.time:
        return ()
    what = What(given.services[0], given.environment, given.ref, given.action)
    whom = await _whom(turn, what)
    return (Offer(f"Ask {whom[0]}", ASK, what.value),) if whom else ()


async def _whom(turn: Turn, what: What) -> tuple[str, str] | None:
    """The first of those who may, who is on call first: the name, and Slack's user id."""
    able = others(
        turn.services.config(), turn.holder, what.word,
        service=what.service, environment=what.environment, now=turn.now,
    )  # fmt: skip
    for person in able:
        known = await turn.services.people.known_by_email(person.email)
        if known is not None:
            return person.name, known.user_id
    return None


async def press_ask(turn: Turn) -> Reply:
    what = What.read(turn.values["value"])
    whom = await _whom(turn, what)
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
