"""The panel that makes Slack bad, the clock that moves, and the list of what the app did against Slack's rules."""

import re

from playwright.async_api import expect

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.bot.workspace.page.conftest import Look, say


async def test_the_weather_panel_makes_slack_fail_and_shows_what_others_have_set(
    look: Look, workspace: Workspace
) -> None:
    page = await look()
    await page.get_by_role("button", name=re.compile("^Weather")).click()
    await page.get_by_role("switch", name="Failing").check()
    await workspace.wait_until(lambda: workspace.server.core.weather.all()["slack"].get("failing"))
    await expect(page.locator(".stormy")).to_be_visible()
    await page.get_by_role("switch", name="Failing").uncheck()
    await workspace.wait_until(lambda: not workspace.server.core.weather.all()["slack"])
    await workspace.weather(rate_limited=True)
    await expect(page.get_by_role("switch", name="Rate limited")).to_be_checked()
    await page.keyboard.press("Escape")
    await expect(page.locator("#side")).to_be_hidden()


async def test_the_clock_is_moved_by_a_button_and_new_messages_carry_the_new_time(
    look: Look, workspace: Workspace
) -> None:
    page = await look("#in=ops")
    await say(page, "today")
    await page.get_by_role("button", name=re.compile("^Weather")).click()
    await expect(page.locator(".clock-now")).to_contain_text("The real time")
    await page.get_by_role("button", name="Move the clock forward by 1 day").click()
    await expect(page.locator(".clock-now")).to_contain_text("1 d ahead of the real time")
    await expect(page.locator(".day")).to_have_text("Yesterday")
    await say(page, "tomorrow")
    await expect(page.locator(".day")).to_have_text(["Yesterday", "Today"])


async def test_what_the_app_sends_against_slacks_rules_is_counted_and_listed(
    look: Look, workspace: Workspace
) -> None:
    workspace.expect_violations()
    page = await look("#in=ops")
    badge = page.get_by_role("button", name=re.compile("violations of Slack"))
    await expect(badge).to_have_text("0")
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 200}}
    await workspace.api("chat.postMessage", {"channel": "C0OPS000000", "text": "t", "blocks": [header]})
    await expect(badge).not_to_have_text("0")
    await badge.click()
    await expect(page.locator(".violation").first).to_contain_text("chat.postMessage")
    await expect(page.locator(".violation").first).to_contain_text("/blocks/0/text/text")


async def test_an_app_that_does_not_answer_in_time_is_told_to_the_person(
    look: Look, workspace: Workspace, app: App
) -> None:
    page = await look("#in=ops")
    app.asleep.clear()
    await say(page, "/grail slow")
    await expect(page.locator(".notice")).to_contain_text("operation_timeout")
    await expect(page.locator("#composer-text")).to_have_value("")


async def test_what_the_workspace_refuses_is_said_and_what_was_typed_comes_back(
    look: Look, workspace: Workspace, expected: list[str]
) -> None:
    expected.append("400 (Bad Request)")
    page = await look("#as=dana&in=ops")
    workspace.server.core.world.channels["C0OPS000000"].members.remove("U0DANA00000")
    await say(page, "anybody here?")
    await expect(page.locator(".notice")).to_contain_text("dana is not in #ops.")
    await expect(page.locator("#composer-text")).to_have_value("anybody here?")
