"""Pressing and choosing: every interactive element in a message, and what the app hears of it."""

from typing import Any

from playwright.async_api import expect

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.bot.workspace.page.conftest import Look
from tests.fixtures.workspace import Json

OPS = "C0OPS000000"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*words: str) -> list[Json]:
    return [{"text": plain(word.capitalize()), "value": word} for word in words]


async def post(workspace: Workspace, *elements: Json) -> None:
    """A message with these elements to press."""
    blocks = [{"type": "actions", "block_id": "row", "elements": list(elements)}]
    answer = await workspace.api("chat.postMessage", {"channel": OPS, "text": "press", "blocks": blocks})
    assert answer["ok"], answer


async def pressed(workspace: Workspace, app: App, count: int = 1) -> Json:
    """The last of so many actions that the app has heard of."""
    await workspace.wait_until(lambda: len(app.of("block_actions")) >= count)
    assert len(app.of("block_actions")) == count
    action: Json = app.of("block_actions")[-1]["actions"][0]
    return action


async def test_a_button_asks_first_where_the_app_wants_that_and_no_means_nothing_was_pressed(
    look: Look, workspace: Workspace, app: App
) -> None:
    confirm = {
        "title": plain("Cancel it?"),
        "text": plain("It stops."),
        "confirm": plain("Stop"),
        "deny": plain("Keep"),
    }
    button = {
        "type": "button",
        "action_id": "cancel",
        "text": plain("Cancel"),
        "value": "d-1",
        "style": "danger",
    }
    await post(workspace, {**button, "confirm": {**confirm, "style": "danger"}})
    page = await look("#in=ops")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("It stops.")
    await expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await dialog.get_by_role("button", name="Keep").click()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await dialog.get_by_role("button", name="Stop").click()
    action = await pressed(workspace, app)
    assert (action["action_id"], action["value"]) == ("cancel", "d-1")


async def test_a_press_shows_that_it_is_under_way_until_the_app_acknowledges_and_counts_once(
    look: Look, workspace: Workspace, app: App
) -> None:
    await post(workspace, {"type": "button", "action_id": "go", "text": plain("Go")})
    page = await look("#in=ops")
    app.asleep.clear()
    button = page.get_by_role("button", name="Go", exact=True)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.click()
    app.asleep.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await pressed(workspace, app, 1)


async def test_an_app_that_says_no_is_told_to_the_person(look: Look, workspace: Workspace, app: App) -> None:
    app.answers["block_actions"] = 500
    await post(workspace, {"type": "button", "action_id": "go", "text": plain("Go")})
    page = await look("#in=ops")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page.locator(".notice")).to_contain_text("This action failed with the error")
    await expect(page.locator(".ephemeral")).to_contain_text("This action failed with the error")


async def test_a_link_button_leads_out_and_tells_the_app(look: Look, workspace: Workspace, app: App) -> None:
    await post(
        workspace,
        {"type": "button", "action_id": "open", "text": plain("Open"), "url": f"{workspace.url}/#in=ops"},
    )
    page = await look("#in=ops")
    link = page.get_by_role("link", name="Open")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    async with page.context.expect_page():
        await link.click()
    assert (await pressed(workspace, app))["action_id"] == "open"


async def test_the_overflow_menu_is_walked_with_the_keyboard(
    look: Look, workspace: Workspace, app: App
) -> None:
    await post(
        workspace, {"type": "overflow", "action_id": "more", "options": options("logs", "why", "diff")}
    )
    page = await look("#in=ops")
    menu_button = page.get_by_role("button", name="More actions")
    await menu_button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu_button).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert (await pressed(workspace, app))["selected_option"]["value"] == "why"
    await expect(menu_button).to_be_focused()


CHOICES: list[tuple[str, Json, str, str, Any]] = [
    ("static_select", {"options": options("main", "other")}, "Other", "selected_option", "other"),
    ("users_select", {}, "Olga Petrova", "selected_user", "U0OLGA00000"),
    ("channels_select", {}, "platform", "selected_channel", "C0PLATFORM0"),
    ("conversations_select", {}, "general", "selected_conversation", "C0GENERAL00"),
]


async def test_a_select_menu_tells_the_app_what_was_chosen_and_shows_it(
    look: Look, workspace: Workspace, app: App
) -> None:
    menus = [
        {"type": kind, "action_id": kind, "placeholder": plain(f"Pick {kind}"), **more}
        for kind, more, *_ in CHOICES
    ]
    await post(workspace, *menus)
    page = await look("#in=ops")
    for count, (kind, _, choose, key, value) in enumerate(CHOICES, 1):
        await page.get_by_role("button", name=f"Pick {kind}").click()
        await page.get_by_role("option", name=choose).click()
        action = await pressed(workspace, app, count)
        found = action[key]["value"] if isinstance(action[key], dict) else action[key]
        assert found == value, kind
        await expect(page.locator(f"[data-action={kind}]")).to_contain_text(choose)


