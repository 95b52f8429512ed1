"""What lies between two commits, as every message says it: commits, authors, files, migrations."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from bot.domain.brings import MANY, Brings
from bot.domain.deploys import Deploy
from bot.slack import Block
from bot.slack.views.text import cut, escape, quiet, section, when

SHOWN = 10  # commits that are listed
CROSSED = 3  # migrations that are named
MARKS = {"failed": ":speech_balloon:", "unknown": ":speech_balloon:", "waived": ":ballot_box_with_check:"}


class OneCommit(Protocol):
    """A commit, wherever it comes from."""

    @property
    def sha(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def author(self) -> str: ...


def commits(each: Sequence[OneCommit], count: int | None = None) -> list[str]:
    """A line each, and how many more there are. count: of all; None: `each` is all."""
    shown = each[:SHOWN]
    lines = [f"• `{one.sha[:7]}` {quiet(one.subject, 80)} — {quiet(one.author, 40)}" for one in shown]
    left = (len(each) if count is None else count) - len(shown)
    return lines + ([f"• … and {left} more"] if left > 0 else [])


def more(count: int, shown: int) -> str:
    return f" and {count - shown} more" if count > shown else ""


def many(count: int) -> str:
    """`3 commits`."""
    return f"{count}{' or more' if count >= MANY else ''} commit{'s' if count != 1 else ''}"


def files(count: int) -> str:
    """`3 files`."""
    return f"{count} file{'s' if count != 1 else ''}"


def authors(each: Sequence[OneCommit]) -> str:
    names = [name for name, _ in Counter(one.author for one in each).most_common()]
    return named_authors(names[:5], len(names))


def named_authors(names: Sequence[str], count: int) -> str:
    return ", ".join(quiet(name, 40) for name in names) + more(count, len(names))


def crossed(migrations: Sequence[str], count: int | None = None) -> str:
    """The migrations among the files, by name."""
    named = ", ".join(f"`{quiet(file, 80)}`" for file in migrations[:CROSSED])
    return named + more(len(migrations) if count is None else count, len(migrations[:CROSSED]))


def brings(deploy: Deploy) -> list[Block]:
    """What whoever approves a deploy has to see: what runs now, what comes, and what its gates say."""
    found = deploy.brings
    blocks: list[Block] = []
    if found is not None:
        blocks += _change(deploy, found)
    elif deploy.action is None:
        blocks.append(section(":grey_question: git cannot say what it brings. I look again in a minute."))
    lines = [f":white_check_mark: {escape(sentence)}" for _, sentence in deploy.vouched]
    lines += [
        f"{MARKS.get(one.outcome, ':white_circle:')} {escape(one.sentence)}"
        for one in deploy.conditions
        if not one.stops
    ]
    if lines:
        blocks.append(section(cut("\n".join(lines), 2900)))
    return blocks


def _change(deploy: Deploy, found: Brings) -> list[Block]:
    if not found.stands:
        return [section("Nothing was deployed there by me before: it brings all that it has.")]
    by = f" ({found.by}" + (f", since {when(found.since)})" if found.since else ")") if found.by else ""
    head = [f"Now runs `{found.stands[:7]}` {quiet(deploy.previous_subject, 80)}{by}."]
    if found.stands == found.commit:
        return [section(f"{head[0]} It is the same commit again.")]
    if found.commits:
        who = named_authors(found.authors, found.author_count)
        head.append(f"It brings *{many(found.commits)}* by {who}, in {files(found.file_count)}:")
    else:
        head.append(f"It is older, and brings nothing new; {files(found.file_count)} change.")
    blocks = [section(cut("\n".join([*head, *commits(found.coming, found.commits)]), 2900))]
    rest = []
    if found.going:
        rest.append(f":leftwards_arrow_with_hook: It takes back {many(found.going)} that stand there.")
    if found.migrations:
        rest.append(f":warning: It crosses a migration: {crossed(found.migrations, found.migration_count)}")
    if found.files:
        named = ", ".join(f"`{quiet(file, 80)}`" for file in found.files)
        rest.append(f"Files: {named}{more(found.file_count, len(found.files))}")
    if found.cut:
        rest.append("_All of it is in the thread._")
    return [*blocks, section(cut("\n".join(rest), 2900))] if rest else blocks
