"""Talking on the page: the first screen, completion, threads, what only you see, and what changes while you look."""

from pathlib import Path

import aiohttp
from playwright.async_api import Page, expect

from bot.workspace import Settings
from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace, served
from tests.bot.workspace.page.conftest import Look, say
from tests.fixtures.workspace import DANA, OMAR


async def test_the_first_screen_says_who_you_are_and_what_to_type_and_a_click_types_it(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await look()
    await expect(page.locator("h1")).to_have_text("storefront")
    await expect(page.locator(".identity")).to_contain_text("Dana Keller")
    await expect(page.locator(".identity")).to_contain_text("dana@example.com")
    await expect(page.locator(".identity")).to_contain_text("Europe/Berlin")
    await expect(page.locator(".empty-you")).to_contain_text("You are Dana Keller")
    await page.get_by_role("button", name="/grail help").click()
    await workspace.wait_until(lambda: app.of("/grail"))
    assert app.of("/grail")[0]["text"] == "help"
    assert app.of("/grail")[0]["channel_name"] == "storefront"


async def test_a_guest_and_a_stranger_are_marked_among_the_people_and_nobody_else_is(look: Look) -> None:
    page = await look()
    marked = page.locator(".side-row", has=page.locator(".side-kind"))
    await expect(marked).to_have_count(2)
    await expect(page.locator(".side-row", has_text="Gus Lind").locator(".side-kind")).to_have_text("guest")
    await expect(page.locator(".side-row", has_text="Sam Reyes").locator(".side-kind")).to_have_text(
        "stranger"
    )


async def test_commands_people_and_channels_are_completed_and_up_brings_back_what_was_typed(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await look()
    field = page.locator("#composer-text")
    await field.press_sequentially("/gr")
    await expect(page.get_by_role("option").first).to_contain_text("/grail")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await field.press("Tab")
    await expect(field).to_have_value("/grail ")
    await field.press("Escape")
    await field.press_sequentially("tell @oma")
    await field.press("Enter")
    await expect(field).to_have_value("/grail tell @omar ")
    await field.press_sequentially("in #plat")
    await field.press("Tab")
    await expect(field).to_have_value("/grail tell @omar in #platform ")
    await field.press("Enter")
    await workspace.wait_until(lambda: app.of("/grail"))
    assert app.of("/grail")[0]["text"] == "tell <@U0OMAR00000|omar> in <#C0PLATFORM0|platform>"
    await expect(field).to_have_value("")
    await field.press("ArrowUp")
    await expect(field).to_have_value("/grail tell @omar in #platform")


async def test_shift_enter_makes_a_new_line_and_enter_sends(look: Look, workspace: Workspace) -> None:
    page = await look("#in=ops")
    await page.locator("#composer-text").press_sequentially("one")
    await page.locator("#composer-text").press("Shift+Enter")
    await page.locator("#composer-text").press_sequentially("two")
    await page.locator("#composer-text").press("Enter")
    await expect(page.locator(".message")).to_contain_text("one")
    messages = await workspace.messages("#ops")
    assert [message["text"] for message in messages] == ["one\ntwo"]


async def test_what_people_and_apps_write_never_becomes_html(look: Look, workspace: Workspace) -> None:
    nasty = "<img src=x onerror=alert(1)> <script>1</script> *<b>bold</b>*"
    escaped = nasty.replace("<", "&lt;").replace(">", "&gt;")
    evil = "<javascript:alert(1)|press me>"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{escaped} {evil}"}}]
    await workspace.api("chat.postMessage", {"channel": "C0OPS000000", "text": escaped, "blocks": blocks})
    page = await look("#in=ops")
    await say(page, nasty)
    await expect(page.locator(".message")).to_have_count(2)
    for index in range(2):
        await expect(page.locator(".message-body").nth(index)).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".message-body img, .message-body script, .message-body b").count() == 0
    assert await page.locator(".message-body a").count() == 0


async def test_an_ephemeral_answer_says_that_only_you_see_it_and_nobody_else_does(
    look: Look, workspace: Workspace, app: App
) -> None:
    app.answers["/grail"] = {"text": "For *you* alone"}
    dana, omar = await look("#as=dana&in=ops"), await look("#as=omar&in=ops")
    await say(dana, "/grail whoami")
    await expect(dana.locator(".ephemeral")).to_contain_text("Only visible to you")
    await expect(dana.locator(".ephemeral strong", has_text="you")).to_be_visible()
    await say(dana, "done")
    await expect(omar.locator(".message")).to_have_count(1)
    await expect(omar.locator(".message")).to_contain_text("done")


async def test_a_thread_is_answered_beside_the_channel(look: Look, workspace: Workspace) -> None:
    await workspace.type(OMAR, "#ops", "Who is on call?")
    page = await look("#as=dana&in=ops")
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    await expect(page.locator("#thread-text")).to_be_focused()
    await say(page, "You are", into="#thread-text")
    await expect(page.locator("#side .message")).to_have_count(2)
    await expect(page.locator("#main .message")).to_have_count(1)
    await expect(page.locator("#main .replies")).to_contain_text("1 reply")
    assert "thread_ts" in (await workspace.messages("#ops"))[1]
    await page.keyboard.press("Escape")
    await expect(page.locator("#side")).to_be_hidden()


async def test_an_edit_changes_the_card_in_place_without_drawing_it_anew(
    look: Look, workspace: Workspace
) -> None:
    posted = await workspace.api("chat.postMessage", card(1))
    page = await look("#in=ops")
    await expect(page.locator(".plan-count")).to_have_text("1 of 3")
    await page.evaluate(
        """() => { for (const name of ['.message', '.plan', '[data-task="0"]', '[data-action=cancel]'])
                     document.querySelector(name).kept = true; }"""
    )
    await page.locator("[data-action=cancel]").focus()
    await workspace.api("chat.update", {**card(2), "ts": posted["ts"]})
    await expect(page.locator(".plan-count")).to_have_text("2 of 3")
    await expect(page.locator('[data-task="1"]')).to_have_attribute("data-status", "complete")
    await expect(page.locator(".message .edited")).to_be_visible()
    await expect(page.locator(".message .block-context")).to_have_text("2 s")
    for name in (".message", ".plan", '[data-task="0"]', "[data-action=cancel]"):
        assert await page.evaluate("name => document.querySelector(name).kept === true", name), name
    await expect(page.locator("[data-action=cancel]")).to_be_focused()


async def test_after_a_break_the_page_says_so_comes_back_and_shows_everything_once(
    look: Look, workspace: Workspace
) -> None:
    page = await look("#in=ops")
    await workspace.type(OMAR, "#ops", "before")
    await expect(page.locator(".message")).to_have_count(1)
    await page.route("**/control/stream*", lambda route: route.abort())
    workspace.server.core.hub.close()
    await expect(page.locator(".banner")).to_contain_text("Reconnecting…")
    await workspace.type(OMAR, "#ops", "meanwhile")
    await page.unroute("**/control/stream*")
    await expect(page.locator(".banner")).to_be_hidden()
    await workspace.type(OMAR, "#ops", "after")
    await expect(page.locator(".message")).to_have_count(3)
    assert await texts(page) == ["before", "meanwhile", "after"]


async def test_a_workspace_that_was_started_anew_is_found_again_without_a_reload_by_hand(
    look: Look, clock_file: Path, expected: list[str]
) -> None:
    expected.append("401 (Unauthorized)")
    async with served(Settings(clock_file=clock_file)) as first:
        page = await look()
        await page.goto(f"{first.url}/#as=omar&in=ops")
        await page.wait_for_selector("body[data-connection=live]")
    await expect(page.locator(".banner")).to_contain_text("Reconnecting…")
    async with served(Settings(port=int(first.url.rsplit(":", 1)[1]), clock_file=clock_file)):
        await page.wait_for_selector("body[data-connection=live]")
        await expect(page.locator("h1")).to_contain_text("ops")
        await expect(page.locator(".identity")).to_contain_text("Omar Haddad")
        await say(page, "still here")
        await expect(page.locator(".message")).to_contain_text("still here")


async def test_a_file_is_a_card_that_leads_to_its_content(look: Look, workspace: Workspace) -> None:
    content = b"all is well\n"
    asked = {"filename": "deploy.log", "length": len(content)}
    place = await workspace.api("files.getUploadURLExternal", asked)
    async with aiohttp.ClientSession() as session:
        await session.post(place["upload_url"], data=content)
    done = {"files": [{"id": place["file_id"], "title": "The whole log"}], "channel_id": "C0OPS000000"}
    assert (await workspace.api("files.completeUploadExternal", done))["ok"]
    page = await look("#in=ops")
    await expect(page.locator(".file-card")).to_contain_text("The whole log")
    async with page.context.expect_page() as opened:
        await page.locator(".file-card").click()
    await expect((await opened.value).locator("body")).to_contain_text("all is well")


async def test_who_reads_further_up_stays_there_and_is_told_of_new_messages(
    look: Look, workspace: Workspace
) -> None:
    for number in range(40):
        await workspace.type(OMAR, "#ops", f"line {number}")
    page = await look("#as=dana&in=ops")
    await expect(page.locator(".message")).to_have_count(40)
    end = """() => { const box = document.querySelector('.timeline');
                      return box.scrollHeight - box.scrollTop - box.clientHeight }"""
    await page.wait_for_function(f"() => ({end})() < 2")
    await page.evaluate("() => { document.querySelector('.timeline').scrollTop = 0 }")
    await page.wait_for_function(f"() => ({end})() > 100")
    await workspace.type(OMAR, "#ops", "news")
    await expect(page.locator(".pill")).to_be_visible()
    assert await page.evaluate("() => document.querySelector('.timeline').scrollTop") == 0
    await page.locator(".pill").click()
    await page.wait_for_function(f"() => ({end})() < 2")
    await expect(page.locator(".pill")).to_be_hidden()


async def test_another_person_has_another_zone_and_another_view(look: Look, workspace: Workspace) -> None:
    await workspace.type(OMAR, "@dana", "a word in private")
    page = await look("#as=dana&in=ops")
    await expect(page.locator(".side-row", has_text="Omar Haddad")).to_be_visible()
    await page.locator(".identity").click()
    await page.get_by_role("option", name="Dario Sato").click()
    await expect(page.locator(".identity")).to_contain_text("Asia/Tokyo")
    await expect(page.locator('[aria-label="Direct messages"]')).to_have_count(0)
    await say(page, "from Tokyo")
    await workspace.wait_for("#ops", lambda messages: messages[-1]["user"] == "U0DARIO0000")


async def test_a_date_stands_in_the_zone_of_who_reads_it(look: Look, workspace: Workspace) -> None:
    said = {"channel": "#ops", "text": "since <!date^1700000000^{date_num} {time}|then>"}
    assert (await workspace.api("chat.postMessage", said))["ok"]
    page = await look("#as=dana&in=ops")
    await expect(page.locator(".message").first).to_contain_text("since 2023-11-14 23:13")
    await page.locator(".identity").click()
    await page.get_by_role("option", name="Dario Sato").click()
    await expect(page.locator(".message").first).to_contain_text("since 2023-11-15 07:13")


async def test_ctrl_k_leads_to_a_person_and_the_first_words_open_the_conversation(
    look: Look, workspace: Workspace
) -> None:
    page = await look("#as=dana&in=ops")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("olg")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Olga Petrova")
    await say(page, "hello")
    await expect(page.locator(".message")).to_contain_text("hello")
    assert (await workspace.messages("@olga", as_=DANA))[0]["text"] == "hello"
    await expect(page.locator(".side-row[aria-current=page]")).to_contain_text("Olga Petrova")


def card(done: int) -> dict[str, object]:
    states = ["complete"] * done + ["in_progress"] + ["pending"] * 3
    tasks = [
        {"type": "task_card", "task_id": str(at), "title": f"Step {at}", "status": states[at]}
        for at in range(3)
    ]
    cancel = {"type": "button", "action_id": "cancel", "text": {"type": "plain_text", "text": "Cancel"}}
    blocks = [
        {"type": "plan", "title": "shop to staging", "tasks": tasks},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"{done} s"}]},
        {"type": "actions", "block_id": "buttons", "elements": [cancel]},
    ]
    return {"channel": "C0OPS000000", "text": "a deploy", "blocks": blocks}


async def texts(page: Page) -> list[str]:
    return await page.locator(".message .mrkdwn").all_inner_texts()
