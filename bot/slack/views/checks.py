"""The checks of a commit: what failed first, each with where to read it."""

import re

from bot.domain.deploys import Deploy
from bot.domain.gates import NotSetUp, Unknown
from bot.domain.gates.checks import Check, Checks
from bot.slack import Message
from bot.slack.views.deploy import link
from bot.slack.views.text import context, cut, escape, quiet, said, section

MARK = {"failed": ":x:", "running": ":hourglass_flowing_sand:", "passed": ":white_check_mark:"}
SHOWN = 10
_ADDRESS = re.compile(r"https://[^\s|<>\"]{1,150}")  # of another system: what is odd is no link


def checks(deploy: Deploy, found: object) -> Message:
    """found: Checks, or why there are none."""
    what = f"`{deploy.short()}` {quiet(deploy.subject)}"
    if isinstance(found, NotSetUp):
        return said(f"Nobody can say how the checks of {what} went: not set up. {escape(found.how)}")
    if not isinstance(found, Checks):
        why = f"{found.system} cannot say. {found.why}" if isinstance(found, Unknown) else ""
        return said(f"Nobody can say how the checks of {what} went. {escape(why)}".strip())
    each = [*found.each, *(one for one in found.earlier if one.state == "failed")]
    each.sort(key=lambda one: list(MARK).index(one.state))
    if not each:
        return said(f"{what} has no checks.")
    lines: list[str] = []
    for one in each[:SHOWN]:
        line = _line(one, deploy.commit)
        if sum(map(len, lines)) + len(line) > 2800:
            break
        lines.append(line)
    counts = ", ".join(
        f"{count} {state}" for state in MARK if (count := sum(one.state == state for one in each))
    )
    blocks = [section(f"*Checks of {what}*"), section("\n".join(lines))]
    if len(each) > len(lines):
        blocks.append(context(f"and {len(each) - len(lines)} more"))
    return Message(cut(f"Checks of {deploy.short()}: {counts}", 200), blocks)


def _line(one: Check, commit: str) -> str:
    name = (
        link(one.link, one.name)
        if one.name.strip() and _ADDRESS.fullmatch(one.link)
        else quiet(one.name, 100)
    )
    where = f" on `{one.commit[:7]}`, which goes along" if one.commit and one.commit != commit else ""
    return f"{MARK[one.state]} {name}{where}"
