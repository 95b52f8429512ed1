"""rollback, clear: back to what ran before, and let it come again."""

from typing import Any

from bot.domain.rights import demand, may
from bot.errors import NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import rollback as views
from bot.slack.views.text import said
from bot.slack.wanted import What, wanted


async def rollback(turn: Turn) -> Reply:
    what = What(turn.given.service or "", turn.given.environment or "")
    if turn.given.plan:
        back = await turn.services.deploys.rollbacks.plan(wanted(turn, what), turn.holder, turn.given.deploy)
        return Reply(views.planned(back))
    return await _begun(turn, what, turn.given.deploy, "")


async def press_stop(turn: Turn) -> Reply:
    """End what runs there, and then roll back; judged as things are now."""
    words = turn.values["value"].split(" ")
    if len(words) != 4:
        raise _no_place()
    service, environment, to, running = words
    _check(turn, "rollback", service, environment)
    return await _begun(turn, What(service, environment), None if to == "-" else to, running)


async def _begun(turn: Turn, what: What, to: str | None, stop: str) -> Reply:
    asked = wanted(turn, what)
    begun = await turn.services.deploys.rollbacks.request(asked, turn.holder, to, stop=stop)
    return Reply(views.answer(begun), card_follows=True, outcome=begun.id)


async def clear(turn: Turn) -> Reply:
    service, environment = turn.given.service or "", turn.given.environment or ""
    if turn.given.plan:
        return Reply(
            said(f"I would let everything go to {service} {environment} again. Nothing was changed.")
        )
    return await _cleared(turn, service, environment)


async def press_clear(turn: Turn) -> Reply:
    service, environment = (*turn.values["value"].split(" "), "", "")[:2]
    _check(turn, "unlock", service, environment)
    return await _cleared(turn, service, environment)


async def _cleared(turn: Turn, service: str, environment: str) -> Reply:
    await turn.services.deploys.rollbacks.clear(service, environment)
    return Reply(said(f"What was rolled back may go to {service} {environment} again."), outcome="cleared")


def _check(turn: Turn, word: str, service: str, environment: str) -> None:
    """Judged at the press, not when the button was drawn."""
    if not service or not environment:
        raise _no_place()
    right = may(
        turn.services.config(), turn.holder, word, service=service, environment=environment, now=turn.now
    )
    demand(right)


def _no_place() -> NotUnderstood:
    return NotUnderstood("This button carries no place.", code="no-place", hint="Type the command instead.")


_USAGE: dict[str, Any] = {"group": "deploy", "changes": True}

COMMANDS = [
    Command(
        "rollback <service> [in] <environment> [to] [<deploy>]",
        "go back to what ran there before",
        rollback,
        right="rollback",
        examples=["rollback {service} {environment}", "rollback {service} {environment} to d-12 --plan"],
        detail="To the last deploy that succeeded and stayed, or to the one you name. It asks nobody, waits for no "
        "gate, and then locks the place; what it takes back may not go there again until `clear`.",
        **_USAGE,
    ),
    Command(
        "clear <service> [in] <environment>",
        "let go there again what was rolled back",
        clear,
        right="unlock",
        examples=["clear {service} {environment}"],
        **_USAGE,
    ),
]
PRESSES = [Press("rollback.stop", press_stop), Press("rollback.clear", press_clear)]
