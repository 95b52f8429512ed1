"""What the operations channel is told: work that was given up, what was not delivered, whose rights rest."""

from collections.abc import Sequence
from typing import Any

from bot.services.claims import Found
from bot.services.operations import GivenUp
from bot.slack import Message
from bot.slack.views.text import actions, button, confirm, context, cut, escape, quiet, said, section, when
from bot.store.deploys import Claim

SHOWN = 8
MOST = 200  # messages that are counted


def given_up(work: GivenUp) -> Message:
    """Work that nobody could do, with a way to have it tried again."""
    what = f"{escape(work.what)}{f' of {quiet(work.whom, 60)}' if work.whom else ''}"
    lines = [f":skull: *I gave up {what}*" + (f"\n{_code(work.detail, 200)}" if work.detail else "")]
    lines.append(f"Why: {_code(work.why, 400)}")
    if not work.again:
        lines.append("It cannot be tried again.")
    tried = f"tried {work.tries} times, given up {when(work.at)}" if work.again else f"found {when(work.at)}"
    blocks = [section("\n".join(lines)), context(tried)]
    if work.again:
        again = confirm(
            "Try again?",
            "It is done from the start. If it fails again, it comes back here.",
            "Try again",
            "Leave it",
        )
        blocks.append(actions(button("Try again", "dead.retry", work.mark, confirm=again)))
    return said(f"I gave up {what}: {_code(work.why, 80)}", *blocks)


def audit_head(day: str, number: int, hash: str) -> Message:
    """One quiet line, which `grail audit verify --head` takes as it stands."""
    entries = "1 entry" if number == 1 else f"{number:,} entries"
    return Message(
        f"Audit of {day}: {entries}, head {hash}", [context(f"Audit of {day}: {entries}, head `{hash}`")]
    )


def tried_again(what: str, why: str, by: str, at: float) -> Message:
    return said(
        f"Tried again by {quiet(by, 60)}: {escape(what)}",
        section(
            f":arrows_counterclockwise: *{escape(what)}* is tried again, by {quiet(by, 60)}\n"
            f"It had failed: {_code(why, 400)}"
        ),
        context(f"{when(at)} · if it fails again, it comes back here"),
    )


def undelivered(where: str, why: str, newest: Sequence[dict[str, Any]]) -> Message:
    """Messages that Slack refused for good. newest: rows of the outbox's list, newest first."""
    number = len(newest)
    many = "A message" if number == 1 else f"{number}{' or more' if number >= MOST else ''} messages"
    title = f"{many} could not be delivered to {place(where)}"
    lines = [
        f"• {when(float(row['at']))} {quiet(str(row.get('text') or row['id']), 150)}"
        for row in newest[:SHOWN]
    ]
    if number > SHOWN:
        lines.append(f"and {number - SHOWN} more")
    body = [f":mailbox_with_no_mail: *{title}*", f"Why: {_code(why, 300)}", *lines]
    return said(f"{title}: {_code(why, 100)}", section("\n".join(body)), context(escape(hint(why))))


def hint(why: str) -> str:
    """What can be done about it."""
    if "not_in_channel" in why or "channel_not_found" in why:
        return "Invite me there with /invite, or name another channel in config.yaml."
    if "is_archived" in why:
        return "Bring the channel back, or name another one in config.yaml."
    return "They are not sent again. `grail do` reads and asks without Slack."


def place(lane: str) -> str:
    """Where something should have gone, in words."""
    if lane.startswith("#"):
        return escape(lane)
    if lane[:1] in ("C", "G"):
        return f"<#{escape(lane)}>"
    if lane[:1] in ("@", "D"):
        return "a person, directly"
    if lane.startswith(("url:", "to:")):
        return "a person who had asked"
    if lane.startswith("home:"):
        return "a home tab"
    if lane.startswith("wait:"):
        return "the thread of a card that never stood"
    return "Slack"


def claims(found: Found) -> Message:
    """What was put right when the claims were confirmed after a start, or on another Redis server."""
    lines = [
        f"• `{escape(claim.environment)}` of `{escape(claim.service)}` is free again: {escape(claim.deploy)}, which "
        "held it, is over or unknown."
        for claim in found.released[:SHOWN]
    ]
    lines += [
        f"• I end the run of {escape(run)}: it runs here, but I know nothing of it any more."
        for run in found.ended[:SHOWN]
    ]
    more = max(0, len(found.released) - SHOWN) + max(0, len(found.ended) - SHOWN)
    lines += [f"and {more} more: the log has them all"] if more else []
    title = "Some claims were not as they should be"
    blocks = section(f":broom: *{title}*\n" + "\n".join(lines))
    return said(
        f"Claims: {lines[0][2:]}" if lines else title,
        blocks,
        context("Perhaps Redis lost its newest writes: look at `status` before you deploy."),
    )


def unreadable(claim: Claim) -> Message:
    """An environment that is held by what nobody can read."""
    what = f"`{escape(claim.environment)}` of `{escape(claim.service)}`"
    sure = confirm(
        "End it and free the environment?",
        "Every machine of ours ends what it runs under this number. Look first whether somebody is mending the record.",
        "End it",
        "Leave it",
    )
    title = f"{claim.environment} of {claim.service} is held by {claim.deploy}, whose record cannot be read"
    return said(
        escape(title),
        section(
            f":jigsaw: *{what} is held by {escape(claim.deploy)}, whose record in Redis cannot be read.* Perhaps "
            "somebody changed it by hand. Nothing can be deployed there until it is ended."
        ),
        actions(button("End it", "deploy.cancel", f"{claim.deploy}:", style="danger", confirm=sure)),
        context(f'In a terminal: `grail do "cancel {escape(claim.deploy)}"`'),
    )


def freed(claim: Claim, by: str, at: float) -> Message:
    what = f"`{escape(claim.environment)}` of `{escape(claim.service)}`"
    return said(
        f"{escape(claim.deploy)} was ended by {quiet(by, 60)}: its record cannot be read",
        section(
            f":unlock: *{what} is free again.* {escape(claim.deploy)}, whose record cannot be read, was ended by "
            f"{quiet(by, 60)}. How far it had come is not known: look at `{escape(claim.environment)}` before you "
            "deploy there."
        ),
        context(when(at)),
    )


def rests(name: str, why: str, value: str) -> Message:
    """A person's rights rest until somebody has looked."""
    who = quiet(name, 60) or "Somebody"
    sure = confirm(
        "Is it the same person?",
        "Ask them by another way than Slack before you confirm: then the rights of this e-mail address are theirs.",
        "Confirm",
        "Not yet",
    )
    return said(
        f"The rights of {who} rest",
        section(
            f":closed_lock_with_key: *The rights of {who} rest*, because {quiet(_their(why), 300)}.\n"
            "Until somebody confirms that it is the right person, they may read and change nothing."
        ),
        actions(button("Confirm", "person.confirm", value, confirm=sure)),
    )


def confirmed(name: str, email: str, by: str, at: float) -> Message:
    who = quiet(name, 60) or "This person"
    return said(
        f"The rights of {who} hold again",
        section(f":white_check_mark: *The rights of {who} hold again*, with {quiet(email, 100)}"),
        context(f"confirmed by {quiet(by, 60)}, {when(at)}"),
    )


def _their(why: str) -> str:
    """The reason is written for the person whose rights they are."""
    return cut(why.replace("your e-mail address", "their e-mail address"), 300)


def _code(text: str, most: int) -> str:
    """One line of what a program said, as it is."""
    line = cut(" ".join(text.split()).replace("`", "'"), most)
    return f"`{escape(line)}`"
