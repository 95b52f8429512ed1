"""What stands on a page's card below its buttons: what changed before, what can be taken back, how it went before."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy
from bot.domain.pages import Page
from bot.domain.timeline import Moment
from bot.services.page_around import Action, Around
from bot.slack import Block
from bot.slack.views.text import actions, button, confirm, cut, duration, escape, quiet, section
from bot.slack.wanted import What

SIMILAR = 2
ACTIONS = 20
NAME = 60  # characters: half a value would name something else


def blocks(page: Page, around: Around) -> list[Block]:
    """Short: on a phone each line is two."""
    found: list[Block] = [_deploy(page, one) for one in around.deploys]
    changes = [_change(page, one) for one in around.changes]
    if around.more:
        changes.append(f"• and {around.more} more: `what changed {escape(page.service)} 2h`")
    if changes:
        found.append(section("\n".join(["*Changed in the 2 h before*", *changes])))
    if around.similar:
        found.append(section(_similar(around.similar)))
    if fitting := [one for one in around.actions if len(one.name) <= NAME][:ACTIONS]:
        found.append(actions(_run(fitting)))
    return found


def links(around: Around) -> list[str]:
    found = [f"<{escape(around.runbook)}|Runbook>"] if around.runbook else []
    return found + ([f"<{escape(around.dashboard)}|Dashboard>"] if around.dashboard else [])


def roll_back(one: Deploy) -> Block:
    """The button that takes a deploy back; it says what it does before it does it."""
    place = f"{one.service} {one.environment}"
    words = (
        f"`{one.commit[:7]}` {quiet(one.subject, 80)}\nIt goes back to what ran there before, asks nobody and waits "
        "for no gate; then the place is locked."
    )
    question = confirm(f"Roll back {place}?", words, "Roll back", "Not yet")
    value = f"{one.service} {one.environment} {one.id}"
    return button("Roll back", "page.rollback", value, style="danger", confirm=question)


def _deploy(page: Page, one: Deploy) -> Block:
    began = one.started or one.ended or one.requested
    when = _before(page, began)
    state = "" if one.state == "succeeded" else f", {one.state}"
    words = f"*{escape(one.service)} {escape(one.environment)}* {one.id}{state}, {when}"
    line = f"{words}\n`{one.commit[:7]}` {quiet(one.subject, 80)}, {quiet(one.by_name, 40)}"
    return section(line, **({} if one.rollback else {"accessory": roll_back(one)}))


def _change(page: Page, one: Moment) -> str:
    by = f" ({quiet(one.by, 40)})" if one.by else ""
    place = f"{escape(one.service)} {escape(one.environment)}".strip()
    if one.id:
        return f"• {_before(page, one.at)}: {place} {one.id}, {escape(one.outcome)}{by}"
    return f"• {_before(page, one.at)}: {quiet(one.words, 80)}{by}"


def _before(page: Page, at: float) -> str:
    seconds = page.told.opened - at
    return f"{duration(seconds)} before" if seconds >= 0 else f"{duration(-seconds)} after"


def _similar(similar: Sequence[Page]) -> str:
    times = "once" if len(similar) == 1 else f"{len(similar)} times"
    lines = [f"*The same {times} in 30 days*", *(f"• {ended(one)}" for one in similar[:SIMILAR])]
    return "\n".join(lines)


def ended(one: Page) -> str:
    """How a page went, in a line."""
    number = f"#{one.told.number}" if one.told.number else one.id
    name = f"<{escape(one.told.url)}|{number}>" if one.told.url else number
    if one.lasted is None:
        return f"{name} is open"
    cause = f", {escape(one.cause)}" if one.cause else ""
    by = f" by {quiet(one.resolved_by, 40)}" if one.resolved_by else " by itself"
    return f"{name} was resolved{by} after {duration(one.lasted)}{cause}"


def _run(found: Sequence[Action]) -> Block:
    """Named actions of the recipe, to choose from."""
    options = [
        {
            "text": {"type": "plain_text", "text": cut(f"{one.name} {one.service} {one.environment}", 75)},
            "value": What(one.service, one.environment, None, one.name).value,
        }
        for one in found
    ]
    words = "The action of the recipe runs at once, in production."
    return {
        "type": "static_select", "action_id": "deploy.now", "options": options,
        "placeholder": {"type": "plain_text", "text": "Run an action …"},
        "confirm": confirm("Run it now?", words, "Run it", "Not yet"),
    }  # fmt: skip
