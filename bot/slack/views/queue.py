"""Who stands in line for which place, since when, and how long that may take."""

from collections.abc import Collection, Sequence

from bot.domain.deploys import Deploy
from bot.services.board import Line
from bot.slack import Block, Message
from bot.slack.views.text import (
    button,
    clock,
    confirm,
    context,
    cut,
    duration,
    escape,
    quiet,
    said,
    section,
    when,
)

SHOWN = 40  # of one message's blocks


def queue(
    lines: Sequence[Line], place: str, mine: Collection[str], moves: Collection[str], now: float
) -> Message:
    """place: what was asked for, "" for everywhere. mine, moves: ids that this person may leave with, and move."""
    there = f" for {place}" if place else ""
    if not lines:
        return said(escape(f"Nobody stands in line{there}."))
    blocks: list[Block] = []
    for line in lines:
        blocks.append(section(_head(line, now)))
        for number, deploy in enumerate(line.waiting, 1):
            blocks.append(section(_place(line, number, deploy), **_button(deploy, mine, moves)))
        blocks += [section(_set(deploy), **_button(deploy, mine, ())) for deploy in line.later]
    if len(blocks) > SHOWN:
        left = context("and more: name one with `queue &lt;service&gt; &lt;environment&gt;`")
        blocks = [*blocks[:SHOWN], left]
    words = [
        f"{line.service} {line.environment}: {len(line.waiting)} in line"
        + (f", {len(line.later)} set for later" if line.later else "")
        for line in lines
    ]
    return Message(cut("; ".join(words), 300), blocks)


def _head(line: Line, now: float) -> str:
    where = f"*{escape(line.service)} {escape(line.environment)}*"
    running = line.running
    if running is None:
        return f"{where}: nothing runs there now"
    begun = f" since {duration(now - running.started)}" if running.started else ""
    return f"{where}: :rocket: {running.id} `{running.short()}` by {quiet(running.by_name, 40)} runs{begun}"


def _place(line: Line, number: int, deploy: Deploy) -> str:
    """Its wait is reckoned as if everybody started at once when the turn comes."""
    if deploy.asked_at is not None:
        wait = "it is its turn"
    elif (expected := line.wait(number)) is None:
        wait = "nobody knows how long: no deploy there has succeeded yet"
    else:
        wait = (
            f"in about {duration(max(60, round(expected / 60) * 60))}"
            if expected >= 60
            else "within a minute"
        )
    return (
        f"{number}. {deploy.id} `{deploy.short()}` {quiet(deploy.subject, 60)} · {quiet(deploy.by_name, 40)}, "
        f"since {clock(deploy.requested)} · {wait}"
    )


def _set(deploy: Deploy) -> str:
    return (
        f":clock3: {deploy.id} `{deploy.short()}` {quiet(deploy.subject, 60)} · {quiet(deploy.by_name, 40)}, "
        f"starts {when(deploy.begins or 0.0)}"
    )


def _button(deploy: Deploy, mine: Collection[str], moves: Collection[str]) -> Block:
    what = f"{deploy.id}: {quiet(deploy.what)}"
    if deploy.id in mine and deploy.state != "queued":
        sure = confirm("Call it off?", what, "Call it off", "Let it wait")
        off = button("Call it off", "deploy.cancel", f"{deploy.id}:{deploy.rev}", confirm=sure)
        return {"accessory": off}
    if deploy.id in mine:
        sure = confirm("Leave the line?", what, "Leave", "Stay")
        return {"accessory": button("Leave", "deploy.cancel", f"{deploy.id}:{deploy.rev}", confirm=sure)}
    if deploy.id in moves:
        sure = confirm("Let it go first?", what, "To the front", "Leave it")
        return {"accessory": button("To the front", "queue.front", deploy.id, confirm=sure)}
    return {}
