"""Which button is meant, what stands in the menus beside it, and whose screen is behind."""

from typing import Any

import pytest

from tests.bot.workspace.app import App
from tests.fixtures.workspace import DANA, DEVI, Json, Workspace


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action: str, value: str) -> Json:
    return {"type": "button", "action_id": action, "value": value, "text": plain(value)}


def row(name: str, *elements: Json) -> Json:
    return {"type": "actions", "block_id": name, "elements": list(elements)}


async def posted(workspace: Workspace, *blocks: Json) -> str:
    answer = await workspace.api(
        "chat.postMessage", {"channel": "#ops", "text": "card", "blocks": list(blocks)}
    )
    assert answer["ok"], answer
    return str(answer["ts"])


def told(app: App) -> list[Any]:
    """Block and value of each press, oldest first."""
    actions = [payload["actions"][0] for payload in app.of("block_actions")]
    return [(action["block_id"], action["value"]) for action in actions]


async def test_of_rows_with_the_same_button_the_one_that_is_meant_is_pressed(
    workspace: Workspace, app: App
) -> None:
    ts = await posted(workspace, row("one", button("cancel", "d-1")), row("two", button("cancel", "d-2")))
    await workspace.press(DANA, "cancel", message=ts)
    await workspace.press(DANA, "cancel", message=ts, value="d-2")
    await workspace.press(DANA, "cancel", message=ts, block="two")
    assert told(app) == [("one", "d-1"), ("two", "d-2"), ("two", "d-2")]
    refused = await workspace.press(DANA, "cancel", message=ts, block="three")
    assert (
        refused["error"]
        == "There is nothing with the action_id 'cancel' to press there in the block 'three'."
    )


async def test_of_menus_with_the_same_name_the_one_that_has_the_option_is_used(
    workspace: Workspace, app: App
) -> None:
    menus = [
        {"type": "overflow", "action_id": "more", "options": [{"text": plain(value), "value": value}]}
        for value in ("logs:d-1", "logs:d-2")
    ]
    ts = await posted(workspace, row("one", menus[0]), row("two", menus[1]))
    await workspace.press(DANA, "more", message=ts, value="logs:d-2")
    (action,) = app.of("block_actions")[0]["actions"]
    assert (action["block_id"], action["selected_option"]["value"]) == ("two", "logs:d-2")
    refused = await workspace.press(DANA, "more", message=ts)
    assert refused["error"] == "Say which option of 'more', as \"value\"."


async def test_whose_screen_is_behind_presses_what_stood_there_before(workspace: Workspace, app: App) -> None:
    ts = await posted(workspace, row("a", button("cancel", "d-1 as of 3")))
    newer = {"channel": "C0OPS000000", "ts": ts, "text": "newer", "blocks": [row("a", button("cancel", "4"))]}
    await workspace.api("chat.update", newer)
    await workspace.press(DANA, "cancel", message=ts, value="d-1 as of 3")
    await workspace.api("chat.update", newer | {"text": "over", "blocks": []})
    await workspace.press(DANA, "cancel", message=ts)
    assert told(app) == [("a", "d-1 as of 3"), ("a", "4")]
    refused = await workspace.press(DANA, "never", message=ts)
    assert refused["error"] == "There is nothing with the action_id 'never' to press there."


async def test_what_was_chosen_in_a_message_goes_along_with_the_next_press_of_that_person(
    workspace: Workspace, app: App
) -> None:
    day = {"type": "datepicker", "action_id": "day"}
    ts = await posted(workspace, row("r", day, button("go", "1")))
    await workspace.press(DANA, "day", message=ts, value="2026-11-23")
    await workspace.press(DANA, "go", message=ts)
    await workspace.press(DEVI, "go", message=ts)
    held = [payload["state"]["values"]["r"]["day"]["selected_date"] for payload in app.of("block_actions")]
    assert held == ["2026-11-23", "2026-11-23", None]


async def test_people_and_channels_are_chosen_by_what_a_program_knows_of_them(
    workspace: Workspace, app: App
) -> None:
    kinds = (
        "users_select",
        "channels_select",
        "conversations_select",
        "multi_users_select",
        "multi_channels_select",
    )
    ts = await posted(workspace, row("r", *({"type": kind, "action_id": kind} for kind in kinds)))

    async def chosen(kind: str, value: Any) -> Any:
        answer = await workspace.press(DANA, kind, message=ts, value=value)
        if not answer["ok"]:
            return answer["error"]
        action = app.of("block_actions")[-1]["actions"][0]
        return next(held for key, held in action.items() if key.startswith("selected_"))

    assert await chosen("users_select", DEVI) == "U0DEVI00000"
    assert await chosen("multi_users_select", ["@devi", "U0OMAR00000"]) == ["U0DEVI00000", "U0OMAR00000"]
    assert await chosen("channels_select", "#ops") == "C0OPS000000"
    assert await chosen("multi_channels_select", "#ops") == ["C0OPS000000"]
    assert (await chosen("conversations_select", "@grail")).startswith("D")
    assert await chosen("users_select", "U404") == (
        "There is no person 'U404' here: use an e-mail such as dana@example.com."
    )
    assert await chosen("channels_select", "@devi") == (
        "There is no channel '@devi' here: use a name such as #ops."
    )


async def test_a_menu_that_is_newer_by_now_is_used_as_it_stood_before(workspace: Workspace, app: App) -> None:
    def menu(value: str) -> Json:
        options = [{"text": plain(value), "value": value}]
        return row("r", {"type": "overflow", "action_id": "more", "options": options})

    ts = await posted(workspace, menu("logs as of 3"))
    await workspace.api(
        "chat.update", {"channel": "C0OPS000000", "ts": ts, "text": "newer", "blocks": [menu("logs as of 4")]}
    )
    await workspace.press(DANA, "more", message=ts, value="logs as of 3")
    (action,) = app.of("block_actions")[0]["actions"]
    assert action["selected_option"]["value"] == "logs as of 3"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"options": [{"text": plain("x" * 76), "value": "x"}]}, "/options/0/text/text"),
        ({"options": [1]}, "/options/0"),
        ({"options": 5}, "/options"),
        ({"options": [{"text": plain("x"), "value": "x"}] * 101}, "/options"),
        ({"options": [], "option_groups": [{"label": plain("g")}]}, "/option_groups/0"),
        ([], "/options"),
        ("main", "/options"),
    ],
)
async def test_options_that_slack_would_not_show_are_a_violation(
    workspace: Workspace, app: App, given: Any, path: str
) -> None:
    workspace.expect_violations()
    ts = await posted(workspace, row("r", {"type": "external_select", "action_id": "ref"}))
    app.answers["block_suggestion"] = given
    answer = await workspace.options(DANA, "ref", "m", message=ts)
    assert (answer["ok"], answer["options"]) == (True, [])
    assert (await workspace.violations())[0]["path"] == path


async def test_options_in_groups_are_offered_and_chosen(workspace: Workspace, app: App) -> None:
    ts = await posted(workspace, row("r", {"type": "external_select", "action_id": "ref"}))
    groups: list[Json] = [
        {"label": plain("Mine"), "options": [{"text": plain("Fix"), "value": "fix/basket"}]}
    ]
    app.answers["block_suggestion"] = {"option_groups": groups}
    assert (await workspace.options(DANA, "ref", "", message=ts))["option_groups"] == groups
    await workspace.press(DANA, "ref", message=ts, value="fix/basket")
    (action,) = app.of("block_actions")[0]["actions"]
    assert action["selected_option"] == groups[0]["options"][0]