async def test_an_external_menu_asks_the_app_as_one_types(look: Look, workspace: Workspace, app: App) -> None:
    app.answers["block_suggestion"] = lambda asked: {
        "options": [
            one for one in options("main", "breaks-tests", "fails-health") if asked["value"] in one["value"]
        ]
    }
    await post(
        workspace,
        {"type": "external_select", "action_id": "ref", "placeholder": plain("A ref"), "min_query_length": 2},
    )
    page = await look("#in=ops")
    await page.get_by_role("button", name="A ref").click()
    await expect(page.locator(".picker")).to_contain_text("Type 2 more characters")
    await page.keyboard.type("fail")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    assert (await pressed(workspace, app))["selected_option"]["value"] == "fails-health"
    await expect(page.locator(".select")).to_contain_text("Fails-health")


async def test_several_things_are_chosen_at_once_and_told_when_the_list_closes(
    look: Look, workspace: Workspace, app: App
) -> None:
    await post(
        workspace,
        {
            "type": "multi_static_select",
            "action_id": "many",
            "placeholder": plain("Some"),
            "options": options("a", "b", "c"),
        },
    )
    page = await look("#in=ops")
    await page.get_by_role("button", name="Some").click()
    for name in ("A", "C"):
        await page.get_by_role("option", name=name).click()
    await page.get_by_role("button", name="Done").click()
    chosen = (await pressed(workspace, app))["selected_options"]
    assert [option["value"] for option in chosen] == ["a", "c"]


async def test_dates_times_boxes_and_circles_are_told_as_they_change(
    look: Look, workspace: Workspace, app: App
) -> None:
    await post(
        workspace,
        {"type": "datepicker", "action_id": "day"},
        {"type": "timepicker", "action_id": "hour"},
        {"type": "datetimepicker", "action_id": "moment"},
        {"type": "checkboxes", "action_id": "boxes", "options": options("x", "y")},
        {"type": "radio_buttons", "action_id": "circles", "options": options("p", "q")},
    )
    page = await look("#as=dana&in=ops")
    await page.locator("[data-action=day]").fill("2026-11-24")
    assert (await pressed(workspace, app, 1))["selected_date"] == "2026-11-24"
    await page.locator("[data-action=hour]").fill("14:30")
    assert (await pressed(workspace, app, 2))["selected_time"] == "14:30"
    await page.locator("[data-action=moment]").fill("2026-11-24T14:30")
    assert (await pressed(workspace, app, 3))["selected_date_time"] == 1795527000  # 14:30 in Berlin
    await page.get_by_label("Y", exact=True).check()
    assert [one["value"] for one in (await pressed(workspace, app, 4))["selected_options"]] == ["y"]
    await page.get_by_label("Q", exact=True).check()
    assert (await pressed(workspace, app, 5))["selected_option"]["value"] == "q"


async def test_a_shortcut_on_a_message_carries_the_message(
    look: Look, workspace: Workspace, app: App
) -> None:
    await workspace.type("omar@example.com", "#ops", "please look at this")
    page = await look("#as=dana&in=ops")
    await page.locator(".message").hover()
    await page.locator(".message").get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Make it a task").click()
    await workspace.wait_until(lambda: app.of("message_action"))
    assert app.of("message_action")[0]["message"]["text"] == "please look at this"
    await page.locator("#main").get_by_role("button", name="Shortcuts and commands").click()
    await page.get_by_role("option", name="Start something").click()
    await workspace.wait_until(lambda: app.of("shortcut"))
    assert app.of("shortcut")[0]["callback_id"] == "start"


async def test_a_confirm_that_is_open_does_not_lose_its_place_when_the_card_is_edited(
    look: Look, workspace: Workspace, app: App
) -> None:
    button = {"type": "button", "action_id": "go", "text": plain("Go"), "confirm": {"text": plain("Sure?")}}
    blocks = [{"type": "actions", "block_id": "row", "elements": [button]}]
    posted = await workspace.api("chat.postMessage", {"channel": OPS, "text": "press", "blocks": blocks})
    page = await look("#in=ops")
    await page.get_by_role("button", name="Go", exact=True).click()
    more = [{"type": "section", "text": plain("New first line")}, *blocks]
    await workspace.api("chat.update", {"channel": OPS, "ts": posted["ts"], "text": "press", "blocks": more})
    await expect(page.locator(".message-body")).to_contain_text("New first line")
    await page.get_by_role("button", name="Yes", exact=True).click()
    assert (await pressed(workspace, app))["action_id"] == "go"
