"""The workspace itself: who is in it, which channels there are, and how they are found by what people type."""

from collections.abc import Callable, Iterable
from dataclasses import asdict

from .clock import Clock
from .faults import ControlError, Json
from .hub import Hub
from .journal import Journal, Records
from .people import SLACKBOT, STRANGE_TEAM, TEAM, Channel, Group, User, acme, identity, restored


class World:
    def __init__(self, app_name: str, journal: Journal, hub: Hub, clock: Clock) -> None:
        self.team: Json = {"id": TEAM, "name": "Acme", "domain": "acme"}
        self._journal, self._hub, self.clock = journal, hub, clock
        people, channels = acme(app_name)
        self.users = {user.id: user for user in people}
        self.channels = {channel.id: channel for channel in channels}
        self.groups: dict[str, Group] = {}
        self.app = people[-1]

    @property
    def app_id(self) -> str:
        return str(self.app.app_id)

    @property
    def bot_id(self) -> str:
        return str(self.app.bot_id)

    def restore(self, records: Records) -> None:
        for value in records.get("user", {}).values():
            user: User = restored(User, value)
            self.users[user.id] = user
        for value in records.get("channel", {}).values():
            channel: Channel = restored(Channel, value)
            self.channels[channel.id] = channel
        for value in records.get("group", {}).values():
            group: Group = restored(Group, value)
            self.groups[group.id] = group
        self.app = self.users[self.app.id]

    def team_of(self, user: User) -> Json:
        return self.team if user.team_id == TEAM else {"id": STRANGE_TEAM, "domain": "stranger"}

    # --- finding

    def person(self, said: str) -> User:
        """Whom a program means by an e-mail, an id, or a name, with or without @."""
        for user in self.users.values():
            if self.is_person(said, user):
                return user
        raise ControlError(f"There is no person {said!r} here: use an e-mail such as dana@example.com.")

    @staticmethod
    def is_person(said: str, user: User) -> bool:
        wanted = said.strip().removeprefix("@").lower()
        return bool(wanted) and wanted in (user.id.lower(), (user.email or "").lower(), user.name.lower())

    def place(self, said: str, asker: User) -> Channel:
        """The channel that `#name`, an id, or `@person` (the direct messages with them) means to this person."""
        wanted = said.strip()
        if wanted in self.channels:
            return self.channels[wanted]
        if wanted.startswith("@") or "@" in wanted or wanted in self.users:
            other = self.person(wanted)
            if other.id == asker.id:
                raise ControlError(f'Whose direct messages with {said}? Say it with "as".')
            return self.direct(asker.id, other.id)
        found = self.channel_named(wanted)
        if found is None:
            raise ControlError(f"There is no channel {said!r} here: use a name such as #ops, or @person.")
        return found

    def named(self, asker: User) -> Callable[[str, str], str]:
        """For menus of people and channels: the id of whom or what was said. Raises ControlError."""

        def found(kind: str, said: str) -> str:
            if kind == "user":
                return self.person(said).id
            channel = self.place(said, asker)
            if kind == "channel" and channel.is_im:
                raise ControlError(f"There is no channel {said!r} here: use a name such as #ops.")
            return channel.id

        return found

    def channel_named(self, name: str) -> Channel | None:
        bare = name.removeprefix("#").lower()
        return next((c for c in self.channels.values() if not c.is_im and c.name == bare), None)

    def direct(self, one: str, other: str) -> Channel:
        """The direct messages of two people, opened where they are not yet."""
        pair = {one, other}
        for channel in self.channels.values():
            if channel.is_im and set(channel.members) == pair:
                return channel
        names = sorted(self.users[user].name for user in pair)
        channel = Channel(identity("D", "".join(name[:4] for name in names)), "", [one, other], is_im=True)
        while channel.id in self.channels:
            channel.id = channel.id[:-2] + f"{len(self.channels):02d}"[-2:]
        self.channels[channel.id] = channel
        self.keep_channel(channel)
        return channel

    def group_handled(self, handle: str) -> Group | None:
        return next((g for g in self.groups.values() if g.handle == handle and not g.date_delete), None)

    # --- keeping

    def keep_channel(self, channel: Channel) -> None:
        self._journal.put("channel", channel.id, asdict(channel))
        self._hub.tell("channels", {"channels": self.channels_for_page()})

    def keep_user(self, user: User) -> None:
        self._journal.put("user", user.id, asdict(user))

    def keep_group(self, group: Group) -> None:
        self.groups[group.id] = group
        self._journal.put("group", group.id, asdict(group))

    def channels_for_page(self) -> list[Json]:
        return [channel.as_page(self.app.id) for channel in self.channels.values()]

    def people_for_page(self) -> list[Json]:
        return [user.as_page() for user in self.users.values() if user.id != SLACKBOT]

    def watching(self, channel: Channel) -> Iterable[str]:
        """Whose pages show this channel."""
        return channel.members
