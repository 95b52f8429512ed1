"""A person types: a slash command, one of Slack's own commands, or a message; or opens the app's Home tab."""

from .core import Core
from .faults import ControlError, Json
from .markup import sent
from .payloads import Done, deliver, failed, needed
from .people import SLACKBOT, Channel, User
from .respond import Respond
from .settings import Command


class Composer:
    def __init__(self, core: Core, respond: Respond) -> None:
        self._core, self._respond = core, respond

    async def type(self, asked: Json) -> Done:
        """{"as", "in", "text", "thread"?}"""
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        channel = core.world.place(needed(asked, "in", '"#channel" or "@person"'), user)
        text = needed(asked, "text", "what is typed")
        thread = asked.get("thread")
        if user.id not in channel.members:
            raise ControlError(f"{user.name} is not in #{channel.name}.")
        if channel.is_archived:
            raise ControlError(f"#{channel.name} is archived: nothing can be said there.")
        if not text.strip():
            raise ControlError("There is nothing to send: type something.")
        word, rest = (*text.strip().split(maxsplit=1), "")[:2]
        if not word.startswith("/"):
            return await self._message(user, channel, text, thread)
        if thread:
            return self._refused(user, channel, f"{word} is not supported in threads. Sorry!", thread)
        if word in ("/invite", "/remove", "/archive"):
            return self._own_command(user, channel, word, rest)
        command = next((one for one in core.settings.commands if one.command == word.lower()), None)
        if command is None:
            return self._refused(
                user,
                channel,
                f"{word} is not a valid command. In Slack, all messages that start with the “/” character are "
                "interpreted as commands.",
            )
        return await self._command(user, channel, command, rest)

    async def open_home(self, asked: Json) -> Done:
        """{"as"}: the person looks at the app's Home tab."""
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        channel = core.world.direct(user.id, core.world.app.id)
        home = core.views.home(user.id)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
        event |= {"event_ts": core.clock.ts()} | ({"view": home} if home is not None else {})
        mark = core.events.mark()
        id = core.events.say(event)
        acks = await core.events.answers_since(mark)
        return Done(acks[-1] if acks else None, more={"id": id})

    async def _message(self, user: User, channel: Channel, text: str, thread: object) -> Done:
        core = self._core
        content: Json = {"text": sent(core.world, text)}
        if thread is not None:
            if not isinstance(thread, str) or core.messages.find(channel, thread) is None:
                raise ControlError(f"There is no message {thread!r} in this channel to answer in a thread.")
            content["thread_ts"] = thread
        mark = core.events.mark()
        message = core.messages.post(channel, user, content)
        acks = await core.events.answers_since(mark)
        # the last event said is the app_mention where there is one
        return Done(acks[-1] if acks else None, more={"ts": message["ts"]})

    async def _command(self, user: User, channel: Channel, command: Command, rest: str) -> Done:
        core = self._core
        ticket = core.tickets.response(user.id, channel.id)
        name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
        payload: Json = {
            "token": "local-workspace",
            "team_id": user.team_id,
            "team_domain": core.world.team_of(user)["domain"],
            "channel_id": channel.id,
            "channel_name": name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command.command,
            "text": sent(core.world, rest.strip(), named=True, entities=command.should_escape),
            "api_app_id": core.world.app_id,
            "is_enterprise_install": "false",
            "response_url": f"{core.base}/respond/{ticket.secret}",
            "trigger_id": core.tickets.trigger(user.id),
        }
        id, ack = await deliver(core, "slash_commands", payload)
        error = failed(core, user, channel, ack, command.command)
        if error is None:
            if isinstance(ack.body, dict) and ack.body.get("response_type") == "in_channel":
                core.messages.post(channel, user, {"text": f"{command.command} {rest.strip()}".strip()})
            self._respond.acknowledged(ticket, ack.body)
        return Done(ack, error, {"id": id})

    def _own_command(self, user: User, channel: Channel, word: str, rest: str) -> Done:
        world = self._core.world
        if word == "/archive":
            channel.is_archived = True
        else:
            other = world.person(rest)
            if word == "/invite" and other.id not in channel.members:
                channel.members.append(other.id)
            elif word == "/remove" and other.id in channel.members:
                channel.members.remove(other.id)
        world.keep_channel(channel)
        return Done()

    def _refused(self, user: User, channel: Channel, text: str, thread: object = None) -> Done:
        core = self._core
        content: Json = {"text": text} | ({"thread_ts": thread} if isinstance(thread, str) else {})
        core.messages.post_ephemeral(channel, core.world.users[SLACKBOT], user.id, content)
        return Done(error=text)
