"""The thread of a deploy: what happened on its way, and what its run has printed."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy, StepShown
from bot.domain.output import few, of_step, tail
from bot.slack import Message
from bot.slack.views.steps import STEP_MARK, broke_at
from bot.slack.views.text import cut, escape, lasted, quiet, said, section

FENCED = 2800  # characters of output in one section


def lines(deploy: Deploy) -> list[tuple[str, Message]]:
    """What the thread carries: (an id of its own, the line), for everything that has happened so far.

    The steps are one message, when all of them are known: the card shows them live, and each message costs a call to
    Slack. Where a run failed they go with what it printed.
    """
    at, of = deploy.place
    where = "your deploy went on" if deploy.over else f"your deploy is at step {at} of {of}"
    back = f"I restarted; {where}."
    again = Message(f"{deploy.what}: {back}", [section(f":arrows_counterclockwise: {back}")])
    found = [(f"restart:{count}", again) for count in range(1, deploy.restarts + 1)]
    if deploy.over and not _failed(deploy) and (done := _done(deploy)):
        text = ", ".join(f"{quiet(step.name, 60)} {_took(step)}" for step in done)
        found.append(("steps", Message(cut(f"{deploy.what}: {text}", 600), [section(_steps(done))])))
    return found


def failure(deploy: Deploy, output: str) -> Message:
    """What the thread says of a failed run: the lines that tell most of it, then the end of what the step printed."""
    broke = broke_at(deploy)
    step = deploy.steps[broke].name if broke is not None else ""
    printed = of_step(output, step) if step else output.splitlines()
    telling, end = few(printed), tail(printed)
    where = f"at {quiet(step, 60)}" if step else "on its way"
    text = f"{deploy.what} {_became(deploy)} {where}"
    steps = [section(_steps(done))] if (done := _done(deploy)) else []
    if not end:
        nothing = section(f"*{escape(step or deploy.id)}* printed nothing.")
        return Message(f"{text}: it printed nothing", [nothing, *steps])
    lead = f"*{escape(step or deploy.id)}* said:\n{fenced(telling or end[-1:], 1500)}"
    blocks = [section(lead)]
    if len(end) > len(telling):
        left_out = " (the tests that passed are left out)" if _shorter(printed, end) else ""
        blocks.append(section(f"Its last {len(end)} lines{left_out}:\n{fenced(end)}"))
    return Message(f"{text}: {quiet(telling[-1] if telling else end[-1], 120)}", [*blocks, *steps])


def logs(deploy: Deploy, output: str) -> Message:
    """The last lines of a run, as they are, for who pressed [Logs]."""
    lines = output.strip("\n").splitlines()
    if not lines:
        return said(
            f"{deploy.id} ({deploy.what}) has printed nothing so far."
            if not deploy.over
            else f"{deploy.id} ({deploy.what}) printed nothing that is still kept here."
        )
    shown, count = fenced(lines), len(lines)
    lead = f"The last {count} lines of {deploy.id}" if count > 1 else f"The last line of {deploy.id}"
    return Message(
        f"{deploy.what}: {lead[0].lower()}{lead[1:]}", [section(f"{lead}, {escape(deploy.what)}:\n{shown}")]
    )


def _failed(deploy: Deploy) -> bool:
    """Whether its thread carries what it printed."""
    return deploy.state in ("failed", "lost") and bool(deploy.run)


def _done(deploy: Deploy) -> list[StepShown]:
    return [step for step in deploy.steps if step.phase in ("succeeded", "failed", "cancelled")]


def _took(step: StepShown) -> str:
    took = f" after {lasted(step.ended - step.started)}" if step.started and step.ended else ""
    return f"{step.phase}{took}"


def _steps(done: Sequence[StepShown]) -> str:
    """A line each; of very many the last ones."""
    lines = [f"{STEP_MARK[step.phase]} *{escape(step.name)}* {_took(step)}" for step in done]
    kept = lines[-40:]
    while len(kept) > 1 and len("\n".join(kept)) > FENCED:
        kept = kept[1:]
    return cut("\n".join(["…"] * (len(kept) < len(lines)) + kept), 3000)


def _became(deploy: Deploy) -> str:
    return {"lost": "was lost", "cancelled": "was cancelled"}.get(deploy.state, deploy.state)


def _shorter(printed: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether something between the lines shown was left out, beside empty ones."""
    whole = [line.rstrip() for line in printed if line.strip()]
    kept = [line for line in shown if line]
    return whole[-len(kept) :] != kept


def fenced(lines: Sequence[str], room: int = FENCED) -> str:
    """The lines as code, as they are; the first ones left out where all of them need more than `room` characters."""
    safe = [escape(line if len(line) <= 500 else line[:499] + "…").replace("```", "'''") for line in lines]
    kept = len(safe)
    while kept > 1 and len("\n".join(safe[-kept:])) > room:
        kept -= 1
    return (
        "```"
        + "\n".join((["…"] if kept < len(safe) else []) + [cut(line, room) for line in safe[-kept:]])
        + "```"
    )
