"""conversations.*: channels and what was said in them."""

from ..faults import Json, SlackError
from ..limits import TIER_2, TIER_3, TIER_4
from .calls import Call, method


@method("conversations.info", needs="channel")
def info(call: Call) -> Json:
    channel = call.visible(call.text("channel"))
    return {"channel": channel.as_slack(call.core.world.app.id)}


@method("conversations.list", rate=TIER_2)
def list_(call: Call) -> Json:
    world = call.core.world
    kinds = {kind.strip() for kind in (call.text("types") or "public_channel").split(",")}
    words = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    found = []
    for channel in world.channels.values():
        hidden = channel.type != "channel" and world.app.id not in channel.members
        if words[channel.type] in kinds and not hidden:
            if call.flag("exclude_archived") and channel.is_archived:
                continue
            found.append(channel.as_slack(world.app.id))
    page, metadata = call.page(found)
    return {"channels": page, "response_metadata": metadata}


@method("conversations.members", needs="channel", rate=TIER_4)
def members(call: Call) -> Json:
    page, metadata = call.page(list(call.visible(call.text("channel")).members))
    return {"members": page, "response_metadata": metadata}


@method("conversations.history", needs="channel", rate=TIER_3)
def history(call: Call) -> Json:
    channel = call.joined(call.text("channel"))
    messages = [m for m in call.core.messages.of(channel) if m.get("thread_ts", m["ts"]) == m["ts"]]
    found = between(call, messages)[::-1]
    page, metadata = call.page(found)
    answer: Json = {"messages": [told(call, m) for m in page], "has_more": bool(metadata["next_cursor"])}
    return answer | {"pin_count": len(channel.pins), "response_metadata": metadata}


@method("conversations.replies", needs="channel ts", rate=TIER_3)
def replies(call: Call) -> Json:
    channel = call.joined(call.text("channel"))
    found = call.core.messages.find(channel, call.text("ts"))
    if found is None:
        raise SlackError("thread_not_found")
    messages = between(call, call.core.messages.replies(channel, str(found.get("thread_ts", found["ts"]))))
    page, metadata = call.page(messages, 1_000)
    answer: Json = {"messages": [told(call, m) for m in page], "has_more": bool(metadata["next_cursor"])}
    return answer | {"response_metadata": metadata}


@method("conversations.open")
def open_(call: Call) -> Json:
    world = call.core.world
    if call.text("channel"):
        channel = call.visible(call.text("channel"))
    else:
        given = call.arguments.get("users")
        people = given if isinstance(given, list) else [one.strip() for one in call.text("users").split(",")]
        if people in ([], [""]):
            raise SlackError("users_list_not_supplied")
        if len(people) > 1:
            raise SlackError(
                "not_enough_users" if len(set(people)) == 1 else "method_not_supported_for_channel_type"
            )
        if people[0] not in world.users or people[0] == world.app.id:
            raise SlackError("user_not_found")
        if world.users[people[0]].deleted:
            raise SlackError("user_disabled")
        channel = world.direct(world.app.id, str(people[0]))
    return {"channel": channel.as_slack(world.app.id) if call.flag("return_im") else {"id": channel.id}}


@method("conversations.join", needs="channel", rate=TIER_3)
def join(call: Call) -> Json:
    world = call.core.world
    channel = call.visible(call.text("channel"))
    if channel.is_im or channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if world.app.id not in channel.members:
        channel.members.append(world.app.id)
        world.keep_channel(channel)
    return {"channel": channel.as_slack(world.app.id)}


@method("conversations.setTopic", needs="channel topic", rate=TIER_2)
def set_topic(call: Call) -> Json:
    world = call.core.world
    channel = call.joined(call.text("channel"))
    if len(call.text("topic")) > 250:
        raise SlackError("too_long")
    channel.topic = call.text("topic")
    world.keep_channel(channel)
    return {"channel": channel.as_slack(world.app.id)}


def between(call: Call, messages: list[Json]) -> list[Json]:
    """Those newer than `oldest` and older than `latest`; both themselves only with `inclusive`."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "inf"
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    if call.flag("inclusive"):
        return [m for m in messages if low <= float(m["ts"]) <= high]
    return [m for m in messages if low < float(m["ts"]) < high]


def told(call: Call, message: Json) -> Json:
    """Metadata only to who asks for it."""
    if call.flag("include_all_metadata") or "metadata" not in message:
        return message
    kept = {key: value for key, value in message.items() if key != "metadata"}
    return kept | {"metadata": {"event_type": message["metadata"].get("event_type")}}
