"""Deploys that have to wait: parked, in line, or for their approval. Each is judged again when a fact changes, and
once a minute in case that nobody said so; it holds a place, never the environment.

Longer than other files: all of it is one waiting, from the ask to the start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from bot.clock import Clock
from bot.config import Config
from bot.domain.brings import Brings
from bot.domain.deploys import Deploy, State
from bot.domain.gates import Verdict, judge
from bot.domain.rights import Holder
from bot.errors import Conflict, NotFound, Stale
from bot.services._held import LIFE_SECONDS, TURN_SECONDS, ending, ends, gone, passes, same, timer, unsaid
from bot.services.verdicts import Verdicts, judged, refusal
from bot.store.admission import Admission, Admissions
from bot.store.deploys import DeployStore, thing_of
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers

JUDGE = "deploy.judge"
WAKE = "deploy.wake"
LOOK_SECONDS = 60.0  # how often what waits is judged although nobody called
EARLY_LOOK_SECONDS = 600.0  # the same, while the time for which it is set is still to come
AGAIN = 20  # how often a request is judged anew when the facts changed between verdict and admission


class Waiting:
    """admit: brings a deploy into its environment, as admission.py does, on a Redis whose claims are confirmed.

    brings: what a deploy would bring there, for who approves it. paused: what stops everything but roll-backs, if
    anything does; set by whoever puts all of it together.
    """

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        admissions: Admissions,
        verdicts: Verdicts,
        holder: Callable[[str, str], Awaitable[Holder]],
        work: Work,
        timers: Timers,
        clock: Clock,
        admit: Callable[..., Awaitable[Admission]],
        brings: Callable[[Deploy], Awaitable[Brings | None]],
    ) -> None:
        self._config = config
        self._store = store
        self._admissions = admissions
        self._verdicts = verdicts
        self._holder = holder
        self._work = work
        self._timers = timers
        self._clock = clock
        self._admit = admit
        self._brings = brings
        self.paused: Callable[[], Awaitable[object | None]] = _never

    async def ask(
        self, deploy: Deploy, holder: Holder, request: str, *, park: bool = False, line: bool = True
    ) -> Deploy:
        """Begin it, let it stand in line, wait for its approval, or park; else raise all that stands in the way.

        line: whether it may stand in line. What is set for a time waits for it without being asked.
        """
        park = park or deploy.begins is not None
        line = line and not park
        verdict: Verdict | None = None
        answer = Admission("refused")
        for _ in range(AGAIN):
            facts = await self._verdicts.facts(deploy, holder)
            verdict = judge(facts)
            if (known := await self._asked_already(deploy, facts.claim, verdict)) is not None:
                return known
            draft = judged(deploy, verdict)
            if verdict.admits or (verdict.queues and line):
                draft = replace(draft, held_until=ends(deploy))
                answer = await self._admit(
                    draft, request=request, queue=verdict.queues and line, passes=passes(draft)
                )
            elif verdict.needs_approval:
                answer = await self._hold(draft, "waiting", request)
            elif park and verdict.can_wait:
                answer = await self._hold(draft, "parked", request)
            else:
                raise refusal(verdict)
            if answer.outcome in ("admitted", "queued", "same"):
                if answer.outcome != "same":
                    await self._replace_set(answer.deploy, deploy)
                if answer.outcome == "queued":
                    await self._supersede(answer.deploy, deploy)
                    await self._call_line(await self._store.get(answer.deploy))
                return await self._store.get(answer.deploy)
            # The facts changed between the verdict and the script: judged again, as they are now.
            await asyncio.sleep(0.25 if answer.outcome == "config" else 0.02)
        if verdict is not None and verdict.stopping:
            raise refusal(verdict)
        if answer.outcome == "config":
            raise Conflict(
                "config.yaml has changed, and this process still has the older one: nothing was changed.",
                code="config-changed",
                hint="Try again in a minute; if it stays so, restart Grail.",
            )
        raise Conflict(
            "What stands in the way changes faster than I can judge it: nothing was changed.",
            code="changing",
            hint="Try again in a moment.",
        )

    async def _asked_already(self, deploy: Deploy, claim: Deploy | None, verdict: Verdict) -> Deploy | None:
        """What this person has asked for already, with this very commit, and is not over: however it was typed. For
        another time it is another one, which takes the place of the first.
        """
        if claim is not None and same(claim, deploy) and deploy.begins is None:
            return claim
        if not verdict.admits:
            for id in await self._store.held():
                other = await self._store.find(id)
                if other is not None and same(other, deploy) and other.begins == deploy.begins:
                    return other
        return None

    async def judge(self, job: Job) -> AsyncIterator[Deploy]:
        """Look at one that waits; yields it as it stands then. What may begin begins."""
        deploy = await self._store.find(job.body["deploy"])
        if deploy is None or not deploy.held:
            if deploy is not None and deploy.over:
                yield deploy  # ended meanwhile, and perhaps not shown yet
            return
        now = self._clock.now()
        deploy = await self.as_it_is(deploy)
        if (end := ending(deploy, now)) is not None:
            yield await self.ended(deploy, *end)
            return
        asker = await self.asker(deploy)
        if unsaid(asker):  # who it is and what they may do: asked again, as everything that nobody can say
            await self._look_again(deploy, now)
            return
        if asker.kind != "member":
            yield await self.ended(deploy, "cancelled", gone(deploy))
            return
        try:
            verdict = await self._verdicts.of(deploy, asker)
        except (NotFound, KeyError):
            yield await self.ended(deploy, "failed", "config.yaml does not know its place any more.")
            return
        approved = deploy.state == "waiting" and verdict.queues
        asks = deploy.state == "queued" and not deploy.approvals and not deploy.rollback
        begins = approved or (verdict.admits and not asks)
        if begins and not deploy.rollback and await self.paused() is not None:
            await self._look_again(deploy, now)
            return
        if begins:
            answer = await self._admit(
                judged(deploy.with_(), verdict), request=deploy.id, queue=approved, passes=passes(deploy)
            )
            if answer.outcome == "admitted":
                return  # its first tick shows it
            if answer.outcome == "queued":
                await self._call_line(deploy)
            if answer.outcome != "refused":
                raise Later(0.2)
        after = await self._waits_on(deploy, verdict, now)
        if deploy.state == "queued" and after.state != "queued":
            await self._call_line(deploy)
        yield after
        await self._look_again(deploy, now)

    async def wake(self, job: Job) -> None:
        """Something ended: judge what waits there."""
        service, environment = job.body.get("service"), job.body.get("environment")
        await self._call_those(
            lambda one: service in (None, one.service) and environment in (None, one.environment)
        )

    async def checked(self, sha: str) -> None:
        """A check of this commit is told of: judge what waits with it."""
        await self._call_those(lambda one: one.commit == sha)

    async def recall(self) -> None:
        """Judge everything that waits: after a fail-over its timers may be gone."""
        await self._call_those(lambda one: True)

    async def _call_those(self, meant: Callable[[Deploy], bool]) -> None:
        for id in await self._store.held():
            deploy = await self._store.find(id)
            if deploy is not None and meant(deploy):
                await self.call(deploy)

    async def _call_line(self, changed: Deploy) -> None:
        """One came into the line or left it: the others there are told their places."""
        for id in await self._store.queue(changed.service, changed.environment):
            other = await self._store.find(id) if id != changed.id else None
            if other is not None:
                await self.call(other)

    async def _supersede(self, id: str, deploy: Deploy) -> None:
        """Whoever stands in line twice for the same place wants the newer one."""
        for other in await self._store.queue(deploy.service, deploy.environment):
            older = await self._store.find(other)
            same = older is not None and (older.action, older.rollback) == (deploy.action, deploy.rollback)
            if other != id and older is not None and same and older.by == deploy.by:
                await self._store.ask_cancel(other, f"{id}, which takes its place")
                await self.call(older)

    async def _replace_set(self, id: str, deploy: Deploy) -> None:
        """Whoever asks for the very same once more, for another time or for now, does not want it twice."""
        for other in await self._store.held():
            older = await self._store.find(other) if other != id else None
            if older is not None and older.begins is not None and same(older, deploy):
                await self._store.ask_cancel(other, f"{id}, which takes its place")
                await self.call(older)

    async def asker(self, deploy: Deploy) -> Holder:
        """Who asked for it, as things are now."""
        team, _, user = deploy.asker.partition(":")
        return await self._holder(team, user)

    async def held(self, id: str) -> Deploy:
        """One that still waits. Raises Stale for one that does not any more."""
        deploy = await self._store.get(id)
        if not deploy.held:
            what = "is running" if not deploy.over else f"is over: {deploy.state}"
            raise Stale(
                f"{id} {what}. Nothing was changed.", code="stale", hint="`status` shows what runs now."
            )
        return deploy

    async def as_it_is(self, deploy: Deploy) -> Deploy:
        """With what it would replace now, and approvals only of exactly that."""
        standing = (await self._store.standing(deploy.service)).get(deploy.environment)
        before = deploy.previous
        deploy = replace(
            deploy,
            previous=standing.commit if standing else None,
            previous_subject=standing.subject if standing else "",
        )
        fingerprint = self._verdicts.fingerprint(deploy)
        kept = tuple(one for one in deploy.approvals if one.fingerprint == fingerprint)
        voided = deploy.voided + len(deploy.approvals) - len(kept)
        why = deploy.void_why
        if voided > deploy.voided:
            why = "what runs there has changed" if deploy.previous != before else "config.yaml has changed"
        return replace(deploy, fingerprint=fingerprint, approvals=kept, voided=voided, void_why=why)

    async def with_what_it_brings(self, deploy: Deploy) -> Deploy:
        """For whoever approves it. It is asked of git once for each change, and again where git could not say."""
        found = deploy.brings
        if found is None or not found.fits(deploy.previous or "", deploy.commit):
            found = await self._brings(deploy)
        return replace(deploy, brings=found)

    async def _waits_on(self, deploy: Deploy, verdict: Verdict, now: float) -> Deploy:
        """What it waits for now, written down where that has changed."""
        state: State = deploy.state
        if deploy.state in ("parked", "queued") and verdict.needs_approval:
            # In line, what it was approved for has changed; its place comes back, it is by when it was asked for.
            state = "waiting"
        elif deploy.state == "waiting" and verdict.only_early:
            state = "parked"  # it is approved, and its time is still to come
        elif not verdict.admits and not verdict.can_wait and not verdict.needs_approval:
            words = " ".join(one.sentence for one in verdict.stopping if not one.cures)
            return await self.ended(deploy, "failed", f"{words} Nothing was started.")
        line = await self._store.queue(deploy.service, deploy.environment)
        changed = replace(
            judged(deploy, verdict),
            state=state,
            held_until=max(deploy.held_until or now + LIFE_SECONDS, ends(deploy)),
            place_in_line=line.index(deploy.id) + 1 if deploy.id in line else 0,
            asked_at=(deploy.asked_at or now) if verdict.admits and state == "queued" else None,
        )
        if state == "waiting":
            changed = await self.with_what_it_brings(changed)
        stored = await self._store.get(deploy.id)
        if changed == replace(stored, cancelled_by=changed.cancelled_by):
            return changed
        return await self.saved(changed.with_())

    async def ended(self, deploy: Deploy, state: State, why: str) -> Deploy:
        """It waits no longer, and nothing was started."""
        over = deploy.with_(state=state, ended=self._clock.now(), why=why, place_in_line=0)
        if not await self._store.save(over):
            raise Later(0.2)
        await self._timers.cancel(timer(deploy.id))
        return over

    async def saved(self, deploy: Deploy) -> Deploy:
        """The next revision, still waiting. Raises Later where somebody wrote one first."""
        answer = await self._admissions.hold(deploy, now=self._clock.now(), request=deploy.id, begin=False)
        if answer.outcome != "admitted":
            raise Later(0.2)
        return deploy

    async def _hold(self, deploy: Deploy, state: State, request: str) -> Admission:
        held = replace(
            deploy,
            state=state,
            fingerprint=self._verdicts.fingerprint(deploy),
            held_until=ends(deploy),
        )
        if state == "waiting":
            held = await self.with_what_it_brings(held)
        return await self._admissions.hold(held, now=self._clock.now(), request=request, begin=True)

    async def _look_again(self, deploy: Deploy, now: float) -> None:
        stored = await self._store.find(deploy.id)
        if stored is None or not stored.held:
            return
        early = stored.begins is not None and stored.begins > now
        times = [stored.held_until, stored.begins if early else None]
        times += [stored.asked_at + TURN_SECONDS] if stored.asked_at else []
        look = min([now + (EARLY_LOOK_SECONDS if early else LOOK_SECONDS), *(one for one in times if one)])
        await self._timers.at(
            timer(deploy.id),
            look,
            JUDGE,
            {"deploy": deploy.id},
            thing=thing_of(deploy.id),
            request=deploy.request,
        )

    async def call(self, deploy: Deploy) -> None:
        """Have it judged, by whoever works on it."""
        await self._work.add(
            JUDGE, {"deploy": deploy.id}, id=f"{deploy.id}:judge:{uuid4().hex}", now=self._clock.now(),
            thing=thing_of(deploy.id), request=deploy.request,
        )  # fmt: skip


async def _never() -> None:
    """Nothing is ever paused."""
