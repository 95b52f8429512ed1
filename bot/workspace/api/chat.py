"""chat.*: what the app says."""

from typing import Any

from ..faults import Json, SlackError
from ..limits import CHANNEL, SPECIAL, TIER_3, TIER_4
from ..people import Channel
from .calls import Call, method

TEXT_MOST = 40_000


def content(call: Call) -> Json:
    """What is to be said, judged. Raises no_text, msg_too_long, invalid_blocks."""
    given = call.arguments
    call.core.checks.message(call.method, given)
    if len(call.text("text")) > TEXT_MOST:
        call.core.checks.violation(call.method, "/text", f"must be at most {TEXT_MOST} characters")
        raise SlackError("msg_too_long")
    if not call.text("text") and not given.get("blocks") and not given.get("attachments"):
        raise SlackError("no_text")
    said: Json = {"text": call.text("text")}
    for name in ("blocks", "attachments", "metadata"):
        if given.get(name) is not None:
            said[name] = given[name]
    for name in ("username", "icon_emoji", "icon_url"):
        if given.get(name):
            said[name] = given[name]
    return said


def threaded(call: Call, channel: Channel) -> Json:
    thread = call.text("thread_ts")
    if not thread:
        return {}
    if call.core.messages.find(channel, thread) is None:
        raise SlackError("thread_not_found")
    return {"thread_ts": thread} | ({"subtype": "thread_broadcast"} if call.flag("reply_broadcast") else {})


@method("chat.postMessage", needs="channel", rate=SPECIAL)
def post_message(call: Call) -> Json:
    channel = call.addressed(call.text("channel"))
    said = content(call) | threaded(call, channel)
    call.core.limits.take("chat.postMessage", CHANNEL, channel.id)
    message = call.core.messages.post(channel, call.core.world.app, said)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


@method("chat.postEphemeral", needs="channel user", rate=TIER_4)
def post_ephemeral(call: Call) -> Json:
    channel = call.addressed(call.text("channel"))
    person = call.user()
    if person.id not in channel.members:
        raise SlackError("user_not_in_channel")
    said = content(call) | threaded(call, channel)
    message = call.core.messages.post_ephemeral(channel, call.core.world.app, person.id, said)
    return {"message_ts": message["ts"]}


@method("chat.update", needs="channel ts", rate=TIER_3)
def update(call: Call) -> Json:
    channel = call.visible(call.text("channel"))
    message = own(call, channel, call.text("ts"), "cant_update_message")
    said = content(call)
    if "blocks" not in said and "text" in call.arguments:
        said["blocks"] = None  # as in Slack: text alone replaces the blocks
    call.core.messages.edit(channel, message, said, by=call.core.world.app.id)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


@method("chat.delete", needs="channel ts", rate=TIER_3)
def delete(call: Call) -> Json:
    channel = call.visible(call.text("channel"))
    message = own(call, channel, call.text("ts"), "cant_delete_message")
    call.core.messages.delete(channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.getPermalink", needs="channel message_ts", rate=SPECIAL)
def get_permalink(call: Call) -> Json:
    channel = call.visible(call.text("channel"))
    ts = call.text("message_ts")
    message = call.core.messages.find(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.core.base}/archives/{channel.id}/p{ts.replace('.', '')}"
    thread: Any = message.get("thread_ts")
    if thread is not None and thread != ts:
        link += f"?thread_ts={thread}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def own(call: Call, channel: Channel, ts: str, otherwise: str) -> Json:
    """The app's own message. Raises message_not_found, or `otherwise` where somebody else wrote it."""
    message = call.core.messages.find(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message["user"] != call.core.world.app.id:
        raise SlackError(otherwise)
    return message
