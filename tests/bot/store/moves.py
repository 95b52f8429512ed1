"""What the three people of the walk can do, and what workers do by themselves: each move once, over the real scripts.

A move is made in the scene that lies in Redis. It breaks with an AssertionError where something was admitted that
should not have been, or where a late writer was heard.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.locks import Scope, scopes
from bot.store import epoch, keys
from bot.store.admission import Admission
from bot.store.deploys import Claim
from bot.store.locks import read
from tests.bot.store.desk import EVERYWHERE, PLACE, Desk, a_deploy, a_lock
from tests.bot.store.scenes import PEOPLE, Scene, Worker

Made = Callable[[], Awaitable[Worker | None]]  # None: the worker is what it was
ANYBODY, NOBODY = -1, -2  # whose step it is: anybody's; a worker's, that costs no step


class Moves:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, scene: Scene) -> list[tuple[int, str, Made]]:
        """Every move that can be made in it: whose step that is, its name, and what makes it."""
        _desk, worker, running = self._desk, scene.worker, scene.running
        moves: list[tuple[int, str, Made]] = []

        def can(who: int, name: str, made: Made) -> None:
            moves.append((who, name, made))

        if not scene.confirmed:
            can(ANYBODY, "deploy", lambda: self._deploy(scene, 0))  # whoever asks is told the same
        for person in range(3):
            if scene.confirmed:
                can(person, "deploy", lambda person=person: self._deploy(scene, person))  # type: ignore[misc]
            if PLACE.field not in scene.locks:
                can(person, "lock", lambda person=person: self._lock("lock", PLACE, person))  # type: ignore[misc]
        if EVERYWHERE.field not in scene.freezes:
            can(ANYBODY, "freeze", lambda: self._lock("freeze", EVERYWHERE, 0))
        if PLACE.field in scene.locks:
            can(ANYBODY, "unlock", lambda: self._unlock("lock", PLACE))
        if EVERYWHERE.field in scene.freezes:
            can(ANYBODY, "thaw", lambda: self._unlock("freeze", EVERYWHERE))
        for id in scene.deploys:
            if id in scene.held or worker.lives:
                can(ANYBODY, "cancel", lambda id=id: self._cancel(id))  # type: ignore[misc]
        if running and worker.lives:
            can(ANYBODY, "finish", lambda: self._finish(running.id))
            if scene.confirmed:  # either is away, not both
                can(ANYBODY, "crash", lambda: self._crash(running.id))
        if worker.late:
            can(ANYBODY, "finish late", lambda: self._finish_late(scene))
        if scene.confirmed and worker.lives and scene.deploys:
            can(ANYBODY, "Redis crashes", self._fail_over)
        if not (worker.lives and scene.confirmed):
            can(ANYBODY, "restart", lambda: self._restart(scene))
        if worker.lives:
            for id in sorted(scene.held):
                can(NOBODY, "judge", lambda id=id: self._judge(scene, id))  # type: ignore[misc]
        return moves

    async def _deploy(self, scene: Scene, person: int) -> Worker | None:
        """They ask for one; it begins, stands in line instead of their older one, or is parked."""
        older = [id for id in scene.line if scene.deploys[id].by == person]
        answer = await self._desk.ask(PEOPLE[person], queue=True)
        self._fair(scene, answer, person)
        if answer.outcome == "queued":
            for id in older:
                await self._desk.deploys.ask_cancel(id, answer.deploy)
                assert await self._desk.end(id, "cancelled")
        parked = any(one.state == "parked" for one in scene.deploys.values())
        if (
            answer.outcome == "refused" and not parked
        ):  # one that is parked is enough to see what becomes of it
            deploy = a_deploy(PEOPLE[person], requested=self._desk.now, held_until=self._desk.now + keys.DAY)
            assert (await self._desk.hold(deploy, "parked")).outcome == "admitted"
        return None

    def _fair(self, scene: Scene, answer: Admission, person: int, id: str = "") -> None:
        """The answer agrees with what stood when it was asked for."""
        over = {scope.field for scope in scopes("shop", "production")}
        standing = [read("freeze", field, row) for field, row in scene.freezes.items() if field in over]
        standing += [read("lock", field, row) for field, row in scene.locks.items() if field in over]
        stops = [one for one in standing if one is None or one.stops(PEOPLE[person], self._desk.now)]
        before = scene.line[: scene.line.index(id)] if id in scene.line else scene.line
        holder = scene.running.id if scene.running else ""
        if not scene.confirmed:
            assert answer.outcome == "unconfirmed"
        elif answer.outcome == "admitted":
            assert not stops, "admitted under a lock or freeze that stood"
            assert not holder, "admitted while another one runs"
            assert not before, "admitted before who stood in line"
        elif answer.outcome == "queued":
            assert not stops
            assert holder or before
            assert answer.place == len(scene.line) + 1
        else:
            assert answer.outcome == "refused"
            assert (answer.holder, answer.ahead, answer.locks) == (holder, before, tuple(stops))
            assert holder or before or stops, "refused for nothing"

    async def _lock(self, kind: str, scope: Scope, person: int) -> Worker | None:
        until = self._desk.now + keys.DAY
        done, _ = await self._desk.set(a_lock(kind, scope, PEOPLE[person], until=until))  # type: ignore[arg-type]
        assert done
        return None

    async def _unlock(self, kind: str, scope: Scope) -> Worker | None:
        assert await self._desk.locks.end(kind, scope) is not None  # type: ignore[arg-type]
        return None

    async def _cancel(self, id: str) -> Worker | None:
        """Somebody wants it ended, and whoever works on it does so."""
        assert await self._desk.deploys.ask_cancel(id, "somebody")
        assert await self._desk.end(id, "cancelled")
        return None

    async def _finish(self, id: str) -> Worker | None:
        """The worker sees its end."""
        assert await self._desk.end(id)
        return None

    async def _crash(self, id: str) -> Worker | None:
        """The worker stands still, with what it last saw; perhaps it comes back."""
        return Worker(lives=False, late=await self._desk.deploys.get(id))

    async def _finish_late(self, scene: Scene) -> Worker | None:
        """It comes back and writes the end: heard where nobody took over meanwhile, and else not."""
        late, running = scene.worker.late, scene.running
        assert late is not None
        fresh = running is not None and running.id == late.id and not scene.worker.lives
        before = await self._desk.claim()
        assert await self._desk.cleaned_up(late) == fresh, (
            "a late writer was heard" if not fresh else "not heard"
        )
        if not fresh:
            assert await self._desk.claim() == before, "a late clean-up freed the claim of another"
        return replace(scene.worker, late=None)

    async def _fail_over(self) -> Worker | None:
        await self._desk.redis.hset(keys.EPOCH(), "run", "another server")
        return None

    async def _restart(self, scene: Scene) -> Worker | None:
        """A worker starts: it confirms every claim, takes over what runs, and only then is anything admitted."""
        desk = self._desk
        number = await epoch.current(desk.redis)
        claim: Claim | None = await desk.claim()
        if claim is not None:
            deploy = await desk.deploys.get(claim.deploy)
            assert not deploy.over, "a claim outlived its deploy"
            if not scene.worker.lives:
                assert await desk.deploys.save(deploy.with_(state="running", watcher="the new one"))
        assert await epoch.confirm(desk.redis, number, "here")
        return replace(scene.worker, lives=True)

    async def _judge(self, scene: Scene, id: str) -> Worker | None:
        """What waits is looked at, and begins where it may."""
        self._fair(scene, await self._desk.again(id), scene.deploys[id].by, id)
        return None
