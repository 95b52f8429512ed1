"""The manifest asks for what is used, says why, and fits Slack's schema."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.errors import NotUnderstood
from bot.slack.manifest import FEATURES, OPTIONAL, UNSCOPED, manifest

ROOT = Path(__file__).parents[3]
METHOD = re.compile(r"\"((?:auth|chat|conversations|files|reactions|usergroups|users|views)\.[a-zA-Z.]+)\"")
EVENTS = {"app_mention": '"app_mention"', "message.im": '"im"', "app_home_opened": '"app_home_opened"'}


def document(*args: Any, **kwargs: Any) -> dict[str, Any]:
    read = yaml.safe_load(manifest(*args, **kwargs))
    assert isinstance(read, dict)
    return read


def scopes(of: dict[str, Any]) -> list[str]:
    return list(of["oauth_config"]["scopes"]["bot"])


def called_methods() -> set[str]:
    """The methods of Slack that the code names, outside of the local workspace and of this table."""
    files = [file for folder in ("bot", "handlers") for file in (ROOT / folder).rglob("*.py")]
    ours = [f for f in files if "workspace" not in f.parts and f.name != "manifest.py"]
    return {method for file in ours for method in METHOD.findall(file.read_text("utf-8"))}


def test_every_scope_is_used_by_a_method_or_an_event_of_ours() -> None:
    called = called_methods()
    rooms = ("bot/slack/transport.py", "bot/slack/payloads.py")
    heard = "".join((ROOT / room).read_text("utf-8") for room in rooms)
    for feature in FEATURES:
        for scope in feature.scopes:
            for user in scope.used_by:
                if user in EVENTS:
                    assert user in feature.events
                elif user != "/grail":
                    assert user in called, f"{scope.name} is there for {user}, which nobody calls"
        for event in feature.events:
            assert EVENTS[event] in heard, f"nobody listens to {event}"


def test_every_method_that_is_called_has_its_scope() -> None:
    covered = {user for feature in FEATURES for scope in feature.scopes for user in scope.used_by}
    assert called_methods() - covered - set(UNSCOPED) == set()


def test_each_scope_stands_below_its_reason() -> None:
    text = manifest("https://grail.example.com")
    for scope in (scope for feature in FEATURES for scope in feature.scopes):
        assert f"      # {scope.reason}\n      - {scope.name}\n" in text
    assert len(scopes(yaml.safe_load(text))) == len(set(scopes(yaml.safe_load(text)))) == 13


def test_everything_slack_sends_goes_to_one_address() -> None:
    made = document("https://grail.example.com/")
    address = "https://grail.example.com/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == address
    assert made["features"]["slash_commands"][0]["should_escape"] is True
    assert made["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }
    assert made["settings"]["event_subscriptions"] == {
        "request_url": address,
        "bot_events": ["message.im", "app_mention", "app_home_opened"],
    }
    assert made["settings"]["socket_mode_enabled"] is False


def test_without_an_address_it_is_for_socket_mode() -> None:
    made = document(None)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in made["features"]["slash_commands"][0]
    assert made["settings"]["interactivity"] == {"is_enabled": True}


def test_what_is_left_out_takes_its_scopes_events_and_tabs_along() -> None:
    made = document(None, without=["mentions", "home", "logs", "groups", "direct-messages", "pages"])
    assert scopes(made) == [
        "commands",
        "chat:write",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "users:read",
        "users:read.email",
    ]
    assert "event_subscriptions" not in made["settings"]
    assert made["features"]["app_home"] == {
        "home_tab_enabled": False,
        "messages_tab_enabled": False,
        "messages_tab_read_only_enabled": True,
    }


def test_only_what_is_optional_can_be_left_out() -> None:
    with pytest.raises(NotUnderstood) as refusal:
        manifest(None, without=["mention"])
    assert str(refusal.value) == "mention is nothing that can be left out, did you mean mentions?"
    assert refusal.value.hint == f"Can be left out: {', '.join(OPTIONAL)}."
    with pytest.raises(NotUnderstood, match="commands is nothing that can be left out"):
        manifest(None, without=["commands"])


def test_an_address_must_be_one() -> None:
    with pytest.raises(NotUnderstood) as refusal:
        manifest("grail.example.com")
    assert str(refusal.value) == "grail.example.com is not an address."
    assert refusal.value.hint == "Give one such as https://grail.example.com."


@pytest.mark.parametrize("url", ["https://grail.example.com", None])
def test_it_fits_slacks_own_schema(url: str | None) -> None:
    shared = Path(os.environ.get("GRAIL_SHARED") or ROOT.parent / "shared")
    file = shared / "contracts/slack/schemas-manifest.schema.2.0.0.json"
    if not file.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{file} is not at hand")
    jsonschema.validate(document(url), json.loads(file.read_text()))


def test_a_message_can_be_added_to_a_page_where_there_are_pages() -> None:
    [shortcut] = document("https://grail.example.com")["features"]["shortcuts"]
    assert (shortcut["name"], shortcut["type"], shortcut["callback_id"]) == (
        "Add to the page",
        "message",
        "page.add",
    )
    assert "shortcuts" not in document("https://grail.example.com", ["pages"])["features"]
