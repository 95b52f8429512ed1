"""What the audit is told of an ask: what sort of thing it is, which place and which deploy it is about, where it was
said; and of a refusal also the verdict behind it.
"""

import re

from bot.errors import Refusal
from bot.services.noted import in_short
from bot.services.verdicts import NoRight, Stopped, told
from bot.slack import Kind, Turn
from bot.store.audit import About
from bot.store.chain import Kind as Recorded

_DEPLOY = re.compile(r"\bd-\d{1,9}\b")
_WORD = re.compile(r"[\w.-]+")


async def done(turn: Turn, word: str, what: str, outcome: str, kind: Kind) -> None:
    """It was done. What was asked with a list of services and refused for one of them is a refusal too."""
    about = await _about(turn, what, outcome, "refusal" if outcome.startswith("refused") else kind)
    await turn.services.people.audit(turn.holder, word, what, outcome, turn.ask.request, about)


async def refused(turn: Turn, word: str, what: str, refusal: Refusal) -> None:
    """It was refused, with every code; where a verdict refused it, that is an entry of its own, before."""
    audit = turn.services.people.audit
    about = await _about(turn, what, "", "refusal")
    if isinstance(refusal, Stopped | NoRight):
        judged = About("verdict", about.service, about.environment, about.deploy)
        place = f"{about.service} {about.environment}".strip()
        passed = [one.gate for one in refusal.verdict if one.outcome == "passed"]
        verdict = in_short(told(refusal.verdict), passed)
        await audit(None, "verdict", place, verdict, turn.ask.request, judged)
    codes = ", ".join(dict.fromkeys(reason.code for reason in refusal.reasons))
    await audit(turn.holder, word, what, f"refused: {codes}", turn.ask.request, about)


async def _about(turn: Turn, what: str, outcome: str, kind: Recorded) -> About:
    """The deploy that it became or that it names; else the place that was understood, or that a button names."""
    channel = turn.ask.channel
    ids = dict.fromkeys([*_DEPLOY.findall(outcome), *_DEPLOY.findall(what)])
    for id in ids:
        found = await turn.services.deploys.find(id)
        if found is not None:
            return About(kind, found.service, found.environment, id, channel)
    service, environment = turn.given.service or "", turn.given.environment or ""
    known = turn.services.config().services
    words = _WORD.findall(what.casefold())
    service = service or next((one for one in words if one in known), "")
    if service in known and not environment:
        environment = next((one for one in words if one in known[service].environments), "")
    return About(kind, service, environment, next(iter(ids), ""), channel)
