"""Deploys that wait, as people meet them: approve, reject, the line, the end of patience."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DARIO, DEVI, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of
from tests.stories.test_terminal import do, token_of

PLACE = "#storefront"


@pytest.fixture
async def approved(grail: GrailProcess, workspace: Workspace) -> GrailProcess:
    """shop's staging wants an approval."""
    plain, gated = (
        "{staging: {recipe: quick}",
        "{staging: {recipe: quick, gates: {approvals: {mode: enforced}}}",
    )
    grail.config.write_text(grail.config.read_text().replace(plain, gated, 1))
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms), within=20)
    return grail


async def waits(workspace: Workspace) -> dict[str, Any]:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    return await card_says(workspace, PLACE, "waiting for approval")


async def test_a_deploy_that_needs_an_approval_waits_and_begins_with_it(
    workspace: Workspace, approved: GrailProcess
) -> None:
    card = await waits(workspace)
    assert "One person who may has to approve it." in words_of(card)
    await workspace.type(MIA, PLACE, "/grail approve d-1 --plan")
    assert "I would approve d-1: shop to staging" in await told(workspace, MIA, PLACE, "I would approve")
    await workspace.type(MIA, PLACE, "/grail approve d-1")
    await card_says(workspace, PLACE, "succeeded")
    assert approved.runs() == ["d-1"]
    await workspace.press(OMAR, "deploy.approve", message=card["ts"])
    await workspace.type(OMAR, PLACE, "/grail approve d-1")
    assert "d-1 is over: succeeded. Nothing was changed." in await told(workspace, OMAR, PLACE, "is over")


async def test_who_approves_sees_on_the_card_what_it_brings_and_the_same_card_tells_it_from_a_terminal(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production")
    await card_says(workspace, PLACE, "shop → production: succeeded")
    before = grail.repository.head()
    many = {f"hat-{n}": "x" for n in range(20)}
    newer = grail.repository.commit("Sell <!channel> hats", many)
    text = grail.config.read_text()
    plain = "production: {recipe: quick}}"
    gated = "production: {recipe: quick, gates: {approvals: {mode: enforced}}}}"
    grail.config.write_text(text.replace(plain, gated, 1))
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms), within=20)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production main")
    card = await card_says(workspace, PLACE, "waiting for approval")
    words = words_of(card)
    assert f"Now runs `{before[:7]}` Open the shop (d-1, since " in words
    assert "It brings *1 commit* by Dana, in 20 files:" in words
    assert f"• `{newer[:7]}` Sell &lt;!channel&gt; hats — Dana" in words
    assert "and 10 more\n_All of it is in the thread._" in words

    def there(messages: list[dict[str, Any]]) -> bool:
        return any(m.get("thread_ts") == card["ts"] and m.get("files") for m in messages)

    found = await workspace.wait_for(PLACE, there)
    [file] = next(m["files"] for m in found if m.get("thread_ts") == card["ts"] and m.get("files"))
    assert file["title"] == "All that d-2 brings"

    token = await token_of(workspace, MIA)
    status, out, _ = await do(grail, "approve d-2", token=token)
    assert (status, out) == (0, f"You approved d-2: shop to production at {newer[:7]}.\n")
    ended = await card_says(workspace, PLACE, "shop → production: succeeded")
    assert ended["ts"] == card["ts"]
    assert "approved by Mia" in words_of(ended)


async def test_who_asked_and_who_may_not_cannot_approve(workspace: Workspace, approved: GrailProcess) -> None:
    card = await waits(workspace)
    await workspace.press(DANA, "deploy.approve", message=card["ts"])
    words = await told(workspace, DANA, PLACE, "yourself")
    assert "You asked for d-1 yourself: somebody else has to approve it." in words
    await workspace.press(DEVI, "deploy.approve", message=card["ts"])
    assert "You may not approve a deploy of shop in staging." in await told(workspace, DEVI, PLACE, "may not")
    assert approved.runs() == []


async def test_a_rejected_deploy_is_over_and_says_who_and_why(
    workspace: Workspace, approved: GrailProcess
) -> None:
    await waits(workspace)
    await workspace.type(OMAR, PLACE, "/grail reject d-1 not before the fair")
    card = await card_says(workspace, PLACE, "cancelled")
    assert "Rejected by Omar: not before the fair. Nothing was started." in words_of(card)
    assert approved.runs() == []


async def test_a_change_of_config_makes_an_approval_worthless(
    workspace: Workspace, approved: GrailProcess
) -> None:
    card = await waits(workspace)
    approved.config.write_text(approved.config.read_text().replace("company: Test", "company: Other"))
    await workspace.wait_for("#ops", lambda ms: sum("config.yaml" in m["text"] for m in ms) > 1, within=20)
    await workspace.press(OMAR, "deploy.approve", message=card["ts"])
    assert "d-1 is not what your card showed: nothing was changed." in await told(
        workspace, OMAR, PLACE, "showed"
    )
    assert approved.runs() == []
    changed = next(c for c in (await workspace.messages(PLACE)) if c["ts"] == card["ts"])
    await workspace.wait_for(
        PLACE, lambda ms: next(m for m in ms if m["ts"] == card["ts"])["blocks"] != card["blocks"]
    )
    await workspace.press(OMAR, "deploy.approve", message=changed["ts"])
    await card_says(workspace, PLACE, "succeeded")


async def test_whoever_waits_too_long_is_told_that_nothing_was_started(
    workspace: Workspace, approved: GrailProcess
) -> None:
    await waits(workspace)
    await workspace.clock(forward=24 * 3600 + 61)
    card = await card_says(workspace, PLACE, "failed")
    assert "It waited for its approval for 24 hours, which is the most. Nothing was started." in words_of(
        card
    )


