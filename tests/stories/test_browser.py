"""The whole story as a person has it: `make run`'s own process on Acme, its page in Chromium, real services.

One Acme for all tests; each goes with a service of its own, so none needs another to have run before it. The pictures
go to artefacts/story/ for people to look at, at both widths, in light and dark.
"""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.fixtures.acme import AcmeProcess
from tests.fixtures.browser import WIDTHS, keep, live_page
from tests.fixtures.store import eventually
from tests.fixtures.workspace import Workspace

LONG = 60_000  # milliseconds: for what the recipe has to do
Visit = Callable[..., Awaitable[Page]]

# Keeps what the newest card has said, each once, as it changes before the person's eyes.
WATCH = """() => { window.unreloaded = true; window.seen = [];
  const look = () => {
    const card = [...document.querySelectorAll('#main .message')].filter(each => each.querySelector('.plan')).at(-1);
    const said = card && [card.querySelector('.block').innerText.split('\\n')[0].split('—').at(-1).trim(),
      card.querySelector('.plan-count').innerText].join(' ');
    if (said && window.seen.at(-1) !== said) window.seen.push(said);
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true}); }"""


@pytest.fixture
async def visit(acme: AcmeProcess, browser: Browser) -> AsyncIterator[Visit]:
    """`await visit("dana", "storefront")`: the page, live. At the end neither the browser nor Slack has complained."""
    complaints: list[str] = []

    async def visit(who: str, where: str) -> Page:
        where = f"{acme.url}/#as={who}&in={where}"
        return await live_page(browser, where, complaints, timezone_id="Europe/Berlin")

    yield visit
    # Chromium notes by itself that nobody listens while the bot is dead.
    dead = (
        "ERR_CONNECTION_REFUSED",
        "ERR_INCOMPLETE_CHUNKED_ENCODING",
        "ERR_EMPTY_RESPONSE",
        "ERR_CONNECTION_RESET",
    )
    assert [said for said in complaints if not any(word in said for word in dead)] == []
    async with Workspace(acme.url, acme.token) as workspace:
        assert await workspace.violations() == []


async def test_a_deploy_from_the_first_letter_to_the_service_that_answers_and_one_that_is_cancelled(
    visit: Visit, acme: AcmeProcess
) -> None:
    page = await visit("dana", "storefront")
    await page.evaluate(WATCH)
    field = page.locator("#composer-text")
    await field.press_sequentially("/grail dep")
    await page.get_by_role("option", name="/grail deploy shop to staging").click()
    await picture(page, "completion")
    await field.press("Enter")

    await expect(card(page)).to_contain_text("shop → staging — running")
    await picture(page, "running", every=True)
    await expect(card(page)).to_contain_text("shop → staging — succeeded", timeout=LONG)
    await expect(card(page).locator(".plan-count")).to_have_text("6 of 6")
    seen = await page.evaluate("() => window.seen")
    steps = [int(said.split()[1]) for said in seen if said.startswith("running ")]
    assert steps == sorted(steps), seen
    assert steps, seen  # how many there are hangs on how quick it is: edits are 2 s apart
    assert seen[-1] == "succeeded 6 of 6"
    assert await page.evaluate("() => window.unreloaded")
    assert acme.answers("shop", "staging")["commit"] == acme.head("main")
    await expect(card(page)).to_contain_text(acme.head("main")[:7])

    await card(page).locator(".replies").click()
    await expect(page.locator("#side")).to_contain_text("retire succeeded")
    await picture(page, "thread")
    await page.get_by_role("button", name="Close", exact=True).click()

    holding = asyncio.create_task(asyncio.to_thread(acme.hold, "test"))
    await say(page, "/grail deploy shop staging main")  # in other words: the same ones twice are one deploy
    step = await holding  # in its middle, however long the person takes
    await expect(card(page)).to_contain_text("running")
    await card(page).get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(re.compile(r"Cancel d-\d+\?"))
    await picture(page, "confirm")
    await dialog.get_by_role("button", name="Cancel the deploy").click()
    await eventually(lambda: list((acme.data / "runs").glob("*/cancel")))
    os.killpg(step, signal.SIGCONT)
    await expect(card(page)).to_contain_text("shop → staging — cancelled", timeout=LONG)
    await expect(card(page)).to_contain_text("cancelled by Dana")
    await expect(card(page).get_by_role("button", name="Cancel")).to_have_count(0)
    await picture(page, "cancelled")
    assert acme.answers("shop", "staging")["commit"] == acme.head("main")


async def test_a_version_that_is_not_well_is_rolled_back_and_the_old_one_still_answers(
    visit: Visit, acme: AcmeProcess
) -> None:
    page = await visit("dana", "unsorted")
    await say(page, "/grail deploy search to staging")
    await expect(card(page)).to_contain_text("search → staging — succeeded", timeout=LONG)
    link = card(page).get_by_role("link", name="Open search in staging")
    address = await link.get_attribute("href")
    assert address is not None
    answer = await page.request.get(f"{address}version", timeout=LONG)
    assert (await answer.json())["commit"] == acme.head("main")
    await say(page, "/grail deploy search to staging breaks-tests")
    await expect(card(page)).to_contain_text("search → staging — failed", timeout=LONG)
    await expect(card(page)).to_contain_text("Nothing was changed: what ran before still runs.")
    await expect(card(page).locator("pre")).to_contain_text("FAILED (failures=")
    await picture(page, "tests-failed", every=True)
    await card(page).locator(".replies").click()
    await expect(page.locator("#side pre").last).to_contain_text("AssertionError")
    assert not re.search(r"\.\.\. ok\b", await page.locator("#side").inner_text())
    await page.get_by_role("button", name="Close", exact=True).click()
    await say(page, "/grail deploy search to staging fails-health")
    await expect(card(page)).to_contain_text("fails-health", timeout=LONG)
    await expect(card(page)).to_contain_text("search → staging — failed", timeout=LONG)
    await expect(card(page)).to_contain_text("Find honey runs again.")
    await expect(card(page)).to_contain_text("fails-health")
    await picture(page, "failed")
    await card(page).locator(".replies").click()
    await expect(page.locator("#side pre").first).to_contain_text("is not healthy")
    await picture(page, "failed-thread", every=True)
    assert acme.answers("search", "staging")["commit"] == acme.head("main")


