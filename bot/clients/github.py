"""GitHub's REST API: commits, pull requests, checks, workflow runs, Deployments.

What is asked is tried once (a GET that was cut off, twice); who calls decides when to ask again. Both of GitHub's
limits are kept to: after a refusal nothing is asked before the time that it names. An answer that has not changed
(its ETag) costs nothing of the limit. Every refusal says what is wrong and what to do; no token stands in any of it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from bot.clients import _github_shapes as shapes
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
from bot.clients.http import Answer, Http, Unreachable
from bot.clock import Clock
from bot.errors import Refusal

__all__ = [
    "ChangedFile", "Check", "Commit", "Comparison", "Deployment", "DeploymentStatus", "FixedToken", "GitHub",
    "GitHubLimited", "GitHubRefused", "Job", "JobStep", "PullRequest", "Tokens", "WorkflowRun",
]  # fmt: skip

GITHUB_API = "https://api.github.com"
PAGE = 100
MOST_PAGES = 10
REMEMBERED = 1_000  # answers whose ETag is kept
LOW = 200  # so few requests left: what is not urgent waits longer
T = TypeVar("T")


class GitHubLimited(Unreachable):
    """One of GitHub's limits: nothing was done. until: when it may be asked again, seconds since the epoch."""

    def __init__(self, sentence: str, until: float) -> None:
        super().__init__("GitHub", sentence, reached=False)
        self.until = until


class GitHubRefused(Refusal):
    """GitHub understood and said no; nothing was done. status: 401, 403, 404, 409, 422 or another below 500."""

    def __init__(self, sentence: str, status: int, hint: str) -> None:
        super().__init__(sentence, code=f"github-{status}", hint=hint)
        self.status = status


class Tokens(Protocol):
    """Whose rights are used. `refused`: the last one was not taken; True: it is worth asking again."""

    async def token(self, repository: str) -> str: ...

    async def refused(self, repository: str) -> bool: ...


