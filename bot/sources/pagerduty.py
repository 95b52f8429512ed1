"""PagerDuty's webhooks (v3): signed with X-PagerDuty-Signature, one event each."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import orjson

from bot.domain.pages import Event, Move, State, Told

# Those that change how a page stands leave it in the state that they say themselves.
TURNS = (
    "triggered", "acknowledged", "unacknowledged", "escalated", "reassigned", "delegated", "reopened", "resolved",
)  # fmt: skip
OTHERS = (
    "priority_updated", "annotated", "status_update_published", "responder.added", "responder.replied",
    "conference_bridge.updated", "workflow.started", "workflow.completed", "action_invocation.created",
    "action_invocation.terminated", "action_invocation.updated", "custom_field_values.updated",
    "incident_type.changed", "service_updated", "role.assigned", "role.unassigned",
)  # fmt: skip
KNOWN = frozenset(
    [f"incident.{name}" for name in (*TURNS, *OTHERS)]
    + ["service.created", "service.updated", "service.deleted", "service.custom_field_values.updated", "pagey.ping"]
)  # fmt: skip
TITLE = 10_000  # characters that are kept


@dataclass(frozen=True)
class Heard:
    """id: what makes it the same, however often and by however many subscriptions it is delivered. event: None where it
    is about no page, or nothing of it could be understood (odd).
    """

    id: str
    type: str
    event: Event | None = None
    odd: bool = False

    @property
    def known(self) -> bool:
        return self.type in KNOWN


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures is one of ours: both may be several, while a secret is exchanged for another."""
    said = [
        part.strip().removeprefix("v1=").encode("utf-8", "replace")
        for part in headers.get("x-pagerduty-signature", "").split(",")
        if part.strip().startswith("v1=")
    ]
    good = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest().encode() for one in secrets]
    return any([hmac.compare_digest(one, other) for one in said for other in good])  # noqa: C419 - each is compared


def parse(headers: Mapping[str, str], body: bytes) -> Heard:
    try:
        said: Any = orjson.loads(body)
    except ValueError:
        said = None
    event = _in(said, "event")
    type = _text(event.get("event_type"), 100)
    # A delivery that is repeated has the same event in it; one without an id is known by what it says.
    id = _text(event.get("id"), 100) or hashlib.sha256(body).hexdigest()
    if not type:
        return Heard(id, "", odd=True)
    if not type.startswith("incident."):
        return Heard(id, type)
    what, data = type.removeprefix("incident."), _in(event, "data")
    at, by = _when(event.get("occurred_at")), _text(_in(event, "agent").get("summary"), 100)
    if _in(event, "agent").get("type") == "service_reference":
        by = ""  # monitoring itself, not a person
    page = _text(_in(data, "incident").get("id") or data.get("id"), 60)
    if not page or at is None:
        return Heard(id, type, odd=type in KNOWN)
    told = _told(data, at) if data.get("type") == "incident" else None
    state: State | None = None
    if told is not None and what in TURNS and data.get("status") in get_args(State):
        state = data["status"]
    odd = what in TURNS and state is None
    text = _text(data.get("content"), 3000) or _text(_in(data, "user").get("summary"), 100)
    move = Move(id, what, at, by, state, text)
    return Heard(id, type, Event(page, move, told), odd)


def _told(data: Mapping[str, Any], at: float) -> Told:
    number, service = data.get("number"), _in(data, "service")
    assignees = data.get("assignees")
    return Told(
        number=number if isinstance(number, int) else 0,
        title=_text(data.get("title"), TITLE) or "without a title",
        where=_text(service.get("id"), 60),
        named=_text(service.get("summary"), 200),
        urgency=_text(data.get("urgency"), 20),
        priority=_text(_in(data, "priority").get("summary"), 40),
        opened=_when(data.get("created_at")) or at,
        url=_url(data.get("html_url")),
        assigned=tuple(
            _text(one.get("summary"), 100)
            for one in (assignees if isinstance(assignees, list) else ())[:20]
            if isinstance(one, dict)
        ),
        policy=_text(_in(data, "escalation_policy").get("id"), 60),
    )


def _in(said: Any, name: str) -> Mapping[str, Any]:
    found = said.get(name) if isinstance(said, Mapping) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


def _url(value: Any) -> str:
    text = _text(value, 2000)
    return text if text.startswith(("https://", "http://")) and not set(text) & set(" <>|\n") else ""


def _when(value: Any) -> float | None:
    try:
        said = datetime.fromisoformat(_text(value, 60))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
