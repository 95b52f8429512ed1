"""The card of a deploy, the lines in its thread, and the lists of deploys.

Longer than other files, because the views are a file a noun, and a deploy is shown in more ways than anything else.
"""

from collections.abc import Sequence
from typing import Any

from bot.domain.deploys import Deploy, StepShown
from bot.services.deploys import Plan, Status
from bot.slack import Block, Message
from bot.slack.views import waiting
from bot.slack.views.text import (
    actions,
    button,
    clock,
    confirm,
    context,
    cut,
    duration,
    escape,
    lasted,
    quiet,
    said,
    section,
    when,
)

MARK = {
    "requested": ":hourglass_flowing_sand:",
    "running": ":rocket:",
    "succeeded": ":white_check_mark:",
    "failed": ":x:",
    "cancelled": ":octagonal_sign:",
    "lost": ":ghost:",
}
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


def card(deploy: Deploy, now: float) -> Message:
    """The one card of a deploy, as it stands."""
    if deploy.held:
        return waiting.card(deploy, _title(deploy), _commit(deploy), now)
    first = f"{_title(deploy)}: {deploy.state}"
    text = f"{first} · {deploy.short()} {quiet(deploy.subject, 80)} · by {quiet(deploy.by_name, 40)}"
    head = section(
        f"{MARK.get(deploy.state, '')} *{escape(_title(deploy))}* — *{deploy.state}*\n{_commit(deploy)}"
    )
    tail: list[Block] = []
    if deploy.why:
        tail.append(section(_why(deploy)))
    tail.append(context(" · ".join(_facts(deploy, now))))
    buttons = _buttons(deploy)
    if buttons:
        tail.append(actions(*buttons))
    if not deploy.steps:
        return Message(text, [head, *tail])
    return Message(text, [head, _plan_block(deploy), *tail], [head, _steps_section(deploy, now), *tail])


def thread_lines(deploy: Deploy) -> list[tuple[str, Message]]:
    """What the thread carries: (an id of its own, the line), for everything that has happened so far."""
    at, of = deploy.place
    where = "your deploy went on" if deploy.over else f"your deploy is at step {at} of {of}"
    back = said(f":arrows_counterclockwise: I restarted; {where}.")
    lines = [(f"restart:{count}", back) for count in range(1, deploy.restarts + 1)]
    for step in deploy.steps:
        if step.phase in ("succeeded", "failed", "cancelled"):
            took = f" after {lasted(step.ended - step.started)}" if step.started and step.ended else ""
            line = said(f"{STEP_MARK[step.phase]} *{escape(step.name)}* {step.phase}{took}")
            lines.append((f"step:{step.name}", line))
    return lines


def output_tail(deploy: Deploy, output: str) -> Message:
    """The last lines of a failed run, for its thread."""
    tail = output.strip("\n") or "(it printed nothing)"
    room = 2800
    shown = tail if len(tail) <= room else "…" + tail[-room:]
    count = len(shown.splitlines())
    lead = f"The last {count} lines of {deploy.id}:" if count > 1 else f"The last line of {deploy.id}:"
    fenced = escape(shown).replace("```", "'''")
    while len(fenced) > 2900:
        fenced = "…" + fenced[-2899:]
    return Message(lead, [section(f"{lead}\n```{fenced}```")])


def answer(deploy: Deploy, now: float, asked_in: str = "") -> Message:
    """What the person who asked is told. asked_in: where; a card that follows there needs no pointing at."""
    head = f"{deploy.id}: {deploy.what}, `{deploy.short()}` {quiet(deploy.subject, 80)}."
    if deploy.held:
        return said(f"{head} {_waits(deploy)}")
    if deploy.over:
        return said(f"{head} It {deploy.state} {duration(now - (deploy.ended or now))} ago.")
    if "ref" in deploy.assumed:
        head += f" You named no ref, so I took `{escape(deploy.ref)}`."
    if deploy.channel and deploy.channel != asked_in:
        head += f" Its card is in {_channel(deploy.channel)}."
    return said(head)


def _waits(deploy: Deploy) -> str:
    why = " ".join(escape(one.sentence) for one in deploy.conditions if one.stops)
    what = {
        "queued": "It stands in line; you are told when it is your turn.",
        "parked": "It is parked, and begins by itself when nothing is in the way any more.",
        "waiting": "It waits for its approval.",
    }[deploy.state]
    return f"{what} {why}"


