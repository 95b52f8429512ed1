"""One deploy: its card, and what is said to whom it concerns. Its thread is in thread.py, lists are in deploys.py."""

from bot.domain.deploys import Deploy
from bot.services.deploys import Plan
from bot.slack import ALWAYS_NEW, Block, Message, Shows
from bot.slack.views import outside, rollback, verdict, waiting, watched
from bot.slack.views.steps import as_lines, as_plan, broke_at
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
from bot.slack.views.thread import fenced

MARK = {
    "requested": ":hourglass_flowing_sand:",
    "running": ":rocket:",
    "succeeded": ":white_check_mark:",
    "failed": ":x:",
    "cancelled": ":octagonal_sign:",
    "lost": ":ghost:",
}


def card(deploy: Deploy, now: float) -> Message:
    """The one card of a deploy, as it stands."""
    if deploy.held:
        return waiting.card(deploy, _title(deploy), _commit(deploy), now)
    first = f"{_title(deploy)}: {deploy.state}"
    text = f"{first} · {deploy.short()} {quiet(deploy.subject, 80)} · by {quiet(deploy.by_name, 40)}"
    lines = [f"{MARK.get(deploy.state, '')} *{escape(_title(deploy))}* — *{deploy.state}*", _commit(deploy)]
    if deploy.url and deploy.state == "succeeded":
        lines.append(f":link: {link(deploy.url, f'Open {deploy.service} in {deploy.environment}')}")
    if deploy.outside:
        lines.append(outside.on_card(deploy))
    if deploy.watched is not None and deploy.state == "succeeded":
        lines.append(watched.on_card(deploy.watched))
    if deploy.rollback:
        lines += [*rollback.undone(deploy), *_passed_over(deploy)]
    head = section("\n".join(lines))
    tail: list[Block] = []
    if deploy.note and not deploy.over:
        tail.append(section(f":hourglass: {quiet(deploy.note, 400)}"))
    if deploy.why:
        tail.append(section(_why(deploy)))
    seen = [link(deploy.link, "see it run" if not deploy.over else "see the run")] if deploy.link else []
    tail.append(context(" · ".join(_facts(deploy, now) + seen)))
    buttons = _buttons(deploy)
    if buttons:
        tail.append(actions(*buttons))
    if not deploy.steps:
        return Message(text, [head, *tail])
    return Message(text, [head, as_plan(deploy), *tail], [head, as_lines(deploy, now), *tail])


def shows(deploy: Deploy) -> Shows:
    """What of its card is shown at once, what soon, and what once a minute."""
    if deploy.held:
        return ALWAYS_NEW  # it changes only with what it waits for
    after = watched.in_short(deploy.watched) if deploy.watched else ""
    state = f"{deploy.state}:{deploy.restarts}:{deploy.cancelled_by}:{broke_at(deploy)}:{after}"
    return Shows(state, " ".join([*(step.phase for step in deploy.steps), deploy.note]), result=deploy.over)


def answer(deploy: Deploy, now: float, asked_in: str = "") -> Message:
    """What the person who asked is told. asked_in: where; a card that follows there needs no pointing at."""
    head = f"{deploy.id}: {deploy.what}, `{deploy.short()}` {quiet(deploy.subject, 80)}."
    if deploy.held:
        return said(f"{head} {_waits(deploy, now)}")
    if deploy.over:
        return said(f"{head} It {deploy.state} {duration(now - (deploy.ended or now))} ago.")
    if "ref" in deploy.assumed:
        head += f" You named no ref, so I took `{escape(deploy.ref)}`."
    if deploy.channel and deploy.channel != asked_in:
        head += f" Its card is in {_channel(deploy.channel)}."
    return said(head)


def _waits(deploy: Deploy, now: float) -> str:
    why = " ".join(escape(one.sentence) for one in deploy.conditions if one.stops and one.gate != "at")
    if deploy.begins is not None and now < deploy.begins:
        time = f"It is set for {quiet(deploy.begins_said)} ({when(deploy.begins)})"
        asks = " It waits for its approval before that." if deploy.state == "waiting" else ""
        return f"{time}: it is judged afresh then, and begins or says why not.{asks} {why}".strip()
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
    if deploy.begins is not None:
        lines.append(f"It would begin {when(deploy.begins)}: I understood {quiet(deploy.begins_said)}.")
    lines.append("Steps: " + " → ".join(escape(step) for step in plan.steps))
    lines += [*verdict.conditions(plan.verdict), verdict.passed(plan.verdict)]
    lines.append("Nothing was changed.")
    return said(f"Plan: {deploy.what} at {deploy.short()}", section("\n".join(lines)))


