"""The first whole thing that Grail does: a developer types `/grail deploy`, and a real service is deployed."""

import re

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, GUS, OMAR, Workspace
from tests.stories.steps import card_says, cards, thread_of, told, words_of


async def test_a_deploy_killed_in_the_middle_goes_on_and_its_one_card_says_succeeded(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    first = await card_says(workspace, "#storefront", "running")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])

    grail.kill()
    await grail.start()
    await workspace.wait_for("#storefront", lambda ms: any("I restarted" in m["text"] for m in ms))
    grail.open_gate()

    await card_says(workspace, "#storefront", "succeeded")
    standing = cards(await workspace.messages("#storefront"))
    assert [card["ts"] for card in standing] == [first["ts"]]
    thread = await thread_of(workspace, "#storefront", first)
    assert [line for line in thread if "restarted" in line] == [
        "shop to staging: I restarted; your deploy is at step 3 of 4."
    ]
    assert grail.runs() == ["d-1"]


async def test_a_deploy_is_one_card_whose_thread_carries_its_steps(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    card = await card_says(workspace, "#storefront", "succeeded")
    words = words_of(card)
    assert grail.repository.head()[:7] in words
    assert "Open the shop" in words
    assert "by Dana" in words
    assert "(`main`, assumed)" in words
    await workspace.wait_for("#storefront", lambda ms: "health succeeded" in ms[-1]["text"])
    [line] = await thread_of(workspace, "#storefront", card)
    steps = [" ".join(step.split()[:2]) for step in line.partition(": ")[2].split(", ")]
    assert steps == ["checkout succeeded", "test succeeded", "start succeeded", "health succeeded"]
    told_beside = [m for m in await workspace.messages("#storefront", as_=DANA) if m.get("ephemeral_to")]
    assert told_beside == []  # its card stands where she asked, and says it all


async def test_a_failed_health_check_rolls_back_and_says_so_with_its_last_lines(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging fails-health")
    card = await card_says(workspace, "#storefront", "failed")
    assert "I rolled back by myself: everything is as it was before." in words_of(card)
    await workspace.wait_until(lambda: thread_of(workspace, "#storefront", card))
    [cause] = await thread_of(workspace, "#storefront", card)
    assert "no answer on /health" in cause
    direct = await workspace.wait_for(
        "@Grail", lambda ms: ms[-1]["text"] == "shop to staging: failed", as_=DANA
    )
    assert len(direct) == 1


async def test_cancel_ends_the_deploy_and_says_who_did(workspace: Workspace, grail: GrailProcess) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    card = await card_says(workspace, "#storefront", "running")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    await workspace.press(OMAR, "deploy.cancel", message=card["ts"])
    ended = await card_says(workspace, "#storefront", "cancelled")
    assert "cancelled by Omar" in words_of(ended)
    await workspace.type(DANA, "#storefront", "/grail status shop")
    assert "nothing deployed by me yet" in await told(workspace, DANA, "#storefront", "nothing deployed")


async def test_a_press_on_a_card_that_is_over_changes_nothing_and_says_what_is_true(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    card = await card_says(workspace, "#storefront", "running")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    await workspace.weather(slow=2)  # the card that people see is older than the truth
    grail.open_gate()

    async def over() -> bool:
        return await grail.metric('grail_deploys_total{environment="staging",service="shop"') == 1

    await workspace.wait_until(over)
    await workspace.press(DANA, "deploy.cancel", message=card["ts"])
    await workspace.weather(slow=0)
    answer = await told(workspace, DANA, "#storefront", "stale")
    assert "d-1 is over: it succeeded. Your card was older than that, so nothing was changed." in answer
    await card_says(workspace, "#storefront", "succeeded")


async def test_the_second_deploy_to_an_environment_stands_in_line_and_names_the_first(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    await workspace.type(OMAR, "#storefront", "/grail deploy shop to staging fails-health")
    answer = await told(workspace, OMAR, "#storefront", "stands in line")
    assert "shop in staging is taken: Dana has d-1 (shop to staging, " in answer
    assert re.search(r"running there since \d+ s, at step 3 of 4\.", " ".join(answer.split()))
    card = await card_says(workspace, "#storefront", "queued, number 1 in line")
    grail.open_gate()
    turn = await workspace.wait_for("@Grail", lambda ms: "it is your turn" in ms[-1]["text"] and ms, as_=OMAR)
    await workspace.press(OMAR, "deploy.start", in_="@Grail", message=turn[-1]["ts"])
    await card_says(workspace, "#storefront", "failed", within=20)
    assert [one["ts"] for one in cards(await workspace.messages("#storefront"))][-1] == card["ts"]
    assert grail.runs() == ["d-1", "d-2"]


async def test_the_same_deploy_typed_twice_is_one_and_the_second_is_told_what_the_first_did(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.type(DANA, "#storefront", "/grail  Deploy shop  TO staging")
    again = await told(workspace, DANA, "#storefront", "You asked me the same")
    assert "so I did it once. d-1: shop to staging" in again
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded")
    assert len(cards(await workspace.messages("#storefront"))) == 1
    assert grail.runs() == ["d-1"]


async def test_a_mention_is_answered_in_its_thread_and_a_direct_message_in_place(
    workspace: Workspace, grail: GrailProcess
) -> None:
    asked = await workspace.type(DANA, "#storefront", "@Grail status shop")
    answered = await workspace.wait_for("#storefront", lambda ms: "shop staging" in ms[-1]["text"])
    assert answered[-1]["thread_ts"] == asked["ts"]
    await workspace.type(DANA, "@Grail", "deploy shop staging")
    await workspace.wait_for("@Grail", lambda ms: "succeeded" in cards(ms)[-1]["text"], as_=DANA)


async def test_who_has_no_right_is_told_why_and_what_to_do(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DEVI, "#storefront", "/grail deploy shop to production")
    refusal = await told(workspace, DEVI, "#storefront", "production")
    assert "`whoami` shows what you may do." in refusal
    await workspace.type(GUS, "#storefront", "/grail status")
    assert "I only work for full members of this workspace." in await told(
        workspace, GUS, "#storefront", "full members"
    )
    assert grail.runs() == []
