"""After a deploy that succeeded its health is asked for, for a while; one that fails again and again is rolled back.

Off unless config.yaml has a `watch` for the environment. Every look is one short piece of work with a timer for the
next, so it goes on after any restart, and a timer that Redis has lost is set again. It never touches what somebody else
has brought there meanwhile, and never a roll-back: those are not watched. The roll-back goes the road of `rollback`,
once for each deploy. One file, so that all that may stop a watch is read together.

An address that cannot be reached counts as ill only where it has answered within the last days, and somebody else
answers now or that machine itself says that nothing listens: else it may be Grail's own network that is broken. A watch
at whose end nobody could tell how it is ends *unjudged*: that is said, and nothing is rolled back.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.clients.http import Answer, Http, Unreachable
from bot.clock import Clock
from bot.config import Config, Watch
from bot.config.addresses import filled
from bot.domain.deploys import Deploy
from bot.domain.rights import Holder, demand, may
from bot.domain.watched import State, Watched
from bot.drivers import Driver, Order
from bot.ending import ended
from bot.errors import Conflict, NotFound, OutsideUnavailable, Refusal, Stale
from bot.services.places import Places
from bot.services.rollbacks import Rollbacks
from bot.services.wanted import Wanted
from bot.store.deploys import DeployStore, thing_of
from bot.store.streams import Job, Later
from bot.store.timers import Timers

WATCH = "deploy.watch"
PROBE = "deploy.probe"
URL_SECONDS = 5.0
OTHERS_SECONDS = 3.0  # how long others are waited for, where an address cannot be reached
OTHERS = 4  # of them that are asked at most
LATE_SECONDS = 300.0  # how much later than it should be a check still counts
LOOKED_AT = 50  # deploys of a service among which watches are looked for that have lost their timer
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
        return watched is not None and watched.state in ("rolled back", "not rolled back", "unjudged")


class Unsure(Exception):
    """Nobody can tell how it is. `str(error)`: why, without its full stop."""


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

    async def prepare(self, deploy: Deploy) -> None:
        """As it begins: have its address asked once, so that it is known whether it can be reached at all."""
        watch = self._watch(deploy)
        if watch is not None and watch.url is not None and deploy.action is None:
            id = f"probe:{deploy.id}"
            await self._timers.at(id, self._clock.now(), PROBE, {"deploy": deploy.id}, request=deploy.request)

    async def probe(self, job: Job) -> None:
        """The work of it; whether it is well then is of no interest."""
        deploy = await self._store.find(job.body["deploy"])
        watch = self._watch(deploy) if deploy is not None else None
        if deploy is None or watch is None or watch.url is None:
            return
        try:
            await self._asked_at(deploy, watch.url)
        except (Unreachable, Unsure):
            return

    async def recall(self) -> None:
        """Set the timers again of watches that have lost theirs: Redis may have."""
        for service in self._config().services.values():
            if not any(place.watch for place in service.environments.values()):
                continue
            for deploy in await self._store.recent(service.name, count=LOOKED_AT):
                going = deploy.watched is not None and deploy.watched.going
                if going and not await self._timers.waits(_timer(deploy)):
                    await self._again(deploy, 0.0)

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
        except (OutsideUnavailable, Refusal, Unsure) as error:
            why = str(error).rstrip(".")[:200]
            if now >= watched.until + LATE_SECONDS:
                return _ended(deploy, watched, "unjudged", why)
            if watched.unsure == why:
                await self._again(deploy, watch.every)
                return None
            return Looked(deploy, deploy.with_(watched=replace(watched, unsure=why)))
        if said and watched.missed(now, apart):
            return _ended(deploy, watched, "unjudged", f"{said[:200]}, but I was away when its time ended")
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
        """What is not well, in one sentence; "" for well. Raises where nobody can tell."""
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
        try:
            status = await self._asked_at(deploy, watch.url)
        except Unreachable as error:
            why = str(error).rstrip(".")
            if not await self._store.was_reached(deploy.service, deploy.environment):
                raise Unsure(f"{why}, and it never answered me before") from error
            if not error.refused and not await self._others_answer(deploy, watch.url):
                raise Unsure(f"{why}, and nothing else that I know there answers me either") from error
            return why
        return "" if 200 <= status <= 299 else f"its address answers {status}"

    async def _asked_at(self, deploy: Deploy, template: str) -> int:
        """The status that its address answers. Raises Unreachable, and Unsure where nobody knows the address."""
        url = self._address(deploy.service, deploy.environment, template)
        if not url:
            raise Unsure("The address of its health is not known: a variable is not set")
        got = await self._http.ask("GET", url, headers={})
        await self._store.reached(deploy.service, deploy.environment, self._clock.now())
        return got.status

    async def _others_answer(self, deploy: Deploy, template: str) -> bool:
        """Whether any other address answers, whatever it says: then it is not Grail's own network that is broken."""
        asked = urlsplit(self._address(deploy.service, deploy.environment, template)).netloc
        found: dict[str, str] = {}
        places = [
            (service.name, place)
            for service in self._config().services.values()
            for place in service.environments.values()
        ]
        # Those of the same environment lie in the same network, most likely.
        for name, place in sorted(places, key=lambda one: one[1].name != deploy.environment):
            for each in (place.watch.url if place.watch else None, place.url):
                url = self._address(name, place.name, each) if each else ""
                if url and urlsplit(url).netloc != asked:
                    found.setdefault(urlsplit(url).netloc, url)
        asking = [
            asyncio.create_task(self._http.ask("GET", url, headers={}))
            for url in list(found.values())[:OTHERS]
        ]
        try:
            waits: set[asyncio.Task[Answer]] = set(asking)
            async with asyncio.timeout(OTHERS_SECONDS):
                while waits:
                    done, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                    if any(one.exception() is None for one in done):
                        return True
        except TimeoutError:
            pass
        finally:
            await ended(asking)
        return False

    def _address(self, service: str, environment: str, template: str) -> str:
        place = self._places.at(service, environment)[1]
        return filled(template, service, environment, place.recipe.pass_env, os.environ)

    def _watch(self, deploy: Deploy) -> Watch | None:
        try:
            return self._places.at(deploy.service, deploy.environment)[1].watch
        except NotFound:
            return None

    async def _again(self, deploy: Deploy, seconds: float) -> None:
        await self._timers.at(
            _timer(deploy), self._clock.now() + seconds, WATCH, {"deploy": deploy.id},
            thing=thing_of(deploy.id), request=deploy.request,
        )  # fmt: skip


def _timer(deploy: Deploy) -> str:
    return f"watch:{deploy.id}"


def _request(deploy: Deploy) -> str:
    return _request_of(deploy.id)


def _request_of(id: str) -> str:
    return f"watch:{id}"


def _ended(deploy: Deploy, watched: Watched, state: State, by: str) -> Looked:
    return Looked(deploy, deploy.with_(watched=replace(watched, state=state, by=by[:300])))
