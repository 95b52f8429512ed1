"""After a deploy its health is watched, and what fails again and again is rolled back by Grail itself."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, MIA, OMAR, Workspace
from tests.stories.steps import card_says, cards, told, words_of

PLACE = "#storefront"
WATCH = "watch: {lasts: 2h, every: 30s, fails: 2}"


@pytest.fixture
async def grail(resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    shared = resting_grail.shared
    script = f"if test -e {shared}/sick; then echo out of honey; exit 1; fi; test -e {shared}/blind && exit 75; true"
    question = f"    health: {{run: {json.dumps(['sh', '-c', script])}}}\n"
    text = resting_grail.config.read_text().replace("    rollback:\n", f"{question}    rollback:\n", 1)
    place = "environments: {staging: {recipe: quick}"
    assert place in text
    text = text.replace(place, f"environments: {{staging: {{recipe: quick, {WATCH}}}", 1)
    resting_grail.config.write_text(text)
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


def sick(grail: GrailProcess, *, well: bool = False) -> None:
    mark = grail.shared / "sick"
    mark.unlink(missing_ok=True) if well else mark.touch()


async def deployed(workspace: Workspace, grail: GrailProcess, ref: str) -> str:
    sha = grail.repository.branch(ref, {ref: "1"})
    await workspace.type(DANA, PLACE, f"/grail deploy shop to staging {ref}")
    await card_says(workspace, PLACE, f"succeeded · {sha[:7]}")
    return sha


async def says(workspace: Workspace, sha: str, words: str, *, after: float = 31) -> Any:
    """The card of this commit as it is after the next look. after: seconds until that."""
    await workspace.clock(forward=after)

    def found(messages: list[Any]) -> list[Any]:
        return [m for m in messages if f"succeeded · {sha[:7]}" in m["text"] and words in words_of(m)]

    return found(await workspace.wait_for(PLACE, lambda ms: bool(found(ms))))[0]


async def test_what_fails_again_and_again_is_rolled_back_once_although_grail_is_killed_on_the_way(
    workspace: Workspace, grail: GrailProcess
) -> None:
    good = await deployed(workspace, grail, "hats")
    first = await says(workspace, good, "it is well.", after=7_300)
    assert ":eyes: I watched its health until <!date^" in words_of(first)
    bad = await deployed(workspace, grail, "shoes")
    sick(grail)
    first = await says(workspace, bad, ":warning: Its health check failed 1 of 2 times: out of honey.")
    assert "watch.stop" in json.dumps(first["blocks"])
    grail.kill()
    await grail.start()
    card = await says(workspace, bad, "I roll it back with d-3.")
    assert ":rotating_light: Its health check failed 2 times in a row: out of honey." in words_of(card)
    assert "watch.stop" not in json.dumps(card["blocks"])
    back = await card_says(workspace, PLACE, f"(roll-back): succeeded · {good[:7]}")
    assert "by Grail" in back["text"]
    lock = f"shop staging is locked · Grail: d-3 rolled back to {good[:7]}"
    await workspace.wait_for(PLACE, lambda ms: any(m["text"] == lock for m in ms))
    short = "shop staging is not well after d-2: I roll it back"
    ops = await workspace.wait_for("#ops", lambda ms: any(m["text"] == short for m in ms))
    words = next(words_of(m) for m in ops if m["text"] == short)
    assert (
        f"I roll it back with d-3, which locks the place and keeps `{bad[:7]}` away from it. `unlock shop staging` and "
        "`clear shop staging` end that, once the fault is known."
    ) in words
    await workspace.wait_for("@Grail", lambda ms: any(m["text"] == short for m in ms), as_=DANA)
    for _ in range(4):  # the roll-back is not watched, and nothing more comes of it
        await workspace.clock(forward=31)
    assert len([m for m in await workspace.messages("#ops") if m["text"] == short]) == 1
    assert grail.runs() == ["d-1", "d-2", "d-3"]
    await workspace.type(OMAR, PLACE, "/grail audit shop")
    await told(workspace, OMAR, PLACE, "rolled back d-3: health check failed 2 times")


async def test_one_bad_answer_does_nothing_and_who_may_ends_the_watch(
    workspace: Workspace, grail: GrailProcess
) -> None:
    good = await deployed(workspace, grail, "hats")
    sick(grail)
    await says(workspace, good, "failed 1 of 2 times")
    sick(grail, well=True)
    await workspace.clock(forward=31)
    await workspace.wait_for(PLACE, lambda ms: "of 2 times" not in words_of(cards(ms)[-1]))
    card = cards(await workspace.messages(PLACE))[-1]
    assert ":eyes: I watch its health until <!date^" in words_of(card)
    assert "watch.stop" in json.dumps(card["blocks"])
    await workspace.press(MIA, "watch.stop", message=card["ts"])
    await told(workspace, MIA, PLACE, "In a word")
    await workspace.press(DEVI, "watch.stop", message=card["ts"])
    await told(workspace, DEVI, PLACE, "I watch d-1 no more: shop to staging.")
    await says(workspace, good, ":eyes: Devi ended the watch over its health.", after=0)
    await workspace.press(DANA, "watch.stop", message=card["ts"])
    await told(workspace, DANA, PLACE, "I do not watch d-1 any more. Nothing was changed.")
    sick(grail)
    for _ in range(4):
        await workspace.clock(forward=31)
    assert grail.runs() == ["d-1"]


async def test_where_there_is_nothing_to_go_back_to_it_is_said_loudly(
    workspace: Workspace, grail: GrailProcess
) -> None:
    first = await deployed(workspace, grail, "hats")
    sick(grail)
    await says(workspace, first, "failed 1 of 2 times")
    card = await says(workspace, first, "*I could not roll it back:*")
    why = "There is nothing to go back to in shop staging: nothing else has succeeded there."
    assert why in words_of(card)
    short = "shop staging is not well after d-1, and I could not roll it back"
    ops = await workspace.wait_for("#ops", lambda ms: any(m["text"] == short for m in ms))
    assert "Somebody has to look now: `deploys shop staging` shows what ran there before." in words_of(
        ops[-1]
    )


async def test_what_somebody_has_brought_there_meanwhile_is_left_alone(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await deployed(workspace, grail, "hats")
    second = await deployed(workspace, grail, "shoes")
    sick(grail)
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging hats")
    await workspace.wait_until(lambda: grail.runs() == ["d-1", "d-2", "d-3"])
    for _ in range(4):  # whoever runs there now decides what stands
        await workspace.clock(forward=31)
    sick(grail, well=True)
    grail.open_gate()
    await workspace.wait_for(
        PLACE, lambda ms: sum("shop → staging: succeeded" in m["text"] for m in ms) == 3, within=30
    )
    await says(workspace, second, ":eyes: I watch its health no more: d-3 came after it.")
    assert grail.runs() == ["d-1", "d-2", "d-3"]


async def test_a_watch_that_nobody_could_judge_is_said_in_the_thread_and_to_operations_and_rolls_nothing_back(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await deployed(workspace, grail, "hats")
    (grail.shared / "blind").touch()
    second = await deployed(workspace, grail, "shoes")
    why = "Its health check cannot tell: it says no more"
    await says(workspace, second, f":grey_question: I cannot tell how it is: {why}.")
    card = await says(workspace, second, f"*I could not judge its health:* {why}.", after=7_600)
    assert "Nothing was rolled back." in words_of(card)
    assert "watch.stop" not in json.dumps(card["blocks"])
    ops = await workspace.wait_for("#ops", lambda ms: any("could not be judged" in m["text"] for m in ms))
    assert "shop staging could not be judged after d-2: look at it" in [m["text"] for m in ops]
    thread = await workspace.wait_for(
        PLACE, lambda ms: any("could not judge" in m["text"] for m in ms if m.get("thread_ts") == card["ts"])
    )
    assert any(
        m.get("thread_ts") == card["ts"] and "I could not judge its health" in m["text"] for m in thread
    )
    await workspace.type(OMAR, PLACE, "/grail audit shop")
    await told(workspace, OMAR, PLACE, "unjudged: its health could not be asked")
    assert grail.runs() == ["d-1", "d-2"]
