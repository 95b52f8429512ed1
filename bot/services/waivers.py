"""[Ship anyway]: everything that can be waived is waived at once, by who may, with a reason. Never the right, the claim
or the queue; and of one's own deploy not the approval, but in an emergency.
"""

from collections.abc import Sequence
from typing import Literal

from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.gates import NotSetUp, Verdict
from bot.domain.gates.pages import Pages
from bot.domain.rights import Holder, demand, may, others
from bot.errors import NotAllowed, NotUnderstood, Refusal

LONGEST = 300  # characters of a reason
Pager = Literal["rings", "calm", "silent", "none"]  # silent: it does not answer; none: none is connected


def check_waiver(config: Config, deploy: Deploy, holder: Holder, now: float) -> None:
    """Raises NotAllowed for who may not waive anything there."""
    right = may(config, holder, "waive", service=deploy.service, environment=deploy.environment, now=now)
    demand(right)


def waivable(
    verdict: Verdict, deploy: Deploy, holder: Holder, pager: Pager, approvers: Sequence[str] = ()
) -> tuple[str, ...]:
    """The gates that this person waives for it.

    Nobody waives a missing right; nor the approval of their own deploy, but while a page is open, or while the pager
    that would say so does not answer. approvers: the names of others who may approve it.
    """
    for one in verdict.stopping:
        if one.gate == "right":
            raise NotAllowed(one.sentence, code=one.code, hint="A right is nothing that can be waived.")
    if eyes_missing(verdict, deploy, holder) and pager in ("calm", "none"):
        why = (
            f"No page is open on {deploy.service} or what it depends on"
            if pager == "calm"
            else "No pager is connected that could say whether this is an emergency"
        )
        names = f"{either(approvers[:3])} can approve it" if approvers else "`oncall` shows whom to ask"
        raise Refusal(
            f"{why}, so nobody waives the approval of their own deploy: a second person has to look at it.",
            code="own-waiver",
            hint=f"{names}: ask for the deploy, and its card asks for the approval.",
        )
    return verdict.waivable


def eyes_missing(verdict: Verdict, deploy: Deploy, holder: Holder) -> bool:
    """Whether an approval is missing, of a deploy that this person asked for: by whatever name they are known."""
    return "approvals" in verdict.waivable and (
        (holder.email or holder.user_id) == deploy.by or f"{holder.team_id}:{holder.user_id}" == deploy.asker
    )


def pager(found: object) -> Pager:
    """What is known of the pages of a service, in a word."""
    if isinstance(found, Pages):
        return "rings" if found.each else "calm"
    return "none" if isinstance(found, NotSetUp) else "silent"


def approvers(config: Config, deploy: Deploy, holder: Holder, now: float) -> list[str]:
    """The names of those who may approve it, but for who asked; who is on call first."""
    able = others(config, holder, "approve", service=deploy.service, environment=deploy.environment, now=now)
    return [one.name for one in able if one.email != deploy.by]


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


def either(names: Sequence[str]) -> str:
    """`Omar, Olga or Mia`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
