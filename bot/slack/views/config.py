"""What is said in the operations channel about a changed config.yaml."""

from collections.abc import Sequence

from bot.slack import Message
from bot.slack.views.text import escape, said, section

MOST = 20


def changed(sentences: Sequence[str], version: str) -> Message:
    if not sentences:
        return said(f"config.yaml was read again (version {version}): nothing that counts is different.")
    return said(
        f"config.yaml has changed (version {version}): {escape(sentences[0])}",
        section(f"*config.yaml has changed*, version `{version}`\n{_list(sentences)}"),
    )


def faulty(faults: Sequence[str], version: str) -> Message:
    """All or nothing: what is wrong, and that the old one goes on."""
    return said(
        f"config.yaml has a fault, so version {version} goes on: {escape(faults[0])}",
        section(f":warning: *config.yaml has a fault*, so version `{version}` goes on.\n{_list(faults)}"),
    )


def _list(lines: Sequence[str]) -> str:
    shown = [f"• {escape(line)[:300]}" for line in lines[:MOST]]
    if len(lines) > MOST:
        shown.append(f"and {len(lines) - MOST} more: `grail check` lists them all")
    return "\n".join(shown)[:2900]
