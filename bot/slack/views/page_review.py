"""The review of a page as a Markdown file: what happened, from the timeline, and what a blameless review asks."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.pages import Page
from bot.domain.periods import duration
from bot.domain.timeline import Moment
from bot.slack import File
from bot.slack.views.page import service_of
from bot.slack.views.text import plain

DONE = {
    "triggered": "PagerDuty was told, and woke {who}", "acknowledged": "{by} acknowledged it",
    "escalated": "{by} escalated it", "reassigned": "{by} reassigned it", "reopened": "{by} opened it again",
    "unacknowledged": "nobody had it any more", "resolved": "{by} resolved it", "snoozed": "{by} snoozed it",
    "merged": "{by} merged it {text}", "annotated": "{by}: {text}", "responder.added": "{by} asked {text} for help",
    "priority_updated": "{by} changed its priority",
}  # fmt: skip
QUESTIONS = """\
## What people saw

*Who was affected, how, and for how long? Who told whom?*

## What made it possible

*Several things had to come together: which? Ask "what" and "how", not "who". What looked sensible to the people there
at that moment, and why?*

## What went well

*What kept it from being worse? Where were we lucky?*

## What made it hard

*What was missing or misleading: an alert, a runbook, a right, somebody to ask? How long did it take to see what it
was?*

## What we change

*One line each, with a name and a day. Which of them would have shown it earlier, or made it smaller?*

- [ ]
"""


def review(page: Page, changes: Sequence[Moment], similar: Sequence[Page], zone: str) -> File:
    """changes: what changed in the two hours before. zone: whose wall clock it is told by."""
    told = page.told
    first, lasted = page.acknowledged_after, page.lasted
    lines = [
        f"# {_text(service_of(page))}: {_text(told.title)}",
        "",
        f"- Page: {_text(told.url) or page.id}{f' (#{told.number})' if told.number else ''}",
        f"- Began: {_day(told.opened, zone)}",
        f"- Somebody had it after: {duration(first) if first is not None else 'nobody ever did'}",
        f"- It lasted: {duration(lasted) if lasted is not None else 'it is still open'}",
        f"- It was: {page.cause or 'not said yet'}",
        f"- Woken: {_text(', '.join(page.notified)) or 'nobody that PagerDuty named'}",
        "",
        f"## What happened ({zone})",
        "",
    ]
    rows = [(one.at, _changed(one)) for one in changes]
    rows += [(one.at, _done(page, one.what, one.by, one.text)) for one in page.moves if one.what in DONE]
    lines += [f"- {_day(at, zone)}: {words}" for at, words in sorted(rows)]
    if similar:
        lines += ["", "## The same before", ""]
        lines += [f"- {_day(one.told.opened, zone)}: #{one.told.number}, {_how(one)}" for one in similar[:10]]
    content = "\n".join([*lines, "", QUESTIONS])
    return File(f"review-{told.number or page.id}.md", f"Review of #{told.number or page.id}", content)


def _done(page: Page, what: str, by: str, text: str) -> str:
    who = ", ".join(page.notified) or "nobody by name"
    return _text(DONE[what].format(who=who, by=by or "PagerDuty", text=text or "somebody"))


def _changed(one: Moment) -> str:
    place = " ".join(part for part in (one.service, one.environment) if part)
    what = f"{place} {one.id}, {one.words}, {one.outcome}" if one.id else one.words
    return _text(f"{what}{f' ({one.by})' if one.by else ''}")


def _how(one: Page) -> str:
    if one.lasted is None:
        return "still open"
    return f"lasted {duration(one.lasted)}{f', {one.cause}' if one.cause else ''}"


def _day(at: float, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def _text(words: str) -> str:
    """One line, in which nothing is Markdown."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", plain(" ".join(words.split())))