def why(deploy: Deploy, now: float, *, waives: bool = False) -> Message:
    """Everything that is known about one deploy. waives: whether who asks may waive what it waits for."""
    lines = [
        f"{MARK.get(deploy.state, '')} *{deploy.id}: {escape(deploy.what)}* — *{deploy.state}*",
        _commit(deploy),
    ]
    asked = f"Asked for by {_who(deploy)} {when(deploy.requested)}"
    if deploy.outside:
        lines.append(outside.on_card(deploy))
        if deploy.link:
            lines.append(link(deploy.link, "see it there"))
    else:
        lines.append(
            asked + (f", who named no ref: `{escape(deploy.ref)}` was assumed." if deploy.assumed else ".")
        )
    if deploy.begins is not None:
        lines.append(f"Set for {quiet(deploy.begins_said)} ({when(deploy.begins)}).")
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
    if judged := verdict.recorded(deploy):
        blocks.append(section("*What it was judged by*\n" + "\n".join(judged)))
    if waives and verdict.waits_for_a_waiver(deploy):
        blocks.append(actions(button("Ship anyway", "deploy.ship", deploy.id)))
    if deploy.steps:
        blocks.append(as_lines(deploy, now))
    return said(f"{deploy.id} {deploy.what}: {deploy.state}", *blocks)


def _title(deploy: Deploy) -> str:
    return (
        f"{deploy.action} {deploy.service} in {deploy.environment}"
        if deploy.action
        else f"{deploy.service} → {deploy.environment}{' (roll-back)' if deploy.rollback else ''}"
    )


def _commit(deploy: Deploy) -> str:
    ref = (
        ""
        if deploy.commit.startswith(deploy.ref)
        else f" (`{escape(deploy.ref)}`{', assumed' if deploy.assumed else ''})"
    )
    return f"`{deploy.short()}` {quiet(deploy.subject)}{ref}"


def _passed_over(deploy: Deploy) -> list[str]:
    """What would have stopped a deploy, and does not stop a roll-back."""
    return [
        f"{verdict.TELLS} {cut(escape(one.sentence), 300)} _A roll-back does not wait for it._"
        for one in deploy.conditions
        if one.tells
    ]


def _who(deploy: Deploy) -> str:
    return f"<@{deploy.by_user}>" if deploy.by_user else quiet(deploy.by_name)


def link(url: str, words: str) -> str:
    """An address of config.yaml, as Slack's link."""
    return f"<{escape(url)}|{quiet(words, 100).replace('|', '/')}>"


def _channel(channel: str) -> str:
    return f"<#{channel}>" if channel.startswith(("C", "G")) else escape(channel)


def _why(deploy: Deploy) -> str:
    # `why` is our own sentence, but it names steps and refs that are not.
    lines = [cut(escape(deploy.why), 1500)]
    broke = broke_at(deploy)
    if deploy.telling:
        lines.append(fenced(deploy.telling.splitlines()[:5], 1000))
    elif (
        broke is not None and deploy.steps[broke].phase == "failed" and deploy.steps[broke].last_line.strip()
    ):
        lines.append(fenced([deploy.steps[broke].last_line], 1000))
    if deploy.untouched:
        lines.append(":shield: Nothing was changed: what ran before still runs.")
    elif deploy.rolled_back is True:
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
    if deploy.approvals:
        facts.append("approved by " + " and ".join(quiet(one.by_name, 60) for one in deploy.approvals[:5]))
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
            f"It ends *{escape(deploy.what)}* where it is, and rolls back what it had begun to change."
            if deploy.driver == "recipe"
            else f"It ends *{escape(deploy.what)}* where it is; what that has changed by then stays changed.",
            "Cancel the deploy",
            "Let it run",
        )
        found.append(
            button("Cancel", "deploy.cancel", value, style="danger", confirm={**question, "style": "danger"})
        )
    if deploy.watched is not None and deploy.watched.going:
        found.append(button("Stop watching", "watch.stop", value))
    if deploy.outside and not deploy.reported and deploy.state == "succeeded":
        found.append(button("Take it back", "outside.undo", value))
    if deploy.run:
        found.append(button("Logs", "deploy.logs", deploy.id))
    return found
