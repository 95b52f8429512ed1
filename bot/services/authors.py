"""Whoever wrote what a deploy brought into production is told so, directly, once for each deploy.

Production is the environment with that name; where a service has none, those that nothing comes after in the order of
its environments (`after` of their gates). Not told are the one who deployed, bots, whoever Grail has never seen, and
anybody of a roll-back or of a place's first deploy, for nobody knows what that brought.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config, Service
from bot.domain.deploys import Deploy
from bot.errors import OutsideUnavailable, Refusal
from bot.services.people import Known, People
from bot.store.deploys import DeployStore
from bot.store.streams import Job, Later, Work
from bot.store.timers import Timers

log = structlog.get_logger()

ARRIVED = "authors.arrived"
KIND = "commits"  # of what people choose to be told
MOST = 250  # commits of one deploy that are looked at
AGAIN_SECONDS = 60.0
TRIED_SECONDS = 3600.0  # how long git is asked again


@dataclass(frozen=True)
class Arrived:
    """What somebody wrote and a deploy brought, newest first."""

    person: Known
    deploy: Deploy
    commits: tuple[Commit, ...]


def production(service: Service) -> frozenset[str]:
    """Its environments that count as production."""
    if "production" in service.environments:
        return frozenset({"production"})
    order = {
        name: one.gates.after.environment for name, one in service.environments.items() if one.gates.after
    }
    return frozenset(order) - frozenset(order.values())


class Authors:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        git: Git,
        people: People,
        work: Work,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._config = config
        self._store = store
        self._git = git
        self._people = people
        self._work = work
        self._timers = timers
        self._clock = clock

    async def over(self, deploy: Deploy) -> None:
        """Have its authors told, if it brought something into production. May be called twice."""
        service = self._config().services.get(deploy.service)
        brought = deploy.state == "succeeded" and deploy.action is None and not deploy.rollback
        if service is None or not brought or deploy.environment not in production(service):
            return
        await self._work.add(
            ARRIVED, {"deploy": deploy.id}, id=f"authors:{deploy.id}", now=self._clock.now(), request=deploy.request
        )  # fmt: skip

    async def told(self, job: Job) -> AsyncIterator[Arrived]:
        """Whom to tell of what, now; who has quiet hours is told after them, if it is true still."""
        deploy = await self._store.find(job.body["deploy"])
        if deploy is None:
            return
        for email, commits in (await self._brought(deploy)).items():
            person = await self._people.known_by_email(email)
            if person is None or job.body.get("who", person.who) != person.who:
                continue
            if email == deploy.by.lower() or person.user_id == deploy.by_user:
                continue  # they have the card
            team, _, user = person.who.partition(":")
            when = await self._people.when_to_tell(team, user, KIND, failed=False)
            if when is None:
                continue
            if when > self._clock.now():
                body = {"deploy": deploy.id, "who": person.who}
                id = f"authors:{deploy.id}:{person.who}"
                await self._timers.at(id, when, ARRIVED, body, request=deploy.request)
            elif (await self._people.holder(team, user)).kind in ("member", "unknown"):
                yield Arrived(person, deploy, tuple(commits))

    async def _brought(self, deploy: Deploy) -> Mapping[str, list[Commit]]:
        """What was not there before and has not been rolled back since, by the e-mail of who wrote it."""
        service = self._config().services.get(deploy.service)
        if service is None or deploy.previous is None:
            return {}
        try:
            commits = await self._git.between(service.repository, deploy.previous, deploy.commit, limit=MOST)
        except Refusal as refusal:
            log.warning("authors.unknown", deploy=deploy.id, why=str(refusal))
            return {}
        except OutsideUnavailable as error:
            if self._clock.now() - (deploy.ended or 0.0) < TRIED_SECONDS:
                raise Later(AGAIN_SECONDS) from error
            log.warning("authors.unknown", deploy=deploy.id, why=str(error))
            return {}
        gone = await self._store.quarantined(deploy.service, deploy.environment)
        found: dict[str, list[Commit]] = {}
        for commit in commits:
            if commit.sha not in gone:
                found.setdefault(commit.email.strip().lower(), []).append(commit)
        return found
