"""reactions.* and pins.*: marks on messages."""

from ..faults import Json, SlackError
from ..limits import TIER_2, TIER_3
from ..people import Channel
from .calls import Call, method


def marked(call: Call) -> tuple[Channel, Json]:
    channel = call.visible(call.text("channel"))
    message = call.core.messages.find(channel, call.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


@method("reactions.add", needs="channel name timestamp", rate=TIER_3)
def add(call: Call) -> Json:
    channel, message = marked(call)
    if not call.core.messages.react(channel, message, call.text("name").strip(":"), call.core.world.app.id):
        raise SlackError("already_reacted")
    return {}


@method("reactions.remove", needs="name channel timestamp", rate=TIER_2)
def remove(call: Call) -> Json:
    channel, message = marked(call)
    if not call.core.messages.unreact(channel, message, call.text("name").strip(":"), call.core.world.app.id):
        raise SlackError("no_reaction")
    return {}


@method("reactions.get", needs="channel timestamp", rate=TIER_3)
def get(call: Call) -> Json:
    channel, message = marked(call)
    return {"type": "message", "channel": channel.id, "message": message}


@method("pins.add", needs="channel timestamp", rate=TIER_2)
def pin(call: Call) -> Json:
    channel, message = marked(call)
    if message["ts"] in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(message["ts"])
    call.core.world.keep_channel(channel)
    return {}


@method("pins.remove", needs="channel timestamp", rate=TIER_2)
def unpin(call: Call) -> Json:
    channel, message = marked(call)
    if message["ts"] not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(message["ts"])
    call.core.world.keep_channel(channel)
    return {}
