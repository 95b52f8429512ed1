"""A person presses a button, chooses from a menu, asks a menu for options, or uses a shortcut."""

from typing import Any

from .core import Core
from .faults import ControlError, Json
from .forms import STATEFUL, Names, chosen, state
from .messages import standing
from .payloads import Done, channel_of, common, deliver, failed, needed, values_of
from .people import Channel, User
from .respond import Respond


class Presses:
    def __init__(self, core: Core, respond: Respond) -> None:
        self._core, self._respond = core, respond

    async def press(self, asked: Json) -> Done:
        """{"as", "action", "value"?, "block"?, and "in" with "message", or "view"; "values"? of the other inputs}

        value: what is chosen of a menu. Of a button: which one, where several rows have the same action_id; one that
        no button carries any more is pressed as it stood before, by somebody whose screen is behind.
        """
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        action_id = needed(asked, "action", "an action_id")
        surface = self._surface(user, asked)
        block_id, element = self._element(surface, asked, action_id)
        options = core.suggested.get((user.id, action_id))
        picked = (user.id, str(surface.message.get("ts")))
        standing = surface.view["state"]["values"] if surface.view else core.picked.get(picked)
        given = values_of(asked)
        if element["type"] in STATEFUL:
            given = {**given, block_id: {**given.get(block_id, {}), action_id: asked.get("value")}}
        named = core.world.named(user)
        values = state(surface.blocks, given, {action_id: options or []}, standing, named)
        action = self._action(block_id, element, asked, options, named)
        if surface.view is not None:
            core.views.typed(user.id, surface.view, values)
        elif values:
            core.pick(picked, values)
        action["action_ts"] = core.clock.ts()
        payload = common(core, "block_actions", user) | surface.told()
        payload["trigger_id"] = core.tickets.trigger(user.id, surface.view["id"] if surface.view else None)
        ticket = None
        if surface.channel is not None:
            payload["state"] = {"values": values}
            message = surface.message
            hidden = "ephemeral_to" in message
            root = message.get("thread_ts")
            ticket = core.tickets.response(
                user.id, surface.channel.id, original=message["ts"], ephemeral=hidden,
                thread=root if root != message["ts"] else None,
            )  # fmt: skip
            payload["response_url"] = f"{core.base}/respond/{ticket.secret}"
        payload["actions"] = [action]
        id, ack = await deliver(core, "interactive", payload)
        error = failed(core, user, surface.channel, ack, "This action")
        if error is None and ticket is not None:
            self._respond.acknowledged(ticket, ack.body)
        return Done(ack, error, {"id": id})

    async def options(self, asked: Json) -> Done:
        """{"as", "action_id", "query", and "view", or "in" with "message"}: answers "options" or "option_groups"."""
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        action_id = needed(asked, "action_id", "of an external menu")
        surface = self._surface(user, asked)
        block_id, element = self._element(surface, asked, action_id)
        if element["type"] not in ("external_select", "multi_external_select"):
            raise ControlError(
                f"{action_id!r} is a {element['type']}: only external menus ask the app for options."
            )
        asking = {"action_id": action_id, "block_id": block_id, "value": str(asked.get("query") or "")}
        payload = common(core, "block_suggestion", user) | surface.told() | asking
        id, ack = await deliver(core, "interactive", payload)
        if ack.error is not None:
            core.notice(user.id, f'The options could not be loaded: "{ack.error}"')
            return Done(ack, ack.error, {"id": id, "options": []})
        body: Json = ack.body if core.checks.options(ack.body) else {}
        groups = body.get("option_groups") or []
        flat = [*(body.get("options") or []), *(one for group in groups for one in group["options"])]
        core.suggested[(user.id, action_id)] = flat
        more = {"id": id, "options": body.get("options", [])}
        return Done(ack, more=more | ({"option_groups": groups} if groups else {}))

    async def shortcut(self, asked: Json) -> Done:
        """{"as", "callback_id"}; a message's own shortcut also has "in" and "message"."""
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        callback = needed(asked, "callback_id", "of the shortcut")
        more = {
            "callback_id": callback,
            "trigger_id": core.tickets.trigger(user.id),
            "action_ts": core.clock.ts(),
        }
        channel: Channel | None = None
        if asked.get("message") is None:
            payload = common(core, "shortcut", user) | more
        else:
            surface = self._surface(user, asked)
            channel = surface.channel
            assert channel is not None
            payload = common(core, "message_action", user) | more
            payload |= {"channel": channel_of(channel), "message": surface.message}
            payload |= {
                "message_ts": surface.message["ts"],
                "response_url": core.response_url(user.id, channel.id, original=surface.message["ts"]),
            }
        id, ack = await deliver(core, "interactive", payload)
        return Done(ack, failed(core, user, channel, ack, "This shortcut"), {"id": id})

    def _surface(self, user: User, asked: Json) -> "Surface":
        core = self._core
        named = asked.get("view")
        if named is not None:
            view = core.views.find(user.id, str(named))
            if view is None:
                raise ControlError(f"{user.name} has no view {named!r} open.")
            return Surface(view=view)
        ts = needed(asked, "message", 'the ts of a message, or "view"')
        message = core.messages.find_ephemeral(ts)
        if message is not None and message["ephemeral_to"] != user.id:
            raise ControlError(f"Only the person to whom message {ts} was shown can press there.")
        if message is not None:
            channel = core.world.channels[message["channel"]]
        elif asked.get("in"):
            channel = core.world.place(str(asked["in"]), user)
            message = core.messages.find(channel, ts)
        else:
            places = [c for c in core.world.channels.values() if core.messages.find(c, ts) is not None]
            channel = places[0] if places else next(iter(core.world.channels.values()))
            message = core.messages.find(channel, ts)
        if message is None:
            raise ControlError(f"There is no message {ts!r} there.")
        if user.id not in channel.members:
            raise ControlError(f"{user.name} is not in #{channel.name}.")
        return Surface(channel, message)

    def _element(self, surface: "Surface", asked: Json, action_id: str) -> tuple[str, Json]:
        """The element that is meant; where several have this action_id, by "block", then by what they offer."""
        block, value = asked.get("block", asked.get("block_id")), asked.get("value")
        seen = [
            *standing(surface.blocks, action_id),
            *standing(self._core.messages.before(surface.message), action_id),
        ]
        found = [one for one in seen if block in (None, one[0])]
        if found:
            return next((one for one in found if value is not None and offers(one[1], value)), found[0])
        where = f" in the block {block!r}" if block is not None else ""
        raise ControlError(f"There is nothing with the action_id {action_id!r} to press there{where}.")

    def _action(
        self, block_id: str, element: Json, asked: Json, options: list[Json] | None, named: Names
    ) -> Json:
        kind = element["type"]
        action: Json = {"type": kind, "block_id": block_id, "action_id": element["action_id"]}
        if kind in ("button", "icon_button", "workflow_button"):
            kept = ("text", "value", "style", "url", "confirm", "accessibility_label", "icon")
            action |= {key: element[key] for key in kept if key in element}
            return action | ({"value": asked["value"]} if isinstance(asked.get("value"), str) else {})
        if kind == "feedback_buttons":
            pressed = [element.get(name, {}) for name in ("positive_button", "negative_button")]
            value = asked.get("value", pressed[0].get("value"))
            if value not in [button.get("value") for button in pressed]:
                raise ControlError(f"There is no answer {value!r} in {element['action_id']!r}.")
            return action | {"value": value}
        shown = (
            "placeholder",
            "confirm",
            "initial_option",
            "initial_date",
            "initial_user",
            "initial_channel",
        )
        action |= {key: element[key] for key in shown if key in element}
        return action | chosen(element, asked.get("value"), options, named)


