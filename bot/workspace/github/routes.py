"""Each address of GitHub's that is played, and what it does: (verb, template, name of it for the weather, handler)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..faults import Json
from .moves import Moves
from .shapes import Shapes
from .things import Deployment, DeploymentStatus, Repository, Run, Things

STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


class Refused(Exception):
    """An answer that is a refusal. more: further fields of its body."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.more = status, message, more


@dataclass(frozen=True)
class Asked:
    """One request. at: the values of the template's holes, unquoted; query; body: an object, {} without one."""

    at: dict[str, str]
    query: dict[str, str]
    body: Json


Answer = tuple[int, Any]
Handler = Callable[[Asked], Answer]


class Routes:
    def __init__(
        self, things: Things, moves: Moves, shapes: Callable[[], Shapes], told: Callable[..., None]
    ) -> None:
        self._things, self._moves, self._shapes, self._told = things, moves, shapes, told
        repo = "/repos/{owner}/{repo}"
        table: list[tuple[str, str, str, Handler]] = [
            ("GET", repo, "repository", self._repository),
            ("GET", repo + "/git/ref/{ref+}", "ref", self._ref),
            ("GET", repo + "/branches/{branch}", "branch", self._branch),
            ("GET", repo + "/commits/{ref}", "commit", self._commit),
            ("GET", repo + "/commits/{ref}/status", "status", self._status),
            ("GET", repo + "/commits/{ref}/check-runs", "check-runs", self._check_runs),
            ("GET", repo + "/compare/{basehead}", "compare", self._compare),
            ("GET", repo + "/pulls/{number}", "pull", self._pull),
            ("GET", repo + "/actions/workflows", "workflows", self._workflows),
            ("GET", repo + "/actions/workflows/{workflow}", "workflow", self._workflow),
            ("POST", repo + "/actions/workflows/{workflow}/dispatches", "dispatch", self._dispatch),
            ("GET", repo + "/actions/workflows/{workflow}/runs", "runs", self._runs),
            ("GET", repo + "/actions/runs/{run}", "run", self._run),
            ("GET", repo + "/actions/runs/{run}/jobs", "jobs", self._jobs),
            ("POST", repo + "/actions/runs/{run}/cancel", "cancel", self._cancel),
            ("GET", repo + "/actions/runs/{run}/pending_deployments", "pending", self._pending),
            ("GET", repo + "/deployments", "deployments", self._deployments),
            ("POST", repo + "/deployments", "deploy", self._deploy),
            ("GET", repo + "/deployments/{deployment}", "deployment", self._deployment),
            ("GET", repo + "/deployments/{deployment}/statuses", "deployment-statuses", self._statuses),
            ("POST", repo + "/deployments/{deployment}/statuses", "deployment-status", self._say),
        ]
        self._table = [(verb, _pattern(template), name, handler) for verb, template, name, handler in table]

    def find(self, verb: str, path: str) -> tuple[str, dict[str, str], Handler] | None:
        """(name, what stands in the holes as it came, handler)."""
        for method, pattern, name, handler in self._table:
            if method == verb and (found := pattern.fullmatch(path)):
                return name, found.groupdict(), handler
        return None

    # --- what is read

    def _repository(self, asked: Asked) -> Answer:
        return 200, self._shapes().repository(self._one(asked))

    def _ref(self, asked: Asked) -> Answer:
        one, ref = self._one(asked), asked.at["ref"]
        sha = one.git.ref(ref)
        if sha is None:
            raise Refused(404, "Not Found")
        url = f"{self._shapes().base}/repos/{one.name}/git"
        return 200, {
            "ref": f"refs/{ref}", "node_id": f"REF:{ref}", "url": f"{url}/refs/{ref}",
            "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
        }  # fmt: skip

    def _branch(self, asked: Asked) -> Answer:
        one, name = self._one(asked), asked.at["branch"]
        sha = one.git.branch(name)
        if sha is None:
            raise Refused(404, "Branch not found")
        url = f"{self._shapes().base}/repos/{one.name}/branches/{name}"
        return 200, {
            "name": name, "commit": self._shapes().commit(one, one.git.commit(sha)), "protected": False,
            "_links": {"html": url, "self": url}, "protection": {}, "protection_url": f"{url}/protection",
        }  # fmt: skip

    def _commit(self, asked: Asked) -> Answer:
        one = self._one(asked)
        sha = self._sha(one, asked.at["ref"])
        commit = one.git.commit(sha)
        files = one.git.changed(commit.parents[0], sha) if commit.parents else []
        return 200, self._shapes().commit(one, commit, files)

    def _status(self, asked: Asked) -> Answer:
        one = self._one(asked)
        sha = self._sha(one, asked.at["ref"])
        found = [
            c
            for c in self._things.checks.values()
            if (c.repository, c.sha, c.kind) == (one.name, sha, "status")
        ]
        states = {check.conclusion or "pending" for check in found}
        bad = states & {"failure", "error"}
        state = "failure" if bad else "success" if states == {"success"} else "pending"
        url = f"{self._shapes().base}/repos/{one.name}/commits/{sha}"
        return 200, {
            "state": state, "statuses": [self._shapes().commit_status(one, check) for check in found], "sha": sha,
            "total_count": len(found), "repository": self._shapes().repository(one), "commit_url": url,
            "url": f"{url}/status",
        }  # fmt: skip

    def _check_runs(self, asked: Asked) -> Answer:
        one = self._one(asked)
        sha = self._sha(one, asked.at["ref"])
        found = [
            c for c in self._things.checks.values() if (c.repository, c.sha, c.kind) == (one.name, sha, "run")
        ]
        page = _page(asked, found)
        return 200, {
            "total_count": len(found),
            "check_runs": [self._shapes().check_run(one, check) for check in page],
        }

    def _compare(self, asked: Asked) -> Answer:
        one = self._one(asked)
        base, dots, head = asked.at["basehead"].partition("...")
        if not dots:
            raise Refused(404, "Not Found")
        base, head = self._sha(one, base), self._sha(one, head)
        ahead, behind, common, commits = one.git.between(base, head)
        word = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
        shapes = self._shapes()
        url = f"{shapes.base}/repos/{one.name}/compare/{base}...{head}"
        first = int(asked.query.get("page", 1)) == 1
        files = one.git.changed(base, head)[:300] if first else []
        return 200, {
            "url": url, "html_url": url, "permalink_url": url, "diff_url": f"{url}.diff", "patch_url": f"{url}.patch",
            "base_commit": shapes.commit(one, one.git.commit(base)),
            "merge_base_commit": shapes.commit(one, one.git.commit(common)), "status": word, "ahead_by": ahead,
            "behind_by": behind, "total_commits": ahead,
            "commits": [shapes.commit(one, commit) for commit in _page(asked, commits, 250)],
            "files": [shapes.file(one, head, changed) for changed in files],
        }  # fmt: skip

    def _pull(self, asked: Asked) -> Answer:
        one = self._one(asked)
        number = asked.at["number"]
        pull = self._things.pulls.get((one.name, int(number))) if number.isdigit() else None
        if pull is None:
            raise Refused(404, "Not Found")
        return 200, self._shapes().pull(one, pull)

    # --- Actions

    def _workflows(self, asked: Asked) -> Answer:
        one = self._one(asked)
        flows = [self._shapes().workflow(one, flow) for flow in one.workflows]
        return 200, {"total_count": len(flows), "workflows": flows}

    def _workflow(self, asked: Asked) -> Answer:
        one = self._one(asked)
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        return 200, self._shapes().workflow(one, flow)

    def _dispatch(self, asked: Asked) -> Answer:
        one, body = self._one(asked), asked.body
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        if not flow.dispatchable:
            raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
        ref = str(body.get("ref", ""))
        sha = one.git.branch(ref.removeprefix("refs/heads/")) or one.git.ref(f"tags/{ref}")
        if sha is None:
            raise Refused(422, f"No ref found for: {ref}")
        inputs = body.get("inputs") or {}
        if unexpected := [name for name in inputs if name not in flow.inputs]:
            raise Refused(422, f"Unexpected inputs provided: {unexpected}")
        run = self._moves.dispatch(one, flow, ref, sha, inputs)
        if flow.details and body.get("return_run_details") is True:
            base = self._shapes().base
            return 200, {
                "workflow_run_id": run.id,
                "run_url": f"{base}/repos/{one.name}/actions/runs/{run.id}",
                "html_url": f"{base}/{one.name}/actions/runs/{run.id}",
            }
        return 204, None

    def _runs(self, asked: Asked) -> Answer:
        one = self._one(asked)
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        now = self._things.clock.now()
        found = [
            run
            for run in self._things.runs.values()
            if (run.repository, run.workflow, run.vanished) == (one.name, flow.id, False)
            and run.listed <= now
        ]
        if asked.query.get("event", "workflow_dispatch") != "workflow_dispatch":
            found = []
        if "branch" in asked.query:
            found = [run for run in found if run.branch == asked.query["branch"]]
        if since := asked.query.get("created", "").removeprefix(">="):
            shape = self._shapes().run
            found = [run for run in found if shape(one, run)["created_at"] >= since]
        found.sort(key=lambda run: run.id, reverse=True)
        runs = [self._shapes().run(one, run) for run in _page(asked, found)]
        return 200, {"total_count": len(found), "workflow_runs": runs}

    def _run(self, asked: Asked) -> Answer:
        one, run = self._run_of(asked)
        return 200, self._shapes().run(one, run)

    def _jobs(self, asked: Asked) -> Answer:
        one, run = self._run_of(asked)
        jobs = [self._shapes().job(one, run, job) for job in _page(asked, run.jobs)]
        return 200, {"total_count": len(run.jobs), "jobs": jobs}

    def _cancel(self, asked: Asked) -> Answer:
        _, run = self._run_of(asked)
        if run.status == "completed":
            raise Refused(409, "Cannot cancel a workflow run that is completed.")
        self._moves.cancel(run)
        return 202, {}

    def _pending(self, asked: Asked) -> Answer:
        one, run = self._run_of(asked)
        if run.status != "waiting":
            return 200, []
        url = f"{self._shapes().base}/repos/{one.name}/environments/{run.waiting_for}"
        environment = {"id": 1, "node_id": "EN:1", "name": run.waiting_for, "url": url, "html_url": url}
        person = {"type": "User", "reviewer": self._shapes().user("omar")}
        return 200, [
            {
                "environment": environment, "wait_timer": 0, "wait_timer_started_at": None,
                "current_user_can_approve": False, "reviewers": [person],
            }
        ]  # fmt: skip

    # --- Deployments

    def _deployments(self, asked: Asked) -> Answer:
        one, query = self._one(asked), asked.query
        found = [d for d in self._things.deployments.values() if d.repository == one.name]
        for name in ("sha", "ref", "task", "environment"):
            if query.get(name, "none") != "none":
                found = [d for d in found if getattr(d, name) == query[name]]
        found.sort(key=lambda d: d.id, reverse=True)
        return 200, [self._shapes().deployment(one, each) for each in _page(asked, found)]

    def _deploy(self, asked: Asked) -> Answer:
        one, body = self._one(asked), asked.body
        ref = str(body.get("ref", ""))
        sha = one.git.commit_of(ref)
        if sha is None:
            raise Refused(422, f"No ref found for: {ref}")
        environment = str(body.get("environment", "production"))
        it = Deployment(
            id=self._things.number(), repository=one.name, sha=sha, ref=ref, task=str(body.get("task", "deploy")),
            environment=environment, description=str(body.get("description") or ""), payload=body.get("payload", ""),
            transient=bool(body.get("transient_environment", False)), created=self._things.clock.now(),
            production=bool(body.get("production_environment", environment == "production")),
        )  # fmt: skip
        self._things.keep(it)
        return 201, self._shapes().deployment(one, it)

    def _deployment(self, asked: Asked) -> Answer:
        one, it = self._deployment_of(asked)
        return 200, self._shapes().deployment(one, it)

    def _statuses(self, asked: Asked) -> Answer:
        one, it = self._deployment_of(asked)
        newest_first = list(reversed(it.statuses))
        return 200, [self._shapes().deployment_status(one, it, each) for each in _page(asked, newest_first)]

    def _say(self, asked: Asked) -> Answer:
        one, it = self._deployment_of(asked)
        body = asked.body
        if body.get("state") not in STATES or len(str(body.get("description") or "")) > 140:
            field = "state" if body.get("state") not in STATES else "description"
            wrong = {"resource": "DeploymentStatus", "field": field, "code": "invalid"}
            raise Refused(422, "Validation Failed", errors=[wrong])
        status = DeploymentStatus(
            id=self._things.number(), state=body["state"], description=str(body.get("description") or ""),
            log_url=str(body.get("log_url") or body.get("target_url") or ""),
            environment_url=str(body.get("environment_url") or ""),
            environment=str(body.get("environment") or it.environment), created=self._things.clock.now(),
        )  # fmt: skip
        it.statuses.append(status)
        if status.state == "success" and body.get("auto_inactive", True):
            self._retire(it)
        self._things.keep(it)
        self._told(one, it, status)
        return 201, self._shapes().deployment_status(one, it, status)

    def _retire(self, new: Deployment) -> None:
        for old in self._things.deployments.values():
            same = (old.repository, old.environment) == (new.repository, new.environment)
            if same and old.id != new.id and old.statuses and old.statuses[-1].state == "success":
                last = old.statuses[-1]
                gone = DeploymentStatus(
                    self._things.number(), "inactive", "", last.log_url, last.environment_url, last.environment,
                    self._things.clock.now(),
                )  # fmt: skip
                old.statuses.append(gone)
                self._things.keep(old)

    # --- finding

    def _one(self, asked: Asked) -> Repository:
        one = self._things.repositories.get(f"{asked.at['owner']}/{asked.at['repo']}")
        if one is None:
            raise Refused(404, "Not Found")
        return one

    def _sha(self, one: Repository, ref: str) -> str:
        sha = one.git.commit_of(ref)
        if sha is None:
            raise Refused(422, f"No commit found for SHA: {ref}")
        return sha

    def _run_of(self, asked: Asked) -> tuple[Repository, Run]:
        one, said = self._one(asked), asked.at["run"]
        run = self._things.runs.get(int(said)) if said.isdigit() else None
        if run is None or run.repository != one.name or run.vanished:
            raise Refused(404, "Not Found")
        return one, run

    def _deployment_of(self, asked: Asked) -> tuple[Repository, Deployment]:
        one, said = self._one(asked), asked.at["deployment"]
        it = self._things.deployments.get(int(said)) if said.isdigit() else None
        if it is None or it.repository != one.name:
            raise Refused(404, "Not Found")
        return one, it


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", template)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped))


def _page(asked: Asked, rows: list[Any], default: int = 30) -> list[Any]:
    size = min(int(asked.query.get("per_page", default)), max(default, 100))
    start = (int(asked.query.get("page", 1)) - 1) * size
    return rows[start : start + size]
