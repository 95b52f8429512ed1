"""approve, reject, and the buttons of deploys that wait: park, start, approve, reject."""

from typing import Any

from bot.errors import NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views.text import escape, said


async def approve(turn: Turn) -> Reply:
    id = turn.given.deploy or ""
    if turn.given.plan:
        found = await turn.services.deploys.get(id)
        return Reply(said(f"I would approve {id}: {found.what} at `{found.short()}`. Nothing was changed."))
    return await _approved(turn, id, None)


async def reject(turn: Turn) -> Reply:
    id = turn.given.deploy or ""
    if turn.given.plan:
        found = await turn.services.deploys.get(id)
        return Reply(said(f"I would reject {id}: {found.what}. Nothing was changed."))
    return await _rejected(turn, id, " ".join(turn.given.words), None)


async def press_approve(turn: Turn) -> Reply:
    id, fingerprint = _value(turn)
    return await _approved(turn, id, fingerprint)


async def press_reject(turn: Turn) -> Reply:
    id, fingerprint = _value(turn)
    return await _rejected(turn, id, "", fingerprint)


async def press_start(turn: Turn) -> Reply:
    id, _ = _value(turn)
    begun = await turn.services.deploys.decisions.start(id, turn.holder)
    if begun.held:
        why = " ".join(escape(one.sentence) for one in begun.conditions if one.stops)
        return Reply(said(f"{id} waits for its time no longer. {why}"), card_follows=True, outcome=id)
    return Reply(said(f"{id} begins: {begun.what}."), card_follows=True, outcome=id)


def _value(turn: Turn) -> tuple[str, str]:
    id, _, rest = turn.values["value"].partition(":")
    if not id.startswith("d-"):
        raise NotUnderstood(
            "This button carries no deploy.", code="no-such-deploy", hint="Type the command instead."
        )
    return id, rest


async def _approved(turn: Turn, id: str, seen: str | None) -> Reply:
    found = await turn.services.deploys.decisions.approve(id, turn.holder, seen=seen)
    return Reply(
        said(escape(f"You approved {id}: {found.what} at {found.short()}.")), card_follows=True, outcome=id
    )


async def _rejected(turn: Turn, id: str, reason: str, seen: str | None) -> Reply:
    found = await turn.services.deploys.decisions.reject(id, turn.holder, reason, seen=seen)
    return Reply(said(escape(f"You rejected {id}: {found.what}.")), card_follows=True, outcome=id)


_USAGE: dict[str, Any] = {"group": "deploy", "changes": True, "kind": "approval"}

COMMANDS = [
    Command(
        "approve <deploy>",
        "say yes to a deploy that waits for it",
        approve,
        examples=["approve d-12"],
        detail="Never one's own. Any change of what is deployed makes an approval worthless, and the card says so.",
        **_USAGE,
    ),
    Command(
        "reject <deploy> [<words>]",
        "say no to a deploy that waits for its approval",
        reject,
        takes="reason",
        prose=True,
        examples=["reject d-12 not before the fair"],
        **_USAGE,
    ),
]
PRESSES = [
    Press("deploy.approve", press_approve, kind="approval"),
    Press("deploy.reject", press_reject, kind="approval"),
    Press("deploy.start", press_start),
]
