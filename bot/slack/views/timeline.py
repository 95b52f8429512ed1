"""What changed, a line each, newest first."""

from collections.abc import Sequence

from bot.domain.timeline import Moment
from bot.services.timeline import Page
from bot.slack import Block, Message
from bot.slack.views.deploy import MARK
from bot.slack.views.text import (
    SECTION,
    actions,
    button,
    clock,
    context,
    escape,
    lasted,
    quiet,
    said,
    section,
    when,
)

MARKS = {
    "lock": ":lock:", "freeze": ":snowflake:", "gate": ":vertical_traffic_light:", "config": ":memo:",
    "pause": ":double_vertical_bar:", "other": ":wrench:",
}  # fmt: skip
DAY = 24 * 3600.0


def changed(
    page: Page, service: str, words: str, start: int, value: str, since: float, now: float
) -> Message:
    """service: "" for all; words: how long, as it was typed; start: how many are newer; value: for the older ones."""
    needs = f" and what it needs ({', '.join(page.needs)})" if page.needs else ""
    of = escape(f"{service or 'any service'}{needs}")
    if not page.moments:
        if start:
            return said(f"*What changed* in {of}, the last {escape(words)}: that was all.")
        line = " ".join(part for part in ("what changed", escape(service), "24h") if part)
        hint = f" `{line}` looks further back." if now - since < DAY else ""
        return said(f"Nothing changed in {of} in the last {escape(words)}.{hint}")
    title = f"*What changed* in {of}, the last {escape(words)}"
    first, last = start + 1, start + len(page.moments)
    lines = [_line(one, now - since > DAY, now) for one in page.moments]
    blocks: list[Block] = [section(title), *(section(group) for group in _groups(lines))]
    if page.more:
        blocks.append(actions(button(f"{page.more} older", "what.page", value)))
    foot = f"Newest first, {first} to {last} of {last + page.more}."
    if page.back_to is not None:
        foot += f" Too much was done: I looked back to {when(page.back_to)} only. Name a service, or a shorter time."
    blocks.append(context(foot))
    return said(f"{title}: {_in_short(page.moments)}", *blocks)


def _groups(lines: Sequence[str]) -> list[str]:
    """As many lines together as a section holds."""
    groups: list[str] = []
    for line in lines:
        if groups and len(groups[-1]) + len(line) < SECTION:
            groups[-1] += f"\n{line}"
        else:
            groups.append(line)
    return groups


def _in_short(moments: Sequence[Moment]) -> str:
    newest = moments[0]
    place = " ".join(part for part in (newest.service, newest.environment) if part)
    what = f"{newest.id} {place} {newest.outcome}" if newest.id else quiet(newest.words, 60)
    return f"the newest {escape(what)}"


def _line(one: Moment, dated: bool, now: float) -> str:
    at = when(one.at) if dated else clock(one.at)
    if not one.id:
        by = f"{quiet(one.by, 40)}: " if one.by else ""
        return f"• {at} {MARKS.get(one.kind, ':wrench:')} {by}{quiet(one.words, 180)}"
    took = f" after {lasted(one.ended - one.at)}" if one.ended is not None else ""
    mark = MARK.get(one.outcome.split(",")[0], "")
    what = {
        "action": f"{quiet(one.words, 60)}, at `{one.commit[:7]}`",
        "roll-back": f"rolled back to `{one.commit[:7]}`",
    }
    words = what.get(one.kind, f"`{one.commit[:7]}` {quiet(one.words, 90)}")
    place = f"*{escape(one.service)} {escape(one.environment)}*"
    return f"• {at} {mark} {place} {one.id}: {words} — {escape(one.outcome)}{took}, {quiet(one.by, 40)}"
