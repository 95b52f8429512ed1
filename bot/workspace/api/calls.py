"""What a Web API method is, how its arguments are read, and which channels an app may speak in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core import Core
from ..faults import Json, SlackError
from ..limits import TIER_3, Tier
from ..people import Channel, User

Handler = Callable[["Call"], Json]


@dataclass(frozen=True)
class Method:
    """with_app_token: called with an app token (xapp-…) in place of the bot's. with_admin_token: with that of an admin
    of the workspace, which is the token that it was started with."""

    name: str
    handler: Handler
    rate: Tier
    needs: tuple[str, ...]
    with_app_token: bool
    with_admin_token: bool


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    needs: str = "",
    rate: Tier = TIER_3,
    with_app_token: bool = False,
    with_admin_token: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a method. needs: the arguments without which it answers invalid_arguments."""

    def declared(handler: Handler) -> Handler:
        METHODS[name] = Method(name, handler, rate, tuple(needs.split()), with_app_token, with_admin_token)
        return handler

    return declared


@dataclass(frozen=True)
class Call:
    """One call: the arguments as the client meant them, and the workspace they go to."""

    method: str
    core: Core
    arguments: Json

    def text(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, most: int) -> int:
        try:
            return max(1, min(int(self.arguments.get(name) or default), most))
        except (TypeError, ValueError):
            raise SlackError("invalid_limit") from None

    # --- whom and where

    def user(self, name: str = "user") -> User:
        """Raises user_not_found."""
        found = self.core.world.users.get(self.text(name))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def visible(self, said: str) -> Channel:
        """A channel by its id, as far as the app can see it. Raises channel_not_found."""
        world = self.core.world
        channel = world.channels.get(said)
        if channel is None or ((channel.is_private or channel.is_im) and world.app.id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def joined(self, said: str) -> Channel:
        """A channel in which the app is a member. Raises channel_not_found, not_in_channel."""
        channel = self.visible(said)
        if self.core.world.app.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def addressed(self, said: str) -> Channel:
        """Where to post: an id, `#name`, or a person's id (their direct messages). Raises also is_archived."""
        world = self.core.world
        if said in world.users:
            if said == world.app.id:
                raise SlackError("channel_not_found")
            return world.direct(world.app.id, said)
        named = world.channel_named(said)
        channel = self.joined(named.id if named is not None else said)
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def page(self, items: list[Any], default: int = 100, most: int = 1_000) -> tuple[list[Any], Json]:
        """One page of a list, and the response_metadata with the cursor to the next ("" on the last)."""
        limit = self.number("limit", default, most)
        try:
            start = int(self.text("cursor").removeprefix("at:") or 0)
        except ValueError:
            raise SlackError("invalid_cursor") from None
        following = f"at:{start + limit}" if start + limit < len(items) else ""
        return items[start : start + limit], {"next_cursor": following}
