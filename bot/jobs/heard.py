"""What other systems told, and what Grail writes down for itself."""

from collections.abc import Mapping

from bot import metrics
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.coverage_reports import COVERAGE
from bot.services.hooks import GITHUB
from bot.services.operations import CONFIRMED, REVIVED
from bot.services.standing import ASK
from bot.slack.operations import OperationsChannel
from bot.store.streams import Job

CHANGED = "config.changed"
HEAD = "audit.head"


class Heard:
    def __init__(self, *, services: Services, channel: OperationsChannel) -> None:
        self._services = services
        self._channel = channel

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {
            GITHUB: self._github,
            COVERAGE: self._coverage,
            ASK: self._services.standings.ask,
            REVIVED: self._revived,
            CONFIRMED: self._confirmed,
            CHANGED: self._config_changed,
            HEAD: self._audit_head,
        }

    async def _github(self, job: Job) -> None:
        """GitHub has told of something: the deploys that it is about are looked at now."""
        for mark in job.body["marks"]:
            outcome = await self._services.deploys.runs.told(mark, job.id)
            metrics.HEARD.labels("github", outcome).inc()
        if (told := job.body.get("outside")) and not job.body["marks"]:
            where = (job.body["repository"], told["environment"], job.body["sha"])
            count = await self._services.standings.told(*where, told["by"], told["at"])
            metrics.HEARD.labels("github", "outside" if count else "unknown").inc()
        if job.body.get("event") in ("check_run", "check_suite", "status") and job.body.get("sha"):
            await self._services.deploys.waiting.checked(job.body["sha"])

    async def _coverage(self, job: Job) -> None:
        """A report of coverage: what waits with its commit is judged now."""
        came = await self._services.coverage.take(job.body)
        if came is not None:
            metrics.HEARD.labels("coverage", "odd" if came.odd else "counted").inc()
            await self._services.deploys.waiting.checked(came.commit)

    async def _revived(self, job: Job) -> None:
        body = job.body
        await self._channel.tried_again(body["card"], body["what"], body["why"], body["by"], body["at"])

    async def _confirmed(self, job: Job) -> None:
        body = job.body
        name = await self._services.people.name(*body["who"].split(":", 1))
        await self._channel.confirmed(body["who"], name, body["email"], body["by"], body["at"])

    async def _config_changed(self, job: Job) -> None:
        """Another config.yaml is in force: written down once, whichever process saw it first."""
        outcome = f"version {job.body['version']}"
        await self._services.people.audit(None, "config", job.body["rights"], outcome, job.request)

    async def _audit_head(self, job: Job) -> None:
        """The head of the audit, where no hand that reaches Redis can change it any more."""
        head = await self._services.records.head()
        if head.number:
            await self._channel.audit_head(str(job.body["local"])[:10], head.number, head.hash)
