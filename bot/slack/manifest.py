"""The Slack app manifest: what Grail asks of a workspace, each scope with its reason, and nothing that is not used.

The table below is the whole truth. A test holds it against the code: every method of Slack that is called has its
scope here, and every scope, event and setting here is used by a method or an event that is named beside it.
"""

from collections.abc import Collection
from dataclasses import dataclass

import yaml
from rapidfuzz import process

from bot.errors import NotUnderstood


@dataclass(frozen=True)
class Scope:
    """A right of the bot's token. used_by: methods and events that need it."""

    name: str
    reason: str
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class Feature:
    """Something that Grail does. Those with a name in OPTIONAL can be left out with `--without`."""

    name: str
    scopes: tuple[Scope, ...] = ()
    events: tuple[str, ...] = ()


FEATURES = (
    Feature(
        "commands",
        (
            Scope(
                "commands",
                "the slash command /grail and the buttons and forms that follow from it",
                ("/grail",),
            ),
        ),
    ),
    Feature(
        "cards",
        (
            Scope(
                "chat:write",
                "post and edit cards, answer in threads and privately",
                ("chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"),
            ),
            Scope(
                "channels:history",
                "after a crash, find our own card in a public channel before posting it again",
                ("conversations.history", "conversations.replies"),
            ),
            Scope(
                "groups:history",
                "the same in a private channel that Grail was invited to",
                ("conversations.history", "conversations.replies"),
            ),
            Scope("channels:read", "turn the #names in config.yaml into channels", ("conversations.list",)),
            Scope(
                "groups:read",
                "the same for private channels that Grail was invited to",
                ("conversations.list",),
            ),
        ),
    ),
    Feature(
        "people",
        (
            Scope(
                "users:read",
                "tell members from guests, strangers and bots; know their time zone",
                ("users.info",),
            ),
            Scope(
                "users:read.email",
                "know people by the e-mail that config.yaml names them by",
                ("users.info",),
            ),
        ),
    ),
    Feature(
        "direct-messages",
        (
            Scope("im:write", "tell a person something that concerns only them", ("conversations.open",)),
            Scope("im:history", "take what is typed to Grail in a direct message", ("message.im",)),
        ),
        events=("message.im",),
    ),
    Feature(
        "mentions",
        (Scope("app_mentions:read", "take what is typed after @Grail, also in threads", ("app_mention",)),),
        events=("app_mention",),
    ),
    Feature("home", events=("app_home_opened",)),
    Feature("groups", (Scope("usergroups:read", "give rights to Slack user groups", ("usergroups.list",)),)),
    Feature(
        "logs",
        (
            Scope(
                "files:write",
                "put the whole output of a deploy into its thread",
                ("files.getUploadURLExternal", "files.completeUploadExternal"),
            ),
        ),
    ),
    Feature("pages"),  # a shortcut, and no scope of its own: a page is a card
)

OPTIONAL = ("direct-messages", "mentions", "home", "groups", "logs", "pages")

UNSCOPED = ("auth.test", "views.open", "views.update", "views.publish")  # methods that any token may call


ADD = {
    "name": "Add to the page",
    "type": "message",
    "callback_id": "page.add",
    "description": "Write this message down as a note of a page",
}


def manifest(url: str | None, without: Collection[str] = ()) -> str:
    """The manifest as YAML, for "Create from manifest". url: Grail's public address; None: Socket Mode.

    Raises NotUnderstood for an address or a feature that cannot be.
    """
    for name in without:
        if name not in OPTIONAL:
            near = process.extractOne(name, OPTIONAL, score_cutoff=60)
            raise NotUnderstood(
                f"{name} is nothing that can be left out" + (f", did you mean {near[0]}?" if near else "."),
                hint=f"Can be left out: {', '.join(OPTIONAL)}.",
            )
    if url is not None and not url.startswith(("https://", "http://")):
        raise NotUnderstood(f"{url} is not an address.", hint="Give one such as https://grail.example.com.")
    features = [feature for feature in FEATURES if feature.name not in without]
    scopes = [scope for feature in features for scope in feature.scopes]
    document = yaml.safe_dump(_document(url, features), sort_keys=False, allow_unicode=True, width=110)
    lines = "".join(f"      # {scope.reason}\n      - {scope.name}\n" for scope in scopes)
    head = "# The app manifest of Grail, made by `grail manifest`. Each scope stands below its reason.\n"
    return head + document.replace("    bot: SCOPES\n", f"    bot:\n{lines}")


def _document(url: str | None, features: list[Feature]) -> dict[str, object]:
    names = {feature.name for feature in features}
    events = [event for feature in features for event in feature.events]
    request = {"request_url": url.rstrip("/") + "/slack/events"} if url else {}
    options = {"message_menu_options_url": request["request_url"]} if request else {}
    command = {
        "command": "/grail",
        "description": "Deploy, see what runs where, and what waits for you",
        "usage_hint": "help | deploy shop to staging",
        "should_escape": True,
        **({"url": request["request_url"]} if request else {}),
    }
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Grail",
            "description": "Brings developers and operations together: deploys, alerts, on call",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": "home" in names,
                "messages_tab_enabled": "direct-messages" in names,
                "messages_tab_read_only_enabled": "direct-messages" not in names,
            },
            "bot_user": {"display_name": "Grail", "always_online": True},
            "slash_commands": [command],
            **({"shortcuts": [ADD]} if "pages" in names else {}),
        },
        "oauth_config": {"scopes": {"bot": "SCOPES"}},
        "settings": {
            **({"event_subscriptions": {**request, "bot_events": events}} if events else {}),
            "interactivity": {"is_enabled": True, **request, **options},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
