"""[Ship anyway]: everything that can be waived is waived at once, by who may, with a reason. Never the right, the claim
or the queue.
"""

from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.gates import Verdict
from bot.domain.rights import Holder, demand, may
from bot.errors import NotAllowed, NotUnderstood, Refusal

LONGEST = 300  # characters of a reason


def check_waiver(config: Config, deploy: Deploy, holder: Holder, now: float) -> None:
    """Raises NotAllowed for who may not waive anything there."""
    right = may(config, holder, "waive", service=deploy.service, environment=deploy.environment, now=now)
    demand(right)


def waivable(verdict: Verdict, deploy: Deploy, holder: Holder) -> tuple[str, ...]:
    """The gates that this person waives for it. Nobody waives a missing right, nor the approval of their own deploy
    while it is known that no page is open.
    """
    for one in verdict.stopping:
        if one.gate == "right":
            raise NotAllowed(one.sentence, code=one.code, hint="A right is nothing that can be waived.")
    own = (
        holder.email or holder.user_id
    ) == deploy.by or f"{holder.team_id}:{holder.user_id}" == deploy.asker
    calm = any(one.gate == "pages" and one.outcome == "passed" for one in verdict)
    if "approvals" in verdict.waivable and own and calm:
        raise Refusal(
            "No page is open, so somebody else has to approve it: nobody waives that for their own deploy.",
            code="own-waiver",
            hint="Ask for the deploy; its card asks for the approval.",
        )
    return verdict.waivable


def reasoned(holder: Holder, reason: str) -> str:
    """Who waived it and why, as the deploy keeps it."""
    words = " ".join(reason.split())[:LONGEST]
    if not words:
        raise NotUnderstood(
            "I need a reason: it is kept, and operations are told.",
            code="no-reason",
            hint="One line will do.",
        )
    return f"{holder.name}: {words}"
