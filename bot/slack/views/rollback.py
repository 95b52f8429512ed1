"""Roll-backs and differences: what one goes back to, what goes along, and what lies between two commits."""

from collections.abc import Sequence

from bot.clients.git import Commit
from bot.domain.deploys import Deploy
from bot.services.rollbacks import Back
from bot.slack import Message
from bot.slack.views import verdict
from bot.slack.views.changes import authors, commits, crossed, files, many, more
from bot.slack.views.text import cut, escape, quiet, said, section

FILES = 12


def planned(back: Back) -> Message:
    """The answer to --plan: what would be done, and nothing is."""
    deploy = back.deploy
    lines = [
        f"I would *{escape(deploy.what)}* to `{deploy.short()}` {quiet(deploy.subject)} "
        f"({back.to.id} by {quiet(back.to.by_name, 60)})."
    ]
    lines += undone(deploy)
    if back.commits:
        lines += commits(back.commits)
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
        what = f"{many(count)} up to {what}"
    lines = [f"It takes back {what}."]
    if deploy.migrations:
        lines.append(f":warning: It crosses a migration, which stays as it is: {crossed(deploy.migrations)}.")
    return lines


def difference(
    place: str,
    stands: str,
    ref: str,
    coming: Sequence[Commit],
    going: Sequence[Commit],
    changed: Sequence[str],
) -> Message:
    """What lies between what stands in a place and a ref. going: what stands there, and the ref has not."""
    lead = f"*{escape(place)}* has `{stands[:7]}`; "
    if not coming and not going:
        return said(escape(f"{place} has exactly {ref}: there is no difference."))
    lines = []
    if coming:
        lead += (
            f"`{quiet(ref, 100)}` brings {many(len(coming))} by {authors(coming)}, in {files(len(changed))}."
        )
        lines += commits(coming)
    else:
        lead += f"`{quiet(ref, 100)}` is older and brings nothing new."
    if going:
        lines.append(f":leftwards_arrow_with_hook: It takes back {many(len(going))} by {authors(going)}:")
        lines += commits(going)
    if changed:
        named = ", ".join(f"`{quiet(file, 80)}`" for file in changed[:FILES])
        lines.append(f"Files: {named}{more(len(changed), FILES)}")
    text = f"{place} and {ref}: {len(coming)} to come, {len(going)} to go, {files(len(changed))}"
    return said(text, section(cut("\n".join([lead, *lines]), 2900)))
