"""The form of a deploy: what is chosen in it, with the very verdict by which it will be admitted."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.begins import begin
from bot.domain.rights import may_begin
from bot.errors import NotAllowed, NotUnderstood, Refusal
from bot.slack import Form, Given, Reply, Turn
from bot.slack.begun import each, likely
from bot.slack.views.forms import deploy_form, service_options
from bot.slack.views.text import escape
from bot.slack.views.verdict import in_short
from bot.slack.wanted import What, wanted

FEW = 5  # services whose verdict one form shows


async def redraw_form(turn: Turn) -> Mapping[str, Any] | None:
    """The form with the verdict on what is chosen in it: the very one by which it will be admitted."""
    values, config = turn.values, turn.services.config()
    services = [name for name in values.get("service", "").split(",") if name in config.services]
    try:
        begins = _chosen_time(turn)
    except NotUnderstood:
        begins = None  # said when it is submitted
    environment = values.get("environment", "")
    chosen = [
        What(service, environment, values.get("ref") or None, begins=begins)
        for service in services
        if environment in config.services[service].environments
    ]
    if not chosen:
        return None
    judged = await asyncio.gather(*(_judged(turn, what) for what in chosen[:FEW]))
    words = tuple(values.get("time", "").split())
    given = Given(services=tuple(services), environment=environment, time=words)
    return deploy_form(config, given, turn.ask.channel, likely(turn), judged)


async def _judged(turn: Turn, what: What) -> str:
    try:
        return in_short(await turn.services.deploys.plan(wanted(turn, what), turn.holder))
    except Refusal as refusal:
        return escape(f":no_entry: {refusal} {refusal.hint or ''}".strip())


async def check_form(turn: Turn) -> Mapping[str, str]:
    """The faults of the form, by its blocks, before it is taken."""
    try:
        begins = _chosen_time(turn)
    except NotUnderstood as fault:
        return {"time": f"{fault} {fault.hint or ''}".strip()}
    for service in turn.values.get("service", "").split(","):
        faults = await _form_faults(turn, service, turn.values.get("environment", ""), begins)
        if faults:
            return faults
    return {}


def _chosen_time(turn: Turn) -> float | None:
    """The time that the form says. Raises NotUnderstood for what is none."""
    words = turn.values.get("time", "").split()
    return begin(words, turn.now, turn.holder.zone) if words else None


async def _form_faults(turn: Turn, service: str, environment: str, begins: float | None) -> Mapping[str, str]:
    known = turn.services.config().services.get(service)
    if known is None:
        return {"service": "Choose a service."}
    if environment not in known.environments:
        return {"environment": f"{service} has: {', '.join(known.environments)}."}
    right = may_begin(
        turn.services.config(), turn.holder, "deploy", service=service, environment=environment, now=turn.now
    )
    if not right.allowed:
        return {"environment": right.sentence}
    try:
        await turn.services.deploys.plan(
            wanted(turn, What(service, environment, turn.values.get("ref") or None, begins=begins)),
            turn.holder,
        )
    except Refusal as refusal:
        return {"ref": f"{refusal} {refusal.hint or ''}".strip()}
    return {}


async def submit_form(turn: Turn) -> Reply:
    faults = await check_form(turn)
    if faults:
        raise NotAllowed(" ".join(faults.values()), code="form")
    values = turn.values
    services, ref = values["service"].split(","), values.get("ref") or None
    return await each(turn, services, values["environment"], ref, None, _chosen_time(turn))


async def form_options(turn: Turn, field: str, typed: str) -> Sequence[tuple[str, str]]:
    """Services, the own team's first; branches, the person's own first."""
    if field == "service":
        return service_options(turn.services.config(), turn.holder.teams, typed)
    service = turn.services.config().services.get(turn.values.get("service", "").split(",")[0])
    found = await turn.services.deploys.branches(service.name if service else None, turn.holder.email or "")
    wanted = typed.casefold()
    return [(name, name) for name in found if wanted in name.casefold()]


FORMS = [Form("deploy", check_form, submit_form, form_options, redraw_form)]
