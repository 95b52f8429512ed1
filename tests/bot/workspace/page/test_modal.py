"""Modals and the Home tab: fields, faults, views upon views, and what the app hears when one is closed."""

from typing import Any

from playwright.async_api import Page, expect

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.bot.workspace.page.conftest import Look, say
from tests.bot.workspace.page.test_press import options, plain
from tests.fixtures.workspace import Json

SERVICE = {
    "type": "input",
    "block_id": "service",
    "label": plain("Service"),
    "element": {
        "type": "static_select",
        "action_id": "v",
        "placeholder": plain("Choose"),
        "options": options("shop", "search"),
    },
}
REASON = {
    "type": "input",
    "block_id": "why",
    "label": plain("Reason"),
    "hint": plain("In a few words"),
    "element": {"type": "plain_text_input", "action_id": "v", "min_length": 3},
}
COUNT = {
    "type": "input",
    "block_id": "count",
    "optional": True,
    "label": plain("How many"),
    "element": {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "max_value": "5"},
}
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Deploy a service"),
    "submit": plain("Deploy"),
    "close": plain("Not now"),
    "notify_on_close": True,
    "blocks": [SERVICE, REASON, COUNT],
}


async def opened(look: Look, workspace: Workspace, app: App, view: Json = FORM) -> Page:
    """The page with this modal open, by a command."""

    async def open_view(asked: Json) -> Any:
        assert (await workspace.api("views.open", {"trigger_id": asked["trigger_id"], "view": view}))["ok"]

    app.answers["/grail"] = open_view
    page = await look("#as=dana&in=ops")
    await say(page, "/grail deploy")
    await expect(page.get_by_role("dialog", name="Deploy a service")).to_be_visible()
    return page


async def test_a_form_is_checked_before_the_app_hears_of_it_and_the_faults_stand_at_their_fields(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await opened(look, workspace, app)
    await expect(page.get_by_role("button", name="Service Choose")).to_be_focused()
    await page.get_by_role("button", name="Deploy", exact=True).click()
    await expect(page.locator("[data-block=service] .fault")).to_have_text(
        "Please complete this required field."
    )
    await expect(page.locator("[data-block=count] .fault")).to_be_hidden()
    await page.get_by_label("Reason").fill("x")
    await page.get_by_label("How many").fill("9")
    await page.get_by_role("button", name="Deploy", exact=True).click()
    await expect(page.locator("[data-block=why] .fault")).to_have_text("Please type at least 3 characters.")
    await expect(page.locator("[data-block=count] .fault")).to_have_text("Please type 5 or less.")
    await expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    assert app.of("view_submission") == []


async def test_the_apps_own_errors_stand_at_the_fields_and_a_good_form_closes(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await opened(look, workspace, app)
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"why": "Say more than that."}}
    await page.get_by_role("button", name="Service Choose").click()
    await page.get_by_role("option", name="Search").click()
    await page.get_by_label("Reason").fill("because")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-block=why] .fault")).to_have_text("Say more than that.")
    await expect(page.get_by_label("Reason")).to_be_focused()
    app.answers["view_submission"] = None
    await page.get_by_role("button", name="Deploy", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#composer-text")).to_be_focused()
    values = app.of("view_submission")[-1]["view"]["state"]["values"]
    assert values["service"]["v"]["selected_option"]["value"] == "search"
    assert values["why"]["v"]["value"] == "because"
    assert values["count"]["v"]["value"] is None


async def test_a_submission_shows_that_it_is_under_way(look: Look, workspace: Workspace, app: App) -> None:
    page = await opened(look, workspace, app, {**FORM, "blocks": [COUNT]})
    app.asleep.clear()
    await page.get_by_role("button", name="Deploy", exact=True).click()
    await expect(page.locator(".modal-panel")).to_have_attribute("aria-busy", "true")
    await expect(page.locator(".modal-submit")).to_be_disabled()
    app.asleep.set()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_escape_closes_a_form_and_the_app_hears_of_it(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await opened(look, workspace, app)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await workspace.wait_until(lambda: app.of("view_closed"))
    assert app.of("view_closed")[0]["view"]["callback_id"] == "form"


async def test_a_view_upon_a_view_leads_back_and_what_was_typed_below_is_still_there(
    look: Look, workspace: Workspace, app: App
) -> None:
    more = {
        "type": "actions",
        "block_id": "row",
        "elements": [{"type": "button", "action_id": "more", "text": plain("More…")}],
    }
    upper = {**FORM, "title": plain("Upper"), "blocks": [COUNT]}

    async def push(asked: Json) -> None:
        assert (await workspace.api("views.push", {"trigger_id": asked["trigger_id"], "view": upper}))["ok"]

    app.answers["block_actions"] = push
    page = await opened(look, workspace, app, {**FORM, "blocks": [REASON, more]})
    await page.get_by_label("Reason").fill("because")
    await page.get_by_role("button", name="More…").click()
    await expect(page.get_by_role("dialog", name="Upper")).to_be_visible()
    assert app.of("block_actions")[0]["view"]["state"]["values"]["why"]["v"]["value"] == "because"
    await page.get_by_role("button", name="Back").click()
    await expect(page.get_by_role("dialog", name="Deploy a service")).to_be_visible()
    await expect(page.get_by_label("Reason")).to_have_value("because")
    await page.get_by_role("button", name="More…").click()
    await expect(page.get_by_role("dialog", name="Upper")).to_be_visible()
    await page.get_by_role("button", name="Close all").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_view_that_is_updated_keeps_what_is_being_typed(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await opened(look, workspace, app)
    await page.get_by_label("Reason").press_sequentially("beca")
    view = (await workspace.views("dana@example.com"))[0]
    note = {"type": "section", "block_id": "note", "text": plain("Two people wait for it.")}
    answer = await workspace.api(
        "views.update", {"view_id": view["id"], "view": {**FORM, "blocks": [SERVICE, REASON, note]}}
    )
    assert answer["ok"], answer
    await expect(page.get_by_role("dialog")).to_contain_text("Two people wait for it.")
    await page.keyboard.type("use")
    await expect(page.get_by_label("Reason")).to_have_value("because")


async def test_the_home_tab_is_what_the_app_published_for_this_person(
    look: Look, workspace: Workspace, app: App
) -> None:
    button = {"type": "button", "action_id": "go", "text": plain("Deploy")}
    blocks = [
        {"type": "header", "text": plain("Good morning")},
        {"type": "actions", "block_id": "row", "elements": [button]},
    ]

    async def publish(asked: Json) -> None:
        view = {"type": "home", "blocks": blocks}
        await workspace.api("views.publish", {"user_id": asked["event"]["user"], "view": view})

    app.answers["app_home_opened"] = publish
    page = await look("#as=dana&in=ops")
    await page.locator(".side-app .side-row").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("heading", name="Good morning")).to_be_visible()
    await page.get_by_role("button", name="Deploy").click()
    await workspace.wait_until(lambda: app.of("block_actions"))
    assert app.of("block_actions")[0]["view"]["type"] == "home"
    await page.get_by_role("tab", name="Home").press("ArrowRight")
    await expect(page.get_by_role("tab", name="Messages")).to_be_focused()
    await expect(page.locator("#composer-text")).to_be_visible()
