"""approve, reject, and the buttons of deploys that wait: park, start, approve, reject."""

from collections.abc import Sequence
from typing import Any

from bot.config import Person
from bot.domain.deploys import Deploy
from bot.domain.rights import others
from bot.errors import Conflict, NotFound, NotUnderstood
from bot.services.waivers import either
from bot.slack import Command, Press, Reply, Turn
from bot.slack.views import waiting as views
from bot.slack.views.text import escape, said

ASKED = 5  # people at once


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


async def press_nudge(turn: Turn) -> Reply:
    """Those who may approve it are asked directly, each once."""
    id, _ = _value(turn)
    deploy = await turn.services.deploys.waiting.held(id)
    if deploy.state != "waiting":
        raise Conflict(f"{id} is {deploy.state} and waits for no approval.", code="not-waiting")
    able = [one for one in _others(turn, deploy, "approve") if one.email != deploy.by]
    if any(one.stops and one.gate == "mentor" for one in deploy.conditions):
        alone = {one.email for one in _others(turn, deploy, "deploy")}
        able = [one for one in able if one.email in alone]
    asked = []
    for person in able[:ASKED]:
        known = await turn.services.people.known_by_email(person.email)
        if known is not None:
            asked.append((person.name, known.user_id))
    if not asked:
        names = either([one.name for one in able[:ASKED]]) if able else ""
        raise NotFound(
            f"I can write to nobody who may approve {id}.",
            code="nobody",
            hint=f"{names} may: tell them yourself." if names else "An admin can let somebody approve there.",
        )
    message = views.asks(deploy, turn.holder.name)
    names = " and ".join(name for name, _ in asked)
    return Reply(
        said(escape(f"I have asked {names} directly.")),
        outcome=f"{id} asked {names}",
        once=tuple((f"approve:{id}:{deploy.fingerprint}:{user}", user, message) for _, user in asked),
    )


def _others(turn: Turn, deploy: Deploy, word: str) -> Sequence[Person]:
    return others(
        turn.services.config(), turn.holder, word,
        service=deploy.service, environment=deploy.environment, now=turn.now,
    )  # fmt: skip


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
    Press("deploy.nudge", press_nudge),
]