def notice(deploy: Deploy, channel: str) -> Message:
    """What its owner is told directly when it has ended."""
    where = "" if channel.startswith("D") else f"\nIts card is in {_channel(channel)}."
    lead = f"{MARK.get(deploy.state, '')} *{escape(deploy.what)}* ({deploy.id}): *{deploy.state}*"
    return said(f"{deploy.what}: {deploy.state}", section(f"{lead}\n{_commit(deploy)}{where}"))


def planned(plan: Plan) -> Message:
    """The answer to --plan: what would be done, and nothing is."""
    deploy = plan.deploy
    verb = f"run *{escape(deploy.what)}*" if deploy.action else f"deploy *{escape(deploy.what)}*"
    lines = [f"I would {verb}: {_commit(deploy)}"]
    if plan.standing and plan.standing.commit == deploy.commit and not deploy.action:
        lines.append("The same commit runs there already.")
    elif plan.standing and not deploy.action:
        lines.append(f"It replaces `{plan.standing.commit[:7]}` {quiet(plan.standing.subject)}.")
    elif not deploy.action:
        lines.append("Nothing was deployed there by me before.")
    lines.append("Steps: " + " → ".join(escape(step) for step in plan.steps))
    lines += [f":no_entry: {escape(one.sentence)}" for one in plan.verdict.stopping]
    lines += [f":speech_balloon: {escape(one.sentence)} (told only)" for one in plan.verdict.telling]
    lines.append("Nothing was changed.")
    return said(f"Plan: {deploy.what} at {deploy.short()}", section("\n".join(lines)))


def status(rows: Sequence[Status], now: float) -> Message:
    """What runs where."""
    if not rows:
        return said("There are no services yet: add one to config.yaml.")
    blocks: list[Block] = []
    words: list[str] = []
    services = list(dict.fromkeys(row.service for row in rows))
    for service in services[:20]:
        lines = []
        for row in (row for row in rows if row.service == service):
            lines.append(_status_line(row, now))
            words.append(
                f"{row.service} {row.environment} {row.standing.commit[:7] if row.standing else '–'}"
            )
        blocks.append(section(f"*{escape(service)}*\n" + "\n".join(lines)))
    if len(services) > 20:
        blocks.append(context(f"and {len(services) - 20} more: name one with `status &lt;service&gt;`"))
    return Message(cut("; ".join(words), 300), blocks)


def deploys(
    found: Sequence[Deploy], service: str, page: int, more: bool, now: float, environment: str | None = None
) -> Message:
    """The recent deploys of a service, or of all ("") of them, a line each; of one environment where it is named."""
    there = f" in `{environment}`" if environment else ""
    if not found:
        words = "No deploys yet" if page == 0 else "No older deploys"
        of = f" of `{service}`" if service else ""
        return said(
            f"{words}{of}{there}. Say `deploy {service or '…'} to {environment or '…'}` for the first one."
            if page == 0
            else f"{words}{of}{there}."
        )
    whose = (service or "all services") + (f" in {environment}" if environment else "")
    lines = [_line(deploy, now, named=not service) for deploy in found]
    blocks: list[Block] = [section(f"*Deploys of {escape(whose)}*\n" + "\n".join(lines))]
    if more:
        blocks.append(actions(button("Older", "deploys.page", f"{service}:{page + 1}:{environment or ''}")))
    return Message(f"{len(found)} deploys of {whose}, the newest {found[0].id} {found[0].state}", blocks)


def why(deploy: Deploy, now: float) -> Message:
    """Everything that is known about one deploy."""
    lines = [
        f"{MARK.get(deploy.state, '')} *{deploy.id}: {escape(deploy.what)}* — *{deploy.state}*",
        _commit(deploy),
    ]
    asked = f"Asked for by {_who(deploy)} {when(deploy.requested)}"
    lines.append(
        asked + (f", who named no ref: `{escape(deploy.ref)}` was assumed." if deploy.assumed else ".")
    )
    if deploy.started:
        lines.append(
            f"Started {clock(deploy.started)}" + (f" on `{escape(deploy.host)}`." if deploy.host else ".")
        )
    if deploy.why:
        lines.append(_why(deploy))
    if deploy.cancelled_by:
        lines.append(f"Cancelled by {quiet(deploy.cancelled_by)}.")
    if deploy.ended:
        lines.append(f"Ended {clock(deploy.ended)} after {lasted(deploy.elapsed(now))}.")
    blocks = [section("\n".join(lines))]
    if deploy.steps:
        blocks.append(_steps_section(deploy, now))
    return said(f"{deploy.id} {deploy.what}: {deploy.state}", *blocks)