async def test_the_form_says_what_is_wrong_at_its_field_and_the_right_choice_deploys(
    visit: Visit, acme: AcmeProcess
) -> None:
    page = await visit("devi", "storefront")
    await say(page, "/grail deploy")
    form = page.get_by_role("dialog", name="Deploy")
    await choose(form, "service", "search")
    await choose(form, "environment", "production")
    await expect(form).to_contain_text("search to production: no")
    await picture(page, "form")
    await form.get_by_role("button", name="Deploy", exact=True).click()
    await expect(form.locator("[data-block=environment] .fault")).to_contain_text("production")
    await picture(page, "form-fault", every=True)
    await choose(form, "environment", "staging")
    await form.get_by_role("button", name="Deploy", exact=True).click()
    await expect(form).to_have_count(0)
    await expect(card(page)).to_contain_text("search → staging — succeeded", timeout=LONG)
    assert acme.answers("search", "staging")["commit"] == acme.head("main")


async def test_who_may_not_is_refused_like_a_colleague(visit: Visit, acme: AcmeProcess) -> None:
    page = await visit("devi", "storefront")
    before = await page.locator("#main .plan").count()
    await say(page, "/grail deploy shop to production")
    refusal = page.locator("#main .ephemeral").last
    await expect(refusal).to_contain_text("production")
    await picture(page, "refused")
    assert await page.locator("#main .plan").count() == before
    assert acme.answers("shop", "production") == {}


async def test_words_of_every_kind_are_answered_and_the_home_tab_is_drawn(visit: Visit) -> None:
    page = await visit("dana", "general")
    for words, expected in (
        ("/grail help", "What you can say"),
        ("/grail whoami", "dana@example.com"),
        ("/grail status", "gateway"),
        ("/grail", "Hello Dana"),
        ("/grail depoly shop to staging", "Did you mean deploy shop to staging?"),
    ):
        before = await page.locator("#main .ephemeral").count()
        await say(page, words)
        await expect(page.locator("#main .ephemeral")).to_have_count(before + 1)
        await expect(page.locator("#main .ephemeral").last).to_contain_text(expected)
        await picture(page, f"said-{words.split()[1] if ' ' in words else 'home'}")
    await page.locator(".side-row", has_text="Grail").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator(".home")).to_contain_text("Hello Dana")
    await picture(page, "home-tab", every=True)


async def test_killed_in_the_middle_the_open_page_comes_back_by_itself_and_the_one_card_goes_on(
    visit: Visit, acme: AcmeProcess
) -> None:
    page = await visit("omar", "ops")
    await say(page, "/grail deploy search to production")
    await expect(card(page)).to_contain_text("search → production — running")
    await expect(card(page).locator(".plan-title")).to_have_text(re.compile("Step [1-5] of 6"))
    acme.kill()
    await expect(page.locator(".banner")).to_contain_text("Reconnecting…")
    await picture(page, "killed")
    acme.start()
    await page.wait_for_selector("body[data-connection=live]")
    await expect(card(page)).to_contain_text("search → production — succeeded", timeout=LONG)
    await expect(page.locator("#main .plan")).to_have_count(1)
    await card(page).locator(".replies").click()
    await expect(page.locator("#side")).to_contain_text("I restarted;")
    await expect(page.locator("#side")).to_contain_text("retire succeeded")
    await picture(page, "adopted")
    assert acme.answers("search", "production")["commit"] == acme.head("main")


def card(page: Page) -> Locator:
    """The newest card of the channel."""
    return page.locator("#main .message", has=page.locator(".plan")).last


async def say(page: Page, text: str) -> None:
    """Type and press Enter, as a person does who wants no completion."""
    await page.fill("#composer-text", text)
    if await page.get_attribute("#composer-text", "aria-expanded") == "true":
        await page.press("#composer-text", "Escape")
    await page.press("#composer-text", "Enter")


async def choose(form: Locator, block: str, option: str) -> None:
    await form.locator(f"[data-block={block}] .select").click()
    await form.page.get_by_role("option", name=option, exact=True).click()


async def picture(page: Page, name: str, *, every: bool = False) -> None:
    """What is to be seen now, wide in light and narrow in dark (`every`: and the other two); then all is as it was."""
    for width, (wide, high) in WIDTHS.items():
        await page.set_viewport_size({"width": wide, "height": high})
        for scheme in ("light", "dark"):
            if every or (width == "desk") == (scheme == "light"):
                await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                await keep(page, "story", f"{name}-{width}-{scheme}")
    await page.emulate_media(color_scheme="light")
    wide, high = WIDTHS["desk"]
    await page.set_viewport_size({"width": wide, "height": high})
