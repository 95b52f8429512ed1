"""pages: what is open, several at once, and how services were paged."""

from collections.abc import Mapping
from typing import Any

from bot.domain.page_figures import figures, quarter
from bot.domain.pages import Act, Page
from bot.domain.rights import demand, may
from bot.errors import NotUnderstood, Refusal
from bot.slack import Card, Command, Form, Press, Reply, Turn, paging
from bot.slack.lookup import nearest, safe
from bot.slack.views import page_figures
from bot.slack.views import page_list as views

RIGHT = "pages"
FIGURES = "figures"
HOUR = "3600"
MOST = 20_000  # pages of two quarters


async def pages(turn: Turn) -> Reply:
    words = [word.casefold().removesuffix("'s") for word in turn.given.words if word.casefold() != "my"]
    if FIGURES in words:
        return await _figures(turn)
    which = words[0] if words else "all"
    if which not in views.WHICH or len(words) > 1:
        meant = nearest(words[-1], [*views.WHICH, FIGURES])
        raise NotUnderstood(
            f"I don't know what to do with `{safe(words[-1])}`.",
            code="too-many-words",
            hint=f"Did you mean `pages {meant}`?" if meant else "Say `pages`, `pages mine` or `pages team`.",
        )
    return await _listed(turn, which, 0, turn.given.service)


async def press_mine(turn: Turn) -> Reply:
    return await _pressed(turn, "mine")


async def press_team(turn: Turn) -> Reply:
    return await _pressed(turn, "team")


async def press_all(turn: Turn) -> Reply:
    return await _pressed(turn, "all")


async def _pressed(turn: Turn, which: str) -> Reply:
    demand(may(turn.services.config(), turn.holder, RIGHT, now=turn.now))
    start = turn.values["value"]
    return await _listed(turn, which, int(start) if start.isdecimal() else 0, None)


async def _listed(turn: Turn, which: str, start: int, service: str | None) -> Reply:
    every = await turn.services.pages.open()
    found = [one for one in every if service is None or one.service == service]
    shown = [one for one in found if _whose(turn, one, which)]
    return Reply(views.listed(shown, turn.now, which, start, len(every) - len(shown), service or ""))


def _whose(turn: Turn, page: Page, which: str) -> bool:
    """Whether a page is one of those that are asked for."""
    if which == "all":
        return True
    if turn.holder.name in (*page.acknowledged_by, *page.told.assigned, *page.notified):
        return True
    if which == "mine":
        return False
    config = turn.services.config()
    service = config.services.get(page.service)
    team = config.teams.get(service.team) if service else None
    return team is not None and (team.name in turn.holder.teams or team.rotation in turn.holder.on_call)


async def press_several(turn: Turn) -> Reply:
    which = turn.values["value"]
    found = [one for one in await turn.services.pages.open() if _whose(turn, one, which)]
    if not found:
        raise NotUnderstood("No page is open any more.", code="no-open-page")
    return Reply(views.listed(found, turn.now), form=views.several(found, turn.ask.channel), outcome="asked")


async def check_several(turn: Turn) -> Mapping[str, str]:
    return {} if turn.values.get("pages") else {"pages": "Choose at least one."}


async def submit_several(turn: Turn) -> Reply:
    """Each is judged for itself, by what the form showed of it."""
    act: Act = next((one for one in views.SEVERAL if one == turn.values.get("act")), "ack")
    how: dict[str, Any] = {"detail": HOUR, "shown": "for 1 h"} if act == "snooze" else {}
    done: list[Page] = []
    cards: list[Card] = []
    why: list[str] = []
    for seen in turn.values.get("pages", "").split(","):
        id = seen.partition(":")[0]
        try:
            ask = f"{turn.ask.id}:{id}"
            page = await turn.services.pages.ask(
                seen, act, turn.holder, id=ask, request=turn.ask.request, **how
            )
        except Refusal as refusal:
            why.append(f"{await _name(turn, id)}: {refusal}")
            continue
        done.append(page)
        cards.append(await paging.card(turn, page))
    outcome = " ".join(one.id for one in done) or "refused"
    return Reply(views.several_asked(act, done, why), outcome=outcome, cards=tuple(cards))


async def _name(turn: Turn, id: str) -> str:
    try:
        return f"#{(await turn.services.pages.find(id)).told.number}"
    except Refusal:
        return id


async def _figures(turn: Turn) -> Reply:
    """This quarter against the one before, by the reader's clock."""
    zone, config = turn.holder.zone, turn.services.config()
    begin, _, name = quarter(turn.now, zone)
    earlier, _, before = quarter(begin - 1, zone)
    found = await turn.services.pages.between(earlier, turn.now, MOST)
    services = [turn.given.service] if turn.given.service else [*config.services]
    rows = []
    for service in services:
        own = [one for one in found if one.service == service]
        now = figures([one for one in own if one.told.opened >= begin], zone)
        rows.append((service, now, figures([one for one in own if one.told.opened < begin], zone)))
    rows.sort(key=lambda row: -row[1].pages)
    return Reply(page_figures.figures(rows, name, before))


COMMANDS = [
    Command(
        "pages [<service>] [<words>]",
        "which pages are open, and how often services were paged",
        pages,
        group="on call",
        right=RIGHT,
        examples=["pages", "pages mine", "pages {service} figures"],
        detail="Each with its buttons. `mine`: those that woke you or that you have; `team`: your team's. `figures`: "
        "this quarter against the one before.",
        takes="mine, team, all or figures",
    ),
]
PRESSES = [
    Press("pages.mine", press_mine, changes=False),
    Press("pages.team", press_team, changes=False),
    Press("pages.all", press_all, changes=False),
    Press("pages.older.mine", press_mine, changes=False),
    Press("pages.older.team", press_team, changes=False),
    Press("pages.older.all", press_all, changes=False),
    Press("pages.several", press_several, changes=False),
]
FORMS = [Form("pages.several", check_several, submit_several)]
