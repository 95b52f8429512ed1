"""What the tests of a commit cover: changed files with lines that none runs, the trend, and the reports that came."""

from collections.abc import Sequence

from bot.domain.coverage import Uncovered
from bot.domain.deploys import Deploy
from bot.domain.gates.coverage import shown
from bot.services.coverage import Covered
from bot.slack import Block, Message
from bot.slack.views.text import context, cut, escape, quiet, said, section, when
from bot.store.coverage import Came

FILES = 10
RANGES = 8
REPORTS = 3


def covered(
    deploy: Deploy, found: Covered, latest: Sequence[Came], least: tuple[float, float] | None
) -> Message:
    """latest: the reports that came to the service, newest first. least: what is asked for, of all and of the changed
    lines; None where there is no such gate.
    """
    what = f"{deploy.service} → {deploy.environment}"
    lines = [f"*What the tests cover: {escape(what)}*", f"`{deploy.short()}` {quiet(deploy.subject)}"]
    if found.lines is None:
        text = "Nobody has reported the coverage of this commit."
        lines.append(f":no_entry: {text}")
    else:
        text = f"{shown(found.lines)} % of the lines{_asked(least[0] if least else 0)}"
        before = f" Before: {', '.join(shown(value) for _, value in found.trend)} %." if found.trend else ""
        stands = f"; what stands there: {shown(found.base)} %" if found.base is not None else ""
        lines.append(f"Its tests run {text}{stands}.{before}")
        lines += _change(deploy, found, least[1] if least else 0)
    blocks: list[Block] = [section(cut("\n".join(lines), 2900))]
    own = found.came or tuple(latest)
    if own:
        head = "Its reports" if found.came else "The last reports, of other commits"
        blocks.append(context(cut("\n".join([f"{head}:", *map(_came, own[:REPORTS])]), 1900)))
    return Message(cut(escape(f"{what} at {deploy.short()}: {text}"), 300), blocks)


def not_set_up(what: str, how: str) -> Message:
    return said(f"Nobody can say what the tests of {escape(what)} cover. {escape(how)}")


def _change(deploy: Deploy, found: Covered, least: float) -> list[str]:
    change = found.change
    if change is None:
        why = "it stands there already" if deploy.previous == deploy.commit else "nothing stands there"
        return [f"There are no changed lines to look at: {why}."]
    if change.percent is None:
        return ["Of the lines that change, no report names any."]
    head = f"They run {shown(change.percent)} % of the changed lines, {change.hit} of {change.known}{_asked(least)}."
    if not change.uncovered:
        return [head]
    files = [_file(one) for one in change.uncovered[:FILES]]
    more = len(change.uncovered) - FILES
    return [head, "*No test runs:*", *files, *([f"… and {more} more files"] if more > 0 else [])]


def _file(one: Uncovered) -> str:
    ranges = [f"{first}" if first == last else f"{first}–{last}" for first, last in one.lines]
    more = f" and {len(ranges) - RANGES} more" if len(ranges) > RANGES else ""
    which = "line" if one.count == 1 else "lines"
    return f"• `{quiet(one.path, 120)}` — {which} {', '.join(ranges[:RANGES])}{more} ({one.count} of {one.changed})"


def _came(one: Came) -> str:
    commit = f"`{one.commit[:7]}`" if one.commit else "no commit"
    files = f"{one.files} file{'s' if one.files != 1 else ''}"
    left = f", {one.left_out} more not in the repository" if one.left_out else ""
    what = f"{files}{left}" if one.counted else "does not count"
    odd = f" :warning: {escape(one.odd)}" if one.odd else ""
    return f"{when(one.at)} · {commit} · {what}{odd}"


def _asked(least: float) -> str:
    return f" ({least:g} % is asked for)" if least else ""
