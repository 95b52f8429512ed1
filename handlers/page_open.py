"""page: wake whoever is on call for a service, after it was said who that is."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from bot.errors import NotUnderstood, OutsideUnavailable
from bot.services.page_open import RIGHT
from bot.slack import Command, Form, Incomplete, Press, Reply, Turn, paging
from bot.slack.views import page_open as views

LOOK_SECONDS = 1.5  # of the three in which a form can be opened


async def page(turn: Turn) -> Reply:
    """The form, filled in; where none can be shown, one press."""
    said = [paging.plain(word) for word in turn.given.words]
    found, what = turn.services.page_open.targets(said[0].strip(",:")), " ".join(said[1:])
    happens = await _happens(turn, found[0])
    if turn.given.plan:
        return Reply(views.offered(found[0], what, happens), outcome="planned")
    form = views.form(found, found[0], what, happens, turn.ask.channel)
    if len(found) > 1 and not turn.ask.trigger:
        raise NotUnderstood(
            f"That are several: {', '.join(found)}.",
            code="several",
            hint=f"Say it as `page {found[0]} {what}`.",
        )
    if not what and not turn.ask.trigger:
        raise NotUnderstood("Say also what is wrong.", code="missing", hint=f"Say it as `page {found[0]} …`.")
    return Reply(views.offered(found[0], what, happens), form=form, outcome="asked")


async def form(turn: Turn, incomplete: Incomplete) -> Reply:
    services = turn.services.page_open.known()
    if not services:
        turn.services.pages.demand_key()
        raise NotUnderstood("config.yaml names no service of PagerDuty.", code="no-pagerduty-service")
    view = views.form(services, services[0], "", await _happens(turn, services[0]), turn.ask.channel)
    return Reply(views.asked(services[0]), form=view, outcome="asked")


async def redraw(turn: Turn) -> Mapping[str, Any] | None:
    """Who will be woken, of the service that is chosen now."""
    values, services = turn.values, turn.services.page_open.known()
    if values.get("service") not in services:
        return None
    happens = await _happens(turn, values["service"])
    return views.form(services, values["service"], values.get("what", ""), happens, turn.ask.channel)


async def check(turn: Turn) -> Mapping[str, str]:
    if turn.values.get("service") not in turn.services.page_open.known():
        return {"service": "Choose a service."}
    return {} if turn.values.get("what", "").strip() else {"what": "Say what is wrong."}


async def submit(turn: Turn) -> Reply:
    values = turn.values
    return await _asked(
        turn, values.get("service", ""), values.get("what", ""), values.get("urgency") or "high"
    )


async def press(turn: Turn) -> Reply:
    carried: dict[str, str] = json.loads(turn.values["value"])
    return await _asked(turn, carried["service"], carried["what"], "high")


async def _asked(turn: Turn, service: str, what: str, urgency: str) -> Reply:
    await turn.services.page_open.ask(service, what, urgency, turn.holder, request=turn.ask.id)
    return Reply(views.asked(service), outcome=service)


async def _happens(turn: Turn, service: str) -> str:
    turn.services.pages.demand_key()
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return views.happens(service, await turn.services.page_open.woken(service))
    except (TimeoutError, OutsideUnavailable):
        return views.happens(service, None)


COMMANDS = [
    Command(
        "page <words>",
        "wake whoever is on call for a service",
        page,
        group="on call",
        right=RIGHT,
        form=form,
        prose=True,
        examples=["page {service} the checkout answers 5xx"],
        detail="It says first who will be woken. The page opens in PagerDuty in your name; its card follows.",
        takes="team or service, and what is wrong",
    ),
]
PRESSES = [Press("page.open", press)]
FORMS = [Form("page.open", check, submit, redraw=redraw)]
