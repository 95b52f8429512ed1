"""Messages: posted, edited, deleted, answered in threads, reacted to; and the ephemeral ones that one person sees.

Each is kept as Slack's own message object. Whatever changes is journalled, shown on the open pages, and, where the
app is a member, told to it as an event.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

from .faults import Json
from .hub import Hub
from .journal import Journal, Records
from .people import SLACKBOT, Channel, User
from .world import World

INTERACTIVE = {
    "button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
    "static_select", "external_select", "users_select", "conversations_select", "channels_select",
    "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select",
    "multi_channels_select", "plain_text_input", "rich_text_input", "email_text_input", "url_text_input",
    "number_input", "file_input", "feedback_buttons", "icon_button", "workflow_button",
}  # fmt: skip

BLOCKS_BEFORE, MESSAGES_BEFORE = 50, 500  # how much of what was edited away can still be pressed


class Messages:
    """`event`: takes each event that the app has to hear of."""

    def __init__(self, world: World, journal: Journal, hub: Hub, event: Callable[[Json], object]) -> None:
        self.world, self._journal, self._hub, self._event = world, journal, hub, event
        self._kept: dict[str, dict[str, Json]] = {}
        self._ephemeral: dict[str, Json] = {}  # by ts; each knows its channel and for whom it is
        self._before: dict[str, list[Any]] = {}  # by ts: the blocks before the last edits, the newest first

    def restore(self, records: Records) -> None:
        for name, message in records.get("message", {}).items():
            channel, _, ts = name.partition("/")
            self._kept.setdefault(channel, {})[ts] = message
            self.world.clock.seen(ts)
        for ts, message in records.get("ephemeral", {}).items():
            self._ephemeral[ts] = message
            self.world.clock.seen(ts)

    # --- reading

    def of(self, channel: Channel) -> list[Json]:
        """Oldest first; ephemeral ones are not among them."""
        return sorted(self._kept.get(channel.id, {}).values(), key=lambda message: message["ts"])

    def ephemerals(self, channel: Channel, person: str | None) -> list[Json]:
        """Each with "ephemeral_to"; of one person, or (None) of everybody."""
        return [
            {key: value for key, value in message.items() if key != "channel"}
            for message in self._ephemeral.values()
            if message["channel"] == channel.id and person in (None, message["ephemeral_to"])
        ]

    def find(self, channel: Channel, ts: str) -> Json | None:
        return self._kept.get(channel.id, {}).get(ts)

    def find_ephemeral(self, ts: str) -> Json | None:
        return self._ephemeral.get(ts)

    def replies(self, channel: Channel, root: str) -> list[Json]:
        """The root, then its answers, oldest first."""
        return [m for m in self.of(channel) if m["ts"] == root or m.get("thread_ts") == root]

    def before(self, message: Json) -> list[Any]:
        """What people whose screens are behind still see of a message: its blocks before the last edits."""
        return self._before.get(str(message.get("ts")), [])

    # --- writing

    def post(self, channel: Channel, author: User, content: Json) -> Json:
        """content: text, and what else is said (blocks, thread_ts, metadata …). Answers the message as kept."""
        ts = self.world.clock.ts()
        message: Json = {"type": "message", "user": author.id, "ts": ts, "team": author.team_id}
        if author.team_id != self.world.team["id"]:  # somebody of another company, in a shared channel
            message |= {"user_team": author.team_id, "source_team": author.team_id}
        if author.id == self.world.app.id:
            message |= self._by_app()
        elif author.id != SLACKBOT:
            message |= {"client_msg_id": secrets.token_hex(16)}
        message |= {key: value for key, value in content.items() if value is not None}
        message.setdefault("text", "")
        _name_parts(message)
        root = self._root(channel, message.get("thread_ts"))
        if root is not None:
            message |= {"thread_ts": root["ts"], "parent_user_id": root["user"]}
        self._keep(channel, message)
        self._hub.tell("message", {"channel": channel.id, "message": message}, to=channel.members)
        if root is not None:
            self._count_reply(channel, root, message)
        self._tell_app(channel, message)
        return message

    def post_ephemeral(self, channel: Channel, author: User, person: str, content: Json) -> Json:
        """For one person's eyes. Answers the message, with "channel" and "ephemeral_to"."""
        ts = self.world.clock.ts()
        message: Json = {"type": "message", "user": author.id, "ts": ts, "is_ephemeral": True}
        if author.id == self.world.app.id:
            message |= self._by_app()
        message |= {key: value for key, value in content.items() if value is not None}
        message.setdefault("text", "")
        _name_parts(message)
        message |= {"channel": channel.id, "ephemeral_to": person}
        self._ephemeral[ts] = message
        self._journal.put("ephemeral", ts, message)
        self._hub.tell("ephemeral", {"channel": channel.id, "message": message}, to=[person])
        return message

    def edit(self, channel: Channel, message: Json, content: Json, *, by: str) -> Json:
        """Replace what is said. `content` has the new text, blocks, attachments, metadata; None takes one away."""
        before = dict(message)
        self._outdated(message)
        content = dict(content)
        _name_parts(content)
        for key, value in content.items():
            if value is None or value == []:
                message.pop(key, None)
            else:
                message[key] = value
        message.setdefault("text", "")
        message["edited"] = {"user": by, "ts": self.world.clock.ts()}
        self._changed(channel, message)
        self._tell_change(channel, message, before)
        return message

    def edit_ephemeral(self, message: Json, content: Json) -> None:
        self._outdated(message)
        message.pop("blocks", None)
        message |= {key: value for key, value in content.items() if value is not None}
        _name_parts(message)
        self._journal.put("ephemeral", message["ts"], message)
        told = {"channel": message["channel"], "message": message}
        self._hub.tell("ephemeral_changed", told, to=[message["ephemeral_to"]])

    def delete(self, channel: Channel, message: Json) -> None:
        self._kept[channel.id].pop(message["ts"], None)
        self._journal.drop("message", f"{channel.id}/{message['ts']}")
        self._hub.tell("deleted", {"channel": channel.id, "ts": message["ts"]}, to=channel.members)
        root = self.find(channel, message.get("thread_ts", ""))
        if root is not None:
            self._recount(channel, root)
        hidden = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message["ts"]}
        self._tell_app(channel, {"ts": self.world.clock.ts(), **hidden, "previous_message": message})

    def delete_ephemeral(self, message: Json) -> None:
        self._ephemeral.pop(message["ts"], None)
        self._journal.drop("ephemeral", message["ts"])
        told = {"channel": message["channel"], "ts": message["ts"]}
        self._hub.tell("ephemeral_deleted", told, to=[message["ephemeral_to"]])

    def react(self, channel: Channel, message: Json, name: str, user: str) -> bool:
        """False: this person had reacted so before."""
        reactions: list[Json] = message.setdefault("reactions", [])
        mine = next((reaction for reaction in reactions if reaction["name"] == name), None)
        if mine is None:
            mine = {"name": name, "users": [], "count": 0}
            reactions.append(mine)
        if user in mine["users"]:
            return False
        mine["users"].append(user)
        mine["count"] = len(mine["users"])
        self._changed(channel, message)
        return True

    def unreact(self, channel: Channel, message: Json, name: str, user: str) -> bool:
        for reaction in message.get("reactions", []):
            if reaction["name"] == name and user in reaction["users"]:
                reaction["users"].remove(user)
                reaction["count"] = len(reaction["users"])
                message["reactions"] = [left for left in message["reactions"] if left["users"]]
                self._changed(channel, message)
                return True
        return False

    # --- within

    def _outdated(self, message: Json) -> None:
        pressed = [block for block in message.get("blocks") or [] if next(elements(block), None)]
        seen = [*pressed, *self._before.pop(message["ts"], [])]
        self._before[message["ts"]] = seen[:BLOCKS_BEFORE]
        if len(self._before) > MESSAGES_BEFORE:
            del self._before[next(iter(self._before))]

    def _by_app(self) -> Json:
        app = self.world.app
        profile: Json = {
            "id": app.bot_id,
            "deleted": False,
            "name": app.real_name,
            "updated": 1_700_000_000,
            "app_id": app.app_id,
            "user_id": app.id,
            "icons": {},
            "team_id": app.team_id,
        }
        return {"bot_id": app.bot_id, "app_id": app.app_id, "bot_profile": profile}

    def _root(self, channel: Channel, thread: Any) -> Json | None:
        named = self.find(channel, thread) if isinstance(thread, str) else None
        if named is not None and named.get("thread_ts", named["ts"]) != named["ts"]:
            return self.find(channel, named["thread_ts"])
        return named

    def _count_reply(self, channel: Channel, root: Json, reply: Json) -> None:
        root["thread_ts"] = root["ts"]
        self._recount(channel, root)

    def _recount(self, channel: Channel, root: Json) -> None:
        replies = self.replies(channel, root["ts"])[1:]
        people = list(dict.fromkeys(reply["user"] for reply in replies))
        root |= {"reply_count": len(replies), "reply_users": people, "reply_users_count": len(people)}
        root["latest_reply"] = replies[-1]["ts"] if replies else root["ts"]
        self._changed(channel, root)

    def _keep(self, channel: Channel, message: Json) -> None:
        self._kept.setdefault(channel.id, {})[message["ts"]] = message
        self._journal.put("message", f"{channel.id}/{message['ts']}", message)

    def _changed(self, channel: Channel, message: Json) -> None:
        self._keep(channel, message)
        self._hub.tell("changed", {"channel": channel.id, "message": message}, to=channel.members)

    def _tell_change(self, channel: Channel, message: Json, before: Json) -> None:
        hidden = {
            "subtype": "message_changed",
            "hidden": True,
            "message": dict(message),
            "previous_message": before,
        }
        self._tell_app(channel, {"ts": self.world.clock.ts(), **hidden})

    def _tell_app(self, channel: Channel, message: Json) -> None:
        me = self.world.app.id
        if me not in channel.members:
            return
        event = {key: value for key, value in message.items() if key != "metadata"} | {"type": "message"}
        self._event(event | {"channel": channel.id, "channel_type": channel.type, "event_ts": message["ts"]})
        if f"<@{me}" in message.get("text", "") and not channel.is_im and message.get("user") != me:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            self._event(mention | {"type": "app_mention", "channel": channel.id, "event_ts": message["ts"]})


