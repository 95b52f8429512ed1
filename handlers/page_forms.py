"""The forms of a page: snooze, note, reassign, help, merge; a message as a note; who somebody is at PagerDuty."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.pages import DOINGS, Act, Page
from bot.errors import GrailError, NotUnderstood
from bot.slack import Form, Press, Reply, Turn, paging
from bot.slack.views import page_forms as views
from bot.slack.views.text import escape, said

MOST = 100  # pages, and people, that a select shows


async def press_more(turn: Turn) -> Reply:
    """Open the form of what was chosen in the overflow."""
    word, _, seen = turn.values["value"].partition(":")
    act = next((one for one in DOINGS if one == word), None)
    if act is None:
        raise NotUnderstood("This button is of an older version of me.", hint="Type the command instead.")
    pages = turn.services.pages
    page = await pages.find(seen.partition(":")[0])
    pages.check(page, act, turn.holder, "" if act == "note" else seen)
    others = [one for one in await pages.open() if one.id != page.id][-MOST:][::-1] if act == "merge" else []
    others.sort(key=lambda one: one.service != page.service)
    if act == "merge" and not others:
        raise NotUnderstood("No other page is open that it could become part of.", code="no-other-page")
    form = views.form(act, page, turn.ask.channel, others=others, now=turn.now, zone=turn.holder.zone)
    return Reply(said("I could not open the form: choose it once more."), form=form, outcome="asked")


async def no_faults(turn: Turn) -> Mapping[str, str]:
    return {}


async def check_words(turn: Turn) -> Mapping[str, str]:
    return {} if turn.values.get("words", "").strip() else {"words": "Say what you found."}


async def check_whom(turn: Turn) -> Mapping[str, str]:
    return {} if turn.values.get("whom") else {"whom": "Choose somebody."}


async def check_into(turn: Turn) -> Mapping[str, str]:
    return {} if turn.values.get("into") else {"into": "Choose a page."}


async def submit_snooze(turn: Turn) -> Reply:
    detail, shown = paging.snoozed(turn.values.get("for", ""))
    return await _submitted(turn, "snooze", detail, shown)


async def submit_note(turn: Turn) -> Reply:
    return await _submitted(turn, "note", turn.values.get("words", "").strip())


async def submit_reassign(turn: Turn) -> Reply:
    id, name = _whom(turn)
    return await _submitted(turn, "reassign", id, f"to {name}")


async def submit_responder(turn: Turn) -> Reply:
    id, name = _whom(turn)
    return await _submitted(turn, "responder", id, name)


async def submit_merge(turn: Turn) -> Reply:
    detail, shown = await paging.merged(turn, _seen(turn), turn.values.get("into", ""))
    return await _submitted(turn, "merge", detail, shown)


async def _submitted(turn: Turn, act: Act, detail: str, shown: str = "") -> Reply:
    # The form may have been open for a while: a page is judged as it is now, by what its card showed then.
    return await paging.asked(turn, act, _seen(turn), detail=detail, shown=shown)


def _seen(turn: Turn) -> str:
    return turn.values.get("carried", "")


def _whom(turn: Turn) -> tuple[str, str]:
    """Id and name of who was chosen."""
    id, _, name = turn.values.get("whom", "").partition(" ")
    return id, name or id


async def people(turn: Turn, field: str, typed: str) -> Sequence[tuple[str, str]]:
    """Users of PagerDuty, by a part of their name."""
    found = await turn.services.page_acts.people(typed.strip())
    return [(f"{one.id} {one.name}"[:150], f"{one.name} ({one.email})") for one in found[:MOST]]


# --- a message as a note


async def press_add(turn: Turn) -> Reply:
    """The shortcut of a message. In the thread of a page it is that page's; else it is asked which."""
    carried: dict[str, Any] = json.loads(turn.values["value"])
    words, pages = paging.plain(str(carried.get("text", ""))).strip(), turn.services.pages
    here = await pages.in_thread(turn.ask.channel, str(carried.get("thread") or carried.get("ts") or ""))
    found: list[Page] = (await pages.open())[::-1]
    if here is not None:
        found = [here, *(one for one in found if one.id != here.id)]
    if not found:
        raise NotUnderstood("No page is open that it could be added to.", code="no-open-page")
    chosen = here.id if here else found[0].id
    form = views.add_form(found[:MOST], chosen, words, turn.ask.channel)
    return Reply(said("I could not open the form: choose it once more."), form=form, outcome="asked")


async def submit_add(turn: Turn) -> Reply:
    words = turn.values.get("words", "").strip()
    return await paging.asked(turn, "note", turn.values.get("page", ""), detail=words)


# --- who somebody is at PagerDuty


async def press_link(turn: Turn) -> Reply:
    form = views.link_form(turn.values["value"], turn.ask.channel)
    return Reply(said("I could not open the form: press it once more."), form=form, outcome="asked")


async def check_link(turn: Turn) -> Mapping[str, str]:
    if "@" not in turn.values.get("email", ""):
        return {"email": "Type the e-mail address by which PagerDuty knows you."}
    return {}


async def submit_link(turn: Turn) -> Reply:
    """From now on this is who they are there; and what they had pressed is done."""
    user = await turn.services.page_links.link(turn.holder, turn.values.get("email", ""))
    wanted: dict[str, str] = json.loads(turn.values.get("carried", "{}"))
    line = said(
        f"{escape(turn.holder.name)} is {escape(user.email)} at PagerDuty from now on, as they say themselves."
    )
    act = next((one for one in DOINGS if one == wanted.get("act")), None)
    if act is None:
        return Reply(
            said("Now I know who you are there. Say it once more."), operations=line, outcome="linked"
        )
    try:
        reply = await paging.asked(turn, act, wanted["page"], detail=wanted["detail"], shown=wanted["shown"])
    except GrailError as late:
        words = f"Now I know who you are there. But: {late}"
        return Reply(said(escape(words)), operations=line, outcome="linked")
    return Reply(reply.message, operations=line, outcome="linked", cards=reply.cards)


PRESSES = [
    Press("page.more", press_more, changes=False),
    Press("page.add", press_add, changes=False),
    Press("page.link", press_link, changes=False),
]
FORMS = [
    Form("page.snooze", no_faults, submit_snooze),
    Form("page.note", check_words, submit_note),
    Form("page.reassign", check_whom, submit_reassign, people),
    Form("page.responder", check_whom, submit_responder, people),
    Form("page.merge", check_into, submit_merge),
    Form("page.add", check_words, submit_add),
    Form("page.link", check_link, submit_link),
]
