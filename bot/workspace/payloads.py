"""What the app is told about who does something, and where: the parts that Slack's interactive payloads share."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from .core import Core
from .courier import Ack, Delivery
from .faults import ControlError, Json
from .people import SLACKBOT, Channel, User


@dataclass
class Done:
    """What came of something that a person did. `more`: what else /control answers (ts, errors, options, id)."""

    ack: Ack | None = None
    error: str | None = None
    more: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        answer: Json = {"ok": self.error is None, "ack": self.ack.as_json() if self.ack else None}
        return answer | ({"error": self.error} if self.error else {}) | self.more


def common(core: Core, kind: str, user: User) -> Json:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": core.world.app_id,
        "token": "local-workspace",
        "team": {"id": core.world.team["id"], "domain": core.world.team["domain"]},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_of(channel: Channel) -> Json:
    name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}


async def deliver(core: Core, kind: str, payload: Json) -> tuple[str, Ack]:
    """Hand it to the app. Where it does not answer in 3 s, or refuses, `Ack.error` says so."""
    id = f"{kind.split('_')[0]}-{secrets.token_hex(8)}"
    return id, await core.courier.send(Delivery.of(id, kind, payload))


def failed(core: Core, user: User, channel: Channel | None, ack: Ack, what: str) -> str | None:
    """Tell the person, as Slack does, that the app did not take it. Answers Slack's word, or None where it did."""
    if ack.error is None:
        return None
    text = f'{what} failed with the error "{ack.error}"'
    core.notice(user.id, text)
    if channel is not None:
        core.messages.post_ephemeral(channel, core.world.users[SLACKBOT], user.id, {"text": text})
    return ack.error


def needed(asked: Json, name: str, like: str) -> str:
    """A text that a request at /control must have."""
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name!r} is missing: {like}.")
    return value


def values_of(asked: Json) -> Json:
    values: Any = asked.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(one, dict) for one in values.values()):
        raise ControlError("'values' is {block_id: {action_id: value}}.")
    return values
