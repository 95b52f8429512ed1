"""The base blocks, which every workspace knows."""

from .elements import CHOICES, MENUS, PRESSED, WRITTEN, image
from .objects import IDENTIFIER, either, plain, slack_file, text_kinds
from .rich import rich_text
from .rules import NAME, Check, any_of, array, by_type, flag, one_of, string, typed, url, word

BLOCK_ID: dict[str, Check] = {"block_id": IDENTIFIER}

_ACTING = {**PRESSED, **MENUS, **CHOICES, "rich_text_input": WRITTEN["rich_text_input"]}
_BESIDE = {**PRESSED, **MENUS, **CHOICES, "image": image}
del _BESIDE["datetimepicker"]  # a section has no room for it
_ASKING = {**MENUS, **CHOICES, **WRITTEN}


BASE: dict[str, Check] = {
    "section": typed(
        "section",
        {},
        {
            **BLOCK_ID,
            "text": either(3000),
            "fields": array(either(2000), 10, 1),
            "accessory": by_type(_BESIDE),
            "expand": flag,
        },
        any_of("text", "fields"),
    ),
    "divider": typed("divider", {}, BLOCK_ID),
    "header": typed("header", {"text": plain(150)}, BLOCK_ID),
    "image": typed(
        "image",
        {"alt_text": string(2000)},
        {**BLOCK_ID, "image_url": url(), "slack_file": slack_file, "title": plain(2000)},
        one_of("image_url", "slack_file"),
    ),
    "context": typed(
        "context", {"elements": array(by_type({**text_kinds(3000), "image": image}), 10, 1)}, BLOCK_ID
    ),
    "actions": typed("actions", {"elements": array(by_type(_ACTING), 25, 1)}, BLOCK_ID),
    "input": typed(
        "input",
        {"label": plain(2000), "element": by_type(_ASKING)},
        {**BLOCK_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": rich_text,
    "video": typed(
        "video",
        {"alt_text": string(2000), "title": plain(199), "thumbnail_url": url(), "video_url": url()},
        {
            **BLOCK_ID,
            "title_url": url(),
            "author_name": string(49),
            "description": plain(199),
            "provider_name": string(),
            "provider_icon_url": url(),
        },
    ),
    "file": typed("file", {"external_id": NAME, "source": word("remote")}, BLOCK_ID),
}