def _title(deploy: Deploy) -> str:
    return (
        f"{deploy.action} {deploy.service} in {deploy.environment}"
        if deploy.action
        else f"{deploy.service} → {deploy.environment}"
    )


def _commit(deploy: Deploy) -> str:
    ref = (
        ""
        if deploy.commit.startswith(deploy.ref)
        else f" (`{escape(deploy.ref)}`{', assumed' if deploy.assumed else ''})"
    )
    return f"`{deploy.short()}` {quiet(deploy.subject)}{ref}"


def _who(deploy: Deploy) -> str:
    return f"<@{deploy.by_user}>" if deploy.by_user else quiet(deploy.by_name)


def _channel(channel: str) -> str:
    return f"<#{channel}>" if channel.startswith(("C", "G")) else escape(channel)


def _broke(deploy: Deploy) -> int | None:
    """Where in its steps it broke; what stands behind that and is not skipped belongs to the roll-back."""
    return next((i for i, step in enumerate(deploy.steps) if step.phase in ("failed", "cancelled")), None)


def _why(deploy: Deploy) -> str:
    # `why` is our own sentence, but it names steps and refs that are not.
    lines = [cut(escape(deploy.why), 1500)]
    broke = _broke(deploy)
    if broke is not None and deploy.steps[broke].phase == "failed" and deploy.steps[broke].last_line:
        lines.append(f"> {quiet(deploy.steps[broke].last_line, 200)}")
    if deploy.rolled_back is True:
        now = "everything is as it was before"
        if deploy.previous and not deploy.action:
            now = f"`{deploy.previous[:7]}` {quiet(deploy.previous_subject, 80)} runs again"
        lines.append(f":leftwards_arrow_with_hook: I rolled back by myself: {now}.")
    elif deploy.rolled_back is False:
        lines.append(
            ":rotating_light: *The roll-back failed too.* Somebody has to look at the environment now."
        )
    return "\n".join(lines)


def _facts(deploy: Deploy, now: float) -> list[str]:
    facts = [deploy.id, f"by {quiet(deploy.by_name, 60)}"]
    if deploy.previous and not deploy.action and (deploy.state == "succeeded" or not deploy.over):
        same = deploy.previous == deploy.commit
        facts.append(
            "the same commit again"
            if same
            else f"replaces `{deploy.previous[:7]}` {quiet(deploy.previous_subject, 60)}"
        )
    if deploy.over and deploy.started:
        facts.append(f"took {lasted(deploy.elapsed(now))}")
    elif deploy.started:
        facts += [f"since {clock(deploy.started)}", duration(deploy.elapsed(now))]
    if deploy.cancelled_by:
        facts.append(
            f"{'cancelled' if deploy.over else 'being cancelled'} by {quiet(deploy.cancelled_by, 60)}"
        )
    if deploy.restarts and not deploy.over:
        at, of = deploy.place
        facts.append(f"I restarted; your deploy is at step {at} of {of}")
    return facts


def _buttons(deploy: Deploy) -> list[Block]:
    value = f"{deploy.id}:{deploy.rev}"
    found: list[Block] = []
    if not deploy.over and not deploy.cancelled_by:
        question = confirm(
            f"Cancel {deploy.id}?",
            f"It ends *{escape(deploy.what)}* where it is, and rolls back what it had begun to change.",
            "Cancel the deploy",
            "Let it run",
        )
        found.append(
            button("Cancel", "deploy.cancel", value, style="danger", confirm={**question, "style": "danger"})
        )
    if deploy.run:
        found.append(button("Logs", "deploy.logs", deploy.id))
    return found


def _bar(deploy: Deploy) -> str:
    done = sum(step.phase == "succeeded" for step in deploy.steps)
    filled = round(BAR * done / len(deploy.steps))
    return f"`{'█' * filled}{'░' * (BAR - filled)}` {done} of {len(deploy.steps)} steps"


