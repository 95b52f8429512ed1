"""Who and what is in a workspace: people, channels, user groups; and the ones it begins with, those of Acme."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .faults import Json

TEAM = "T0ACME00000"
STRANGE_TEAM = "T0STRANGER0"
CREATED = 1_700_000_000
SLACKBOT = "USLACKBOT"


@dataclass
class User:
    id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/London"
    team_id: str = TEAM
    color: str = "4a154b"
    title: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None

    def as_slack(self, now: float) -> Json:
        """The user object of `users.info`."""
        moment = datetime.fromtimestamp(now, ZoneInfo(self.tz))
        offset = moment.utcoffset()
        profile: Json = {
            "title": self.title,
            "phone": "",
            "skype": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "g" + self.id.lower(),
            "team": self.team_id,
        }
        if self.email is not None:
            profile["email"] = self.email
        if self.is_bot and self.bot_id is not None:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": moment.tzname() or self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": CREATED,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        return user

    def as_page(self) -> Json:
        """What a page needs in order to show this person."""
        keys = {
            "id", "name", "real_name", "email", "tz", "is_bot", "deleted", "color", "title",
            "is_restricted", "is_stranger",
        }  # fmt: skip
        return {key: value for key, value in asdict(self).items() if key in keys}


@dataclass
class Channel:
    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    topic: str = ""
    purpose: str = ""
    pins: list[str] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Slack's word for it in events: channel, group (private) or im."""
        return "im" if self.is_im else "group" if self.is_private else "channel"

    def as_slack(self, me: str) -> Json:
        """The channel object of `conversations.info`, as the app whose user id is `me` sees it."""
        common: Json = {
            "id": self.id,
            "created": CREATED,
            "is_archived": self.is_archived,
            "is_org_shared": False,
        }
        if self.is_im:
            other = next((member for member in self.members if member != me), me)
            return common | {
                "is_im": True,
                "is_mpim": False,
                "user": other,
                "is_user_deleted": False,
                "priority": 0,
            }
        said = {"creator": "", "last_set": 0}
        return common | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_general": self.name == "general",
            "is_shared": False,
            "is_ext_shared": False,
            "is_pending_ext_shared": False,
            "is_member": me in self.members,
            "unlinked": 0,
            "creator": self.members[0] if self.members else me,
            "topic": {"value": self.topic, **said},
            "purpose": {"value": self.purpose, **said},
            "num_members": len(self.members),
        }

    def as_page(self, me: str) -> Json:
        keys = ("id", "name", "is_im", "is_private", "is_archived", "members", "topic", "purpose")
        return {key: value for key, value in asdict(self).items() if key in keys} | {
            "is_member": me in self.members
        }


@dataclass
class Group:
    """A user group: `@handle` stands for its people."""

    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    date_create: int = CREATED
    date_update: int = CREATED
    date_delete: int = 0
    created_by: str = ""

    def as_slack(self, *, with_users: bool = False) -> Json:
        group: Json = {
            "id": self.id,
            "team_id": TEAM,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": self.description,
            "handle": self.handle,
            "is_external": False,
            "date_create": self.date_create,
            "date_update": self.date_update,
            "date_delete": self.date_delete,
            "auto_type": None,
            "auto_provision": False,
            "enterprise_subteam_id": "",
            "created_by": self.created_by,
            "updated_by": self.created_by,
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
            "user_count": len(self.users),
        }
        return group | {"users": list(self.users)} if with_users else group


def identity(letter: str, name: str) -> str:
    """A Slack id that a reader can recognise: U0DANA00000."""
    return f"{letter}0{''.join(c for c in name.upper() if c.isalnum()):0<9}"[:11]


def acme(app_name: str) -> tuple[list[User], list[Channel]]:
    """The people and channels of a new workspace, the app among them (its user is the last)."""
    berlin, york, tokyo, london = "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London"
    rows: list[tuple[str, str, str, str, str]] = [
        ("dana", "Dana Keller", berlin, "Developer, storefront", "d9376e"),
        ("devi", "Devi Rao", york, "Developer, storefront", "8f6bd1"),
        ("dario", "Dario Sato", tokyo, "Developer, platform", "2a8c82"),
        ("omar", "Omar Haddad", berlin, "Operations", "3b6fd4"),
        ("olga", "Olga Petrova", york, "Operations", "c7641b"),
        ("mia", "Mia Clarke", london, "Engineering manager", "5f8a3c"),
    ]
    people = [
        User(identity("U", name), name, real, f"{name}@example.com", zone, title=title, color=color)
        for name, real, zone, title, color in rows
    ]
    people[-1].is_admin = True
    guest = User(
        identity("U", "gus"), "gus", "Gus Lind", "gus@partner.example", berlin, title="Guest", color="7d7d7d"
    )
    guest.is_restricted = True
    stranger = User(
        identity("U", "sam"),
        "sam",
        "Sam Reyes",
        "sam@stranger.example",
        york,
        STRANGE_TEAM,
        "9a6b4f",
        "Elsewhere",
    )
    stranger.is_stranger = True
    slackbot = User(SLACKBOT, "slackbot", "Slackbot", color="757575", is_bot=True)
    app = User(
        identity("U", app_name), app_name.lower(), app_name, is_bot=True, color="e2a72e",
        bot_id=identity("B", app_name), app_id=identity("A", app_name),
    )  # fmt: skip
    people += [guest, stranger, slackbot, app]
    everyone = [user.id for user in people if user.id != SLACKBOT]
    purposes = {
        "general": "Everybody at Acme",
        "storefront": "Team storefront: shop and search",
        "platform": "Team platform: gateway",
        "ops": "Operations, pages and alerts",
        "unsorted": "What belongs nowhere else",
    }
    channels = [
        Channel(identity("C", name), name, list(everyone), purpose=purpose)
        for name, purpose in purposes.items()
    ]
    insiders = [user.id for user in people[:6] if user.name in {"mia", "omar", "olga"}]
    channels.append(
        Channel(identity("C", "secret"), "secret", insiders, is_private=True, purpose="Not for apps")
    )
    return people, channels


def restored(kind: type[Any], value: Json) -> Any:
    """A dataclass from its journal record; what a newer version added takes its default."""
    known = {key: value[key] for key in kind.__dataclass_fields__ if key in value}
    return kind(**known)
