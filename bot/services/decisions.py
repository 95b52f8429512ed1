"""What people decide about deploys that wait: start now that it is their turn, approve, reject, waive what stops it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Approval, Deploy
from bot.domain.gates import Verdict
from bot.domain.rights import Holder, Right, demand, may
from bot.errors import Conflict, NotAllowed, Stale
from bot.services._held import passes
from bot.services.verdicts import Verdicts, judged, refusal
from bot.services.waiting import Waiting
from bot.services.waivers import Pager, approvers, check_waiver, eyes_missing, reasoned, waivable
from bot.store.admission import Admission
from bot.store.deploys import DeployStore


class Decisions:
    """admit: as Waiting has it."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        verdicts: Verdicts,
        waiting: Waiting,
        clock: Clock,
        admit: Callable[..., Awaitable[Admission]],
    ) -> None:
        self._config = config
        self._store = store
        self._verdicts = verdicts
        self._waiting = waiting
        self._clock = clock
        self._admit = admit

    async def start(self, id: str, holder: Holder) -> Deploy:
        """Its turn has come and its owner says yes; or it is set for a time, and its owner wants it now."""
        deploy = await self._waiting.as_it_is(await self._waiting.held(id))
        if deploy.by != holder.email and f"{holder.team_id}:{holder.user_id}" != deploy.asker:
            raise NotAllowed(f"{id} is {deploy.by_name}'s to start.", code="not-yours")
        early = deploy.begins is not None and self._clock.now() < deploy.begins
        if early:
            deploy = replace(deploy, begins=None, begins_said="")
        verdict = await self._verdicts.of(deploy, holder)
        if early and not verdict.admits and (verdict.can_wait or verdict.needs_approval):
            deploy = await self._waiting.saved(judged(deploy.with_(), verdict))
            await self._waiting.call(deploy)
            return deploy
        if not verdict.admits:
            raise refusal(verdict)
        answer = await self._admit(judged(deploy.with_(), verdict), request=deploy.id, passes=passes(deploy))
        if answer.outcome != "admitted":
            raise Conflict(
                f"Something came before {id} just now.", code="changing", hint="Its card says what."
            )
        return await self._store.get(id)

    async def approve(self, id: str, holder: Holder, *, seen: str | None = None) -> Deploy:
        """Say yes to exactly what was seen. seen: the fingerprint on the card that was pressed."""
        deploy = await self._for_approval(id, holder, "approve", seen)
        who, account = holder.email or holder.user_id, f"{holder.team_id}:{holder.user_id}"
        if all(one.by != who for one in deploy.approvals):
            able = self._may(holder, "deploy", deploy)
            if not able.allowed:
                await self._check_net(deploy, able)
            one = Approval(who, holder.name, self._clock.now(), deploy.fingerprint, able.allowed, account)
            deploy = await self._waiting.saved(deploy.with_(approvals=(*deploy.approvals, one)))
        await self._waiting.call(deploy)
        return deploy

    async def reject(self, id: str, holder: Holder, reason: str, *, seen: str | None = None) -> Deploy:
        """Say no; the deploy is over."""
        deploy = await self._for_approval(id, holder, "reject", seen)
        why = f"Rejected by {holder.name}{': ' + reason if reason else ''}. Nothing was started."
        over = await self._waiting.ended(replace(deploy, rejected_by=holder.name), "cancelled", why)
        await self._waiting.call(over)  # whoever works on it shows it
        return over

    async def waive(self, id: str, holder: Holder, reason: str) -> Deploy:
        """Let it pass whatever can be waived; it begins as soon as nothing else is in the way."""
        why = reasoned(holder, reason)
        deploy = await self._waiting.as_it_is(await self._waiting.held(id))
        check_waiver(self._config(), deploy, holder, self._clock.now())
        asker = await self._waiting.asker(deploy)
        verdict = await self._verdicts.of(deploy, asker)
        gates = await self.waivable(verdict, deploy, holder)
        if not gates:
            raise Stale(
                f"Nothing stands in the way of {id} that can be waived: nothing was changed.", code="stale"
            )
        deploy = deploy.with_(waived=(*deploy.waived, *((gate, why) for gate in gates)))
        deploy = await self._waiting.saved(judged(deploy, await self._verdicts.of(deploy, asker)))
        await self._waiting.call(deploy)
        return deploy

    async def waivable(self, verdict: Verdict, deploy: Deploy, holder: Holder) -> tuple[str, ...]:
        """The gates that this person waives for it. Raises Refusal where nobody may, or not this one."""
        pager: Pager = "rings"
        if eyes_missing(verdict, deploy, holder):  # else nobody needs to ask
            pager = await self._verdicts.pager(deploy.service)
        names = approvers(self._config(), deploy, holder, self._clock.now())
        return waivable(verdict, deploy, holder, pager, names)

    async def _check_net(self, deploy: Deploy, able: Right) -> None:
        """Raises NotAllowed where nothing is missing but the tap of somebody who may do it alone: this one may not."""
        verdict = await self._verdicts.of(deploy, await self._waiting.asker(deploy))
        if verdict.stopping and all(one.gate == "mentor" for one in verdict.stopping):
            raise NotAllowed(
                f"{deploy.by_name} does it with a net, so whoever approves it has to be able to do it alone. "
                f"{able.sentence}",
                code="no-net",
                hint="`whoami` shows what you may do.",
            )

    def _may(self, holder: Holder, word: str, deploy: Deploy) -> Right:
        return may(
            self._config(), holder, word,
            service=deploy.service, environment=deploy.environment, now=self._clock.now(),
        )  # fmt: skip

    async def _for_approval(self, id: str, holder: Holder, word: str, seen: str | None) -> Deploy:
        deploy = await self._waiting.held(id)
        if deploy.state != "waiting":
            raise Conflict(f"{id} is {deploy.state} and waits for no approval.", code="not-waiting")
        if (
            holder.email or holder.user_id
        ) == deploy.by or f"{holder.team_id}:{holder.user_id}" == deploy.asker:
            raise NotAllowed(
                f"You asked for {id} yourself: somebody else has to {word} it.",
                code="own-deploy",
                hint=f"`cancel {id}` takes it back." if word == "reject" else None,
            )
        right = self._may(holder, word, deploy)
        demand(right)
        now_it_is = await self._waiting.as_it_is(deploy)
        if now_it_is.fingerprint != deploy.fingerprint or (seen is not None and seen != deploy.fingerprint):
            await self._waiting.call(deploy)
            raise Stale(
                f"{id} is not what your card showed: nothing was changed.",
                code="stale",
                hint="Look at its card again; it says what is different.",
            )
        return deploy
