"""Roll-backs: judged by right and claim alone, without a call to any other system, ahead of the queue.

What was taken away may not come to that place again until somebody clears it, and the place is locked: both are set
while the roll-back still holds its claim, so that nothing slips in between.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.domain.gates import Verdict
from bot.domain.locks import LIFE_SECONDS, Lock, Scope
from bot.domain.reported import ran_here
from bot.domain.rights import Holder
from bot.domain.rollbacks import bad, migrations, stayed
from bot.errors import Conflict, NotFound, Offer, OutsideUnavailable, Refusal, Stale
from bot.services.locks import Locks
from bot.services.places import Places, step_names
from bot.services.verdicts import Stopped, Verdicts
from bot.services.waiting import Waiting
from bot.services.wanted import Wanted
from bot.store.deploys import DeployStore

PAGE = 100  # deploys that are read at once, on the way back


@dataclass(frozen=True)
class Back:
    """What a roll-back would do. to: the deploy that brought the commit there. commits: what goes, newest first; None
    where git could not say.
    """

    deploy: Deploy
    to: Deploy
    running: Deploy | None
    commits: tuple[Commit, ...] | None
    steps: tuple[str, ...]
    verdict: Verdict


class Rollbacks:
    """draft: a deploy of that commit, as it is before it is asked for; cancel: asks for the end of a deploy."""

    def __init__(
        self,
        *,
        store: DeployStore,
        git: Git,
        locks: Locks,
        places: Places,
        verdicts: Verdicts,
        waiting: Waiting,
        clock: Clock,
        draft: Callable[[Wanted, Commit], Awaitable[Deploy]],
        cancel: Callable[[str, str, str], Awaitable[Deploy]],
    ) -> None:
        self._store = store
        self._git = git
        self._locks = locks
        self._places = places
        self._verdicts = verdicts
        self._waiting = waiting
        self._clock = clock
        self._draft = draft
        self._cancel = cancel

    async def plan(self, wanted: Wanted, holder: Holder, to: str | None = None) -> Back:
        """What it goes back to and what it takes away. to: a deploy, else the last one that stayed. Raises Refusal."""
        service, environment = self._places.at(wanted.service, wanted.environment)
        holds = await self._store.running(service.name, environment.name)
        running = await self._store.find(holds) if holds else None
        await self._refuse_twice(wanted, running)
        target, undoes = await self._found(wanted, running, to)
        commit = Commit(target.commit, target.subject, target.author, "", 0.0)
        commits, files = await self._between(wanted.service, wanted.environment, target.commit, undoes)
        deploy = replace(
            await self._draft(wanted, commit),
            undoes=undoes,
            undone=None if commits is None else len(commits),
            migrations=migrations(files),
        )
        verdict = await self._verdicts.of(deploy, holder)
        return Back(deploy, target, running, commits, step_names(service, environment, None), verdict)

    async def request(
        self, wanted: Wanted, holder: Holder, to: str | None = None, *, stop: str = ""
    ) -> Deploy:
        """Begin it. stop: the deploy that holds the place, as it was seen: it is ended first, and the roll-back stands
        first in line until then. The same request twice is one. Raises Refusal.
        """
        known = await self._store.requested(wanted.request)
        if known is not None:
            deploy = await self._store.get(known)
        else:
            back = await self.plan(wanted, holder, to)
            self._check(back, to, stop)
            try:
                deploy = await self._waiting.ask(back.deploy, holder, wanted.request, line=bool(stop))
            except Stopped:
                self._check(await self.plan(wanted, holder, to), to, stop)  # something began meanwhile
                raise
        if stop and deploy.held:
            with suppress(Conflict):  # it may be over by now
                await self._cancel(stop, f"{holder.name}, who rolls back", wanted.trace)
        return deploy

    async def before_success(self, deploy: Deploy) -> None:
        """Lock the place and quarantine what was taken away, before the claim ends. May be called twice."""
        if not deploy.rollback:
            return
        commits, _ = await self._between(deploy.service, deploy.environment, deploy.commit, deploy.undoes)
        gone = dict.fromkeys([deploy.undoes, *(one.sha for one in commits or ())])
        await self._store.quarantine(deploy, gone)
        now = self._clock.now()
        lock = Lock(
            "lock", Scope(deploy.service, deploy.environment), by=deploy.by, by_user=deploy.by_user,
            by_name=deploy.by_name, team=deploy.team, reason=_reason(deploy), since=now, until=now + LIFE_SECONDS,
            channel=deploy.channel,
        )  # fmt: skip
        with suppress(Conflict):  # somebody else's stays: the place is locked already
            await self._locks.set(lock)

    async def lock_of(self, deploy: Deploy) -> Lock | None:
        """The lock that this roll-back has set, while it stands."""
        if not deploy.rollback or deploy.state != "succeeded":
            return None
        found = await self._locks.get("lock", Scope(deploy.service, deploy.environment))
        return found if found is not None and found.reason == _reason(deploy) else None

    async def clear(self, service: str, environment: str) -> None:
        """What roll-backs took away there may come again. Raises NotFound where there is nothing."""
        if not await self._store.clear(service, environment):
            raise NotFound(
                f"No commit is kept away from {service} {environment}.",
                code="not-quarantined",
                hint=f"`unlock {service} {environment}` ends a lock; `status` shows what stands there.",
            )

    async def _refuse_twice(self, wanted: Wanted, running: Deploy | None) -> None:
        line = await self._store.queue(wanted.service, wanted.environment)
        first = await self._store.find(line[0]) if line else None
        for one in (running, first):
            if one is not None and one.rollback:
                raise Conflict(
                    f"{one.id} rolls {one.service} {one.environment} back already, to `{one.short()}`.",
                    code="rolling-back",
                    hint=f"Its card shows how it goes; `cancel {one.id}` ends it.",
                )

    async def _found(self, wanted: Wanted, running: Deploy | None, to: str | None) -> tuple[Deploy, str]:
        """The deploy to go back to, and the commit that goes."""
        service, environment = wanted.service, wanted.environment
        standing = (await self._store.standing(service)).get(environment)
        before: list[Deploy] = []
        start = 0
        while page := await self._store.recent(service, count=PAGE, start=start):
            start += PAGE
            before += [one for one in page if one.environment == environment]
            goes = bad(before, running, standing.commit if standing else "")
            if to is not None:
                return await self._named(wanted, to, goes), goes
            found = next((one for one in stayed(before) if one.commit != goes), None)
            if found is not None and goes:
                return _known(found), goes
        raise Conflict(
            f"There is nothing to go back to in {service} {environment}: "
            f"{'nothing else has succeeded' if standing else 'nothing has ever succeeded'} there.",
            code="nothing-to-go-back-to",
            hint=f"`deploy {service} to {environment} <ref>` brings another commit there.",
        )

    async def _named(self, wanted: Wanted, to: str, goes: str) -> Deploy:
        found = await self._store.get(to)
        where = f"{wanted.service} {wanted.environment}"
        if (found.service, found.environment) != (wanted.service, wanted.environment) or found.action:
            why, code = f"{to} was {found.what}, not a deploy of {where}.", "another-place"
        elif found.state != "succeeded":
            why, code = f"{to} did not succeed: it is {found.state}.", "never-ran"
        elif found.commit == goes or not goes:
            why, code = f"`{found.short()}` of {to} is what stands in {where} already.", "stands-already"
        else:
            return _known(found)
        raise Conflict(
            why, code=code, hint=f"`deploys {wanted.service} {wanted.environment}` shows what ran there."
        )

    def _check(self, back: Back, to: str | None, stop: str) -> None:
        """Raises Refusal where another deploy holds the place than the one that is to be stopped."""
        running, where = back.running, f"{back.deploy.service} {back.deploy.environment}"
        if running is None or running.id == stop:
            return
        value = f"{where} {to or '-'} {running.id}"
        sentence = next(one.sentence for one in back.verdict if one.gate == "claim")
        kind = Stale if stop else Conflict
        raise kind(
            f"{running.id} runs there by now, not {stop}: nothing was changed." if stop else sentence,
            code="stale" if stop else "claimed",
            hint=f"Stop it and roll back to `{back.deploy.short()}`; or `cancel {running.id}`, and say "
            f"`rollback {where}` again when it has ended.",
            offers=[Offer("Stop it and roll back", "rollback.stop", value)],
        )

    async def _between(
        self, service: str, environment: str, good: str, gone: str
    ) -> tuple[tuple[Commit, ...] | None, list[str]]:
        """The commits that go and the files that differ, from the mirror alone; None, and none, where it cannot say."""
        try:
            repository = self._places.at(service, environment)[0].repository
            for sha in (good, gone):
                if not await self._git.has(repository, sha):
                    return None, []
            commits = await self._git.between(repository, good, gone)
            return tuple(commits), await self._git.changed(repository, good, gone)
        except (OutsideUnavailable, Refusal):
            return None, []


def _known(found: Deploy) -> Deploy:
    """Raises Conflict for one that only its report says ran: a roll-back passes gates, because what it goes back to has
    passed them or was seen to stand there.
    """
    if ran_here(found):
        return found
    where = f"{found.service} {found.environment}"
    raise Conflict(
        f"{found.id}, `{found.short()}`, was done outside, and nobody but its report says that it stood in {where}.",
        code="only-reported",
        hint=f"`deploy {found.service} to {found.environment} {found.short()}` brings it there, judged as any deploy; "
        f"`rollback {where} to <deploy>` goes further back.",
    )


def _reason(deploy: Deploy) -> str:
    return f"{deploy.id} rolled back to {deploy.short()}"
