"""The card of a deploy that waits: parked, in line, or for its approval."""

from bot.domain.deploys import Deploy
from bot.slack import Block, Message
from bot.slack.views import changes
from bot.slack.views.text import actions, button, clock, confirm, context, cut, escape, quiet, section, when
from bot.slack.views.verdict import waits_for_a_waiver

MARK = {"queued": ":hourglass:", "parked": ":parking:", "waiting": ":raised_hand:"}


def card(deploy: Deploy, title: str, commit: str, now: float) -> Message:
    """The one card of a deploy while it waits. title, commit: as on the card of every deploy."""
    early = deploy.begins if deploy.begins is not None and now < deploy.begins else None
    state = _state(deploy) + (f", starts {quiet(deploy.begins_said, 60)}" if early else "")
    shown = _state(deploy) + (f", starts {when(early)}" if early else "")
    text = f"{title}: {state} · {deploy.short()} {quiet(deploy.subject, 80)} · by {quiet(deploy.by_name, 40)}"
    lines = [f"{MARK[deploy.state]} *{escape(title)}* — *{shown}*", commit]
    blocks: list[Block] = [section("\n".join(lines))]
    why = [f"• {escape(one.sentence)}" for one in deploy.conditions if one.stops and one.gate != "at"]
    if deploy.asked_at is not None:
        why = [
            f"• Its turn has come: {quiet(deploy.by_name)} can start it until {clock(deploy.asked_at + 600)}."
        ]
    if deploy.voided:
        because = f", because {escape(deploy.void_why)}" if deploy.void_why else ""
        why.append(
            f"• An approval was given before, for something else than this: it counts no more{because}."
        )
    if why:
        blocks.append(section(cut("\n".join(why), 2900)))
    if deploy.state == "waiting":
        blocks += changes.brings(deploy)
    replaces = (
        f"replaces `{deploy.previous[:7]}` {quiet(deploy.previous_subject, 60)}"
        if deploy.previous
        else "first deploy there"
    )
    facts = [deploy.id, f"by {quiet(deploy.by_name, 60)}", replaces]
    if deploy.held_until:
        facts.append(f"waits until {when(deploy.held_until)} at most")
    blocks.append(context(" · ".join(facts)))
    ways = _buttons(deploy, early=bool(early))
    blocks += [actions(*ways)] if len(ways) <= 3 else [actions(*ways[:-1]), actions(ways[-1])]
    if deploy.state == "waiting" and (below := _below(deploy, early=bool(early))):
        blocks.append(actions(*below))
    return Message(text, blocks)


def _state(deploy: Deploy) -> str:
    if deploy.state == "queued" and deploy.place_in_line:
        return f"queued, number {deploy.place_in_line} in line"
    return {"waiting": "waiting for approval"}.get(deploy.state, deploy.state)


def _below(deploy: Deploy, *, early: bool) -> list[Block]:
    """What stands under the decision about an approval."""
    found = [button("Ask for approval", "deploy.nudge", deploy.id)]
    found += [_start_now(deploy)] if early else []
    if waits_for_a_waiver(deploy):
        found.append(button("Ship anyway", "deploy.ship", deploy.id))
    return found


def _start_now(deploy: Deploy) -> Block:
    return button("Start it now", "deploy.start", f"{deploy.id}:{deploy.fingerprint}")


def _buttons(deploy: Deploy, *, early: bool) -> list[Block]:
    sure = confirm("Call it off?", f"{deploy.id}: {quiet(deploy.what)}", "Call it off", "Let it wait")
    call_off = button("Call it off", "deploy.cancel", f"{deploy.id}:{deploy.rev}", confirm=sure)
    seen = f"{deploy.id}:{deploy.fingerprint}"
    if deploy.state == "waiting":
        return [
            button("Approve", "deploy.approve", seen, style="primary"),
            button("Reject", "deploy.reject", seen, style="danger"),
            call_off,
        ]
    if deploy.asked_at is not None:
        return [button("Start now", "deploy.start", seen, style="primary"), call_off]
    first = [_start_now(deploy)] if early else []
    if any(one.stops and one.code == "open-page" for one in deploy.conditions):
        first.append(button("It mends the page", "deploy.mends", deploy.id))
    if deploy.state == "parked" and waits_for_a_waiver(deploy):
        first.append(button("Ship anyway", "deploy.ship", deploy.id))
    return [*first, call_off]


def asks(deploy: Deploy, by: str) -> Message:
    """What somebody who may approve it is told, with all that the card shows of it."""
    text = f"{quiet(by, 60)} asks for your approval: {deploy.what} at {deploy.short()}"
    lead = f":raised_hand: {quiet(by, 60)} asks for your approval: *{escape(deploy.what)}* ({deploy.id})"
    commit = f"`{deploy.short()}` {quiet(deploy.subject)}, asked for by {quiet(deploy.by_name, 60)}"
    seen = f"{deploy.id}:{deploy.fingerprint}"
    decide = actions(
        button("Approve", "deploy.approve", seen, style="primary"),
        button("Reject", "deploy.reject", seen, style="danger"),
    )
    return Message(cut(text, 200), [section(f"{lead}\n{commit}"), *changes.brings(deploy), decide])


def late(deploy: Deploy) -> Message:
    """What its owner is told when its time has come, and something is in the way."""
    text = f"{deploy.what}: its time has come, and it cannot begin yet"
    lines = [f":parking: *{escape(deploy.what)}* ({deploy.id}): its time has come, and it cannot begin yet."]
    lines += [f"• {escape(one.sentence)}" for one in deploy.conditions if one.stops]
    lines.append(
        f"It begins by itself when that is over, until {clock(deploy.held_until or 0.0)} at the latest."
    )
    sure = confirm("Call it off?", f"{deploy.id}: {quiet(deploy.what)}", "Call it off", "Let it wait")
    off = button("Call it off", "deploy.cancel", f"{deploy.id}:{deploy.rev}", confirm=sure)
    return Message(text, [section(cut("\n".join(lines), 2900)), actions(off)])


def turn(deploy: Deploy) -> Message:
    """What its owner is told when its turn has come."""
    text = f"{deploy.what}: it is your turn"
    ends = clock((deploy.asked_at or 0.0) + 600)
    words = f":hourglass: *{escape(deploy.what)}* ({deploy.id}): it is your turn. Start it until {ends}."
    start = button("Start now", "deploy.start", f"{deploy.id}:{deploy.fingerprint}", style="primary")
    return Message(text, [section(words), actions(start)])