async def test_who_does_not_start_when_the_turn_comes_leaves_the_line(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "queued, number 1 in line")
    grail.open_gate()
    await workspace.wait_for("@Grail", lambda ms: "it is your turn" in ms[-1]["text"], as_=DANA)
    await workspace.clock(forward=601)
    card = await card_says(workspace, PLACE, "cancelled")
    assert "Its turn came, and nobody started it within 10 minutes." in words_of(card)
    assert grail.runs() == ["d-1"]


async def test_the_newer_of_two_in_line_takes_the_place_of_ones_older(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    older = await card_says(workspace, PLACE, "queued, number 1 in line")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await workspace.wait_for(
        PLACE, lambda ms: "cancelled" in next(m for m in ms if m["ts"] == older["ts"])["text"]
    )
    cancelled = next(m for m in await workspace.messages(PLACE) if m["ts"] == older["ts"])
    assert "cancelled by d-3, which takes its place" in words_of(cancelled)
    await card_says(workspace, PLACE, "queued, number 1 in line")


async def test_what_waits_is_called_off_by_a_press(workspace: Workspace, approved: GrailProcess) -> None:
    card = await waits(workspace)
    await workspace.press(DANA, "deploy.cancel", message=card["ts"])
    ended = await card_says(workspace, PLACE, "cancelled")
    assert "Nothing was started." in words_of(ended)


async def test_a_developer_on_the_rung_drive_deploys_to_production_with_the_tap_of_who_may_do_it_alone(
    workspace: Workspace, grail: GrailProcess
) -> None:
    place = "#platform"
    await workspace.type(DARIO, place, "/grail can i deploy gateway to production")
    assert "*yes, once it is approved*" in await told(workspace, DARIO, place, "Can I deploy")
    await workspace.type(DARIO, place, "/grail deploy gateway to production")
    card = await card_says(workspace, place, "waiting for approval")
    assert "Dario does it with a net: somebody who may deploy there alone has to approve it." in words_of(
        card
    )
    await workspace.press(DARIO, "deploy.approve", message=card["ts"])
    await told(workspace, DARIO, place, "You asked for d-1 yourself: somebody else has to approve it.")
    await workspace.press(MIA, "deploy.approve", message=card["ts"])
    refused = await told(workspace, MIA, place, "with a net")
    assert (
        "Dario does it with a net, so whoever approves it has to be able to do it alone. "
        "You may not deploy gateway to production."
    ) in refused
    assert grail.runs() == []
    await workspace.press(OLGA, "deploy.approve", message=card["ts"])
    ended = await card_says(workspace, place, "succeeded")
    assert ended["ts"] == card["ts"]
    assert "by Dario" in words_of(ended)
    assert "approved by Olga" in words_of(ended)


async def test_below_the_rung_drive_nobody_asks_for_production_and_is_told_what_is_missing(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to production")
    words = await told(workspace, DANA, PLACE, "You may not deploy shop to production.")
    assert (
        "Omar or Olga can do it. It takes the rung solo (doing it alone) in the team storefront or the"
        in words
    )
    assert "To ask for it, the rung drive is enough." in words
    await workspace.type(DARIO, PLACE, "/grail deploy shop to production")  # another team's
    await told(workspace, DARIO, PLACE, "You may not deploy shop to production.")
    assert grail.runs() == []


async def test_a_deploy_that_is_set_for_a_time_says_so_everywhere_and_begins_then(
    workspace: Workspace, grail: GrailProcess
) -> None:
    at = datetime.fromtimestamp(time.time() + 7200, ZoneInfo("Europe/Berlin"))  # where Dana is
    said = f"{at:%A %H:%M} in Europe/Berlin"
    day = "today" if at.date() == datetime.now(ZoneInfo("Europe/Berlin")).date() else "tomorrow"
    line = f"shop to staging at {day} {at:%H:%M}"
    await workspace.type(DANA, PLACE, f"/grail deploy {line} --plan")
    assert f"I understood {said}." in await told(workspace, DANA, PLACE, "I would deploy")
    await workspace.type(DANA, PLACE, f"/grail can i deploy {line}")
    assert "*yes, when its time comes*" in await told(workspace, DANA, PLACE, "Can I deploy")
    await workspace.type(DANA, PLACE, f"/grail deploy {line}")
    card = await card_says(workspace, PLACE, f"shop → staging: parked, starts {said}")
    assert [e["text"]["text"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]] == [
        "Start it now", "Call it off",
    ]  # fmt: skip
    for question, answer in (
        ("why d-1", f"Set for {said}"),
        ("queue", "d-1 "),
        ("status shop", "parked, starts "),
    ):
        await workspace.type(DANA, PLACE, f"/grail {question}")
        await told(workspace, DANA, PLACE, answer)
    await workspace.press(OMAR, "deploy.start", message=card["ts"])
    await told(workspace, OMAR, PLACE, "d-1 is Dana's to start.")
    assert grail.runs() == []
    await workspace.type(OMAR, PLACE, "/grail lock shop staging for 3h the fair")
    lock = "shop staging is locked · Omar: the fair"
    await workspace.wait_for(PLACE, lambda ms: any(m["text"] == lock for m in ms))
    await workspace.clock(forward=7200)
    late = await workspace.wait_for("@Grail", lambda ms: "its time has come" in ms[-1]["text"], as_=DANA)
    assert "shop staging is locked by Omar: the fair." in words_of(late[-1])
    await workspace.type(OMAR, PLACE, "/grail unlock shop staging")
    await card_says(workspace, PLACE, "succeeded")
    assert grail.runs() == ["d-1"]
