"""After a deploy that succeeded its health is asked for, for a while; one that fails again and again is rolled back.

Off unless config.yaml has a `watch` for the environment. Every look is one short piece of work with a timer for the
next, so it goes on after any restart. It never touches what somebody else has brought there meanwhile, and never a
roll-back: those are not watched. The roll-back goes the road of `rollback`, once for each deploy.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.clients.http import Http, Unreachable
from bot.clock import Clock
from bot.config import Config, Watch
from bot.config.addresses import filled
from bot.domain.deploys import Deploy
from bot.domain.rights import Holder, demand, may
from bot.domain.watched import State, Watched
from bot.drivers import Driver, Order
from bot.errors import Conflict, NotFound, OutsideUnavailable, Refusal, Stale
from bot.services.places import Places
from bot.services.rollbacks import Rollbacks
from bot.services.wanted import Wanted
from bot.store.deploys import DeployStore, thing_of
from bot.store.streams import Job, Later
from bot.store.timers import Timers

WATCH = "deploy.watch"
URL_SECONDS = 5.0
LATE_SECONDS = 300.0  # how much later than it should be a check still counts
GRAIL = Holder("", "", name="Grail", kind="member")


@dataclass(frozen=True)
class Looked:
    """before, after: the deploy; back: the roll-back that begins with it."""

    before: Deploy
    after: Deploy
    back: Deploy | None = None

    @property
    def loud(self) -> bool:
        """Whether somebody has to hear of it."""
        watched = self.after.watched
        return watched is not None and watched.state in ("rolled back", "not rolled back")


class Watches:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        rollbacks: Rollbacks,
        drivers: Mapping[str, Driver],
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._config = config
        self._store = store
        self._rollbacks = rollbacks
        self._drivers = drivers
        self._timers = timers
        self._clock = clock
        self._places = Places(config, drivers)
        self._http = Http("Its address", timeout=URL_SECONDS)

    async def close(self) -> None:
        await self._http.close()

    async def begins(self, deploy: Deploy) -> Deploy:
        """As it succeeds: with its watch, where config.yaml has one. May be called twice."""
        watch = self._watch(deploy)
        if watch is None or deploy.rollback or deploy.action is not None:
            return deploy
        await self._again(deploy, watch.every)  # first, so that no watch is ever without its timer
        return replace(
            deploy, watched=Watched((deploy.ended or self._clock.now()) + watch.lasts, watch.fails)
        )

    async def look(self, job: Job) -> Looked | None:
        """Ask once. What comes of it has to be told, and then kept with `keep`; None: there is nothing to tell."""
        deploy = await self._store.find(job.body["deploy"])
        if deploy is None:
            return None
        watch, watched = self._watch(deploy), deploy.watched
        if watched is None:
            if not deploy.over and watch is not None:
                await self._again(deploy, watch.every)  # its success is about to be written
            return None
        if not watched.going:
            return Looked(deploy, deploy)  # ended meanwhile, and perhaps not shown yet
        if (known := await self._store.requested(_request(deploy))) is not None:
            return self._rolled(deploy, watched, await self._store.get(known))
        if watch is None:
            return _ended(deploy, watched, "left", "config.yaml wants no watch here any more")
        stands = (await self._store.standing(deploy.service)).get(deploy.environment)
        if stands is None or stands.deploy != deploy.id:
            return _ended(
                deploy, watched, "left", f"{stands.deploy if stands else 'something else'} came after it"
            )
        if await self._store.running(deploy.service, deploy.environment):
            await self._again(deploy, watch.every)  # whoever runs there now decides what stands
            return None
        return await self._asked(deploy, watch, watched)

    async def keep(self, looked: Looked) -> None:
        """Write it down, and look again later while it goes on. Raises Later where somebody was quicker."""
        after, watch = looked.after, self._watch(looked.after)
        if after.rev != looked.before.rev and not await self._store.save(after):
            raise Later(0.2)
        if after.watched is not None and after.watched.going and watch is not None:
            await self._again(after, watch.every)

    async def stop(self, id: str, holder: Holder) -> Deploy:
        """Watch it no more. Whoever began it may, and who may roll back there."""
        deploy = await self._store.get(id)
        if deploy.by != holder.email or holder.suspended:
            right = may(
                self._config(), holder, "rollback",
                service=deploy.service, environment=deploy.environment, now=self._clock.now(),
            )  # fmt: skip
            demand(right)
        if deploy.watched is None or not deploy.watched.going:
            raise Stale(f"I do not watch {id} any more. Nothing was changed.", code="stale")
        stopped = _ended(deploy, deploy.watched, "stopped", holder.name).after
        if not await self._store.save(stopped):
            raise Conflict(f"Something has just changed {id}.", code="changing", hint="Press it again.")
        return stopped

    async def still_stands(self, deploy: Deploy) -> str:
        """Asked while a roll-back of ours holds its claim: why it must not begin, or ""."""
        if not deploy.automatic:
            return ""
        stands = (await self._store.standing(deploy.service)).get(deploy.environment)
        if stands is not None and _request_of(stands.deploy) == deploy.request:
            return ""
        by = stands.deploy if stands else "nothing"
        return f"By now {by} stands there, which I leave alone. Nothing was started."

    async def _asked(self, deploy: Deploy, watch: Watch, watched: Watched) -> Looked | None:
        now, apart = self._clock.now(), watch.every + LATE_SECONDS
        if watched.counted(now, watch.every):
            await self._again(deploy, watch.every)
            return None
        try:
            said = await self._health(deploy, watch)
        except (OutsideUnavailable, Refusal) as error:
            if now >= watched.until + LATE_SECONDS:
                return _ended(deploy, watched, "left", str(error).rstrip("."))
            await self._again(deploy, watch.every)
            return None
        if said and watched.missed(now, apart):
            return _ended(deploy, watched, "left", f"{said[:200]}, but I was away when its time ended")
        after = watched.after(said, now, apart)
        if after.enough:
            return await self._back(deploy, watch, after)
        if after == watched:
            await self._again(deploy, watch.every)
            return None
        return Looked(deploy, deploy.with_(watched=after))

    async def _back(self, deploy: Deploy, watch: Watch, watched: Watched) -> Looked | None:
        wanted = Wanted(
            deploy.service, deploy.environment, None, None, by=GRAIL.name, by_user="", by_name=GRAIL.name,
            team=deploy.team, channel=deploy.channel, request=_request(deploy), trace=_request(deploy), automatic=True,
        )  # fmt: skip
        try:
            back = await self._rollbacks.request(wanted, GRAIL)
        except Refusal as refusal:
            if refusal.code == "claimed":  # since a moment ago
                await self._again(deploy, watch.every)
                return None
            return _ended(deploy, watched, "not rolled back", str(refusal))
        return self._rolled(deploy, watched, back)

    def _rolled(self, deploy: Deploy, watched: Watched, back: Deploy) -> Looked:
        gone = replace(watched, state="rolled back", back=back.id, failed=max(watched.failed, watched.fails))
        return Looked(deploy, deploy.with_(watched=gone), back)

    async def _health(self, deploy: Deploy, watch: Watch) -> str:
        """What is not well, in one sentence; "" for well. Raises where the question could not be asked."""
        service, place = self._places.at(deploy.service, deploy.environment)
        if watch.url is None:
            order = Order(
                deploy=deploy.id, service=service.name, environment=place.name, ref=deploy.ref, commit=deploy.commit,
                repository=service.repository, recipe=place.recipe, github=place.github, main=service.main,
            )  # fmt: skip
            answer = await self._drivers[place.driver].health(order)
            if answer is None:
                raise NotFound("Nothing says any more how its health is asked for.", code="no-health")
            return answer
        url = filled(watch.url, service.name, place.name, place.recipe.pass_env, os.environ)
        if not url:
            raise NotFound("The address of its health is not known: a variable is not set.", code="no-health")
        try:
            got = await self._http.ask("GET", url, headers={})
        except Unreachable as error:
            return str(error).rstrip(".")
        return "" if 200 <= got.status <= 299 else f"its address answers {got.status}"

    def _watch(self, deploy: Deploy) -> Watch | None:
        try:
            return self._places.at(deploy.service, deploy.environment)[1].watch
        except NotFound:
            return None

    async def _again(self, deploy: Deploy, seconds: float) -> None:
        await self._timers.at(
            f"watch:{deploy.id}", self._clock.now() + seconds, WATCH, {"deploy": deploy.id},
            thing=thing_of(deploy.id), request=deploy.request,
        )  # fmt: skip


def _request(deploy: Deploy) -> str:
    return _request_of(deploy.id)


def _request_of(id: str) -> str:
    return f"watch:{id}"


def _ended(deploy: Deploy, watched: Watched, state: State, by: str) -> Looked:
    return Looked(deploy, deploy.with_(watched=replace(watched, state=state, by=by[:300])))
