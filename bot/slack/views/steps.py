"""The steps of a deploy: as the `plan` block where the workspace has it, as lines with a bar elsewhere."""

from typing import Any

from bot.domain.deploys import Deploy, StepShown
from bot.slack import Block
from bot.slack.views.text import cut, escape, lasted, quiet, section

STEP_MARK = {
    "pending": ":white_circle:",
    "running": ":large_blue_circle:",
    "succeeded": ":white_check_mark:",
    "failed": ":x:",
    "cancelled": ":octagonal_sign:",
    "skipped": ":heavy_minus_sign:",
}
TASK = {"running": "in_progress", "succeeded": "complete", "failed": "error", "cancelled": "error"}
BAR = 10


def broke_at(deploy: Deploy) -> int | None:
    """Where in its steps it broke; what stands behind that and is not skipped belongs to the roll-back."""
    return next((i for i, step in enumerate(deploy.steps) if step.phase in ("failed", "cancelled")), None)


def as_lines(deploy: Deploy, now: float) -> Block:
    """A section in Slack's base blocks."""
    lines = [_bar(deploy)]
    for step, name in _named(deploy):
        took = f" · {lasted((step.ended or now) - step.started)}" if step.started else ""
        last = f" — {quiet(step.last_line, 100)}" if step.last_line and step.phase == "running" else ""
        lines.append(f"{STEP_MARK[step.phase]} {escape(name)}{took}{last}")
    return section("\n".join(lines))


def as_plan(deploy: Deploy) -> Block:
    """Slack's `plan` block, which not every workspace has."""
    tasks: list[dict[str, Any]] = []
    for index, (step, name) in enumerate(_named(deploy)):
        task: dict[str, Any] = {
            "type": "task_card",
            "task_id": f"{index}",
            "title": cut(name, 150),
            "status": TASK.get(step.phase, "pending"),  # what was skipped was not done
        }
        line = _plain(step.last_line)
        if line and step.phase == "running":
            task["details"] = {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": line}]}],
            }
        tasks.append(task)
    return {"type": "plan", "title": cut(_progress(deploy), 150), "tasks": tasks}


def _progress(deploy: Deploy) -> str:
    """Where it is, in a few words: `Step 2 of 6: test`."""
    at, of = deploy.place
    broke = broke_at(deploy)
    if deploy.state == "succeeded":
        return f"All {of} steps done"
    if broke is not None:
        step = deploy.steps[broke]
        return f"{deploy.state.capitalize()} at {step.name}" if deploy.over else f"{step.name} {step.phase}"
    where = f"step {at} of {of}: {deploy.steps[at - 1].name}"
    return f"{deploy.state.capitalize()} at {where}" if deploy.over else where[0].upper() + where[1:]


def _bar(deploy: Deploy) -> str:
    done = sum(step.phase == "succeeded" for step in deploy.steps)
    filled = round(BAR * done / len(deploy.steps))
    return f"`{'█' * filled}{'░' * (BAR - filled)}` {done} of {len(deploy.steps)} steps"


def _named(deploy: Deploy) -> list[tuple[StepShown, str]]:
    """The steps, each with its name and what the sign before it cannot say. At most 40."""
    broke = broke_at(deploy)
    named = []
    for index, step in enumerate(deploy.steps[:40]):
        name = step.name + (f" ({step.phase})" if step.phase in ("skipped", "cancelled") else "")
        back = deploy.driver == "recipe" and broke is not None and index > broke and step.phase != "skipped"
        named.append((step, f"roll-back: {name}" if back else name))
    return named


def _plain(text: str, most: int = 150) -> str:
    """One line for a place that knows no marks."""
    return cut(" ".join(text.split()), most)
