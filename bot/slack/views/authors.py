"""What somebody is told whose commits are in production."""

from bot.services.authors import Arrived
from bot.slack import Message
from bot.slack.views.text import clock, context, escape, quiet, said, section

SHOWN = 10


def arrived(one: Arrived) -> Message:
    deploy, count = one.deploy, len(one.commits)
    what = "Your commit is" if count == 1 else f"Your {count} commits are"
    place = f"{deploy.service} {deploy.environment}"
    since = clock(deploy.ended or deploy.requested)
    lines = [f":ship: *{what} in {escape(deploy.environment)}*: {escape(deploy.service)}, since {since} "
             f"({deploy.id} by {quiet(deploy.by_name, 40)})"]  # fmt: skip
    lines += [f"• `{commit.sha[:7]}` {quiet(commit.subject)}" for commit in one.commits[:SHOWN]]
    if count > SHOWN:
        lines.append(f"and {count - SHOWN} more")
    off = f"`where is {one.commits[0].sha[:7]}` says where else. `notify commits never` ends these messages."
    return said(
        escape(f"{place}: {what[0].lower()}{what[1:]} there"), section("\n".join(lines)), context(off)
    )
