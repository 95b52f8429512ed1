"""diff and promote, as people use them."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, told

PLACE = "#storefront"


async def test_the_very_commit_that_stands_goes_on_and_the_difference_tells_what_is_not_there_yet(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail diff shop staging")
    words = await told(workspace, OMAR, PLACE, "Nothing is deployed")
    assert "Nothing is deployed to shop staging yet." in words
    assert "Say `deploy shop to staging` first." in words
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    card = await card_says(workspace, PLACE, "shop → staging: succeeded")
    stands = grail.repository.head()
    newer = grail.repository.commit("Sell hats", {"hats": "many", "caps": "few"})
    await workspace.type(OMAR, PLACE, "/grail promote shop staging production")
    card = await card_says(workspace, PLACE, "shop → production: succeeded")
    assert f" · {stands[:7]} " in card["text"]

    await workspace.type(OMAR, PLACE, "/grail diff shop production")
    words = await told(workspace, OMAR, PLACE, "to come")
    assert f"*shop production* has `{stands[:7]}`; `main` brings 1 commit by Dana, in 2 files." in words
    assert f"• `{newer[:7]}` Sell hats — Dana" in words
    assert "Files: `caps`, `hats`" in words
    await workspace.type(OMAR, PLACE, f"/grail diff shop production {stands}")
    await told(workspace, OMAR, PLACE, f"shop production has exactly {stands}: there is no difference.")
    await workspace.type(OMAR, PLACE, "/grail deploy search to staging")
    await card_says(workspace, PLACE, "search → staging: succeeded")
    await workspace.type(OMAR, PLACE, "/grail diff search staging feature/gift-cards")
    words = await told(workspace, OMAR, PLACE, "It takes back 1 commit by Dana:")
    assert "`feature/gift-cards` brings 1 commit by Dana, in 3 files." in words


async def test_promoting_takes_the_right_there_and_two_environments(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail promote shop staging to production")
    await told(workspace, DANA, PLACE, "You may not promote shop to production.")
    await workspace.type(DANA, PLACE, "/grail promote shop staging to staging")
    await told(workspace, DANA, PLACE, "That is the same environment twice: staging.")
    await workspace.type(DANA, PLACE, "/grail promote shop to staging")
    await told(workspace, DANA, PLACE, "I need an environment to take it from.")
    await workspace.type(DANA, PLACE, "/grail promote shop production to staging --plan")
    await told(workspace, DANA, PLACE, "Nothing is deployed to shop production yet.")
