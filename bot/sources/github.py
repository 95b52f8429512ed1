"""GitHub's webhooks: signed with X-Hub-Signature-256, each with an id of its own in X-GitHub-Delivery."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

USED = ("workflow_run", "deployment_status", "check_suite", "check_run", "status")
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MARK = re.compile(r"(?<![\w-])d-\d{1,18}-[0-9a-f]{8}(?![\w-])")


@dataclass(frozen=True)
class Outside:
    """A deploy that succeeded and that another tool told GitHub of. at: seconds since the epoch."""

    environment: str
    by: str
    at: float | None


@dataclass(frozen=True)
class Heard:
    """marks: of our deploys, as they stand in a run's title or a Deployment's payload. sha: the commit that it is of.

    odd: nothing of it could be understood.
    """

    id: str
    event: str
    action: str = ""
    repository: str = ""
    sha: str = ""
    marks: tuple[str, ...] = ()
    odd: bool = False
    outside: Outside | None = None


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets has signed this body."""
    said = headers.get("x-hub-signature-256", "").encode()
    good = [b"sha256=" + hmac.new(one.encode(), body, hashlib.sha256).hexdigest().encode() for one in secrets]
    return any([hmac.compare_digest(said, one) for one in good])  # noqa: C419 - each is compared, whatever the others said


def parse(headers: Mapping[str, str], body: bytes) -> Heard:
    event = headers.get("x-github-event", "")[:50]
    # A sender without an id of its own is known by what it says.
    id = headers.get("x-github-delivery", "")[:100] or hashlib.sha256(body).hexdigest()
    try:
        said: Any = orjson.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Heard(id, event, odd=True)
    inner = _in(said, event)
    titles = [
        _in(said, "workflow_run").get("display_title"),
        _payload(_in(said, "deployment").get("payload")),
    ]
    marks = [mark for title in titles if isinstance(title, str) for mark in _MARK.findall(title)]
    sha = inner.get("head_sha") or _in(said, "deployment").get("sha") or said.get("sha")
    return Heard(
        id=id,
        event=event,
        action=_text(said.get("action")),
        repository=_text(_in(said, "repository").get("full_name")),
        sha=_text(sha),
        marks=tuple(dict.fromkeys(marks)),
        outside=_outside(said) if event == "deployment_status" and not marks else None,
        odd=event in USED and not inner and event != "status",
    )


def _outside(said: Mapping[str, Any]) -> Outside | None:
    """None: it did not succeed, was no deploy, or nobody says where or of which commit."""
    it, status = _in(said, "deployment"), _in(said, "deployment_status")
    environment = _text(it.get("environment"))
    if status.get("state") != "success" or it.get("task", "deploy") != "deploy" or not environment:
        return None
    if not _SHA.fullmatch(_text(it.get("sha"))):
        return None
    at = None
    with suppress(ValueError):
        at = datetime.fromisoformat(_text(status.get("created_at"))).timestamp()
    return Outside(environment, _text(_in(it, "creator").get("login"))[:80], at)


def _in(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _payload(value: Any) -> str:
    """What a Deployment carries for us; GitHub gives it back as an object, or as the text of one."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return ""
    return _text(value.get("grail")) if isinstance(value, dict) else ""


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
