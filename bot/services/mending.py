"""[It mends the page]: whoever is on call lets an open page be in nobody's way, with one tap. The page is the reason.

It waives nothing else: what stands in the way besides is cleared or waived as always.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.gates import Verdict
from bot.domain.rights import Holder, may, on_call_for
from bot.errors import NotAllowed, Stale
from bot.services.gates import Gates
from bot.services.verdicts import Verdicts, judged, refusal
from bot.services.waiting import Waiting
from bot.services.wanted import Wanted
from bot.store.deploys import DeployStore

GATE = "pages"
CODE = "open-page"


class Mending:
    """draft: what a person asks for, as a deploy that is not asked for yet."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        verdicts: Verdicts,
        waiting: Waiting,
        gates: Gates,
        clock: Clock,
        draft: Callable[[Wanted, Holder], Awaitable[Deploy]],
    ) -> None:
        self._config = config
        self._store = store
        self._verdicts = verdicts
        self._waiting = waiting
        self._gates = gates
        self._clock = clock
        self._draft = draft

    async def ask(self, wanted: Wanted, holder: Holder) -> Deploy:
        """Begin it through the open page, or let it wait for the rest. The same request twice is one deploy.

        Raises NotAllowed for who is not on call, and Refusal with what stands in the way besides.
        """
        known = await self._store.requested(wanted.request)
        if known is not None:
            begun = await self._store.get(known)
        else:
            deploy = await self._draft(wanted, holder)
            verdict = await self._verdicts.of(deploy, holder)
            if any(one.gate == "right" for one in verdict.stopping):
                raise refusal(verdict)
            self._check(deploy, holder, verdict)
            deploy = replace(deploy, waived=_mended(deploy, holder, verdict))
            after = await self._verdicts.of(deploy, holder)
            park = after.can_wait and not after.queues
            begun = await self._waiting.ask(deploy, holder, wanted.request, park=park)
        await self._gates.waived(begun, begun.requested, holder)
        return begun

    async def held(self, id: str, holder: Holder) -> Deploy:
        """The same for a deploy that waits already; it begins as soon as nothing else is in the way."""
        deploy = await self._waiting.as_it_is(await self._waiting.held(id))
        asker = await self._waiting.asker(deploy)
        verdict = await self._verdicts.of(deploy, asker)
        self._check(deploy, holder, verdict)
        waived = _mended(deploy, holder, verdict)
        if waived == deploy.waived:
            raise Stale(f"No page is in the way of {id} any more: nothing was changed.", code="stale")
        deploy = deploy.with_(waived=waived)
        deploy = await self._waiting.saved(judged(deploy, await self._verdicts.of(deploy, asker)))
        await self._waiting.call(deploy)
        await self._gates.waived(deploy, self._clock.now(), holder)
        return deploy

    def _check(self, deploy: Deploy, holder: Holder, verdict: Verdict) -> None:
        config, service = self._config(), deploy.service
        right = may(
            config, holder, "waive",
            service=service, environment=deploy.environment, now=self._clock.now(),
        )  # fmt: skip
        if right.allowed or on_call_for(config, holder, service):
            return
        clears = next((one.clears for one in verdict if one.code == CODE and one.clears), "")
        raise NotAllowed(
            f"Only who is on call for {service} lets an open page pass with one tap.",
            code="not-on-call",
            hint=f"Who can clear it: {clears}." if clears else "`oncall` shows who is.",
        )


def _mended(deploy: Deploy, holder: Holder, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """What is waived of it, with the pages as the reason; unchanged where none is in the way."""
    pages = [one.about for one in verdict.stopping if one.code == CODE]
    if not pages:
        return deploy.waived
    which = f"the open page{'s' if len(pages) > 1 else ''} {' and '.join(pages)}"
    return (*deploy.waived, (GATE, f"{holder.name}: mends {which}"))
