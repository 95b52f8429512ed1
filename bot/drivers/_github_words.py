"""From GitHub's words to ours, and back: pure."""

import re

from bot.clients.github import Job
from bot.drivers import Order, Phase, Step, StepPhase
from bot.drivers._ordering import values_of

ENDED: dict[str, Phase] = {"success": "succeeded", "cancelled": "cancelled"}  # all others have failed
_TOLD: dict[Phase, str] = {
    "queued": "queued", "waiting": "pending", "running": "in_progress", "succeeded": "success", "failed": "failure",
    "cancelled": "error", "lost": "error", "vanished": "error",
}  # fmt: skip
_STEPS: dict[str, StepPhase] = {
    "success": "succeeded", "neutral": "succeeded", "failure": "failed", "timed_out": "failed",
    "action_required": "failed", "cancelled": "cancelled", "skipped": "skipped",
}  # fmt: skip
_FRAME = ("Set up job", "Complete job")


def told_as(phase: Phase) -> str:
    """The status of a GitHub Deployment; "" for none."""
    return _TOLD.get(phase, "")


def steps_of(jobs: list[Job]) -> tuple[Step, ...]:
    """Of one job its steps; of several the jobs, each with the step that it is at."""
    if len(jobs) == 1:
        shown = [
            step
            for step in jobs[0].steps
            if not (step.name in _FRAME and step.conclusion in (None, "success", "skipped"))
        ]
        return tuple(
            Step(step.name, _phase(step.status, step.conclusion), step.started, step.ended) for step in shown
        )
    found = []
    for job in jobs:
        at = next((step.name for step in job.steps if step.status == "in_progress"), "")
        phase = _phase(job.status, job.conclusion)
        begun = job.started if phase != "pending" else None
        found.append(Step(job.name, phase, begun, job.ended, at))
    return tuple(found)


def ending(conclusion: str | None, jobs: list[Job]) -> tuple[Phase, str]:
    """How a completed run has ended, and why."""
    phase: Phase = ENDED.get(conclusion or "", "failed")
    if phase == "succeeded":
        return phase, ""
    if phase == "cancelled":
        return phase, "It was cancelled at GitHub."
    for job in jobs:
        for step in job.steps:
            if _phase(step.status, step.conclusion) == "failed":
                ended = "ran out of time" if step.conclusion == "timed_out" else "failed"
                return phase, f"Step `{step.name}` of job `{job.name}` {ended}."
        if _phase(job.status, job.conclusion) == "failed":
            return phase, f"Job `{job.name}` failed ({job.conclusion})."
    words = {
        "startup_failure": "GitHub could not start the workflow: its file may be wrong.",
        "timed_out": "It took longer than GitHub lets a run take.",
        "skipped": "GitHub skipped every job of it: nothing was done.",
        "stale": "GitHub gave it up: it had waited too long.",
    }
    return phase, words.get(conclusion or "", f"GitHub says that it ended as {conclusion or 'nothing'}.")


def lines_of(jobs: list[Job]) -> list[str]:
    """What [Logs] shows: how far each step of each job is, and where GitHub shows what they printed."""
    steps = [
        f"{job.name} / {step.name}: {step.conclusion or step.status}" for job in jobs for step in job.steps
    ]
    return steps + [f"What it printed: {job.url}" for job in jobs if job.url]


def began(jobs: list[Job]) -> bool:
    """Whether any step has done anything."""
    return any(step.conclusion not in (None, "skipped") for job in jobs for step in job.steps)


def unseen(workflow: str, mark: str, since: float) -> str:
    """Why a run that was dispatched so many seconds ago, and cannot be found, is lost."""
    return (
        f"I asked GitHub {lasted(since)} ago, and no run of `{workflow}` carries its mark `{mark}`. "
        "Does the workflow show that input in its `run-name`? Look at its runs on GitHub before you deploy again."
    )


def filled(template: str, order: Order, mark: str) -> str:
    """An input of the workflow. `{deploy}` is the mark that the run is found by."""
    values = {**values_of(order), "deploy": mark}
    return re.sub(r"\{([a-z_]+)\}", lambda hole: values.get(hole[1], hole[0]), template)


def lasted(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return f"{whole} seconds"
    return f"{round(whole / 60)} minutes" if whole < 7200 else f"{round(whole / 3600)} hours"


def _phase(status: str, conclusion: str | None) -> StepPhase:
    if status == "completed":
        return _STEPS.get(conclusion or "", "failed")
    return "running" if status == "in_progress" else "pending"
