"""ack, resolve, escalate, snooze, note, merge: what is done about a page, in PagerDuty and as who asks."""

from typing import Any

from bot.domain.pages import Act
from bot.domain.rights import demand, may
from bot.errors import NotUnderstood, Stale
from bot.slack import Command, Press, Reply, Turn, paging
from bot.slack.views import page_list
from bot.slack.views import rollback as rollback_views
from bot.slack.wanted import What, wanted

SNOOZE = "1h"  # where nobody says for how long
NOTE = 1500  # characters


async def ack(turn: Turn) -> Reply:
    return await _said(turn, "ack")


async def resolve(turn: Turn) -> Reply:
    return await _said(turn, "resolve")


async def escalate(turn: Turn) -> Reply:
    return await _said(turn, "escalate")


async def snooze(turn: Turn) -> Reply:
    words = [word for word in turn.given.words if word.casefold() != "for"] or [SNOOZE]
    detail, shown = paging.snoozed("".join(words))
    return await _said(turn, "snooze", detail=detail, shown=shown)


async def note(turn: Turn) -> Reply:
    words = paging.plain(" ".join(turn.given.words)).strip()
    if len(words) > NOTE:
        raise NotUnderstood(
            f"A note holds {NOTE} characters; this has {len(words)}.", code="too-long", hint="Say it in two."
        )
    return await _said(turn, "note", detail=words)


async def merge(turn: Turn) -> Reply:
    words = [word for word in turn.given.words if word.casefold() not in ("into", "with")]
    page, into = turn.given.page, words[0] if words else ""
    if not into:  # in the thread of the page that becomes part of the other
        page, into = None, page or ""
    if not into:
        raise NotUnderstood("I need two pages.", code="missing", hint="Say it as `merge #4711 into #4712`.")
    detail, shown = await paging.merged(turn, await paging.meant(turn, page), into)
    return await _said(turn, "merge", page, detail=detail, shown=shown)


async def press_ack(turn: Turn) -> Reply:
    return await paging.asked(turn, "ack", turn.values["value"])


async def press_resolve(turn: Turn) -> Reply:
    return await paging.asked(turn, "resolve", turn.values["value"])


async def press_escalate(turn: Turn) -> Reply:
    return await paging.asked(turn, "escalate", turn.values["value"])


async def press_wake(turn: Turn) -> Reply:
    return await paging.asked(turn, "wake", turn.values["value"])


async def press_rollback(turn: Turn) -> Reply:
    """Take a deploy back that stands on the card, if it still is what would be taken back."""
    service, environment, id = [*turn.values["value"].split(" "), "", "", ""][:3]
    if not id:
        raise NotUnderstood(
            "This button carries no deploy.", code="no-place", hint="Type the command instead."
        )
    right = may(
        turn.services.config(),
        turn.holder,
        "rollback",
        service=service,
        environment=environment,
        now=turn.now,
    )
    demand(right)
    rollbacks, asks = turn.services.deploys.rollbacks, wanted(turn, What(service, environment))
    seen = await turn.services.deploys.get(id)
    back = await rollbacks.plan(asks, turn.holder)
    if back.deploy.undoes != seen.commit:
        raise Stale(
            f"{id} is not what would be taken back in {service} {environment} any more. Nothing was changed.",
            hint=f"`rollback {service} {environment}` goes back from what stands there now.",
        )
    begun = await rollbacks.request(asks, turn.holder)
    return Reply(rollback_views.answer(begun), card_follows=True, outcome=begun.id)


async def _said(turn: Turn, act: Act, said: str | None = None, *, detail: str = "", shown: str = "") -> Reply:
    said = await paging.meant(turn, said or turn.given.page)
    if turn.given.plan:
        return Reply(page_list.planned(await turn.services.pages.find(said), act, shown))
    return await paging.asked(turn, act, said, detail=detail, shown=shown)


_USAGE: dict[str, Any] = {"group": "on call", "changes": True}

COMMANDS = [
    Command(
        "ack [<page>]",
        "say that you have a page",
        ack,
        examples=["ack #4711"],
        detail="PagerDuty has it from you, as if you had pressed it there. A page that is resolved stays so. In the "
        "thread of a page you need not name it; so it is with the others.",
        **_USAGE,
    ),
    Command("resolve [<page>]", "say that a page is over", resolve, examples=["resolve #4711"], **_USAGE),
    Command(
        "escalate [<page>]",
        "wake who comes after those that were paged",
        escalate,
        examples=["escalate #4711"],
        **_USAGE,
    ),
    Command(
        "snooze [<page>] [for] [<words>]",
        "have a page ring again later",
        snooze,
        examples=["snooze #4711 for 2h"],
        detail="You have it until then. Without a time it is 1 hour; 7 days at most.",
        takes="2h",
        **_USAGE,
    ),
    Command(
        "note [<page>] <words>",
        "write a note on a page",
        note,
        examples=["note #4711 the cache is cold"],
        detail="It stands in the page's thread, and in PagerDuty with your name.",
        takes="what you found",
        prose=True,
        **_USAGE,
    ),
    Command(
        "merge [<page>] <words>",
        "make a page part of another",
        merge,
        examples=["merge #4711 into #4712"],
        detail="The first is resolved, and what it holds becomes part of the second.",
        takes="into #4712",
        **_USAGE,
    ),
]
PRESSES = [
    Press("page.ack", press_ack),
    Press("page.resolve", press_resolve),
    Press("page.escalate", press_escalate),
    Press("page.wake", press_wake),
    Press("page.rollback", press_rollback),
]
