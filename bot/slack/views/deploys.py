"""The lists of deploys: what stands where, what was deployed before, and where nobody knows what runs."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy
from bot.domain.locks import Lock
from bot.services.deploys import Status
from bot.slack import Block, Message
from bot.slack.views import outside
from bot.slack.views.deploy import link
from bot.slack.views.text import actions, context, cut, escape, quiet, said, section, when

FOR_EVER = 1e11  # seconds since the epoch: a record that cannot be read ends never


def status(
    rows: Sequence[Status],
    locks: Sequence[Lock] = (),
    waiting: Sequence[Deploy] = (),
    more: int = 0,
    *,
    now: float | None = None,
) -> Message:
    """What runs, waits and is locked where; on the lock screen what somebody has to look at first.

    waiting: those in line in the order of their places. more: how many services are not among the rows. now: then it is
    said how old the answers of the systems are. Of one service alone what is outside can be claimed.
    """
    if not rows:
        return said("There are no services yet: add one to config.yaml.")
    blocks: list[Block] = []
    services = list(dict.fromkeys(row.service for row in rows))
    shown = services[:20]
    wide = [locked(one) for one in locks if one.scope.service is None]
    if wide:
        blocks.append(section("\n".join(wide)))
    for service in shown:
        lines = [f"*{escape(service)}*", *_held(locks, waiting, service, None)]
        for row in rows:
            if row.service == service:
                lines += [_status_line(row), *outside.lines(row, now)]
                lines += _held(locks, waiting, service, row.environment)
        blocks.append(section("\n".join(lines)))
        if len(services) == 1:
            blocks += [actions(one) for one in outside.buttons(rows)]
    left_out = len(services) - len(shown) + more
    if left_out:
        blocks.append(context(f"and {left_out} more: name one with `status &lt;service&gt;`"))
    words = [_in_short(row, locks) for row in sorted(rows, key=_calm) if row.service in shown]
    return Message(cut("; ".join(words), 300), blocks)


def locked(one: Lock) -> str:
    """One lock or freeze in one line: where, by whom, until when, why."""
    if one.warning:
        mark, past = ":warning:", "under a warning"
    else:
        mark, past = (":lock:", "locked") if one.kind == "lock" else (":snowflake:", "frozen")
    reason = f": {quiet(one.reason, 100)}" if one.reason else ""
    ends = f" until {when(one.until)}" if one.until < FOR_EVER else ""
    return f"{mark} *{escape(one.scope.words)}* {past} by {quiet(one.by_name, 40)}{ends}{reason}"


def _held(
    locks: Sequence[Lock], waiting: Sequence[Deploy], service: str, environment: str | None
) -> list[str]:
    """The locks of exactly this place and what waits there; without an environment, of the whole service."""
    lines = [
        locked(one) for one in locks if (one.scope.service, one.scope.environment) == (service, environment)
    ]
    for one in waiting:
        if (one.service, one.environment) == (service, environment):
            state = {"queued": f"number {one.place_in_line or 1} in line", "waiting": "waits for approval"}
            early = f", starts {when(one.begins)}" if one.begins is not None else ""
            words = state.get(one.state, one.state)
            lines.append(f":hourglass: {one.id} `{one.short()}` by {quiet(one.by_name, 40)}: {words}{early}")
    return [f"\u2003{line}" for line in lines]


def in_doubt(deploy: Deploy) -> Message:
    """What operations are told when nobody knows what a deploy left behind."""
    before = f"deploys {escape(deploy.service)} {escape(deploy.environment)}"
    lines = [
        f":rotating_light: *{escape(deploy.what)}*: {_left_behind(deploy)}",
        f"`why {deploy.id}` tells what happened; `{before}` what ran before, and `deploy` with that commit brings it "
        "back.",
    ]
    return Message(
        f"{deploy.what}: look at it now. {_left_behind(deploy, plain=True)}", [section("\n".join(lines))]
    )


def _calm(row: Status) -> int:
    if row.doubt is not None:
        return 0
    return 1 if row.running is not None else 2 if row.really in ("outside", "nothing") else 3


def _in_short(row: Status, locks: Sequence[Lock] = ()) -> str:
    where = f"{row.service} {row.environment}"
    past = [
        "locked" if one.kind == "lock" else "frozen"
        for one in locks
        if one.scope.covers(row.service, row.environment) and not one.warning
    ]
    if past and row.doubt is None:
        where += f" ({' and '.join(sorted(set(past)))})"
    if row.doubt is not None:
        return f"{where}: look at it ({row.doubt.id} {row.doubt.state})"
    if row.running is not None:
        return f"{where}: {row.running.id} {row.running.state}"
    if (short := outside.in_short(row)) is not None:
        return f"{where}{short}"
    return f"{where} {row.standing.commit[:7] if row.standing else '–'}"


def _status_line(row: Status) -> str:
    """One line, the most urgent first: what is broken, what is being done, what stands."""
    parts = []
    if (doubt := row.doubt) is not None:
        parts.append(f":rotating_light: *Look at it:* {_left_behind(doubt)}")
    if (running := row.running) is not None:
        at, of = running.place
        step = f", step {at} of {of}" if running.steps else ""
        parts.append(
            f":rocket: {running.id} `{running.short()}` by {quiet(running.by_name)} is {running.state}{step}"
        )
    if (last := row.last) is not None and last.reported and last.state == "failed":
        parts.append(
            f":x: {last.id} `{last.short()}` *failed outside*, by {outside.done_by(last)}, {when(last.ended or 0.0)}"
        )
    if (stands := row.standing) is not None:
        where = f" · {link(row.url, 'open')}" if row.url else ""
        by = f"{stands.deploy}{_outside(row)}"
        parts.append(f"`{stands.commit[:7]}` {quiet(stands.subject, 80)} · {by}, {when(stands.since)}{where}")
    else:
        parts.append("nothing deployed by me before" if running else "nothing deployed by me yet")
    return f"• *{escape(row.environment)}*: {' · '.join(parts)}"


def _outside(row: Status) -> str:
    """Who brought what stands there, where it was not Grail."""
    one = row.brought
    if one is None or not one.outside:
        return ""
    return (
        f" *outside*, by {outside.done_by(one)}" if one.reported else f" *outside*, {quiet(one.by_name, 40)}"
    )


def _left_behind(deploy: Deploy, *, plain: bool = False) -> str:
    """Why nobody knows what runs in an environment. plain: for a lock screen, which knows no dates."""
    when_ = f" {when(deploy.ended)}" if deploy.ended and not plain else ""
    if deploy.state == "lost":
        return f"{deploy.id} was lost on its way{when_}, and nobody knows what it left behind."
    return f"{deploy.id} {deploy.state}{when_} and its roll-back failed too: nobody knows what runs there."
