"""status asks what really runs; what came there without Grail is shown, and claimed by who brought it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, MIA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


def asked(grail: GrailProcess) -> None:
    """The recipe says what stands in each environment: what the test puts there, or nothing while it is `silent`."""
    script = f"cat {grail.shared}/$GRAIL_SERVICE-$GRAIL_ENVIRONMENT || exit 7"
    question = f"    standing: {{run: {json.dumps(['sh', '-c', script])}}}\n"
    text = grail.config.read_text()
    assert "    rollback:\n" in text
    grail.config.write_text(text.replace("    rollback:\n", f"{question}    rollback:\n", 1))


@pytest.fixture
async def grail(resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    asked(resting_grail)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


def stands(grail: GrailProcess, commit: str, environment: str = "staging") -> None:
    (grail.shared / f"shop-{environment}").write_text(f"{commit}\n")


async def deployed(workspace: Workspace, grail: GrailProcess) -> str:
    """The head of main, by Grail; what really stands in production is nothing."""
    head = grail.repository.head()
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    stands(grail, head)
    stands(grail, "none", "production")
    return head


async def seen(workspace: Workspace, who: str, word: str) -> Any:
    """The card of `status shop`, as this person has it, once the system has said something new."""
    await workspace.clock(forward=60)
    await workspace.type(who, PLACE, "/grail status shop")
    await told(workspace, who, PLACE, word)
    found = [m for m in await workspace.messages(PLACE, as_=who) if word in words_of(m)]
    return found[-1]


async def test_what_came_there_without_grail_is_shown_and_becomes_the_deploy_of_who_brought_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    ours = await deployed(workspace, grail)
    theirs = grail.repository.branch("feature/hats", {"hats": "1"})
    stands(grail, theirs)
    card = await seen(workspace, DEVI, "*outside*")
    words = words_of(card)
    assert f"shop staging: {theirs[:7]}, not by me" in words
    assert f":warning: *outside*: `{theirs[:7]}` Work on feature/hats really" in words
    assert "runs there, not deployed by me" in words
    assert f"`{ours[:7]}`" in words

    hers, his = [await seen(workspace, who, "*outside*") for who in (MIA, OMAR)]
    await workspace.press(MIA, "outside.mine", message=hers["ts"])
    refusal = await told(workspace, MIA, PLACE, "In a word")
    assert "`deploy`" in refusal or "deploy" in refusal, refusal
    await workspace.press(DEVI, "outside.mine", message=card["ts"])
    assert (
        f"d-2: shop to staging, {theirs[:7]}, is down as yours. From now on `diff` and `rollback` reckon with it. Its "
        "card has a button that takes it back."
    ) in await told(workspace, DEVI, PLACE, "is down as yours")
    mine = await card_says(workspace, PLACE, f"succeeded · {theirs[:7]}")
    assert "*outside*: brought there without me; Devi says that it was theirs." in words_of(mine)

    await workspace.press(OMAR, "outside.mine", message=his["ts"])
    refusal = await told(workspace, OMAR, PLACE, "said before you")
    assert "Devi said before you that it was theirs: d-2. Nothing was changed." in refusal
    assert "If that is wrong, the card of d-2 has a button that takes it back." in refusal
    await workspace.type(OMAR, PLACE, "/grail rollback shop staging --plan")
    plan = await told(workspace, OMAR, PLACE, "I would")
    assert f"to `{ours[:7]}`" in plan
    assert f"up to `{theirs[:7]}`" in plan

    await workspace.press(OMAR, "outside.undo", message=mine["ts"])
    await told(workspace, OMAR, PLACE, "d-2 is taken back")
    gone = await card_says(workspace, PLACE, f"cancelled · {theirs[:7]}")
    assert "Taken back by Omar: I do not know who brought it there." in words_of(gone)
    await workspace.press(DEVI, "outside.undo", message=mine["ts"])
    await told(workspace, DEVI, PLACE, "d-2 was taken back already. Nothing was changed.")
    await seen(workspace, OMAR, "*outside*")
    assert await grail.metric("grail_work_dead_letters_total", every=True) in (None, 0.0)


async def test_a_card_that_shows_what_stands_there_no_more_changes_nothing(
    workspace: Workspace, grail: GrailProcess
) -> None:
    ours = await deployed(workspace, grail)
    first = grail.repository.branch("feature/hats", {"hats": "1"})
    second = grail.repository.branch("feature/shoes", {"shoes": "1"})
    stands(grail, first)
    card = await seen(workspace, DANA, "*outside*")
    stands(grail, second)
    await workspace.press(DANA, "outside.mine", message=card["ts"])
    words = await told(workspace, DANA, PLACE, "By now")
    assert f"By now `{second[:7]}` stands in shop staging, not `{first[:7]}`. Nothing was changed." in words
    stands(grail, ours)
    await workspace.clock(forward=11)  # sooner it would be a double click
    await workspace.press(DANA, "outside.mine", message=card["ts"])
    await told(workspace, DANA, PLACE, f"By now `{ours[:7]}` stands in shop staging")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging feature/shoes")
    await card_says(workspace, PLACE, f"succeeded · {second[:7]}")
    await workspace.clock(forward=11)
    await workspace.press(DANA, "outside.mine", message=card["ts"])
    await told(workspace, DANA, PLACE, "By now d-2 stands in shop staging. Nothing was changed.")
    stands(grail, "none")
    await seen(workspace, DANA, "really *nothing* runs there")


async def test_a_system_that_does_not_answer_is_named_and_what_was_known_stays(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await deployed(workspace, grail)
    theirs = grail.repository.branch("feature/hats", {"hats": "1"})
    stands(grail, theirs)
    card = await seen(workspace, DANA, "*outside*")
    (grail.shared / "shop-staging").unlink()
    words = words_of(await seen(workspace, DANA, "did not answer"))
    assert "`standing` of the recipe did not answer: cat: " in words
    assert " This is what I knew <!date^" in words
    assert "*outside*" in words  # what was heard last is still shown
    await workspace.clock(forward=11)
    await workspace.press(DANA, "outside.mine", message=card["ts"])
    await told(workspace, DANA, PLACE, "Press it again in a moment.")


async def test_the_whole_board_shows_what_was_heard_last_with_its_age_and_has_it_asked_again(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await deployed(workspace, grail)
    await seen(workspace, DANA, "*staging*")
    await workspace.clock(forward=600)
    theirs = grail.repository.branch("feature/hats", {"hats": "1"})
    stands(grail, theirs)
    await workspace.type(OMAR, PLACE, "/grail status")
    assert "asked 10 min ago" in await told(workspace, OMAR, PLACE, "*gateway*")

    async def heard() -> bool:
        await workspace.clock(forward=11)  # the same words within 10 s would be the same request
        await workspace.type(OMAR, PLACE, "/grail status")
        return any("*outside*" in words_of(m) for m in await workspace.messages(PLACE, as_=OMAR))

    await workspace.wait_until(heard, within=30)
