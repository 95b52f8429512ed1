"""What there is on the played GitHub. Times are seconds since the epoch; everything here is plain data."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..clock import Clock
from ..faults import ControlError, Json
from ..journal import Journal, Records
from .git import Git

FIRST = 9_000_000_000


@dataclass
class PlannedJob:
    """steps: (name, seconds) each."""

    name: str
    steps: list[tuple[str, float]]


@dataclass
class Workflow:
    """inputs: those that it declares; another one is refused, as GitHub does. run_name: with `{input}` holes.

    environment: one whose reviewers a person has to wait for. details: whether a dispatch answers with the run's id
    when it is asked to; GitHub's older servers never do. lag: seconds until a new run is listed. queue: until it
    starts. held: its runs move only as told.
    """

    id: int
    file: str
    name: str = "Deploy"
    inputs: list[str] = field(default_factory=lambda: ["deploy", "commit", "environment"])
    run_name: str = "Deploy {deploy}"
    jobs: list[PlannedJob] = field(default_factory=list)
    dispatchable: bool = True
    environment: str = ""
    details: bool = True
    lag: float = 0.0
    queue: float = 1.0
    held: bool = False


@dataclass
class Step:
    name: str
    number: int
    seconds: float
    status: str = "queued"
    conclusion: str | None = None
    started: float | None = None
    completed: float | None = None


@dataclass
class Job:
    id: int
    name: str
    steps: list[Step]
    status: str = "queued"
    conclusion: str | None = None
    started: float | None = None
    completed: float | None = None


@dataclass
class Run:
    """held: it moves only as told. listed: from when on it is in lists. ends: how it will end by itself."""

    id: int
    number: int
    repository: str
    workflow: int
    title: str
    branch: str
    sha: str
    inputs: dict[str, Any]
    created: float
    updated: float
    listed: float
    jobs: list[Job]
    status: str = "queued"
    conclusion: str | None = None
    started: float | None = None
    held: bool = False
    ends: str = "success"
    fails_at: str = ""
    cancelling: float | None = None
    waiting_for: str = ""
    vanished: bool = False


@dataclass
class DeploymentStatus:
    id: int
    state: str
    description: str
    log_url: str
    environment_url: str
    environment: str
    created: float


@dataclass
class Deployment:
    id: int
    repository: str
    sha: str
    ref: str
    task: str
    environment: str
    description: str
    payload: Any
    transient: bool
    production: bool
    created: float
    statuses: list[DeploymentStatus] = field(default_factory=list)
    by: str = "grail[bot]"


@dataclass
class Check:
    """kind: "run" for a check run, "status" for a commit status."""

    id: int
    repository: str
    sha: str
    name: str
    kind: str
    status: str
    conclusion: str | None
    started: float
    completed: float | None
    summary: str = ""


@dataclass
class PullRequest:
    number: int
    repository: str
    title: str
    branch: str
    base: str
    author: str
    head_sha: str
    state: str = "open"
    merged: bool = False
    merge_sha: str | None = None
    created: float = 0.0


@dataclass
class Repository:
    """path: of a real git repository, which commits and refs are read from."""

    id: int
    name: str  # owner/name
    path: str
    main: str = "main"
    workflows: list[Workflow] = field(default_factory=list)

    @property
    def git(self) -> Git:
        return Git(Path(self.path))

    def workflow(self, said: str) -> Workflow | None:
        """By its id or the name of its file."""
        return next((w for w in self.workflows if said in (str(w.id), w.file)), None)


class Things:
    """All of it, kept in the journal so that a restart of the workspace forgets nothing."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.clock, self._journal = clock, journal
        self.repositories: dict[str, Repository] = {}
        self.runs: dict[int, Run] = {}
        self.deployments: dict[int, Deployment] = {}
        self.checks: dict[int, Check] = {}
        self.pulls: dict[tuple[str, int], PullRequest] = {}
        self._last = FIRST

    def restore(self, records: Records) -> None:
        for value in records.get("github.repository", {}).values():
            flows = [
                Workflow(**{**flow, "jobs": [PlannedJob(**job) for job in flow["jobs"]]})
                for flow in value.pop("workflows")
            ]
            self.repositories[value["name"]] = Repository(**value, workflows=flows)
        for value in records.get("github.run", {}).values():
            jobs = [
                Job(**{**job, "steps": [Step(**step) for step in job["steps"]]}) for job in value.pop("jobs")
            ]
            self.runs[value["id"]] = Run(**value, jobs=jobs)
        for value in records.get("github.deployment", {}).values():
            statuses = [DeploymentStatus(**status) for status in value.pop("statuses")]
            self.deployments[value["id"]] = Deployment(**value, statuses=statuses)
        for value in records.get("github.check", {}).values():
            self.checks[value["id"]] = Check(**value)
        for value in records.get("github.pull", {}).values():
            self.pulls[value["repository"], value["number"]] = PullRequest(**value)
        numbers = [*self.runs, *self.deployments, *self.checks, *(r.id for r in self.repositories.values())]
        numbers += [job.id for run in self.runs.values() for job in run.jobs]
        self._last = max([self._last, *numbers, *(int(n) for n in records.get("github.last", {}).values())])

    def number(self) -> int:
        """An id that nothing else has."""
        self._last += 1
        self._journal.put("github.last", "last", self._last)
        return self._last

    def keep(self, thing: "Repository | Run | Deployment | Check | PullRequest") -> None:
        """Note it, new or changed."""
        match thing:
            case Repository():
                self.repositories[thing.name] = thing
                self._journal.put("github.repository", thing.name, asdict(thing))
            case Run():
                self.runs[thing.id] = thing
                self._journal.put("github.run", str(thing.id), asdict(thing))
            case Deployment():
                self.deployments[thing.id] = thing
                self._journal.put("github.deployment", str(thing.id), asdict(thing))
            case Check():
                self.checks[thing.id] = thing
                self._journal.put("github.check", str(thing.id), asdict(thing))
            case PullRequest():
                self.pulls[thing.repository, thing.number] = thing
                self._journal.put("github.pull", f"{thing.repository}#{thing.number}", asdict(thing))

    def repository(self, asked: Json) -> Repository:
        """The one that a program at /control means: by name, or the only one."""
        name = asked.get("repository")
        if name is None and len(self.repositories) == 1:
            return next(iter(self.repositories.values()))
        found = self.repositories.get(str(name))
        if found is None:
            there = ", ".join(self.repositories) or "none yet"
            raise ControlError(f"There is no repository {name!r} on this GitHub: there is {there}.")
        return found
