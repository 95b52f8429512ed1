"""What really stands where: the systems are asked, and what they said last is kept.

One service is asked while the person waits. Many are asked by work of its own, after the card: it shows what was heard
last, and how long ago. A system that does not answer takes nothing away from what is known.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from bot.clients.git import Git
from bot.clock import Clock
from bot.config import Config, Environment
from bot.domain.outside import Heard
from bot.drivers import Driver, Order
from bot.ending import ended
from bot.errors import OutsideUnavailable, Refusal
from bot.services.places import Places
from bot.store.deploys import DeployStore
from bot.store.heard import HeardStore
from bot.store.streams import Job, Work

ASK = "standing.ask"
FRESH_SECONDS = 15.0  # how long an answer is good enough
WITHIN_SECONDS = 3.0  # how long a person waits for it
LONGEST_SECONDS = 9.0  # how long one is waited for that nobody waits for
SUBJECT_SECONDS = 1.5  # how long the repository is asked for a commit that our mirror does not have
AT_ONCE = 6  # places that are asked at the same time
AT_MOST = 60  # places that one piece of work asks

Spot = tuple[str, str]  # a service and one of its environments


class Standings:
    """within: seconds that a person waits."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        heard: HeardStore,
        drivers: Mapping[str, Driver],
        git: Git,
        work: Work,
        clock: Clock,
        within: float = WITHIN_SECONDS,
    ) -> None:
        self._config = config
        self._store = store
        self._heard = heard
        self._drivers = drivers
        self._git = git
        self._work = work
        self._clock = clock
        self._places = Places(config, drivers)
        self._within = within

    async def now(self, spots: Sequence[Spot], *, fresh: float = FRESH_SECONDS) -> None:
        """Ask, while somebody waits; what takes longer is asked again by work of its own."""
        late = await self._ask(await self._due(spots, fresh), self._within)
        await self._enqueue(late)

    async def soon(self, spots: Sequence[Spot]) -> None:
        """Have those asked whose last answer is old, by whoever has time."""
        await self._enqueue((await self._due(spots[: 4 * AT_MOST], FRESH_SECONDS))[:AT_MOST])

    async def ask(self, job: Job) -> None:
        """The work of it."""
        spots = [(str(service), str(environment)) for service, environment in job.body["spots"]]
        await self._ask(await self._due(spots, FRESH_SECONDS, late=True), LONGEST_SECONDS)

    async def said(self, service: str, environment: str) -> Heard | None:
        """What stands there, asked anew; None where there is nobody to ask."""
        await self.now([(service, environment)], fresh=0.0)
        return await self.of(service, environment)

    async def of(self, service: str, environment: str) -> Heard | None:
        """What was heard last."""
        return (await self._heard.of(service)).get(environment)

    async def told(self, repository: str, environment: str, commit: str, by: str, at: float | None) -> int:
        """GitHub tells of a deploy that Grail did not make; answers of how many places that is."""
        spots = [
            (service.name, name)
            for service in self._config().services.values()
            for name, place in service.environments.items()
            if name == environment and place.github is not None and place.github.repository == repository
        ]
        if len(spots) != 1:  # where several services share it, GitHub cannot say whose it is
            return 0
        [(service, _)] = spots
        heard = Heard(commit, await self._subject(service, environment, commit), at, by, self._clock.now())
        await self._heard.answered(service, environment, heard)
        return 1

    async def _due(self, spots: Iterable[Spot], fresh: float, *, late: bool = False) -> list[Spot]:
        """Those that can be asked and were not within these seconds. late: a silence is no answer."""
        now, found = self._clock.now(), []
        known: dict[str, Mapping[str, Heard]] = {}
        for service, name in spots:
            with suppress(Refusal):
                if not _can_say(self._places.at(service, name)[1]):
                    continue
                if service not in known:
                    known[service] = await self._heard.of(service)
                heard = known[service].get(name)
                asked = 0.0 if heard is None else (heard.at or 0.0) if late else heard.asked
                if now - asked >= fresh:
                    found.append((service, name))
        return found

    async def _enqueue(self, spots: Sequence[Spot]) -> None:
        if not spots:
            return
        now = self._clock.now()
        name = f"{spots[0][0]}:{spots[0][1]}:{len(spots)}:{int(now / FRESH_SECONDS)}"
        await self._work.add(ASK, {"spots": spots}, id=f"standing:{name}", now=now)

    async def _ask(self, spots: Sequence[Spot], seconds: float) -> list[Spot]:
        """All at once; answers those that had not answered by then."""
        if not spots:
            return []
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(spot: Spot) -> None:
            async with turns:
                await self._one(*spot)

        tasks = {asyncio.create_task(one(spot), name="standing"): spot for spot in spots}
        try:
            done, late = await asyncio.wait(tasks, timeout=seconds)
        finally:
            await ended(list(tasks))
        for task in done:
            task.result()
        for task in late:
            service, environment = tasks[task]
            system = self._system(service, environment)
            why = f"{system} did not answer within {seconds:g} seconds."
            await self._heard.silent(service, environment, why, self._clock.now())
        return [tasks[task] for task in late]

    async def _one(self, service: str, environment: str) -> None:
        began = self._clock.now()
        try:
            driver = self._drivers[self._places.at(service, environment)[1].driver]
            stands = await driver.standing(await self.question(service, environment))
        except (OutsideUnavailable, Refusal) as error:
            why = f"{error} {getattr(error, 'hint', None) or ''}".strip()
            await self._heard.silent(service, environment, why[:300], self._clock.now())
            return
        if stands is None:
            await self._heard.forget(service, environment)
            return
        subject = await self._subject(service, environment, stands.commit)
        heard = Heard(stands.commit, subject, stands.since, stands.by[:80], began)
        await self._heard.answered(service, environment, heard)

    async def question(self, service: str, environment: str, commit: str = "") -> Order:
        """What a driver is asked with. commit: whose files a recipe's question is taken from."""
        found, place = self._places.at(service, environment)
        stands = (await self._store.standing(service)).get(environment)
        sha = commit or (stands.commit if stands else "")
        if place.driver == "recipe" and not (sha and await self._git.has(found.repository, sha)):
            sha = (await self._git.head(found.repository, found.main, name=service)).sha
        return Order(
            deploy="", service=service, environment=environment, ref=sha, commit=sha, repository=found.repository,
            recipe=place.recipe, github=place.github, main=found.main, alone=self._alone(service, place),
        )  # fmt: skip

    def _alone(self, service: str, place: Environment) -> bool:
        return not any(
            other.name != service
            and there.name == place.name
            and there.github is not None
            and place.github is not None
            and there.github.repository == place.github.repository
            for other in self._config().services.values()
            for there in other.environments.values()
        )

    async def _subject(self, service: str, environment: str, commit: str) -> str:
        """ "" while nobody can say."""
        repository = self._places.at(service, environment)[0].repository
        with suppress(OutsideUnavailable, Refusal, TimeoutError):
            async with asyncio.timeout(SUBJECT_SECONDS):
                return (await self._git.commit(repository, commit, name=service)).subject if commit else ""
        return ""

    def _system(self, service: str, environment: str) -> str:
        with suppress(Refusal):
            if self._places.at(service, environment)[1].driver == "github_actions":
                return "GitHub"
        return "`standing` of the recipe"


def _can_say(place: Environment) -> bool:
    return place.driver != "recipe" or place.recipe.standing is not None
