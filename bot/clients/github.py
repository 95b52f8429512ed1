"""GitHub's REST API: commits, pull requests, checks, workflow runs, Deployments.

What is asked is tried once (a GET that was cut off, twice); who calls decides when to ask again. Both of GitHub's
limits are kept to: after a refusal nothing is asked before the time that it names. An answer that has not changed
(its ETag) costs nothing of the limit. Every refusal says what is wrong and what to do; no token stands in any of it.
"""

from collections.abc import Mapping
from urllib.parse import quote

from bot.clients import _github_shapes as shapes
from bot.clients._github_app import AppTokens
from bot.clients._github_asking import (
    MOST_PAGES,
    PAGE,
    Asking,
    FixedToken,
    GitHubLimited,
    GitHubRefused,
    Tokens,
    shaped,
)
from bot.clients._github_shapes import (
    ChangedFile,
    Check,
    Commit,
    Comparison,
    Deployment,
    DeploymentStatus,
    Job,
    JobStep,
    PullRequest,
    WorkflowRun,
)
from bot.clock import Clock

__all__ = [
    "AppTokens", "ChangedFile", "Check", "Commit", "Comparison", "Deployment", "DeploymentStatus", "FixedToken",
    "GitHub", "GitHubLimited", "GitHubRefused", "Job", "JobStep", "PullRequest", "Tokens", "WorkflowRun",
]  # fmt: skip

GITHUB_API = "https://api.github.com"