def _name_parts(message: Json) -> None:
    if message.get("blocks"):
        message["blocks"] = with_ids(message["blocks"])
    for attachment in message.get("attachments") or []:
        if isinstance(attachment, dict) and attachment.get("blocks"):
            attachment["blocks"] = with_ids(attachment["blocks"])


def with_ids(blocks: Any) -> Any:
    """The blocks as kept: each with a block_id, each thing to press with an action_id, as Slack fills them in."""
    if not isinstance(blocks, list):
        return blocks
    kept = [dict(block) if isinstance(block, dict) else block for block in blocks]
    for block in kept:
        if isinstance(block, dict):
            block.setdefault("block_id", secrets.token_urlsafe(4))
            for element in elements(block):
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return kept


def elements(inside: Any) -> Iterator[Json]:
    """Everything in a block that a person can press, choose or fill in, at any depth."""
    for _, element in _walk(inside, ""):
        yield element


def located(blocks: Any, action_id: str) -> tuple[str, Json] | None:
    """The block_id and the element that has this action_id."""
    return next(iter(standing(blocks, action_id)), None)


def standing(blocks: Any, action_id: str) -> list[tuple[str, Json]]:
    """Every element with this action_id, with its block_id: rows of a list each have theirs."""
    return [found for found in _walk(blocks, "") if found[1].get("action_id") == action_id]


def _walk(inside: Any, block_id: str) -> Iterator[tuple[str, Json]]:
    if isinstance(inside, dict):
        block_id = str(inside.get("block_id", block_id))
        if inside.get("type") in INTERACTIVE:
            yield block_id, inside
        for value in inside.values():
            yield from _walk(value, block_id)
    elif isinstance(inside, list):
        for value in inside:
            yield from _walk(value, block_id)
