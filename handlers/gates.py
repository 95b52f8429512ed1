"""gates: how each gate of a service is set, and what it has shown; [Enforce] and [Only tell] for who may."""

from bot.domain.gates import Mode
from bot.domain.rights import may
from bot.errors import NotFound, NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import gates as views


async def gates(turn: Turn) -> Reply:
    service, config = turn.given.services[0], turn.services.config()
    places = (
        [turn.given.environment] if turn.given.environment else list(config.services[service].environments)
    )
    each = {place: await turn.services.gates.of(service, place) for place in places}
    setters = {
        place: may(config, turn.holder, "enforce", service=service, environment=place, now=turn.now).allowed
        for place in places
    }
    open_ = [one for one in await turn.services.gates.follow_ups() if one.service == service]
    return Reply(views.gates(service, each, setters, open_))


async def press_done(turn: Turn) -> Reply:
    """Somebody has looked into a waiver."""
    id = turn.values["value"]
    if not id.startswith("d-"):
        raise NotUnderstood("This button carries no deploy.", code="no-such-deploy", hint="Say `gates` anew.")
    one = await turn.services.gates.looked_into(id, turn.holder)
    return Reply(
        views.looked_into(one, ""),
        operations=views.looked_into(one, turn.holder.name),
        outcome=f"{id} looked into",
    )


async def press_enforce(turn: Turn) -> Reply:
    return await _set(turn, "enforced")


async def press_tell(turn: Turn) -> Reply:
    return await _set(turn, "telling")


async def _set(turn: Turn, mode: Mode) -> Reply:
    words = turn.values["value"].split(" ")
    if len(words) != 3:
        raise NotUnderstood("This button carries no gate.", code="no-such-gate", hint="Say `gates` anew.")
    service, environment, name = words
    known = turn.services.config().services.get(service)
    if known is None or environment not in known.environments:
        raise NotFound("config.yaml does not know this place any more.", code="no-such-environment")
    gate = await turn.services.gates.choose(service, environment, name, mode, turn.holder)
    return Reply(
        views.chosen(gate),
        operations=views.chosen_loud(gate),
        outcome=f"{name} of {service} {environment} {mode}",
    )


COMMANDS = [
    Command(
        "gates <services> [in] [<environment>]",
        "what a deploy is judged by, and what each gate has shown",
        gates,
        group="deploy",
        examples=["gates {service}", "gates {service} {environment}"],
        detail="A gate begins by telling. When it has told five times, who may can let it stop deploys; when most "
        "of its waivers went well, it is proposed that it only tells again.",
    ),
]
PRESSES = [
    Press("gate.done", press_done),
    Press("gate.enforce", press_enforce),
    Press("gate.tell", press_tell),
]
