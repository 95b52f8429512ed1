"""A role by hand: for a while, with a reason, and never more than one holds oneself."""

import re

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


async def test_a_grant_opens_a_right_until_it_ends(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(OMAR, PLACE, "/grail grant operator to @dana for 2h Omar is ill")
    answer = await told(workspace, OMAR, PLACE, "dana@example.com holds")
    assert "Omar is ill" in answer
    ops = await workspace.wait_for("#ops", lambda ms: "dana@example.com holds operator" in ms[-1]["text"])
    assert "Given by Omar" in words_of(ops[-1])
    await workspace.type(DANA, PLACE, "/grail deploy shop to production")
    await card_says(workspace, PLACE, "shop → production: succeeded")
    await workspace.clock(forward=2 * 3600 + 60)
    await workspace.type(DANA, PLACE, "/grail deploy shop to production")
    await told(workspace, DANA, PLACE, "`whoami` shows what you may do.")


async def test_a_grant_is_ended_by_hand(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(OMAR, PLACE, "/grail grant operator to dana@example.com for 2h Omar is ill")
    answer = await told(workspace, OMAR, PLACE, "dana@example.com holds")
    id = re.findall(r"g-\w+", answer)[0]
    await workspace.type(OMAR, PLACE, f"/grail revoke {id}")
    await told(workspace, OMAR, PLACE, f"The grant {id} has ended.")
    await workspace.type(DANA, PLACE, "/grail deploy shop to production")
    await told(workspace, DANA, PLACE, "`whoami` shows what you may do.")


async def test_what_cannot_be_given_is_refused_with_what_to_say(
    workspace: Workspace, grail: GrailProcess
) -> None:
    for who, line, sentence in (
        (OMAR, "admin to @dana for 2h why not", "You do not hold admin yourself, so you cannot give it."),
        (OMAR, "king to @dana for 2h why not", "There is no role `king`."),
        (OMAR, "operator to @dana for ever because", "`ever` is no length of time."),
        (OMAR, "operator to nobody for 2h because", "I do not know `nobody`."),
        (OMAR, "operator to @dana", "I need a role, a person, for how long, and why."),
        (OMAR, "operator to @omar for 2h because", "You cannot give rights to yourself."),
        (OMAR, "operator to @dana for 100d because", "A grant needs an end within 90 days."),
        (DEVI, "developer to @dana for 2h because", "You may not decide about rights of people."),
    ):
        await workspace.type(who, PLACE, f"/grail grant {line}")
        await told(workspace, who, PLACE, sentence.split("`")[0].strip())