class FixedToken:
    """GITHUB_TOKEN."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, repository: str) -> str:
        return self._token

    async def refused(self, repository: str) -> bool:
        return False


class GitHub:
    """tokens: None where there are no credentials: then every call is refused. api_url: without a slash at its end."""

    def __init__(
        self, tokens: Tokens | None, clock: Clock, *, api_url: str = GITHUB_API, timeout: float = 10
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._base = api_url.rstrip("/")
        self._http = Http("GitHub", timeout=timeout)
        self._known: OrderedDict[str, tuple[str, Any]] = OrderedDict()
        self._until = 0.0
        self.left: int | None = None  # requests left in this hour, as GitHub said last

    @property
    def set_up(self) -> bool:
        """Whether there are credentials."""
        return self._tokens is not None

    @property
    def low(self) -> bool:
        """Whether little of the hour's limit is left."""
        return self.left is not None and self.left < LOW

    async def close(self) -> None:
        await self._http.close()

    # --- what there is

    async def commit(self, repository: str, ref: str) -> Commit:
        """What a branch, a tag or a commit means."""
        path = f"/commits/{_name(ref)}"
        body = await self._get(repository, path, f"`{ref}` in {repository}", "contents: read")
        return _shaped(shapes.commit, body)

    async def compare(self, repository: str, base: str, head: str) -> Comparison:
        """What head has more than base: all of its commits (at most 2,500), and the first 300 files."""
        what = f"`{base}` or `{head}` in {repository}"
        path = f"/compare/{_name(base)}...{_name(head)}"
        found: Comparison | None = None
        for page in range(1, 2 * MOST_PAGES + 6):
            query = {"per_page": PAGE, "page": page}
            part = _shaped(
                shapes.comparison, await self._get(repository, path, what, "contents: read", query)
            )
            found = part if found is None else found.with_more(part.commits)
            if len(found.commits) >= found.ahead or not part.commits:
                break
        assert found is not None
        return found

    async def pull_request(self, repository: str, number: int) -> PullRequest:
        body = await self._get(
            repository, f"/pulls/{number}", f"pull request #{number} in {repository}", "pull requests: read"
        )
        return _shaped(shapes.pull_request, body)

    async def checks(self, repository: str, sha: str) -> list[Check]:
        """Check runs and commit statuses of a commit, the newest of each name, by name."""
        what, needs = f"commit {sha[:7]} in {repository}", "checks: read"
        runs = await self._pages(
            repository, f"/commits/{_name(sha)}/check-runs", "check_runs", what, needs, {"filter": "latest"}
        )
        body = await self._get(
            repository, f"/commits/{_name(sha)}/status", what, "commit statuses: read", {"per_page": PAGE}
        )
        found = [_shaped(shapes.check_run, row) for row in runs]
        found += [_shaped(shapes.commit_status, row) for row in _shaped(lambda b: b["statuses"], body)]
        return sorted(found, key=lambda check: check.name)

    # --- Actions

    async def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str]
    ) -> tuple[int, str] | None:
        """Have a workflow run; (id of the run, its page), or None where this GitHub does not say it."""
        path = f"/actions/workflows/{_name(workflow)}/dispatches"
        given = {"ref": ref, "inputs": dict(inputs), "return_run_details": True}
        what = f"workflow `{workflow}` in {repository}"
        answer = await self._post(repository, path, given, f"start the {what}", what, "actions: write")
        if not answer:
            return None
        return _shaped(lambda body: (int(body["workflow_run_id"]), str(body["html_url"])), answer)

    async def runs(self, repository: str, workflow: str, *, since: float) -> list[WorkflowRun]:
        """The runs that were dispatched since then (seconds since the epoch), newest first."""
        query = {"event": "workflow_dispatch", "created": f">={shapes.written(since)}"}
        what = f"workflow `{workflow}` in {repository}"
        path = f"/actions/workflows/{_name(workflow)}/runs"
        rows = await self._pages(repository, path, "workflow_runs", what, "actions: read", query)
        return [_shaped(shapes.run, row) for row in rows]

    async def run(self, repository: str, id: int) -> WorkflowRun | None:
        """One run; None when GitHub has none of that id (any more)."""
        try:
            body = await self._get(
                repository, f"/actions/runs/{id}", f"run {id} in {repository}", "actions: read"
            )
        except GitHubRefused as refused:
            if refused.status in (404, 410):
                return None
            raise
        return _shaped(shapes.run, body)

    async def jobs(self, repository: str, id: int) -> list[Job]:
        what = f"run {id} in {repository}"
        rows = await self._pages(repository, f"/actions/runs/{id}/jobs", "jobs", what, "actions: read")
        return [_shaped(shapes.job, row) for row in rows]

    async def waits_for(self, repository: str, id: int) -> tuple[str, ...]:
        """The environments whose reviewers (or timers) a run waits for."""
        path, what = f"/actions/runs/{id}/pending_deployments", f"run {id} in {repository}"
        body = await self._get(repository, path, what, "actions: read")
        return _shaped(lambda rows: tuple(str(row["environment"]["name"]) for row in rows), body)

    async def cancel(self, repository: str, id: int) -> bool:
        """Ask for the end of a run. False: it is over already, or cannot be ended."""
        what = f"run {id} in {repository}"
        try:
            await self._post(
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
        rows = await self._get(repository, "/deployments", what, "deployments: read", query)
        return [_shaped(shapes.deployment, row) for row in _shaped(list, rows)]

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
        body = await self._post(repository, "/deployments", given, doing, what, "deployments: write")
        return _shaped(shapes.deployment, body)

    async def deployment_statuses(self, repository: str, id: int) -> list[DeploymentStatus]:
        """Newest first."""
        what = f"Deployment {id} in {repository}"
        rows = await self._get(
            repository, f"/deployments/{id}/statuses", what, "deployments: read", {"per_page": PAGE}
        )
        return [_shaped(shapes.deployment_status, row) for row in _shaped(list, rows)]

    async def say(
        self, repository: str, id: int, state: str, *, description: str = "", log_url: str = ""
    ) -> None:
        """A Deployment's new status: queued, pending, in_progress, success, failure, error."""
        given = {"state": state, "description": description[:140]} | ({"log_url": log_url} if log_url else {})
        what = f"Deployment {id} in {repository}"
        doing = f"say what became of {what}"
        await self._post(repository, f"/deployments/{id}/statuses", given, doing, what, "deployments: write")

    # --- how it is asked

    async def _pages(
        self,
        repository: str,
        path: str,
        key: str,
        what: str,
        needs: str,
        query: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        rows: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {**(query or {}), "per_page": PAGE} | ({"page": page} if page > 1 else {})
            body = await self._get(repository, path, what, needs, asked)
            part: list[Any] = _shaped(lambda found: list(found[key]), body)
            rows += part
            if len(part) < PAGE:
                break
        return rows

    async def _get(
        self, repository: str, path: str, what: str, needs: str, query: Mapping[str, Any] | None = None
    ) -> Any:
        url = f"/repos/{repository}{path}" + (f"?{urlencode(query)}" if query else "")
        known = self._known.get(url)
        headers = {"If-None-Match": known[0]} if known else {}
        try:
            answer = await self._asked("GET", url, repository, headers)
        except GitHubLimited:
            raise
        except Unreachable:  # reading twice harms nobody
            await asyncio.sleep(0.2)
            answer = await self._asked("GET", url, repository, headers)
        if answer.status == 304 and known:
            self._known.move_to_end(url)
            return known[1]
        if answer.status != 200:
            raise self._refused(answer, f"show me {what}", what, needs)
        body = self._json(answer)
        if etag := answer.headers.get("etag"):
            self._known[url] = (etag, body)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return body

    async def _post(
        self, repository: str, path: str, body: Mapping[str, Any] | None, doing: str, what: str, needs: str
    ) -> Any:
        answer = await self._asked("POST", f"/repos/{repository}{path}", repository, {}, body)
        if not 200 <= answer.status < 300:
            raise self._refused(answer, f"let me {doing}", what, needs)
        return self._json(answer)

    async def _asked(
        self,
        verb: str,
        url: str,
        repository: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        if self._tokens is None:
            raise GitHubRefused(
                "I have no credentials for GitHub.", 401, "An admin has to set GITHUB_TOKEN for Grail."
            )
        now = self._clock.now()
        if now < self._until:
            raise GitHubLimited(_wait(self._until - now), self._until)
        for again in (False, True):
            given = {
                "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", **headers,
                "Authorization": f"Bearer {await self._tokens.token(repository)}",
            }  # fmt: skip
            answer = await self._http.ask(verb, self._base + url, headers=given, body=body)
            if answer.status != 401 or again or not await self._tokens.refused(repository):
                break
        self._limits(answer)
        if answer.status >= 500:
            raise Unreachable("GitHub", f"GitHub answers {answer.status}.", reached=True)
        return answer

    def _limits(self, answer: Answer) -> None:
        """Keep what GitHub says of its limits. Raises GitHubLimited where this answer is a refusal for that."""
        with suppress(ValueError, KeyError):
            self.left = int(answer.headers["x-ratelimit-remaining"])
        if answer.status not in (403, 429):
            return
        now = self._clock.now()
        retry, said = answer.headers.get("retry-after"), answer.body[:500].lower()
        if retry is not None:
            self._until = now + _seconds(retry, 60)
        elif self.left == 0:
            self._until = max(
                now + 1, _seconds(answer.headers.get("x-ratelimit-reset"), now + 60, most=now + 7200)
            )
        elif answer.status == 429 or b"secondary rate limit" in said:
            self._until = now + 60  # what GitHub's documentation asks for where it names no time
        else:
            return
        raise GitHubLimited(_wait(self._until - now), self._until)

    def _json(self, answer: Answer) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise _rubbish() from error

    def _refused(self, answer: Answer, doing: str, what: str, needs: str) -> GitHubRefused:
        status = answer.status
        said = ""
        with suppress(ValueError, AttributeError, TypeError):
            said = " ".join(str(answer.json().get("message") or "").split())[:200].rstrip(".")
        told = f" ({said})" if said else ""
        match status:
            case 401:
                return GitHubRefused(
                    "GitHub does not take my token.",
                    401,
                    "An admin has to give Grail a GITHUB_TOKEN that is valid.",
                )
            case 403:
                hint = f"An admin has to give its token this permission: {needs}."
                return GitHubRefused(f"GitHub does not {doing}{told}.", 403, hint)
            case 404:
                hint = "Look at its name in config.yaml, and whether Grail's token may see it."
                return GitHubRefused(f"GitHub knows no {what}, or hides it from me.", 404, hint)
            case 301 | 302 | 307 | 308:
                hint = "Has it been renamed? Write the new name into config.yaml."
                return GitHubRefused(f"GitHub has moved {what}.", status, hint)
        hint = "What GitHub says in brackets has to be put right first."
        return GitHubRefused(f"GitHub does not {doing}{told or f' (status {status})'}.", status, hint)


def _name(part: str) -> str:
    """One part of an address: a ref may have slashes in it, and anything else."""
    return quote(part, safe="")


def _shaped(read: Callable[[Any], T], body: Any) -> T:
    try:
        return read(body)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _rubbish() from error


def _rubbish() -> Unreachable:
    return Unreachable("GitHub", "GitHub's answer makes no sense.", reached=True)


def _seconds(text: str | None, default: float, most: float = 7200) -> float:
    try:
        return min(most, max(1.0, float(text or "")))
    except ValueError:
        return default


def _wait(seconds: float) -> str:
    whole = max(1, round(seconds))
    span = f"{whole} seconds" if whole < 120 else f"{round(whole / 60)} minutes"
    return f"GitHub lets me ask nothing for {span}: its limit is used up."
