"""The addresses of GitHub's Deployments, and their statuses."""

from collections.abc import Callable

from .finding import Answer, Asked, Finding, Refused, page
from .shapes import Shapes
from .things import Deployment, DeploymentStatus, Repository, Things

STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


class Deployments(Finding):
    """told: called with the repository, the Deployment and its new status."""

    def __init__(self, things: Things, shapes: Callable[[], Shapes], told: Callable[..., None]) -> None:
        super().__init__(things, shapes)
        self._told = told

    def deployments(self, asked: Asked) -> Answer:
        one, query = self.one(asked), asked.query
        found = [d for d in self.things.deployments.values() if d.repository == one.name]
        for name in ("sha", "ref", "task", "environment"):
            if query.get(name, "none") != "none":
                found = [d for d in found if getattr(d, name) == query[name]]
        found.sort(key=lambda d: d.id, reverse=True)
        return 200, [self.shapes().deployment(one, each) for each in page(asked, found)]

    def deploy(self, asked: Asked) -> Answer:
        one, body = self.one(asked), asked.body
        ref = str(body.get("ref", ""))
        sha = one.git.commit_of(ref)
        if sha is None:
            raise Refused(422, f"No ref found for: {ref}")
        environment = str(body.get("environment", "production"))
        it = Deployment(
            id=self.things.number(), repository=one.name, sha=sha, ref=ref, task=str(body.get("task", "deploy")),
            environment=environment, description=str(body.get("description") or ""), payload=body.get("payload", ""),
            transient=bool(body.get("transient_environment", False)), created=self.things.clock.now(),
            production=bool(body.get("production_environment", environment == "production")),
        )  # fmt: skip
        self.things.keep(it)
        return 201, self.shapes().deployment(one, it)

    def deployment(self, asked: Asked) -> Answer:
        one, it = self.deployment_of(asked)
        return 200, self.shapes().deployment(one, it)

    def statuses(self, asked: Asked) -> Answer:
        one, it = self.deployment_of(asked)
        newest_first = list(reversed(it.statuses))
        return 200, [self.shapes().deployment_status(one, it, each) for each in page(asked, newest_first)]

    def say(self, asked: Asked) -> Answer:
        one, it = self.deployment_of(asked)
        body = asked.body
        if body.get("state") not in STATES or len(str(body.get("description") or "")) > 140:
            field = "state" if body.get("state") not in STATES else "description"
            wrong = {"resource": "DeploymentStatus", "field": field, "code": "invalid"}
            raise Refused(422, "Validation Failed", errors=[wrong])
        status = DeploymentStatus(
            id=self.things.number(), state=body["state"], description=str(body.get("description") or ""),
            log_url=str(body.get("log_url") or body.get("target_url") or ""),
            environment_url=str(body.get("environment_url") or ""),
            environment=str(body.get("environment") or it.environment), created=self.things.clock.now(),
        )  # fmt: skip
        self._add(one, it, status, retires=body.get("auto_inactive", True))
        return 201, self.shapes().deployment_status(one, it, status)

    def went(self, one: Repository, it: Deployment, state: str) -> None:
        """A new status of a Deployment, by whoever made that."""
        status = DeploymentStatus(
            self.things.number(), state, "", "", "", it.environment, self.things.clock.now()
        )
        self._add(one, it, status, retires=True)

    def _add(self, one: Repository, it: Deployment, status: DeploymentStatus, *, retires: bool) -> None:
        it.statuses.append(status)
        if status.state == "success" and retires:
            self._retire(it)
        self.things.keep(it)
        self._told(one, it, status)

    def _retire(self, new: Deployment) -> None:
        for old in self.things.deployments.values():
            same = (old.repository, old.environment) == (new.repository, new.environment)
            if same and old.id != new.id and old.statuses and old.statuses[-1].state == "success":
                last = old.statuses[-1]
                gone = DeploymentStatus(
                    self.things.number(), "inactive", "", last.log_url, last.environment_url, last.environment,
                    self.things.clock.now(),
                )  # fmt: skip
                old.statuses.append(gone)
                self.things.keep(old)
