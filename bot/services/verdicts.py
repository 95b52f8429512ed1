"""Verdicts: the facts about a deploy are gathered here, and judged in domain/gates."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy, Told
from bot.domain.gates import Facts, Mode, Verdict, judge
from bot.domain.locks import scopes
from bot.domain.rights import Holder, may
from bot.errors import Conflict, NotAllowed, Reason, Refusal
from bot.store.deploys import DeployStore
from bot.store.locks import LockStore


class Verdicts:
    def __init__(
        self, *, config: Callable[[], Config], store: DeployStore, locks: LockStore, clock: Clock
    ) -> None:
        self._config = config
        self._store = store
        self._locks = locks
        self._clock = clock

    async def of(self, deploy: Deploy, holder: Holder) -> Verdict:
        """Every condition of this deploy, asked for by this person, as things are now."""
        return judge(await self.facts(deploy, holder))

    async def facts(self, deploy: Deploy, holder: Holder) -> Facts:
        config, now = self._config(), self._clock.now()
        claim = await self._store.running(deploy.service, deploy.environment)
        claim = None if claim == deploy.id else claim
        queue = await self._store.queue(deploy.service, deploy.environment)
        gates = config.services[deploy.service].environments[deploy.environment].gates
        modes: dict[str, Mode] = {"approvals": gates.approvals.mode} if gates.approvals else {}
        return Facts(
            now=now,
            deploy=deploy,
            right=may(
                config, holder, "run" if deploy.action else "deploy",
                service=deploy.service, environment=deploy.environment, now=now,
            ),
            locks=tuple(await self._locks.over(scopes(deploy.service, deploy.environment))),
            claim=await self._store.find(claim) if claim else None,
            claim_id=claim or "",
            ahead=tuple(queue[: queue.index(deploy.id)] if deploy.id in queue else queue),
            approvals=deploy.approvals,
            needed=gates.approvals.count if gates.approvals else None,
            fingerprint=self.fingerprint(deploy),
            modes=modes,
            waived=dict(deploy.waived),
        )  # fmt: skip

    def fingerprint(self, deploy: Deploy) -> str:
        """Of what is approved: commit, place, action, what it replaces, config.yaml. Any change makes another one."""
        parts = (
            deploy.commit, deploy.service, deploy.environment, deploy.action or "", deploy.previous or "",
            self._config().version,
        )  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def told(verdict: Verdict) -> tuple[Told, ...]:
    """What stands in the way and what is only told, for the card."""
    return tuple(
        Told(one.gate, one.code, one.sentence, one.stops, one.clears)
        for one in verdict
        if one.stops or one.tells or one.outcome == "waived"
    )


class Stopped(Conflict):
    """A verdict that does not admit. All that stands in the way, each with its code."""

    def __init__(self, verdict: Verdict) -> None:
        stopping = verdict.stopping
        super().__init__(
            " ".join(one.sentence for one in stopping),
            code=stopping[0].code,
            hint=_hint(verdict),
            reasons=[Reason(one.code, one.sentence) for one in stopping],
        )
        self.verdict = verdict


def refusal(verdict: Verdict) -> Refusal:
    """Why not, as an error."""
    first = verdict.stopping[0]
    if first.gate == "right":
        return NotAllowed(first.sentence, code=first.code, hint="`whoami` shows what you may do.")
    return Stopped(verdict)


def _hint(verdict: Verdict) -> str:
    if verdict.can_wait:
        return "Park it, and it is judged again when that changes; or try again later."
    clears = " and ".join(dict.fromkeys(one.clears for one in verdict.stopping if one.clears))
    return f"Who can clear it: {clears}." if clears else "Try again later."


def judged(deploy: Deploy, verdict: Verdict) -> Deploy:
    """The deploy with what was said about it, in the same revision."""
    return replace(deploy, conditions=told(verdict))
