"""What the person who asks may press about a deploy: the ways on that are drawn for them."""

from bot.domain.gates import Verdict
from bot.domain.rights import may, on_call_for
from bot.errors import Offer
from bot.slack import Turn
from bot.slack.views.ways import POWERS, offers
from bot.slack.wanted import What


def ways(turn: Turn, what: What, verdict: Verdict) -> tuple[Offer, ...]:
    """As a refusal offers them."""
    return offers(verdict, what.value, waives=holds(turn, "waive", what), powers=powers(turn, what))


def powers(turn: Turn, what: What) -> frozenset[str]:
    """Those of POWERS that this person has there now."""
    return frozenset(word for word in POWERS if holds(turn, word, what))


def holds(turn: Turn, word: str, what: What) -> bool:
    """Whether this person may, as things are now. mend: whoever is on call for the service, or may waive."""
    config = turn.services.config()
    if word == "mend":
        return on_call_for(config, turn.holder, what.service) or holds(turn, "waive", what)
    return may(
        config, turn.holder, word, service=what.service, environment=what.environment, now=turn.now
    ).allowed
