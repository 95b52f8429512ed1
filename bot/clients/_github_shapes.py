"""What GitHub's answers say, as plain data: only what is used. A KeyError or its like is an answer of no sense."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

CheckState = Literal["passed", "failed", "running", "cancelled", "skipped"]


@dataclass(frozen=True)
class Commit:
    """at: when it was committed, seconds since the epoch, as all times here."""

    sha: str
    subject: str
    author: str
    email: str
    at: float | None


@dataclass(frozen=True)
class ChangedFile:
    """status: added, removed, modified, renamed … before: its old name, of one that was renamed."""

    name: str
    status: str
    additions: int
    deletions: int
    before: str = ""


@dataclass(frozen=True)
class Comparison:
    """ahead: commits that head has more; behind: fewer. commits: those more, oldest first. base: where both meet."""

    status: str
    ahead: int
    behind: int
    base: str
    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]

    def with_more(self, commits: tuple[Commit, ...]) -> "Comparison":
        known = {commit.sha for commit in self.commits}
        return replace(self, commits=(*self.commits, *(c for c in commits if c.sha not in known)))


@dataclass(frozen=True)
class PullRequest:
    """sha: its head. merge: the commit it became, once merged."""

    number: int
    title: str
    state: str
    merged: bool
    branch: str
    sha: str
    merge: str | None
    author: str
    url: str


@dataclass(frozen=True)
class Check:
    """A check run or a commit status. word: GitHub's own for how it ended."""

    name: str
    state: CheckState
    word: str
    url: str


@dataclass(frozen=True)
class WorkflowRun:
    """title: what `run-name` made of it. status: queued, pending, waiting, requested, in_progress, completed."""

    id: int
    title: str
    status: str
    conclusion: str | None
    url: str
    event: str
    created: float
    updated: float
    started: float | None


@dataclass(frozen=True)
class JobStep:
    name: str
    status: str
    conclusion: str | None
    started: float | None
    ended: float | None


@dataclass(frozen=True)
class Job:
    name: str
    status: str
    conclusion: str | None
    started: float | None
    ended: float | None
    url: str
    steps: tuple[JobStep, ...]


@dataclass(frozen=True)
class Deployment:
    id: int
    environment: str
    sha: str
    payload: Any
    created: float
    by: str = ""  # login; "" of an account that is gone


@dataclass(frozen=True)
class DeploymentStatus:
    state: str
    description: str
    created: float
    by: str = ""


def commit(body: Any) -> Commit:
    inner = body["commit"]
    author = inner["author"] or {}
    at = moment((inner["committer"] or {}).get("date"))
    subject = str(inner["message"]).partition("\n")[0]
    return Commit(sha(body["sha"]), subject, str(author.get("name", "")), str(author.get("email", "")), at)


def comparison(body: Any) -> Comparison:
    files = tuple(
        ChangedFile(
            str(row["filename"]), str(row["status"]), int(row["additions"]), int(row["deletions"]),
            str(row.get("previous_filename", "")),
        )
        for row in body.get("files") or ()
    )  # fmt: skip
    return Comparison(
        str(body["status"]), int(body["ahead_by"]), int(body["behind_by"]), sha(body["merge_base_commit"]["sha"]),
        tuple(commit(row) for row in body["commits"]), files,
    )  # fmt: skip


def pull_request(body: Any) -> PullRequest:
    return PullRequest(
        int(body["number"]), str(body["title"]), str(body["state"]), bool(body.get("merged")),
        str(body["head"]["ref"]), sha(body["head"]["sha"]), body.get("merge_commit_sha"),
        str((body.get("user") or {}).get("login", "")), str(body["html_url"]),
    )  # fmt: skip


def check_run(body: Any) -> Check:
    word = body["conclusion"] if body["status"] == "completed" else None
    states: dict[str, CheckState] = {
        "success": "passed", "neutral": "passed", "skipped": "skipped", "cancelled": "cancelled",
    }  # fmt: skip
    state: CheckState = "running" if word is None else states.get(word, "failed")
    return Check(str(body["name"]), state, str(word or body["status"]), str(body.get("html_url") or ""))


def commit_status(body: Any) -> Check:
    states: dict[str, CheckState] = {"success": "passed", "pending": "running"}
    word = str(body["state"])
    return Check(str(body["context"]), states.get(word, "failed"), word, str(body.get("target_url") or ""))


def run(body: Any) -> WorkflowRun:
    created = _moment(body["created_at"])
    return WorkflowRun(
        int(body["id"]), str(body.get("display_title") or body.get("name") or ""), str(body["status"]),
        body["conclusion"], str(body["html_url"]), str(body["event"]), created, _moment(body["updated_at"]),
        moment(body.get("run_started_at")),
    )  # fmt: skip


def job(body: Any) -> Job:
    steps = tuple(
        JobStep(
            str(row["name"]), str(row["status"]), row["conclusion"], moment(row.get("started_at")),
            moment(row.get("completed_at")),
        )
        for row in body.get("steps") or ()
    )  # fmt: skip
    return Job(
        str(body["name"]), str(body["status"]), body["conclusion"], moment(body.get("started_at")),
        moment(body.get("completed_at")), str(body.get("html_url") or ""), steps,
    )  # fmt: skip


def deployment(body: Any) -> Deployment:
    created = moment(body["created_at"])
    assert created is not None
    return Deployment(
        int(body["id"]),
        str(body["environment"]),
        sha(body["sha"]),
        body.get("payload"),
        created,
        _login(body),
    )


def deployment_status(body: Any) -> DeploymentStatus:
    return DeploymentStatus(
        str(body["state"]),
        str(body.get("description") or ""),
        moment(body["created_at"]) or 0.0,
        _login(body),
    )


def _login(body: Any) -> str:
    return str((body.get("creator") or {}).get("login", ""))


def sha(value: Any) -> str:
    if not isinstance(value, str) or len(value) < 40:
        raise ValueError("no commit")
    return value


def moment(value: Any) -> float | None:
    """Seconds since the epoch of `2026-01-05T09:00:00Z`."""
    return None if value is None else datetime.fromisoformat(str(value)).timestamp()


def _moment(value: Any) -> float:
    return datetime.fromisoformat(str(value)).timestamp()


def written(at: float) -> str:
    """The same the other way round, in whole seconds."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