def offers(element: Json, value: Any) -> bool:
    """Whether this button carries the value, or this menu has an option of it."""
    groups = element.get("option_groups") or []
    options = [
        *(element.get("options") or []),
        *(one for group in groups for one in group.get("options", [])),
    ]
    return value in [element.get("value"), *(option.get("value") for option in options)]


class Surface:
    """Where something is pressed: a message in its channel, or a view."""

    def __init__(
        self, channel: Channel | None = None, message: Json | None = None, view: Json | None = None
    ) -> None:
        self.channel, self.view = channel, view
        self.message: Json = message or {}

    @property
    def blocks(self) -> Any:
        if self.view is not None:
            return self.view["blocks"]
        inside = [
            one.get("blocks") or [] for one in self.message.get("attachments") or [] if isinstance(one, dict)
        ]
        return [*(self.message.get("blocks") or []), *(block for blocks in inside for block in blocks)]

    def told(self) -> Json:
        """Its part of a payload."""
        if self.view is not None or self.channel is None:
            view = self.view or {}
            return {"container": {"type": "view", "view_id": view["id"]}, "view": view}
        message = {
            key: value for key, value in self.message.items() if key not in ("ephemeral_to", "channel")
        }
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": self.channel.id,
            "is_ephemeral": "ephemeral_to" in self.message,
        }
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        return {"container": container, "channel": channel_of(self.channel), "message": message}
