"""Buttons, menus and shortcuts: what the app is told, and what becomes of it."""

from typing import Any

import pytest

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, DEVI, Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


ELEMENTS: list[Json] = [
    {"type": "button", "action_id": "go", "value": "v7", "text": plain("Go"), "style": "primary"},
    {"type": "overflow", "action_id": "more", "options": [option("logs"), option("why")]},
    {
        "type": "static_select",
        "action_id": "env",
        "placeholder": plain("where"),
        "options": [option("staging")],
    },
    {"type": "users_select", "action_id": "who", "placeholder": plain("who")},
    {"type": "datepicker", "action_id": "day"},
    {"type": "external_select", "action_id": "ref", "placeholder": plain("ref"), "min_query_length": 0},
]


async def card(workspace: Workspace, **said: Any) -> Json:
    blocks = [{"type": "actions", "block_id": "row", "elements": ELEMENTS}]
    message = {"channel": "#storefront", "text": "card", "blocks": blocks, **said}
    answer = await workspace.api("chat.postMessage", message)
    assert answer["ok"], answer
    return answer


async def test_a_button_tells_the_app_who_pressed_what_where(workspace: Workspace, app: App) -> None:
    posted = await card(workspace, metadata={"event_type": "grail_card", "event_payload": {"card": "d-1"}})
    pressed = await workspace.press(DANA, "go", message=posted["ts"], in_="#storefront")
    assert (pressed["ok"], pressed["ack"]["status"]) == (True, 200)
    (payload,) = app.of("block_actions")
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "row", "v7")
    assert payload["user"]["username"] == "dana"
    assert payload["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": posted["channel"],
        "is_ephemeral": False,
    }
    assert payload["message"]["metadata"]["event_payload"] == {"card": "d-1"}
    assert payload["channel"] == {"id": posted["channel"], "name": "storefront"}
    assert payload["state"]["values"]["row"]["env"] == {"type": "static_select", "selected_option": None}
    assert payload["response_url"]
    assert payload["trigger_id"]


@pytest.mark.parametrize(
    ("action", "value", "told"),
    [
        ("more", "why", {"selected_option": option("why")}),
        ("env", "staging", {"selected_option": option("staging")}),
        ("who", "U0OMAR00000", {"selected_user": "U0OMAR00000"}),
        ("day", "2026-11-23", {"selected_date": "2026-11-23"}),
        (
            "ref",
            "fix/basket",
            {"selected_option": {"text": plain("fix/basket") | {"emoji": True}, "value": "fix/basket"}},
        ),
    ],
)
async def test_a_menu_tells_what_was_chosen(
    workspace: Workspace, app: App, action: str, value: str, told: Json
) -> None:
    posted = await card(workspace)
    assert (await workspace.press(DANA, action, message=posted["ts"], value=value))["ok"]
    chosen = app.of("block_actions")[0]["actions"][0]
    assert {key: chosen[key] for key in told} == told


async def test_an_external_menu_asks_the_app_for_its_options(workspace: Workspace, app: App) -> None:
    posted = await card(workspace)
    app.answers["block_suggestion"] = lambda payload: {"options": [option(payload["value"])]}
    answer = await workspace.options(DANA, "ref", "main", message=posted["ts"])
    assert answer["options"] == [option("main")]
    (asked,) = app.of("block_suggestion")
    assert (asked["value"], asked["action_id"], asked["block_id"]) == ("main", "ref", "row")
    await workspace.press(DANA, "ref", message=posted["ts"], value="main")
    assert app.of("block_actions")[0]["actions"][0]["selected_option"] == option("main")
    refused = await workspace.options(DANA, "env", "x", message=posted["ts"])
    assert refused["error"] == "'env' is a static_select: only external menus ask the app for options."


async def test_options_that_the_app_does_not_give_are_a_violation(workspace: Workspace, app: App) -> None:
    workspace.expect_violations()
    posted = await card(workspace)
    answer = await workspace.options(DANA, "ref", "main", message=posted["ts"])
    assert answer["options"] == []
    assert (await workspace.violations())[0]["why"] == "must provide options or option_groups"


async def test_a_press_that_the_app_does_not_take_is_told_to_the_person(
    workspace: Workspace, app: App
) -> None:
    posted = await card(workspace)
    app.answers["block_actions"] = 500
    pressed = await workspace.press(DANA, "go", message=posted["ts"])
    assert pressed["error"] == "dispatch_failed"
    private = (await workspace.messages("#storefront", as_=DANA))[-1]
    assert private["text"] == 'This action failed with the error "dispatch_failed"'


async def test_what_is_not_there_cannot_be_pressed(workspace: Workspace) -> None:
    posted = await card(workspace)
    refused = await workspace.press(DANA, "stop", message=posted["ts"])
    assert refused["error"] == "There is nothing with the action_id 'stop' to press there."
    refused = await workspace.press(DANA, "go", message="1.000001")
    assert refused["error"] == "There is no message '1.000001' there."
    refused = await workspace.press(DANA, "go", view="V404")
    assert refused["error"] == "dana has no view 'V404' open."
    refused = await workspace.press(DANA, "env", message=posted["ts"], value="moon")
    assert refused["error"] == "There is no option 'moon' in 'env': there is staging."


async def test_what_was_shown_to_one_person_is_pressed_by_that_person_alone(
    workspace: Workspace, app: App
) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    blocks = [{"type": "actions", "elements": ELEMENTS[:1]}]
    said = {"channel": "#storefront", "user": users[DANA], "text": "sure?", "blocks": blocks}
    ts = (await workspace.api("chat.postEphemeral", said))["message_ts"]
    refused = await workspace.press(DEVI, "go", message=ts)
    assert refused["error"] == f"Only the person to whom message {ts} was shown can press there."
    app.answers["block_actions"] = {"delete_original": True}
    assert (await workspace.press(DANA, "go", message=ts))["ok"]
    (payload,) = app.of("block_actions")
    assert payload["container"]["is_ephemeral"]
    assert "ephemeral_to" not in payload["message"]
    assert await workspace.messages("#storefront") == []


async def test_the_home_tab_has_buttons_too(workspace: Workspace, app: App) -> None:
    dana = next(user["id"] for user in (await workspace.state())["users"] if user["email"] == DANA)
    view = {"type": "home", "blocks": [{"type": "actions", "elements": ELEMENTS[:1]}]}
    await workspace.api("views.publish", {"user_id": dana, "view": view})
    assert (await workspace.press(DANA, "go", view="home"))["ok"]
    (payload,) = app.of("block_actions")
    assert (payload["container"]["type"], payload["view"]["type"]) == ("view", "home")
    assert "response_url" not in payload


async def test_shortcuts_are_global_or_about_a_message(workspace: Workspace, app: App) -> None:
    assert (await workspace.shortcut(DANA, "new_deploy"))["ok"]
    posted = await card(workspace)
    assert (await workspace.shortcut(DANA, "to_task", message=posted["ts"], **{"in": "#storefront"}))["ok"]
    assert app.of("shortcut")[0]["callback_id"] == "new_deploy"
    (about,) = app.of("message_action")
    assert (about["callback_id"], about["message"]["ts"]) == ("to_task", posted["ts"])
    assert about["channel"]["name"] == "storefront"
    assert about["response_url"]