def _named(deploy: Deploy) -> list[tuple[StepShown, str]]:
    """The steps, each with its name and what the sign before it cannot say. At most 40."""
    broke = _broke(deploy)
    named = []
    for index, step in enumerate(deploy.steps[:40]):
        name = step.name + (f" ({step.phase})" if step.phase in ("skipped", "cancelled") else "")
        back = broke is not None and index > broke and step.phase != "skipped"
        named.append((step, f"roll-back: {name}" if back else name))
    return named


def _steps_section(deploy: Deploy, now: float) -> Block:
    lines = [_bar(deploy)]
    for step, name in _named(deploy):
        took = f" · {lasted((step.ended or now) - step.started)}" if step.started else ""
        last = f" — {quiet(step.last_line, 100)}" if step.last_line and step.phase == "running" else ""
        lines.append(f"{STEP_MARK[step.phase]} {escape(name)}{took}{last}")
    return section("\n".join(lines))


def _plan_block(deploy: Deploy) -> Block:
    tasks: list[dict[str, Any]] = []
    for index, (step, name) in enumerate(_named(deploy)):
        task: dict[str, Any] = {
            "type": "task_card",
            "task_id": f"{index}",
            "title": cut(name, 150),
            "status": TASK.get(step.phase, "pending"),  # what was skipped was not done
        }
        line = quiet_plain(step.last_line)
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
    broke = _broke(deploy)
    if deploy.state == "succeeded":
        return f"All {of} steps done"
    if broke is not None:
        step = deploy.steps[broke]
        return f"{deploy.state.capitalize()} at {step.name}" if deploy.over else f"{step.name} {step.phase}"
    where = f"step {at} of {of}: {deploy.steps[at - 1].name}"
    return f"{deploy.state.capitalize()} at {where}" if deploy.over else where[0].upper() + where[1:]


def quiet_plain(text: str, most: int = 150) -> str:
    """One line for a place that knows no marks."""
    return cut(" ".join(text.split()), most)


def _status_line(row: Status, now: float) -> str:
    if row.standing:
        stands = row.standing
        what = f"`{stands.commit[:7]}` {quiet(stands.subject, 80)} · {stands.deploy}, {when(stands.since)}"
    else:
        what = "nothing deployed by me yet"
    if (running := row.running) is not None:
        at, of = running.place
        step = f", step {at} of {of}" if running.steps else ""
        what += f"\n      :rocket: {running.id} {running.short()} by {quiet(running.by_name)} is {running.state}{step}"
    if (doubt := row.doubt) is not None:
        what += f"\n:rotating_light: *Look at it:* {_left_behind(doubt)}"
    return f"• *{escape(row.environment)}*: {what}"


def _left_behind(deploy: Deploy) -> str:
    """Why nobody knows what runs in an environment."""
    when_ = f" {when(deploy.ended)}" if deploy.ended else ""
    if deploy.state == "lost":
        return f"{deploy.id} was lost on its way{when_}, and nobody knows what it left behind."
    return f"{deploy.id} {deploy.state}{when_} and its roll-back failed too: nobody knows what runs there."


def in_doubt(deploy: Deploy) -> Message:
    """What operations are told when nobody knows what a deploy left behind."""
    before = f"deploys {escape(deploy.service)} {escape(deploy.environment)}"
    lines = [
        f":rotating_light: *{escape(deploy.what)}*: {_left_behind(deploy)}",
        f"`why {deploy.id}` tells what happened; `{before}` what ran before, and `deploy` with that commit brings it "
        "back.",
    ]
    return Message(f"{deploy.what}: look at it", [section("\n".join(lines))])


def _line(deploy: Deploy, now: float, *, named: bool) -> str:
    """One deploy; named: with its service, where the heading does not say it."""
    where = f"{deploy.action} in {deploy.environment}" if deploy.action else deploy.environment
    where = deploy.what if named else where
    return (
        f"{MARK.get(deploy.state, '')} {deploy.id} *{escape(where)}* `{deploy.short()}` {quiet(deploy.subject, 60)} — "
        f"{deploy.state}, {quiet(deploy.by_name, 40)}, {when(deploy.requested)}"
    )
