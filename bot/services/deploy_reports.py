"""Deploys that other systems did and report: whose they are, stored before they are acknowledged, and taken into the
history once.

What Grail ran itself is not counted twice, and what somebody said was theirs is completed. A report is as good as the
secret of its service: what only it says goes nowhere as proof, until the driver says the same.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

import structlog

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.reported import OddReport, Reported, confirms, ours, told
from bot.errors import OutsideUnavailable, Refusal
from bot.services import _senders
from bot.services._senders import of_nobody, whose
from bot.services.places import Places
from bot.services.standing import Standings
from bot.sources import deploys as source
from bot.store.deploys import DeployStore
from bot.store.inbox import Inbox
from bot.store.keys import HOUR
from bot.store.reported import Odd, ReportStore
from bot.store.streams import Later

log = structlog.get_logger()

REPORTED = "hook.deploys"
REMEMBERED = 50 * HOUR  # a sender may try again for so long
LOOKED_AT = 50  # deploys of a service among which one of our own is looked for
BEGINNING = 300  # characters that are kept of what cannot be used


@dataclass(frozen=True)
class Taken:
    """What a report became. deploy: the one that it is of; before: as it was, where it was known. odd: why it cannot be
    used, a sentence.
    """

    outcome: Literal["new", "same", "ours", "completed", "odd"]
    service: str
    deploy: Deploy | None = None
    before: Deploy | None = None
    odd: Odd | None = None


class DeployReports:
    """secrets: by the end of their name in the environment, such as DEPLOYS_SHOP."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        reports: ReportStore,
        standings: Standings,
        git: Git,
        inbox: Inbox,
        clock: Clock,
        secrets: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._config = config
        self._store = store
        self._reports = reports
        self._standings = standings
        self._git = git
        self._inbox = inbox
        self._clock = clock
        self._secrets = secrets
        self._places = Places(config, {})

    def secrets(self) -> dict[str, tuple[str, ...]]:
        """Of each service that has any."""
        return _senders.own("deploys", self._config().services, self._secrets)

    def amiss(self) -> list[str]:
        """What of its set-up helps nobody, a sentence each, to be said at the start."""
        return of_nobody("deploys", self._config().services, self._secrets)

    async def receive(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> tuple[str, int, str]:
        """What became of it, the status, and words for the sender's log. Raises StoreUnavailable."""
        secrets = self.secrets()
        said = source.fields(body).get("service")
        named = [query.get("service", ""), said if isinstance(said, str) else ""]
        found = whose("deploys", named, source.verify(headers, secrets), secrets)
        return await self._stored(found, body) if isinstance(found, str) else found

    async def odd(self, service: str) -> list[Odd]:
        """The reports of a service that could not be used, newest first."""
        return await self._reports.odd(service)

    async def take(self, body: Mapping[str, Any]) -> Taken:
        """What came is taken in; the same again changes nothing. body: of the job. Raises Later."""
        service = str(body["service"])
        if "odd" in body:
            return await self._put_aside(service, body["at"], body["odd"], body["beginning"])
        reported = Reported(**body["reported"])
        known = self._config().services.get(service)
        if known is None or reported.environment not in known.environments:
            there = " and ".join(f"`{name}`" for name in known.environments) if known else "nothing any more"
            why = f"There is no environment `{reported.environment}`: {service} has {there}."
            return await self._put_aside(service, body["at"], why, reported.id)
        if (id := await self._reports.became(service, reported.id)) and (found := await self._store.find(id)):
            return Taken("same", service, await self._confirmed(found))
        own = ours(reported, await self._store.recent(service, count=LOOKED_AT))
        if own is not None:
            await self._reports.settled(service, reported.id, own.id)
            return Taken("ours", service, own)
        stands = (await self._store.standing(service)).get(reported.environment)
        there_now = await self._store.find(stands.deploy) if stands else None
        if there_now is not None and confirms(reported, there_now):
            after = told(there_now.with_(confirmed=True), reported)
            if not await self._store.save(after):
                raise Later(0.2)
            await self._reports.settled(service, reported.id, after.id)
            return Taken("completed", service, after, there_now)
        commit = await self._commit(known.repository, service, reported.commit)
        deploy = Deploy(
            id="", service=service, environment=reported.environment, ref=reported.ref or reported.commit,
            commit=reported.commit, subject=commit.subject if commit else "", author=commit.author if commit else "",
            state=reported.result, by=reported.by or "-", by_user="", by_name=reported.by or "another system", team="",
            channel="", requested=reported.began, previous=stands.commit if stands else None,
            previous_subject=stands.subject if stands else "", request=f"report:{service}:{reported.id}",
            driver=known.environments[reported.environment].driver, committed=(commit.when or None) if commit else None,
            url=self._places.url(service, reported.environment) if reported.result == "succeeded" else "",
        )  # fmt: skip
        outcome, id = await self._reports.take(told(deploy, reported), seen=stands.deploy if stands else "")
        if outcome == "stale":
            raise Later(0.2)
        taken = await self._store.get(id)
        return Taken("new" if outcome == "done" else "same", service, await self._confirmed(taken))

    async def _stored(self, service: str, body: bytes) -> tuple[str, int, str]:
        now, digest = self._clock.now(), hashlib.sha256(service.encode() + b" " + body).hexdigest()
        job: dict[str, Any] = {"service": service, "at": now}
        try:
            job["reported"] = asdict(source.parse(body, now))
        except OddReport as odd:
            job |= {"odd": str(odd), "beginning": body[:BEGINNING].decode("utf-8", "replace")}
        stored = await self._inbox.accept(
            REPORTED, job, id=f"deploys:{digest}", meaning=None, now=now, remember=REMEMBERED,
            thing=f"reports:{service}",
        )  # fmt: skip
        outcome = "repeated" if not stored.first else "odd" if "odd" in job else "stored"
        return outcome, 202, "Stored.\n"

    async def _put_aside(self, service: str, at: float, why: str, beginning: str) -> Taken:
        odd = Odd(at, why, beginning)
        await self._reports.put_aside(service, odd)
        log.warning("deploys.odd", service=service, why=why)
        return Taken("odd", service, odd=odd)

    async def _confirmed(self, deploy: Deploy) -> Deploy:
        """With the driver's own word, where it has one: that this very commit stands there."""
        stands = (await self._store.standing(deploy.service)).get(deploy.environment)
        if deploy.confirmed or deploy.state != "succeeded" or stands is None or stands.deploy != deploy.id:
            return deploy
        heard = await self._standings.said(deploy.service, deploy.environment)
        if heard is None or heard.fails or heard.commit != deploy.commit:
            return deploy
        after = deploy.with_(confirmed=True)
        return after if await self._store.save(after) else await self._store.get(deploy.id)

    async def _commit(self, repository: str, service: str, sha: str) -> Commit | None:
        with suppress(OutsideUnavailable, Refusal):
            return await self._git.commit(repository, sha, name=service)
        return None
