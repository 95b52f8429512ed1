"""The audit as people read it, and the message that carries what is kept about somebody."""

from collections.abc import Sequence

from bot.services.records import Excerpt
from bot.slack import Message
from bot.slack.views.text import actions, button, confirm, context, escape, quiet, said, section, when
from bot.store.audit import Entry

A_SECTION = 10  # entries; a section holds 3,000 characters


def audit(excerpt: Excerpt, about: str, words: str, start: int, value: str) -> Message:
    """about: "shop", or "everything"; words: the period as it was typed; value: of the button for the next page."""
    title = f"*Audit* of {escape(about)}, the last {escape(words)}"
    if not excerpt.entries:
        return said(f"{title}: nothing was done." if not start else f"{title}: that was all.")
    first, last = start + 1, start + len(excerpt.entries)
    groups = [excerpt.entries[at : at + A_SECTION] for at in range(0, len(excerpt.entries), A_SECTION)]
    blocks = [section(f"{title} · {first} to {last}"), *(section(_lines(group)) for group in groups)]
    if excerpt.more:
        blocks.append(actions(button(f"{excerpt.more} older", "audit.page", value)))
    blocks.append(context("Newest first. A name that was erased stands as its pseudonym."))
    return said(f"{title}: {last + excerpt.more} entries", *blocks)


def file(about: str, words: str, *, cut: bool) -> Message:
    """cut: whether only its newest part is in the file."""
    text = f"*Audit* of {escape(about)}, the last {escape(words)}, is in the file, oldest first."
    if cut:
        text += " It is the newest part: `grail audit export` on the command line writes all of it."
    return said(f"{text} What its fields hold stands in `docs/audit.md`.")


def data(name: str) -> Message:
    return said(
        f"What I keep about you, {quiet(name, 60)}, is in the file. It says what for, who reads it and how long in "
        "`docs/people.md`. When you leave, `my data erase` has me forget it."
    )


def erasing(name: str, value: str, typed: str, *, plan: bool) -> Message:
    """What would be forgotten, with the button that does it. name: "" for who asks; typed: how the person was named."""
    whose, of = (f"{escape(name)}'s", f"about {escape(name)}") if name else ("your", "about you")
    line = " ".join(["my data erase", *([escape(typed)] if typed else []), "now"])
    title = f"*I would forget what I keep {of}*"
    goes = (
        f"It goes: {whose} binding to an e-mail address and what Slack last said, {whose} `notify`, the terminal's "
        "token, roles given by hand, and the name behind the pseudonym in the audit."
    )
    stays = (
        "It stays: what was done, in the audit under the pseudonym; a deploy keeps who asked for it for 400 days; "
        "config.yaml and Slack are not mine to change. Whoever asks me something again is noted anew."
    )
    if plan:
        return said(title, section(f"{title}\n{goes}\n{stays}"), context("Nothing was changed."))
    sure = confirm("Forget it?", "It cannot be brought back.", "Forget it", "Keep it")
    return said(
        title,
        section(f"{title}\n{goes}\n{stays}"),
        actions(button("Forget it", "data.erase", value, style="danger", confirm=sure)),
        context(f"Nothing was changed yet. Where there is no button, say `{line}`."),
    )


def erased(name: str) -> str:
    whom = f"what I kept about {escape(name)}" if name else "what I kept about you"
    return f"I have forgotten {whom}. What was done stays in the audit, under a pseudonym that leads nowhere."


def _lines(entries: Sequence[Entry]) -> str:
    return "\n".join(
        f"• {when(entry.at)} *{quiet(entry.name or entry.who, 30)}* `{_plain(entry.what, 90)}` → "
        f"{quiet(entry.outcome, 60)}"
        for entry in entries
    )


def _plain(text: str, most: int) -> str:
    line = " ".join(text.split()).replace("`", "'")
    return escape(line if len(line) <= most else line[: most - 1] + "…") or "–"
