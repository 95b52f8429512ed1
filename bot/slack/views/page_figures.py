"""How services were paged, this quarter against the one before."""

from collections.abc import Sequence

from bot.domain.page_figures import Figures
from bot.slack import Message
from bot.slack.views.text import context, duration, escape, quiet, said, section

SHOWN = 15
Row = tuple[str, Figures, Figures]  # a service, this quarter, the one before


def figures(rows: Sequence[Row], name: str, before: str) -> Message:
    """rows: those with the most pages first."""
    found = [row for row in rows if row[1].pages or row[2].pages]
    if not found:
        return said(f"No page was opened in {escape(name)}, and none in {escape(before)}.")
    total = sum(row[1].pages for row in found)
    title = f"*Pages in {escape(name)}* (in {escape(before)}): {total} ({sum(row[2].pages for row in found)})"
    sections = [section("\n".join(_row(row))) for row in found[:SHOWN]]
    foot = "Times are medians. A night is broken once, between 22:00 and 7:00 of your clock, by what can wake somebody."
    more = f" {len(found) - SHOWN} more services had fewer." if len(found) > SHOWN else ""
    return said(title, section(title), *sections, context(foot + more))


def _row(row: Row) -> list[str]:
    service, now, before = row
    lines = [
        f"*{quiet(service, 60)}*: {now.pages} ({before.pages}) {'page' if now.pages == 1 else 'pages'}",
        f"acknowledged after {_time(now.acknowledged)} ({_time(before.acknowledged)}), "
        f"resolved after {_time(now.resolved)} ({_time(before.resolved)})",
        f"nights broken: {now.nights} ({before.nights})",
    ]
    if now.causes:
        causes = ", ".join(f"{escape(cause)} {count}" for cause, count in now.causes.items())
        lines[-1] += f", by {causes}"
    return lines


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)
