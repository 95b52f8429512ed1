"""Roll-backs and differences: what one goes back to, what goes along, and what lies between two commits."""

from collections import Counter
from collections.abc import Sequence

from bot.clients.git import Commit
from bot.domain.deploys import Deploy
from bot.services.rollbacks import Back
from bot.slack import Message
from bot.slack.views import verdict
from bot.slack.views.text import cut, escape, quiet, said, section

SHOWN = 10  # commits that are listed
FILES = 12
MANY = 250  # from here on nobody counts


def planned(back: Back) -> Message:
    """The answer to --plan: what would be done, and nothing is."""
    deploy = back.deploy
    lines = [
        f"I would *{escape(deploy.what)}* to `{deploy.short()}` {quiet(deploy.subject)} "
        f"({back.to.id} by {quiet(back.to.by_name, 60)})."
    ]
    lines += undone(deploy)
    if back.commits:
        lines += _commits(back.commits)
    lines.append("Steps: " + " → ".join(escape(step) for step in back.steps))
    lines += [*verdict.conditions(back.verdict), verdict.passed(back.verdict)]
    lines.append("Nothing was changed.")
    return said(f"Plan: {deploy.what} to {deploy.short()}", section(cut("\n".join(lines), 2900)))


def answer(deploy: Deploy) -> Message:
    """What the person who asked is told."""
    lines = [
        f"{deploy.id}: I {deploy.what} to `{deploy.short()}` {quiet(deploy.subject, 80)}.",
        *undone(deploy),
    ]
    if deploy.held:
        lines.append("It is first in line, and begins as soon as what runs there has ended.")
    return said(" ".join(lines))


def undone(deploy: Deploy) -> list[str]:
    """What it takes away."""
    count = deploy.undone
    what = f"`{deploy.undoes[:7]}`"
    if count:
        what = f"{_many(count)} up to {what}"
    lines = [f"It takes back {what}."]
    if deploy.migrations:
        files = ", ".join(f"`{quiet(file, 80)}`" for file in deploy.migrations[:3])
        more = f" and {len(deploy.migrations) - 3} more" if len(deploy.migrations) > 3 else ""
        lines.append(f":warning: It crosses a migration, which stays as it is: {files}{more}.")
    return lines


def difference(
    place: str, stands: str, ref: str, coming: Sequence[Commit], going: Sequence[Commit], files: Sequence[str]
) -> Message:
    """What lies between what stands in a place and a ref. going: what stands there, and the ref has not."""
    lead = f"*{escape(place)}* has `{stands[:7]}`; "
    if not coming and not going:
        return said(escape(f"{place} has exactly {ref}: there is no difference."))
    lines = []
    if coming:
        lead += (
            f"`{quiet(ref, 100)}` brings {_many(len(coming))} by {_authors(coming)}, in {_files(len(files))}."
        )
        lines += _commits(coming)
    else:
        lead += f"`{quiet(ref, 100)}` is older and brings nothing new."
    if going:
        lines.append(f":leftwards_arrow_with_hook: It takes back {_many(len(going))} by {_authors(going)}:")
        lines += _commits(going)
    if files:
        named = ", ".join(f"`{quiet(file, 80)}`" for file in files[:FILES])
        lines.append(f"Files: {named}{_more(len(files), FILES)}")
    text = f"{place} and {ref}: {len(coming)} to come, {len(going)} to go, {_files(len(files))}"
    return said(text, section(cut("\n".join([lead, *lines]), 2900)))


def _commits(commits: Sequence[Commit]) -> list[str]:
    lines = [
        f"• `{one.sha[:7]}` {quiet(one.subject, 80)} — {quiet(one.author, 40)}" for one in commits[:SHOWN]
    ]
    return lines + ([f"• … {_more(len(commits), SHOWN).strip()}"] if len(commits) > SHOWN else [])


def _more(count: int, shown: int) -> str:
    return f" and {count - shown} more" if count > shown else ""


def _many(count: int) -> str:
    return f"{count}{' or more' if count >= MANY else ''} commit{'s' if count != 1 else ''}"


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"


def _authors(commits: Sequence[Commit]) -> str:
    names = [name for name, _ in Counter(one.author for one in commits).most_common()]
    return ", ".join(quiet(name, 40) for name in names[:5]) + _more(len(names), 5)