class GitHub(Asking):
    """tokens: None where there are no credentials: then every call is refused. api_url: without a slash at its end."""

    def __init__(
        self, tokens: Tokens | None, clock: Clock, *, api_url: str = GITHUB_API, timeout: float = 10
    ) -> None:
        super().__init__(tokens, clock, api_url, timeout)

    # --- what there is

    async def commit(self, repository: str, ref: str) -> Commit:
        """What a branch, a tag or a commit means."""
        path = f"/commits/{_name(ref)}"
        body = await self.get(repository, path, f"`{ref}` in {repository}", "contents: read")
        return shaped(shapes.commit, body)

    async def compare(self, repository: str, base: str, head: str) -> Comparison:
        """What head has more than base: all of its commits (at most 2,500), and the first 300 files."""
        what = f"`{base}` or `{head}` in {repository}"
        path = f"/compare/{_name(base)}...{_name(head)}"
        found: Comparison | None = None
        for page in range(1, 2 * MOST_PAGES + 6):
            query = {"per_page": PAGE, "page": page}
            part = shaped(shapes.comparison, await self.get(repository, path, what, "contents: read", query))
            found = part if found is None else found.with_more(part.commits)
            if len(found.commits) >= found.ahead or not part.commits:
                break
        assert found is not None
        return found

    async def pull_request(self, repository: str, number: int) -> PullRequest:
        body = await self.get(
            repository, f"/pulls/{number}", f"pull request #{number} in {repository}", "pull requests: read"
        )
        return shaped(shapes.pull_request, body)

    async def checks(self, repository: str, sha: str) -> list[Check]:
        """Check runs and commit statuses of a commit, the newest of each name, by name."""
        what, needs = f"commit {sha[:7]} in {repository}", "checks: read"
        runs = await self.pages(
            repository, f"/commits/{_name(sha)}/check-runs", "check_runs", what, needs, {"filter": "latest"}
        )
        body = await self.get(
            repository, f"/commits/{_name(sha)}/status", what, "commit statuses: read", {"per_page": PAGE}
        )
        found = [shaped(shapes.check_run, row) for row in runs]
        found += [shaped(shapes.commit_status, row) for row in shaped(lambda b: b["statuses"], body)]
        return sorted(found, key=lambda check: check.name)

    # --- Actions

    async def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str]
    ) -> tuple[int, str] | None:
        """Have a workflow run; (id of the run, its page), or None where this GitHub does not say it."""
        path = f"/actions/workflows/{_name(workflow)}/dispatches"
        given = {"ref": ref, "inputs": dict(inputs), "return_run_details": True}
        what = f"workflow `{workflow}` in {repository}"
        answer = await self.post(repository, path, given, f"start the {what}", what, "actions: write")
        if not answer:
            return None
        return shaped(lambda body: (int(body["workflow_run_id"]), str(body["html_url"])), answer)

    async def runs(self, repository: str, workflow: str, *, since: float) -> list[WorkflowRun]:
        """The runs that were dispatched since then (seconds since the epoch), newest first."""
        query = {"event": "workflow_dispatch", "created": f">={shapes.written(since)}"}
        what = f"workflow `{workflow}` in {repository}"
        path = f"/actions/workflows/{_name(workflow)}/runs"
        rows = await self.pages(repository, path, "workflow_runs", what, "actions: read", query)
        return [shaped(shapes.run, row) for row in rows]

    async def run(self, repository: str, id: int) -> WorkflowRun | None:
        """One run; None when GitHub has none of that id (any more)."""
        try:
            body = await self.get(
                repository, f"/actions/runs/{id}", f"run {id} in {repository}", "actions: read"
            )
        except GitHubRefused as refused:
            if refused.status in (404, 410):
                return None
            raise
        return shaped(shapes.run, body)

    async def jobs(self, repository: str, id: int) -> list[Job]:
        what = f"run {id} in {repository}"
        rows = await self.pages(repository, f"/actions/runs/{id}/jobs", "jobs", what, "actions: read")
        return [shaped(shapes.job, row) for row in rows]

    async def waits_for(self, repository: str, id: int) -> tuple[str, ...]:
        """The environments whose reviewers (or timers) a run waits for."""
        path, what = f"/actions/runs/{id}/pending_deployments", f"run {id} in {repository}"
        body = await self.get(repository, path, what, "actions: read")
        return shaped(lambda rows: tuple(str(row["environment"]["name"]) for row in rows), body)

    async def cancel(self, repository: str, id: int) -> bool:
        """Ask for the end of a run. False: it is over already, or cannot be ended."""
        what = f"run {id} in {repository}"
        try:
            await self.post(
                repository, f"/actions/runs/{id}/cancel", None, f"end {what}", what, "actions: write"
            )
        except GitHubRefused as refused:
            if refused.status in (404, 409):
                return False
            raise
        return True

    # --- Deployments

    async def deployments(self, repository: str, *, sha: str, environment: str) -> list[Deployment]:
        """Newest first."""
        query = {"sha": sha, "environment": environment, "per_page": PAGE}
        what = f"Deployments of {repository}"
        rows = await self.get(repository, "/deployments", what, "deployments: read", query)
        return [shaped(shapes.deployment, row) for row in shaped(list, rows)]

    async def newest_deployments(
        self, repository: str, *, environment: str, task: str, count: int
    ) -> list[Deployment]:
        """The newest of an environment, newest first, whatever commit they are of."""
        query = {"environment": environment, "task": task, "per_page": count}
        rows = await self.get(
            repository, "/deployments", f"Deployments of {repository}", "deployments: read", query
        )
        return [shaped(shapes.deployment, row) for row in shaped(list, rows)]

    async def create_deployment(
        self,
        repository: str,
        *,
        sha: str,
        environment: str,
        task: str,
        description: str,
        payload: Mapping[str, str],
    ) -> Deployment:
        given = {
            "ref": sha, "environment": environment, "task": task, "description": description[:140],
            "payload": dict(payload), "auto_merge": False, "required_contexts": [],
        }  # fmt: skip
        doing, what = f"note a Deployment in {repository}", f"commit {sha[:7]} in {repository}"
        body = await self.post(repository, "/deployments", given, doing, what, "deployments: write")
        return shaped(shapes.deployment, body)

    async def deployment_statuses(self, repository: str, id: int) -> list[DeploymentStatus]:
        """Newest first."""
        what = f"Deployment {id} in {repository}"
        rows = await self.get(
            repository, f"/deployments/{id}/statuses", what, "deployments: read", {"per_page": PAGE}
        )
        return [shaped(shapes.deployment_status, row) for row in shaped(list, rows)]

    async def say(
        self, repository: str, id: int, state: str, *, description: str = "", log_url: str = ""
    ) -> None:
        """A Deployment's new status: queued, pending, in_progress, success, failure, error."""
        given = {"state": state, "description": description[:140]} | ({"log_url": log_url} if log_url else {})
        what = f"Deployment {id} in {repository}"
        doing = f"say what became of {what}"
        await self.post(repository, f"/deployments/{id}/statuses", given, doing, what, "deployments: write")


def _name(part: str) -> str:
    """One part of an address: a ref may have slashes in it, and anything else."""
    return quote(part, safe="")
