"""What follows on a page: the question what it was, the reminder, and what who deployed before is told."""

from bot.domain.brings import Brings
from bot.domain.deploys import Deploy
from bot.domain.pages import Page
from bot.slack import Block, Message
from bot.slack.views.page import service_of
from bot.slack.views.page_around import roll_back
from bot.slack.views.text import actions, button, context, duration, escape, quiet, said, section

WHYS = {
    "deploy": ("A deploy", "page.why.deploy"),
    "code": ("The code", "page.why.code"),
    "infrastructure": ("Infrastructure", "page.why.infrastructure"),
    "outside": ("Somebody outside", "page.why.outside"),
    "noise": ("Noise", "page.why.noise"),
}
COMMITS = 5


def why(page: Page) -> Message:
    """The one question, answered by one tap, or by none."""
    lasted = f" It lasted {duration(page.lasted)}." if page.lasted is not None else ""
    words = f"*What was #{page.told.number}?* {quiet(service_of(page), 60)}: {quiet(page.told.title, 150)}.{lasted}"
    each = [button(text, action, page.id) for text, action in WHYS.values()]
    foot = "One tap, if you like: it counts for the figures of the service, not for people."
    return said(words, section(words), actions(*each[:3]), actions(*each[3:]), context(foot))


def why_said(page: Page) -> Message:
    text = WHYS[page.cause][0].lower() if page.cause in WHYS else page.cause
    return said(f"#{page.told.number} counts as: {escape(text)}. Tap another if that was a slip.")


def still(page: Page, user: str, now: float) -> Message:
    """In the thread: nothing was heard for an hour."""
    who = f"<@{user}>" if user else quiet(" and ".join(page.acknowledged_by) or "Somebody", 60)
    line = f"{who}: nothing was heard of this page for {duration(max(0.0, now - page.moves[-1].at))}, and you have it."
    if not user:
        line = (
            f"Nothing was heard of this page for {duration(max(0.0, now - page.moves[-1].at))}; {who} has it."
        )
    return said(
        f"#{page.told.number} is quiet",
        section(f":hourglass: {line} Is it over, or who could help?"),
        actions(button("Resolve", "page.resolve", page.seen), button("Escalate", "page.escalate", page.seen)),
    )


def deployed(page: Page, deploy: Deploy, brings: Brings | None, now: float) -> Message:
    """To who deployed: a page began after it, which need not be because of it."""
    place = f"{escape(deploy.service)} {escape(deploy.environment)}"
    after = duration(max(0.0, page.told.opened - (deploy.started or deploy.ended or deploy.requested)))
    what = f"{quiet(service_of(page), 60)}: {quiet(page.told.title, 150)}"
    lead = f"*A page opened {after} after your {deploy.id} to {place}*: {what}"
    blocks: list[Block] = [section(f":rotating_light: {lead}\nIt need not be because of it.")]
    if brings is not None and brings.coming:
        lines = [f"• `{one.sha[:7]}` {quiet(one.subject, 80)}" for one in brings.coming[:COMMITS]]
        more = brings.commits - len(lines)
        lines += [f"• and {more} more"] if more > 0 else []
        lines.append(f"{brings.file_count} {'file' if brings.file_count == 1 else 'files'} changed")
        blocks.append(section("\n".join(lines)))
    blocks.append(actions(roll_back(deploy)))
    link = f"<{escape(page.told.url)}|The page>. " if page.told.url else ""
    blocks.append(context(f"{link}`diff {escape(deploy.service)} {escape(deploy.environment)}` shows more."))
    return said(
        f"{place}: a page opened {after} after your {deploy.id}: {quiet(page.told.title, 80)}", *blocks
    )
