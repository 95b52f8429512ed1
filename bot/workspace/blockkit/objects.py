"""What elements are made of: text, options, confirmation dialogs, filters, files."""

from collections.abc import Mapping
from typing import Any

from .rules import NAME, Check, Rule, any_of, array, by_type, flag, one_of, record, string, typed, url, word

IDENTIFIER = string(255)  # what an app chooses itself; an empty one counts as none


def plain(most: int) -> Check:
    """A text object without markup."""
    return by_type({"plain_text": typed("plain_text", {"text": string(most, 1)}, {"emoji": flag})})


def marked(most: int) -> Check:
    """A text object in mrkdwn."""
    return by_type({"mrkdwn": typed("mrkdwn", {"text": string(most, 1)}, {"verbatim": flag})})


def text_kinds(most: int) -> dict[str, Check]:
    """The kinds of text, by type: for places where text may stand beside something else."""
    return {"plain_text": plain(most), "mrkdwn": marked(most)}


def either(most: int) -> Check:
    """A text object of either kind."""
    return by_type(text_kinds(most))


def option(*, marks: bool = False, link: bool = False) -> Check:
    """One choice. marks: mrkdwn is allowed (radio buttons, checkboxes). link: a url is allowed (overflow)."""
    text = either(75) if marks else plain(75)
    description = either(75) if marks else plain(75)
    return record(
        {"text": text, "value": string(150)},
        {"description": description, **({"url": url()} if link else {})},
    )


def options(most: int, least: int = 1, *, marks: bool = False, link: bool = False) -> Check:
    return array(option(marks=marks, link=link), most, least)


_group = record({"label": plain(75), "options": options(100)}, {})
option_groups = array(_group, 100, 1)

offered, offered_groups = array(option(), 100), array(_group, 100)
"""What an app may answer to a menu that asks it: nothing at all is an answer too."""

confirm = record(
    {"text": either(300)},
    {"title": plain(100), "confirm": plain(30), "deny": plain(30), "style": word("primary", "danger")},
)

dispatch_action_config = record(
    {"trigger_actions_on": array(word("on_enter_pressed", "on_character_entered"))}, {}
)

conversation_filter = record(
    {},
    {
        "include": array(word("im", "mpim", "private", "public"), None, 1),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    any_of("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

slack_file = record({}, {"id": NAME, "url": url()}, one_of("id", "url"))


def initial_among_options(key: str) -> Rule:
    """What is chosen at first has to be one of the options, letter for letter."""

    def rule(value: Mapping[str, Any]) -> tuple[str, str] | None:
        if key not in value:
            return None
        offered = list(value.get("options", ()))
        for group in value.get("option_groups", ()):
            offered.extend(group["options"])
        first = value[key] if isinstance(value[key], list) else [value[key]]
        if all(each in offered for each in first):
            return None
        return key, f"{key} must exactly match one of the provided options"

    return rule


def values_differ(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """Two options of a list may not carry the same value, or nobody knows which was chosen."""
    seen: set[str] = set()
    for each in value.get("options", ()):
        if each["value"] in seen:
            return "options", f"duplicate value: {each['value']}"
        seen.add(each["value"])
    return None
