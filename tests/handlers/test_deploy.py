"""deploy, run, cancel: what is asked, refused and answered."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, cards, held, told, words_of

PLACE = "#storefront"


async def test_plan_says_what_would_happen_and_changes_nothing(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging --plan")
    plan = await told(workspace, DANA, PLACE, "I would")
    assert "I would deploy *shop to staging*" in plan
    assert "Nothing was deployed there by me before." in plan
    assert "Steps: checkout → test → start → health" in plan
    assert "Nothing was changed." in plan
    assert not cards(await workspace.messages(PLACE))
    assert grail.runs() == []


async def test_several_services_are_several_deploys(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop,search to staging")
    found = await workspace.wait_for(PLACE, lambda ms: [c for c in cards(ms) if "succeeded" in c["text"]][1])
    assert {card["text"].split(":")[0] for card in cards(found)} == {"shop → staging", "search → staging"}


async def test_a_branch_is_deployed_by_its_name(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop staging feature/gift-cards")
    card = await card_says(workspace, PLACE, "succeeded")
    assert "Work on feature/gift-cards" in words_of(card)
    assert "(`feature/gift-cards`)" in words_of(card)


async def test_the_card_says_what_it_replaces(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(DANA, PLACE, "/grail deploy shop staging feature/gift-cards")
    found = await workspace.wait_for(PLACE, lambda ms: "succeeded" in cards(ms)[1]["text"])
    assert f"replaces `{grail.repository.head()[:7]}` Open the shop" in words_of(cards(found)[1])


async def test_a_ref_that_does_not_exist_is_refused_with_what_was_meant(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging fails-heath")
    refusal = await told(workspace, DANA, PLACE, "fails-heath")
    assert "did you mean `fails-health`?" in refusal


async def test_a_ref_that_git_would_take_for_an_option_is_refused(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, '/grail deploy shop to staging "-upload-pack"')
    assert "`-`" in await told(workspace, DANA, PLACE, "upload-pack")
    assert grail.runs() == []


async def test_an_action_runs_where_something_stands(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail run shop restart in staging")
    refusal = await told(workspace, DANA, PLACE, "nothing-there")
    assert "Nothing is deployed to `staging` yet, so there is nothing to restart." in refusal
    assert "Say `deploy shop to staging` first." in refusal
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.clock(forward=11)
    await workspace.type(DANA, PLACE, "/grail run shop restart in staging")
    await workspace.wait_for(
        PLACE, lambda ms: any("restart shop in staging: succeeded" in m["text"] for m in ms)
    )


async def test_logs_show_the_last_lines_to_who_asked(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "succeeded")
    await workspace.press(OMAR, "deploy.logs", message=card["ts"])
    assert f"started {grail.repository.head()}" in await told(workspace, OMAR, PLACE, "started")


async def test_cancelling_what_is_over_says_so(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(DANA, PLACE, "/grail cancel d-1")
    assert "d-1 is over: it succeeded." in await told(workspace, DANA, PLACE, "over")
    await workspace.type(DANA, PLACE, "/grail cancel d-77")
    assert "There is no deploy d-77." in await told(workspace, DANA, PLACE, "d-77")


async def test_who_may_not_cancel_is_told_so_and_who_began_it_may(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await held(workspace, grail)
    await workspace.type("mia@example.com", PLACE, "/grail cancel d-1")
    assert "`whoami` shows what you may do." in await told(workspace, "mia@example.com", PLACE, "whoami")
    await workspace.type(DANA, PLACE, "/grail cancel d-1")
    await card_says(workspace, PLACE, "cancelled")


async def test_a_plan_to_cancel_cancels_nothing(workspace: Workspace, grail: GrailProcess) -> None:
    await held(workspace, grail)
    await workspace.type(DANA, PLACE, "/grail cancel d-1 --plan")
    assert "I would end d-1: shop to staging. Nothing was changed." in await told(
        workspace, DANA, PLACE, "I would end"
    )
    grail.open_gate()
    await card_says(workspace, PLACE, "succeeded")


async def test_whose_e_mail_rests_may_not_cancel_what_its_owner_began(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await held(workspace, grail)
    mia = "U0MIA000000"
    await workspace.readdress(mia, DANA)
    await workspace.type(mia, PLACE, "/grail cancel d-1")
    assert "your rights rest" in await told(workspace, mia, PLACE, "rest")
    grail.open_gate()
    await card_says(workspace, PLACE, "succeeded")


async def test_several_services_stay_together_in_the_form(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop,search")
    view = (await workspace.wait_until(lambda: workspace.views(DANA)))[-1]
    chosen = view["blocks"][0]["element"]["initial_option"]
    assert (chosen["text"]["text"], chosen["value"]) == ("shop, search", "shop,search")
    values = {"service": {"service": "shop,search"}, "environment": {"environment": "staging"}}
    answer = await workspace.submit(DANA, view["id"], values)
    assert not answer.get("errors")
    found = await workspace.wait_for(PLACE, lambda ms: [c for c in cards(ms) if "succeeded" in c["text"]][1])
    assert {card["text"].split(":")[0] for card in cards(found)} == {"shop → staging", "search → staging"}
