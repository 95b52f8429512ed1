"""What is chosen in a page's menu and what is said in its thread, as people use it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import DANA, OLGA, OMAR, Workspace
from tests.stories.steps import refused, told, words_of

Json = dict[str, Any]


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def grail(pagerduty: PagerDuty, resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    pagerduty.connect(resting_grail)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def form_of(workspace: Workspace, who: str, callback: str) -> Json:
    """The form that this person has open, as soon as it is this one."""

    async def there() -> Json | None:
        found = await workspace.views(who)
        return found[-1] if found and found[-1]["callback_id"] == callback else None

    found: Json = await workspace.wait_until(there)
    return found


class Card:
    """The newest card of a page in #storefront."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def says(self, *words: str) -> Json:
        def newest(messages: list[Json]) -> Json:
            top = [
                m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"] and not m.get("ephemeral_to")
            ]
            return top[-1] if top else {"text": ""}

        found = await self._workspace.wait_for(
            "#storefront", lambda ms: all(word in words_of(newest(ms)) for word in words)
        )
        return newest(found)

    async def choose(self, who: str, act: str) -> Json:
        """Choose it in the overflow; the form that opens."""
        shown = await self.says("triggered")
        overflow = next(one for row in shown["blocks"] if row["type"] == "actions" for one in row["elements"]
                        if one["type"] == "overflow")  # fmt: skip
        value = next(one["value"] for one in overflow["options"] if one["value"].startswith(f"{act}:"))
        await self._workspace.press(who, "page.more", message=shown["ts"], in_="#storefront", value=value)
        return await form_of(self._workspace, who, f"page.{act}")


@pytest.fixture
def card(workspace: Workspace) -> Card:
    return Card(workspace)


async def test_a_page_is_snoozed_for_as_long_as_was_chosen_and_the_snooze_can_be_undone(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.open("checkout 5xx")
    form = await card.choose(OMAR, "snooze")
    await workspace.submit(OMAR, form["id"], {"for": {"for": "2h"}})
    shown = await card.says("Snoozed until", "acknowledged by Omar")
    assert (await pagerduty.incident())["snoozed"] > 0
    await workspace.press(OMAR, "page.wake", message=shown["ts"], in_="#storefront")
    await card.says("triggered")
    assert (await pagerduty.incident())["snoozed"] == 0


async def test_a_page_goes_to_who_was_chosen_and_a_form_that_was_open_too_long_changes_nothing(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.open("checkout 5xx")
    form = await card.choose(OMAR, "reassign")
    found = (await workspace.options(OMAR, "whom", "dan", view=form["id"]))["options"]
    assert [one["text"]["text"] for one in found] == ["Dana (dana@example.com)"]
    late = await card.choose(OLGA, "reassign")
    await workspace.submit(OMAR, form["id"], {"whom": {"whom": found[0]["value"]}})
    await pagerduty.until(lambda seen: seen["incidents"][-1]["assigned"] == ["PDANA01"])
    await pagerduty.to("acknowledged", by=DANA)
    await card.says("acknowledged by Dana")
    await workspace.submit(OLGA, late["id"], {"whom": {"whom": "POLGA01 Olga"}})
    assert "Dana acknowledged it" in await told(workspace, OLGA, "#storefront", "Nothing was changed.")
    assert (await pagerduty.incident())["assigned"] == ["PDANA01"]


async def test_what_is_said_in_the_thread_of_a_page_is_about_that_page(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.open("checkout 5xx")
    first = await card.says("triggered")
    await workspace.type(OMAR, "#storefront", "@Grail note the cache is <cold>, again", thread=first["ts"])
    await pagerduty.until(lambda seen: seen["incidents"][-1]["notes"])
    [note] = (await pagerduty.incident())["notes"]
    assert (note["by"], note["content"]) == ("POMAR01", "the cache is <cold>, again")
    await workspace.type(OMAR, "#storefront", "@Grail ack", thread=first["ts"])
    await card.says("acknowledged by Omar")
    await workspace.type(OMAR, "#general", "/grail ack")
    assert "I need a page, like #4711." in await told(workspace, OMAR, "#general", "I need a page")


async def test_a_message_becomes_a_note_of_the_page_whose_thread_it_stands_in(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.open("search slow", service="search")
    await card.says("search slow")
    await pagerduty.open("checkout 5xx")
    await card.says("checkout 5xx")
    await workspace.type(DANA, "#general", "the cache was emptied at 3")
    said = (await workspace.wait_for("#general", lambda ms: any("emptied" in m["text"] for m in ms)))[-1]
    await workspace.shortcut(OMAR, "page.add", **{"in": "#general", "message": said["ts"]})
    form = await form_of(workspace, OMAR, "page.add")
    words = next(one for one in form["blocks"] if one["block_id"] == "words")
    assert words["element"]["initial_value"] == "the cache was emptied at 3"
    page = next(one for one in form["blocks"] if one["block_id"] == "page")["element"]["initial_option"][
        "value"
    ]
    await workspace.submit(
        OMAR, form["id"], {"page": {"page": page}, "words": {"words": "the cache was emptied at 3"}}
    )
    await pagerduty.until(lambda seen: seen["incidents"][-1]["notes"])
    assert [one["by"] for one in (await pagerduty.incident())["notes"]] == ["POMAR01"]


async def test_one_page_is_merged_into_another_by_words(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.open("checkout 5xx")
    one = (await pagerduty.incident())["number"]
    await card.says("triggered")
    await pagerduty.open("checkout slow")
    two = (await pagerduty.incident())["number"]
    await card.says("checkout slow")
    await workspace.type(OMAR, "#general", f"/grail merge #{two} into #{two}")
    await told(workspace, OMAR, "#general", "A page cannot become part of itself.")
    await workspace.type(OMAR, "#general", f"/grail snooze #{two} for soon")
    await told(workspace, OMAR, "#general", "`soon` is no time that a page can be snoozed for.")
    await workspace.type(OMAR, "#general", f"/grail merge #{two} into #{one}")
    await card.says("checkout slow", "resolved by Omar")
    await workspace.type(OMAR, "#general", "/grail ack checkout")
    assert f"Did you mean #{one}, shop: checkout 5xx?" in await told(
        workspace, OMAR, "#general", "Did you mean"
    )


async def test_who_is_another_e_mail_at_pagerduty_says_so_once_and_what_they_pressed_is_done(
    workspace: Workspace, grail: GrailProcess, pagerduty: PagerDuty, card: Card
) -> None:
    await pagerduty.fire(person="POLGA01", email="olga@elsewhere.example")
    await pagerduty.open("checkout 5xx")
    first = await card.says("triggered")
    await workspace.press(OLGA, "page.ack", message=first["ts"], in_="#storefront")
    await told(workspace, OLGA, "#storefront", "PagerDuty knows nobody with the e-mail olga@example.com")
    offer = await refused(workspace, OLGA, "#storefront", "I did not acknowledge")
    await workspace.press(OLGA, "page.link", message=offer["ts"], in_="#storefront")
    form = await form_of(workspace, OLGA, "page.link")
    await workspace.submit(OLGA, form["id"], {"email": {"email": "olga@elsewhere.example"}})
    await card.says("acknowledged by Olga")
    assert [who for _, _, who in await pagerduty.changes()] == ["olga@elsewhere.example"]
    line = "Olga is olga@elsewhere.example at PagerDuty"
    await workspace.wait_for("#ops", lambda ms: any(line in m["text"] for m in ms))
    await workspace.press(OLGA, "page.resolve", message=first["ts"], in_="#storefront")
    await card.says("resolved by Olga")
