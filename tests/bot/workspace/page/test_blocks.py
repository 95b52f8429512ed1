"""Every block and element that the workspace takes is drawn, with its words, and keeps to Slack's rules."""

from typing import Any

from playwright.async_api import expect

from tests.bot.workspace.inside import Workspace
from tests.bot.workspace.page.conftest import Look
from tests.bot.workspace.page.gallery import EACH
from tests.fixtures.workspace import Json

OPS = "C0OPS000000"


async def post(workspace: Workspace, *blocks: Json) -> None:
    answer = await workspace.api(
        "chat.postMessage", {"channel": OPS, "text": "blocks", "blocks": list(blocks)}
    )
    assert answer["ok"], answer


async def test_each_block_is_drawn_with_its_words(look: Look, workspace: Workspace) -> None:
    for _, block, _ in EACH:
        await workspace.clock(2)
        await post(workspace, block)
    page = await look("#as=dana&in=ops")
    await expect(page.locator(".message")).to_have_count(len(EACH))
    for index, (name, _, words) in enumerate(EACH):
        message = page.locator(".message").nth(index).locator(".blocks")
        for word in words:
            await expect(message, name).to_contain_text(word)
        await expect(message.locator(".unknown"), name).to_have_count(0)
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


MRKDWN = [
    ("*bold* and _italic_ and ~gone~", ["strong=bold", "em=italic", "s=gone"]),
    ("no*bold*here, 2 * 3 * 4, snake_case_name", []),
    ("`*code*` stays", ["code=*code*"]),
    ("*bold with `code` in it*", ["strong=bold with code in it", "code=code"]),
    ("```\nblock *of* code\n```", ["pre=block *of* code"]),
    ("&gt; quoted\n&gt; twice\nafter", ["blockquote=quoted\ntwice"]),
    ("• one\n• two", ["li=one", "li=two"]),
    ("<https://example.com/a?b=1&amp;c=2|the *link*>", ["a=the link", "strong=link"]),
    ("<mailto:a@example.com|write>", ["a=write"]),
    ("https://example.com/x.", ["a=https://example.com/x"]),
    (
        "<@U0OMAR00000> in <#C0OPS000000> <!here>",
        [".mention=@Omar Haddad", ".mention=#ops", ".mention=@here"],
    ),
    ("<@U0NOBODY|nobody>", [".mention=@nobody"]),
    ("&lt;b&gt; &amp;amp; :rocket: :no_such_thing:", [".emoji=🚀"]),
    ("<!date^1700000000^{date_num} at {time}|then>", ["time=2023-11-14 at 23:13"]),
    ("<javascript:alert(1)|no link>", []),
    ("<!date^x^{time}|the fallback>", []),
]


async def test_mrkdwn_is_read_as_slack_reads_it(look: Look, workspace: Workspace) -> None:
    blocks: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text, _ in MRKDWN]
    await post(workspace, *blocks)
    page = await look("#as=dana&in=ops")
    for index, (text, marks) in enumerate(MRKDWN):
        block = page.locator(".block").nth(index)
        found: list[Any] = await block.evaluate(
            """node => [...node.querySelectorAll('strong, em, s, code, pre, blockquote, li, a, .mention, .emoji, time')]
                 .map(each => [each.matches('.mention') ? '.mention' : each.matches('.emoji') ? '.emoji'
                   : each.localName, each.innerText])"""
        )
        said = [f"{tag}={words}" for tag, words in found if not (tag == "code" and f"pre={words}" in marks)]
        assert said == marks, text
    await expect(page.locator(".block").nth(12)).to_have_text("<b> &amp; 🚀 :no_such_thing:")


async def test_an_image_that_cannot_be_loaded_leaves_its_words(look: Look, workspace: Workspace) -> None:
    page = await look("#as=dana&in=ops")
    await page.route(
        "https://pictures.example/**", lambda route: route.fulfill(status=200, body="no picture")
    )
    await post(
        workspace,
        {"type": "image", "image_url": "https://pictures.example/a.png", "alt_text": "A falling curve"},
    )
    await expect(page.get_by_role("link", name="A falling curve")).to_be_visible()


async def test_a_data_table_is_sorted_filtered_and_paged(look: Look, workspace: Workspace) -> None:
    def text(words: str) -> Json:
        return {"type": "raw_text", "text": words}

    rows = [[text("Id"), text("Seconds")]]
    rows += [
        [text(f"d-{n}"), {"type": "raw_number", "value": n * 7 % 10, "text": str(n * 7 % 10)}]
        for n in range(8)
    ]
    await post(workspace, {"type": "data_table", "caption": "Deploys", "page_size": 3, "rows": rows})
    page = await look("#as=dana&in=ops")
    first = page.locator("tbody tr").first
    await expect(page.locator(".table-count")).to_have_text("1–3 of 8")
    await page.get_by_role("button", name="Seconds").click()
    await expect(first).to_contain_text("d-0")
    await page.get_by_role("button", name="Seconds").click()
    await expect(first).to_contain_text("d-7")
    await expect(page.get_by_role("columnheader", name="Seconds")).to_have_attribute(
        "aria-sort", "descending"
    )
    await page.get_by_role("button", name="Page after").click()
    await expect(page.locator(".table-count")).to_have_text("4–6 of 8")
    await page.get_by_role("searchbox").fill("d-3")
    await expect(page.locator(".table-count")).to_have_text("1–1 of 1")
