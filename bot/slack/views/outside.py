"""What the systems say of what stands where, beside what Grail knows; and what came there without it."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy
from bot.services.deploys import Status
from bot.slack import Block, Message
from bot.slack.views.text import (
    button,
    clock,
    context,
    cut,
    duration,
    escape,
    quiet,
    said,
    section,
    when,
)

JUST_NOW = 20.0  # seconds: so old an answer is of now
OFFERED = 3  # buttons on one card


def lines(row: Status, now: float | None) -> list[str]:
    """What is to be said below the line of a place: nothing where the system says what Grail knows, and just did."""
    heard = row.heard
    if heard is None:
        return []
    found = []
    if row.really == "outside":
        by = f" by {quiet(heard.by, 40)}" if heard.by else ""
        since = f", since {when(heard.since)}" if heard.since else ""
        subject = f" {quiet(heard.subject, 80)}" if heard.subject else ""
        found.append(
            f":warning: *outside*: `{heard.commit[:7]}`{subject} really runs there{by}{since}, not deployed by me"
        )
    elif row.really == "nothing":
        found.append(":warning: really *nothing* runs there")
    elif row.really == "left" and row.last is not None:
        found.append(f":warning: `{heard.commit[:7]}` really runs there: {row.last.id} left it")
    if heard.fails:
        at = heard.at if heard.at is not None else row.standing.since if row.standing else None
        knew = f" This is what I knew {clock(at)}." if at is not None else ""
        found.append(f":grey_question: {cut(escape(heard.fails), 300)}{knew}")
    elif now is not None and heard.at is not None and now - heard.at > JUST_NOW:
        found.append(f"asked {duration(now - heard.at)} ago")
    return [f"\u2003{line}" for line in found]


def in_short(row: Status) -> str | None:
    """For the lock screen; None where there is nothing special."""
    if row.really == "outside" and row.heard is not None:
        return f": {row.heard.commit[:7]}, not by me"
    return ": nothing runs there" if row.really == "nothing" else None


def buttons(rows: Sequence[Status]) -> list[Block]:
    """For who brought it there; each carries what was seen."""
    found = [row for row in rows if row.really == "outside" and row.heard is not None]
    return [
        button(
            "That was me" if len(found) == 1 else f"{cut(row.environment, 40)}: that was me",
            "outside.mine",
            f"{row.service} {row.environment} {row.heard.commit if row.heard else ''} "
            f"{row.standing.deploy if row.standing else '-'}",
        )
        for row in found[:OFFERED]
    ]


def done_by(deploy: Deploy) -> str:
    """Who did one that Grail did not: a person or a tool, as the other system says."""
    named = deploy.outside not in ("-", "")
    return quiet(deploy.outside if named else deploy.by_name, 60)


def short(deploy: Deploy) -> str:
    """For a list: who has to answer for one, and that it was not done by Grail."""
    by = quiet(deploy.by_name, 40)
    return f"*outside*, {by}" if deploy.outside else by


def odd(service: str, why: str, beginning: str) -> Message:
    """For operations: a report that cannot be used."""
    lead = (
        f":grey_question: A report of a deploy of *{escape(service)}* cannot be used: {cut(escape(why), 300)}"
    )
    began = f"\nIt begins: `{quiet(beginning, 120).replace('`', ' ')}`" if beginning.strip() else ""
    rest = (
        "It was stored, and counts for nothing. What a report has to say stands in docs/sources/deploys.md."
    )
    return said(
        f"A report of a deploy of {service} cannot be used: {quiet(why, 120)}",
        section(f"{lead}{began}"),
        context(rest),
    )


def on_card(deploy: Deploy) -> str:
    """What the card of one says that Grail did not run; in the same words once it was taken back."""
    if deploy.reported:
        return f":warning: *outside*: {done_by(deploy)} did it without me, and has reported it."
    tool = f" as {quiet(deploy.outside, 40)} there" if deploy.outside not in ("-", "") else ""
    return f":warning: *outside*: brought there without me{tool}; {quiet(deploy.by_name, 60)} says that it was theirs."
