"""Every element there is stands in a form, looks right there, is filled in by hand, and arrives as Slack sends it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import expect

from bot.workspace.blockkit.blocks import BASE
from bot.workspace.blockkit.newer import NEWER
from bot.workspace.messages import INTERACTIVE
from tests.bot.workspace.app import App
from tests.bot.workspace.page.conftest import Look, say
from tests.bot.workspace.page.gallery import EACH, FORM, button, choose, plain
from tests.bot.workspace.page.test_looks import right
from tests.fixtures.workspace import Json, Workspace

ASKED: dict[str, Json] = {
    "Text": {"type": "plain_text_input"},
    "Rich text": {"type": "rich_text_input"},
    "Number": {"type": "number_input", "is_decimal_allowed": True},
    "Mail": {"type": "email_text_input"},
    "Link": {"type": "url_text_input"},
    "File": {"type": "file_input"},
    "Ref": {"type": "external_select", "min_query_length": 0},
    "Refs": {"type": "multi_external_select", "min_query_length": 0},
    "One": {"type": "static_select", "options": choose("a", "b")},
    "Some": {"type": "multi_static_select", "options": choose("a", "b")},
    "Person": {"type": "users_select"},
    "People": {"type": "multi_users_select"},
    "Channel": {"type": "channels_select"},
    "Channels": {"type": "multi_channels_select"},
    "Place": {"type": "conversations_select"},
    "Places": {"type": "multi_conversations_select"},
    "Day": {"type": "datepicker"},
    "Hour": {"type": "timepicker"},
    "Moment": {"type": "datetimepicker"},
    "Boxes": {"type": "checkboxes", "options": choose("up", "down")},
    "Circles": {"type": "radio_buttons", "options": choose("left", "right")},
}
VIEW: Json = {
    "type": "modal",
    "title": plain("All there is"),
    "submit": plain("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": name,
            "optional": True,
            "label": plain(name),
            "element": asked | {"action_id": "v"},
        }
        for name, asked in ASKED.items()
    ],
}
WORKFLOW = {"trigger": {"url": "https://slack.com/shortcuts/Ft0/1"}}
WITH_TESTS_OF_THEIR_OWN = {"image", "data_table"}
ROW: Json = {
    "type": "actions",
    "elements": [
        button("Plain", accessibility_label="A plain one"),
        {"type": "workflow_button", "action_id": "flow", "text": plain("Flow"), "workflow": WORKFLOW},
        {"type": "external_select", "action_id": "ref", "placeholder": plain("Ref"), "min_query_length": 0},
        {"type": "conversations_select", "action_id": "place", "placeholder": plain("Place")},
        {"type": "datetimepicker", "action_id": "moment"},
        {"type": "multi_static_select", "action_id": "some", "options": choose("a", "b")},
    ],
}
FILE: Json = {"type": "file", "external_id": "report", "source": "remote"}


def kinds(inside: Any) -> Iterator[str]:
    if isinstance(inside, dict):
        if isinstance(inside.get("type"), str):
            yield inside["type"]
        for value in inside.values():
            yield from kinds(value)
    elif isinstance(inside, list):
        for value in inside:
            yield from kinds(value)


def test_nothing_that_the_workspace_takes_is_left_out_here() -> None:
    drawn = set(kinds([[block for _, block, _ in EACH], FORM, VIEW, ROW, FILE]))
    assert {*BASE, *NEWER, *INTERACTIVE} - drawn == WITH_TESTS_OF_THEIR_OWN


@pytest.mark.parametrize(("width", "scheme"), [("desk", "light"), ("phone", "dark")])
async def test_every_element_stands_in_a_form_and_in_a_message(
    width: str, scheme: str, look: Look, workspace: Workspace, app: App
) -> None:
    async def open_view(asked: Json) -> None:
        assert (await workspace.api("views.open", {"trigger_id": asked["trigger_id"], "view": VIEW}))["ok"]

    app.answers["/grail"] = open_view
    said = {"channel": "C0OPS000000", "text": "a row", "blocks": [ROW, FILE]}
    assert (await workspace.api("chat.postMessage", said))["ok"]
    page = await look("#as=dana&in=ops", width=width, scheme=scheme)
    await expect(page.locator(".message .block")).to_have_count(2)
    await right(page, f"row-{width}-{scheme}")
    await say(page, "/grail form")
    form = page.get_by_role("dialog", name="All there is")
    await expect(form.locator(".block-input")).to_have_count(len(ASKED))
    await expect(page.locator(".unknown")).to_have_count(0)
    await right(page, f"elements-{width}-{scheme}")


async def test_what_is_filled_in_by_hand_arrives_as_slack_sends_it(
    look: Look, workspace: Workspace, app: App
) -> None:
    async def open_view(asked: Json) -> None:
        assert (await workspace.api("views.open", {"trigger_id": asked["trigger_id"], "view": VIEW}))["ok"]

    app.answers["/grail"] = open_view
    app.answers["block_suggestion"] = {"options": choose("main", "other")}
    page = await look("#as=dana&in=ops")
    await say(page, "/grail form")
    form = page.get_by_role("dialog", name="All there is")

    async def pick(field: str, *names: str) -> None:
        await form.locator(f"[data-block={field}] .select").click()
        for name in names:
            await page.get_by_role("option", name=name).first.click()
        if field.endswith(("s", "Some", "People")):
            await page.keyboard.press("Escape")
        await expect(page.get_by_role("listbox")).to_have_count(0)

    for field, text in (("Text", "hello"), ("Rich text", "rich"), ("Number", "1.5"), ("Mail", "a@b.example")):
        await form.get_by_label(f"{field}optional", exact=True).fill(text)
    await form.get_by_label("Linkoptional").fill("https://example.com")
    await form.get_by_label("Dayoptional").fill("2026-11-23")
    await form.get_by_label("Houroptional").fill("09:30")
    await form.get_by_label("Momentoptional").fill("2026-11-23T10:00")
    await pick("Ref", "main")
    await pick("Refs", "main", "other")
    await pick("One", "b")
    await pick("Some", "a")
    await pick("Person", "Omar Haddad")
    await pick("People", "Olga Petrova")
    await pick("Channel", "ops")
    await pick("Channels", "platform")
    await pick("Place", "ops")
    await pick("Places", "general")
    await form.get_by_role("checkbox", name="down").check()
    await form.get_by_role("radio", name="left").check()
    await form.get_by_role("button", name="Send", exact=True).click()
    await expect(form).to_be_hidden()
    (sent,) = app.of("view_submission")
    held = {block: actions["v"] for block, actions in sent["view"]["state"]["values"].items()}
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich"}]}
    main, other = choose("main", "other")
    assert {
        name: {key: value for key, value in one.items() if key != "type"} for name, one in held.items()
    } == {
        "Text": {"value": "hello"},
        "Rich text": {"rich_text_value": {"type": "rich_text", "elements": [rich]}},
        "Number": {"value": "1.5"},
        "Mail": {"value": "a@b.example"},
        "Link": {"value": "https://example.com"},
        "File": {"files": []},
        "Ref": {"selected_option": main},
        "Refs": {"selected_options": [main, other]},
        "One": {"selected_option": choose("b")[0]},
        "Some": {"selected_options": choose("a")},
        "Person": {"selected_user": "U0OMAR00000"},
        "People": {"selected_users": ["U0OLGA00000"]},
        "Channel": {"selected_channel": "C0OPS000000"},
        "Channels": {"selected_channels": ["C0PLATFORM0"]},
        "Place": {"selected_conversation": "C0OPS000000"},
        "Places": {"selected_conversations": ["C0GENERAL00"]},
        "Day": {"selected_date": "2026-11-23"},
        "Hour": {"selected_time": "09:30"},
        "Moment": {"selected_date_time": 1795424400},
        "Boxes": {"selected_options": choose("down")},
        "Circles": {"selected_option": choose("left")[0]},
    }
