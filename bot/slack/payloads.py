"""What Slack's payloads say, as an Ask: who, where, which words."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson

from bot.slack import Ask

Body = Mapping[str, Any]
_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>[\s,:]*")


def request_id() -> str:
    return uuid4().hex[:12]


def from_event(body: Body, event: Body) -> Ask | None:
    """A mention, or a direct message of a person. None for all else: edits, joins, what bots and we ourselves say."""
    mention = event.get("type") == "app_mention"
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not (mention or direct) or event.get("bot_id") or event.get("subtype") not in (None, "file_share"):
        return None
    if not event.get("user") or event.get("edited"):
        return None
    return Ask(
        # Socket Mode repeats an event without a mark; and one message may come as two events.
        id=f"message:{event.get('channel')}:{event.get('ts')}",
        how="mention" if mention else "direct",
        team=event.get("user_team") or event.get("team") or body.get("team_id", ""),
        user=event["user"],
        # JSON may hold half a letter, which nothing behind us could write down.
        text=_MENTION.sub("", event.get("text") or "").encode("utf-8", "replace").decode(),
        channel=event.get("channel", ""),
        thread=event.get("thread_ts") or (event.get("ts") if mention else None),
        message=event.get("ts"),
        request=request_id(),
    )


def from_view(body: Body) -> Ask:
    view = body.get("view") or {}
    return Ask(
        id=f"view:{view.get('id')}:{view.get('hash', '')}",
        how="form",
        team=home_of(body),
        user=body["user"]["id"],
        text=view.get("callback_id", ""),
        channel=view.get("private_metadata", "").partition("\n")[0],
        trigger=body.get("trigger_id"),
        request=request_id(),
    )


def from_message(body: Body) -> tuple[Ask, str]:
    """A shortcut that was used on a message, and that message as JSON: ts, thread, text, user."""
    message = body.get("message") or {}
    text = str(message.get("text") or "").encode("utf-8", "replace").decode()
    carried = {
        "ts": message.get("ts"),
        "thread": message.get("thread_ts"),
        "user": message.get("user"),
        "text": text,
    }
    ask = Ask(
        id=f"shortcut:{body.get('trigger_id')}:{body.get('action_ts')}",
        how="press",
        team=home_of(body),
        user=body["user"]["id"],
        text=body.get("callback_id", ""),
        channel=(body.get("channel") or {}).get("id", ""),
        thread=message.get("thread_ts"),
        response_url=body.get("response_url"),
        trigger=body.get("trigger_id"),
        message=message.get("ts"),
        request=request_id(),
    )
    return ask, orjson.dumps(carried).decode()


def home_of(body: Body) -> str:
    """Where the person is at home; `team` is empty where the app is installed for a whole organisation."""
    return (body.get("team") or {}).get("id") or body["user"].get("team_id") or ""


def values_of(view: Body) -> dict[str, str]:
    """What a form holds, by block id; and under "carried" what it was opened with, where that is something."""
    state = (view.get("state") or {}).get("values") or {}
    carried = (view.get("private_metadata") or "").partition("\n")[2]
    return {
        **({"carried": carried} if carried else {}),
        **{block: value_of(element) for block, elements in state.items() for element in elements.values()},
    }


def value_of(element: Body) -> str:
    """What was chosen or typed; of several, with commas between."""
    if isinstance(several := element.get("selected_options"), list):
        return ",".join(str(one.get("value", "")) for one in several)
    for key in ("selected_option", "value"):
        found = element.get(key)
        if isinstance(found, Mapping):
            return str(found.get("value", ""))
        if found:
            return str(found)
    return ""


def values_at_first(form: Body) -> dict[str, str]:
    """What a form holds as it is opened, by block id."""
    elements = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    return {
        block: str((one.get("initial_option") or {}).get("value") or one.get("initial_value") or "")
        for block, one in elements.items()
    }
