"""Verdicts: the facts about a deploy are gathered here, and judged in domain/gates."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy, Told
from bot.domain.gates import Facts, Verdict, judge
from bot.domain.gates.order import SEEN
from bot.domain.gates.pages import Pages
from bot.domain.locks import scopes
from bot.domain.rights import WITH_A_NET, Holder, Right, may_begin
from bot.errors import Conflict, NotAllowed, Reason, Refusal
from bot.services.facts import Around
from bot.services.gates import Gates
from bot.services.oncall import OnCall
from bot.services.waivers import Pager, pager
from bot.store.deploys import DeployStore
from bot.store.locks import LockStore

READ = ("checks", "coverage")  # whoever approves wants to read what they say, also where it is good


class Verdicts:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        locks: LockStore,
        gates: Gates,
        around: Around,
        clock: Clock,
        oncall: OnCall | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._locks = locks
        self._gates = gates
        self._around = around
        self._clock = clock
        self._oncall = oncall

    async def of(self, deploy: Deploy, holder: Holder, *, emergency: bool = False) -> Verdict:
        """Every condition of this deploy, asked for by this person, as things are now.

        emergency: a roll-back to what ran there before; nobody outside is asked about it.
        """
        return judge(await self.facts(deploy, holder, emergency=emergency))

    async def facts(self, deploy: Deploy, holder: Holder, *, emergency: bool = False) -> Facts:
        """What the verdict rests on; all of it is asked for at once."""
        config, now = self._config(), self._clock.now()
        emergency = emergency or deploy.rollback
        place = (deploy.service, deploy.environment)
        approvals = config.services[deploy.service].environments[deploy.environment].gates.approvals
        claim, queue, locks, quarantined, modes, more = await asyncio.gather(
            self._store.running(*place),
            self._store.queue(*place),
            self._locks.over(scopes(*place)),
            self._store.quarantined(*place),
            self._gates.modes(*place),
            self._around.ask(deploy, emergency=emergency),
        )
        claim = None if claim == deploy.id else claim
        right = may_begin(
            config, holder, "rollback" if deploy.rollback else "run" if deploy.action else "deploy",
            service=deploy.service, environment=deploy.environment, now=now,
        )  # fmt: skip
        if deploy.automatic:
            right = Right(True, "config.yaml has Grail roll back there by itself.", "allowed")
        return Facts(
            now=now,
            deploy=deploy,
            right=right,
            net=right.code == WITH_A_NET,
            locks=tuple(locks),
            claim=await self._store.find(claim) if claim else None,
            claim_id=claim or "",
            ahead=tuple(queue[: queue.index(deploy.id)] if deploy.id in queue else queue),
            quarantined=quarantined.get(deploy.commit, ""),
            approvals=deploy.approvals,
            needed=approvals.count if approvals else None,
            fingerprint=self.fingerprint(deploy),
            on_call=await self._on_call(deploy.service, now) if isinstance(more.get("pages"), Pages) else (),
            emergency=emergency,
            modes=modes,
            waived=dict(deploy.waived),
            more=more,
        )  # fmt: skip

    async def pager(self, service: str) -> Pager:
        """Whether a page is open there now, whatever gate is set."""
        return pager(await self._around.paged(service))

    async def checks(self, deploy: Deploy) -> object:
        """The checks of its commit: Checks, NotSetUp or Unknown."""
        return await self._around.checks(deploy)

    async def _on_call(self, service: str, now: float) -> tuple[str, ...]:
        """The names of who has its pager."""
        config = self._config()
        if self._oncall is None:
            return ()
        (standing,) = await self._oncall.standings([config.services[service].team], now)
        emails = dict.fromkeys(one.email for one in standing.on_call)
        return tuple(config.people[email].name if email in config.people else email for email in emails)

    def fingerprint(self, deploy: Deploy) -> str:
        """Of what is approved: commit, place, what was asked for, the difference to what runs there, config.yaml. Any
        change makes another one. The difference hangs on nothing but the two commits.
        """
        parts = (
            deploy.commit, deploy.service, deploy.environment, deploy.ref, deploy.action or "", deploy.undoes,
            deploy.previous or "", self._config().version,
        )  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def told(verdict: Verdict) -> tuple[Told, ...]:
    """All that it did not pass, for the card and the record."""
    return tuple(
        Told(one.gate, one.code, one.sentence, one.stops, one.clears, one.outcome, one.until)
        for one in verdict
        if one.outcome != "passed"
    )


class Stopped(Conflict):
    """A verdict that does not admit. All that stands in the way, each with its code."""

    def __init__(self, verdict: Verdict) -> None:
        stopping = verdict.stopping
        super().__init__(
            " ".join(one.sentence for one in stopping),
            code=stopping[0].code,
            hint=_hint(verdict),
            reasons=[Reason(one.code, one.sentence, one.until) for one in stopping],
        )
        self.verdict = verdict


class NoRight(NotAllowed):
    """A verdict of which the right is missing: what else stands in the way does not matter then."""

    def __init__(self, verdict: Verdict) -> None:
        first = verdict.stopping[0]
        super().__init__(first.sentence, code=first.code, hint="`whoami` shows what you may do.")
        self.verdict = verdict


def refusal(verdict: Verdict) -> Refusal:
    """Why not, as an error."""
    first = verdict.stopping[0]
    if first.gate == "right":
        return NoRight(verdict)
    return Stopped(verdict)


def _hint(verdict: Verdict) -> str:
    if verdict.can_wait:
        held = [one for one in verdict.stopping if one.gate in ("lock", "freeze")]
        ends = " and ".join(dict.fromkeys(one.clears for one in held if one.clears))
        asked = f"Who can end it: {ends}. " if ends else ""
        return f"{asked}Park it, and it is judged again when that changes; or try again later."
    if len(verdict.stopping) == 1 and verdict.stopping[0].clears.endswith("."):
        return verdict.stopping[0].clears
    clears = " and ".join(dict.fromkeys(one.clears for one in verdict.stopping if one.clears))
    return f"Who can clear it: {clears}." if clears else "Try again later."


def judged(deploy: Deploy, verdict: Verdict) -> Deploy:
    """The deploy with what was said about it, in the same revision."""
    passed = dict.fromkeys(one.gate for one in verdict if one.outcome == "passed")
    good = (one for one in verdict if one.outcome == "passed")
    vouched = tuple((one.gate, one.sentence) for one in good if one.gate in READ or one.code == SEEN)
    return replace(deploy, conditions=told(verdict), passed=tuple(passed), vouched=vouched)
