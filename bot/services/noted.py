"""What Grail writes into the audit by itself: each verdict on a deploy, each state that it comes to, what ends alone.

Work may be done twice, and an entry is written once: each says what it is of. No sentence goes into it, for a sentence
can hold a name, and the audit keeps none.
"""

from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256

from bot.domain.deploys import Deploy, Told
from bot.domain.locks import Lock
from bot.store.audit import About
from bot.store.deploys import Claim

Audit = Callable[..., Awaitable[None]]  # as People.audit has it


def in_short(conditions: Iterable[Told], passed: Iterable[str]) -> str:
    """A verdict: what was not passed with its outcome and code, and whether it stops; then what was."""
    rest = [f"{one.gate} {one.outcome} ({one.code}){_weight(one)}" for one in conditions]
    names = " ".join(dict.fromkeys(passed))
    return "; ".join([*rest, *([f"passed: {names}"] if names else [])])


class Noted:
    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def deploy(self, deploy: Deploy) -> None:
        """Where it stands now, and how it was judged."""
        place = (deploy.service, deploy.environment, deploy.id)
        verdict = in_short(deploy.conditions, deploy.passed)
        if verdict:
            mark = sha256(verdict.encode()).hexdigest()[:12]
            what = f"{deploy.what} {deploy.commit}"
            await self._audit(
                None, "verdict", what, verdict, deploy.request, About("verdict", *place),
                once=f"{deploy.id}:verdict:{mark}",
            )  # fmt: skip
        if deploy.voided:
            await self._audit(
                None, "approval", deploy.id, f"voided: {deploy.voided}", deploy.request, About("effect", *place),
                once=f"{deploy.id}:voided:{deploy.voided}",
            )  # fmt: skip
        word = "rollback" if deploy.rollback else "run" if deploy.action else "deploy"
        await self._audit(
            None, word, f"{deploy.what} {deploy.commit}", _state(deploy), deploy.request, About("effect", *place),
            once=f"{deploy.id}:{deploy.state}",
        )  # fmt: skip

    async def watched(self, deploy: Deploy) -> None:
        """It failed its health check, and what was done about it by itself."""
        if (watched := deploy.watched) is None:
            return
        about = About("effect", deploy.service, deploy.environment, deploy.id)
        reason = f"health check failed {watched.failed} times"
        if watched.state == "unjudged":
            reason = "its health could not be asked"
        outcome = (
            f"{watched.state} {watched.back}: {reason}" if watched.back else f"{watched.state}: {reason}"
        )
        await self._audit(
            None, "watch", f"{deploy.what} {deploy.commit}", outcome, deploy.request, about,
            once=f"{deploy.id}:watch:{watched.state}",
        )  # fmt: skip

    async def lock(self, lock: Lock, outcome: str, *, deploy: str = "") -> None:
        """A lock or freeze that nobody set or took away: a roll-back did, or its time is over."""
        about = About("effect", lock.scope.service or "", lock.scope.environment or "", deploy)
        once = f"lock:{lock.number}:{outcome}"
        await self._audit(None, lock.kind, lock.scope.words, outcome, "", about, once=once)

    async def freed(self, claim: Claim) -> None:
        """An environment was taken from a deploy whose record nobody can read."""
        about = About("effect", claim.service, claim.environment, claim.deploy)
        await self._audit(
            None, "free", f"{claim.service} {claim.environment}", "freed", "", about, once=f"{claim.deploy}:freed"
        )  # fmt: skip


def _weight(one: Told) -> str:
    return " stops" if one.stops else " told" if one.tells else ""


def _state(deploy: Deploy) -> str:
    words: list[str] = [deploy.state, *(["reported from outside"] if deploy.reported else [])]
    if deploy.reported:
        return ", ".join(words)
    if deploy.over and deploy.state != "succeeded":
        if deploy.rolled_back is not None:
            words.append("rolled back" if deploy.rolled_back else "its roll-back failed")
        elif deploy.untouched or not deploy.run:
            words.append("nothing was touched")
    return ", ".join(words)
