"""How a run goes forward: by itself over the workspace's clock, or as told. GitHub tells of each change."""

from collections.abc import Callable

from ..faults import ControlError
from .things import Job, Repository, Run, Step, Things, Workflow

STEPS = [
    ("Set up job", 1.0),
    ("Check out", 1.0),
    ("Deploy", 4.0),
    ("Look whether it is well", 2.0),
    ("Complete job", 0.0),
]
CANCEL_SECONDS = 1.0
ENDS = ("success", "failure", "cancelled", "timed_out")
Told = Callable[[str, Run], None]


class Moves:
    """told: called with "requested", "in_progress", "completed" and the run, as GitHub's workflow_run webhook says."""

    def __init__(self, things: Things, told: Told) -> None:
        self._things, self._told = things, told

    def dispatch(
        self, one: Repository, flow: Workflow, branch: str, sha: str, inputs: dict[str, object]
    ) -> Run:
        things, now = self._things, self._things.clock.now()
        said = {name: str(inputs.get(name, "")) for name in flow.inputs}
        planned = flow.jobs or None
        jobs = [("deploy", STEPS)] if planned is None else [(job.name, job.steps) for job in planned]
        before = sum(
            1 for run in things.runs.values() if run.repository == one.name and run.workflow == flow.id
        )
        run = Run(
            id=things.number(), number=before + 1, repository=one.name, workflow=flow.id, branch=branch, sha=sha,
            title=flow.run_name.format_map(_Said(said)), inputs=dict(inputs), created=now, updated=now,
            listed=now + flow.lag, waiting_for=flow.environment, held=flow.held,
            jobs=[
                Job(things.number(), name, [Step(step, n, seconds) for n, (step, seconds) in enumerate(steps, 1)])
                for name, steps in jobs
            ],
        )  # fmt: skip
        things.keep(run)
        self._told("requested", run)
        return run

    def forward(self) -> None:
        """Bring every run to where it has to be by now."""
        for run in list(self._things.runs.values()):
            if run.status != "completed" and not run.vanished:
                before = (run.status, [(j.status, [s.status for s in j.steps]) for j in run.jobs])
                self._forward(run, self._things.clock.now())
                if before != (run.status, [(j.status, [s.status for s in j.steps]) for j in run.jobs]):
                    self._things.keep(run)

    def _forward(self, run: Run, now: float) -> None:
        if run.cancelling is not None and now >= run.cancelling:
            self.end(run, "cancelled", run.cancelling)
            return
        if run.held or run.cancelling is not None or run.status == "waiting":
            return
        one = self._things.repositories[run.repository]
        flow = one.workflow(str(run.workflow))
        if run.status == "queued":
            begins = run.created + (flow.queue if flow else 0)
            if now < begins:
                return
            if run.waiting_for:
                run.status, run.updated = "waiting", begins
                return
            self.begin(run, begins)
        while (at := self._at(run)) is not None:
            job, step = at
            assert step.started is not None
            ends = step.started + step.seconds
            if now < ends:
                return
            bad = run.ends == "failure" and (
                step.name == run.fails_at or (not run.fails_at and self._last(run, step))
            )
            self._step_over(run, job, step, ends, "failure" if bad else "success")
            if bad:
                self.end(run, "failure", ends)
                return
        if run.status != "completed":
            self.end(run, run.ends, run.updated)

    def begin(self, run: Run, at: float) -> None:
        run.status, run.started, run.updated = "in_progress", at, at
        self._next(run, at)
        self._told("in_progress", run)

    def step(self, run: Run, at: float) -> None:
        """One step further, as told."""
        if run.status in ("queued", "waiting"):
            self.begin(run, at)
            return
        if (here := self._at(run)) is not None:
            self._step_over(run, *here, at, "success")

    def approve(self, run: Run, at: float) -> None:
        """A person has let it go on."""
        run.waiting_for = ""
        if run.status == "waiting":
            self.begin(run, at)

    def cancel(self, run: Run) -> None:
        if run.cancelling is None:
            run.cancelling = self._things.clock.now() + CANCEL_SECONDS
            self._things.keep(run)

    def end(self, run: Run, conclusion: str, at: float) -> None:
        if conclusion not in ENDS:
            raise ControlError(f"A run ends as {', '.join(ENDS)}, not {conclusion!r}.")
        for job in run.jobs:
            for step in job.steps:
                if step.status == "in_progress":
                    step.status, step.completed, step.conclusion = "completed", at, conclusion
                elif step.status == "queued":
                    well = conclusion == "success"
                    step.status, step.conclusion = "completed", "success" if well else "skipped"
                    step.started = step.started or at
                    step.completed = at
            if job.status != "completed":
                job.conclusion = conclusion if job.started or conclusion == "success" else "skipped"
                job.started = job.started or at
                job.status, job.completed = "completed", at
        run.status, run.conclusion, run.updated = "completed", conclusion, at
        self._things.keep(run)
        self._told("completed", run)

    def _at(self, run: Run) -> tuple[Job, Step] | None:
        for job in run.jobs:
            for step in job.steps:
                if step.status == "in_progress":
                    return job, step
        return None

    def _step_over(self, run: Run, job: Job, step: Step, at: float, conclusion: str) -> None:
        step.status, step.completed, step.conclusion, run.updated = "completed", at, conclusion, at
        if conclusion == "success":
            self._next(run, at)

    def _next(self, run: Run, at: float) -> None:
        """Begin what comes next; the job behind it is over when its steps are."""
        for job in run.jobs:
            if job.status == "completed":
                continue
            if job.status == "queued":
                job.status, job.started = "in_progress", at
            waiting = next((step for step in job.steps if step.status == "queued"), None)
            if waiting is not None:
                waiting.status, waiting.started = "in_progress", at
                return
            job.status, job.completed, job.conclusion = "completed", at, "success"

    def _last(self, run: Run, step: Step) -> bool:
        return step is run.jobs[-1].steps[-1]


class _Said(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
