"""How the page looks and reads: both widths, light and dark, nothing cut off, enough contrast, a name on everything.

The pictures go to artefacts/page/ for people to look at.
"""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.bot.workspace.page.conftest import Look, say
from tests.bot.workspace.page.gallery import EACH, FORM, button, mark, plan
from tests.fixtures.browser import keep
from tests.fixtures.workspace import DANA, OMAR, Json

LOOKS = [(width, scheme) for width in ("desk", "phone") for scheme in ("light", "dark")]
DEPLOY: list[Json] = [
    {"type": "section", "text": mark("*Deploy `shop` to staging*  running\n`4f2a91c` Round prices fairly")},
    plan(3),
    {
        "type": "context",
        "elements": [mark("Asked by <@U0DANA00000>"), mark("replaces `9be01d4`"), mark("12 s so far")],
    },
    {"type": "actions", "elements": [button("Cancel", style="danger"), button("Logs")]},
]

# What anybody can check by hand: names for what can be pressed, labels for fields, text that stands out enough.
FAULTS = (Path(__file__).parent / "faults.js").read_text()
STILL = """() => document.getAnimations().every(
  each => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity)"""


async def right(page: Page, name: str) -> None:
    """Nothing is wrong with what is to be seen now; a picture of it is kept."""
    await page.wait_for_function(STILL)
    await keep(page, "page", name)
    assert await page.evaluate(FAULTS) == [], name


async def told(workspace: Workspace) -> None:
    """A channel in which something has been said."""
    await workspace.type(DANA, "#storefront", "I'd like to ship the search fix today. Anything in the way?")
    await workspace.type(OMAR, "#storefront", "Nothing from us, staging is free :+1:")
    posted = await workspace.api(
        "chat.postMessage", {"channel": "C0STOREFRO", "text": "Deploy shop to staging", "blocks": DEPLOY}
    )
    if not posted["ok"]:
        state = await workspace.state()
        channel = next(one["id"] for one in state["channels"] if one["name"] == "storefront")
        posted = await workspace.api(
            "chat.postMessage", {"channel": channel, "text": "Deploy", "blocks": DEPLOY}
        )
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    await workspace.api(
        "reactions.add", {"channel": where["channel"], "timestamp": where["ts"], "name": "rocket"}
    )
    await workspace.type(OMAR, "#storefront", "Watching it", thread=where["ts"])
    only = {"channel": where["channel"], "user": "U0DANA00000", "text": "You may deploy `shop` to staging."}
    await workspace.clock(3)
    assert (await workspace.api("chat.postEphemeral", only))["ok"]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_the_page_looks_right(
    width: str, scheme: str, look: Look, workspace: Workspace, app: App
) -> None:
    await told(workspace)
    page = await look("#as=dana&in=storefront", width=width, scheme=scheme)
    name = f"{width}-{scheme}"
    await expect(page.locator(".ephemeral")).to_be_visible()
    await right(page, f"talk-{name}")

    await page.locator(".replies").click()
    await expect(page.locator("#side .message")).to_have_count(2)
    await right(page, f"thread-{name}")
    await page.get_by_role("button", name="Close", exact=True).click()

    await page.locator("[title='Weather and clock']").click()
    await right(page, f"weather-{name}")
    await page.get_by_role("button", name="Close", exact=True).click()

    if width == "phone":
        await page.get_by_role("button", name="Channels and people").click()
        await right(page, f"drawer-{name}")
    await page.locator(".identity").click()
    await right(page, f"people-{name}")
    await page.keyboard.press("Escape")
    await page.locator(".side-row", has_text="platform").click()
    await expect(page.locator(".empty")).to_be_visible()
    await right(page, f"first-{name}")

    await page.locator("#composer-text").fill("/gr")
    await expect(page.locator(".complete")).to_be_visible()
    await right(page, f"completion-{name}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_a_modal_and_every_block_look_right(
    width: str, scheme: str, look: Look, workspace: Workspace, app: App
) -> None:
    async def open_view(asked: Json) -> None:
        assert (await workspace.api("views.open", {"trigger_id": asked["trigger_id"], "view": FORM}))["ok"]

    app.answers["/grail"] = open_view
    for _, block, _ in EACH:
        await workspace.clock(2)
        posted = {"channel": "C0OPS000000", "text": "a block", "blocks": [block]}
        assert (await workspace.api("chat.postMessage", posted))["ok"]
    name = f"{width}-{scheme}"
    page = await look("#as=dana&in=ops", width=width, scheme=scheme)
    await expect(page.locator(".message")).to_have_count(len(EACH))
    size = page.viewport_size
    assert size is not None
    high = await page.evaluate("() => document.querySelector('.timeline').scrollHeight + 200")
    await page.set_viewport_size({"width": size["width"], "height": high})
    await right(page, f"blocks-{name}")
    await page.set_viewport_size(size)

    await say(page, "/grail form")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_role("button", name="Deploy", exact=True).last.click()
    await expect(page.locator(".fault:not(:empty)")).to_have_count(2)
    await right(page, f"modal-{name}")


async def test_everything_is_reached_with_the_tab_key_and_what_is_reached_shows_it(
    look: Look, workspace: Workspace, app: App
) -> None:
    await told(workspace)
    page = await look("#as=dana&in=storefront")
    await expect(page.locator("#composer-text")).to_be_focused()
    reached = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        what = await page.evaluate(
            """() => { const at = document.activeElement; const style = getComputedStyle(at);
                 return [at.getAttribute('aria-label') || at.innerText.slice(0, 30) || at.localName,
                   at === document.body || style.outlineStyle !== 'none' || at.matches('#composer-text')]; }"""
        )
        reached.append(what[0])
        assert what[1], f"no visible focus on {what[0]!r}"
    everything = " ".join(reached)
    for wanted in ("You act as", "platform", "Cancel", "Logs", "Weather", "Reply in thread"):
        assert wanted in everything, reached
