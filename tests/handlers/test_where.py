"""where is, as people use it."""

import shutil

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import card_says, told

PLACE = "#storefront"


async def test_each_place_says_since_when_it_has_the_commit_and_what_is_on_its_way_with_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail where is main in shop")
    words = await told(workspace, DANA, PLACE, "nowhere yet")
    assert "• *staging*: not yet, nothing is deployed there" in words
    sha = grail.repository.commit("Sell *hats*", {"hats": "many"})
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "shop → staging: succeeded")
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, f"/grail deploy shop to production {sha}")
    await card_says(workspace, PLACE, "shop → production: running")

    link = f"https://github.example/acme/shop/commit/{sha}"
    await workspace.type(DANA, PLACE, f"/grail where is {link} in shop")
    words = await told(workspace, DANA, PLACE, ": in shop staging")
    assert words.splitlines()[0] == f"{sha[:12]} Sell ∗hats∗: in shop staging"
    assert f"`{sha[:7]}` Sell ∗hats∗ — Dana" in words
    assert "• *staging*: :white_check_mark: since <!date^" in words
    assert "|" in words.split("since ")[1]
    assert "(d-1 by Dana)" in words
    assert "• *production*: not yet, nothing is deployed there; :rocket: d-2 by Omar brings it now" in words
    grail.open_gate()
    await card_says(workspace, PLACE, "shop → production: succeeded")

    older = grail.repository.branch("feature/caps", {"caps": "few"})
    await workspace.type(DANA, PLACE, f"/grail deploy shop to staging {older}")
    await card_says(workspace, PLACE, f"shop → staging: succeeded · {older[:7]}")
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    await card_says(workspace, PLACE, "shop → staging (roll-back): succeeded")
    await workspace.type(DANA, PLACE, "/grail where is feature/caps in shop")
    words = await told(workspace, DANA, PLACE, "not any more")
    assert "• *staging*: :x: not any more: d-4 by Dana rolled it back <!date^" in words
    kept = ":no_entry: d-4 took it back, and it may not come again until `clear shop staging`"
    assert kept in words
    assert f"• *production*: not yet, `{sha[:7]}` stands there" in words


async def test_what_there_is_not_and_a_repository_that_is_away_are_said_with_what_to_do(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, PLACE, "/grail where is feature/gift-card")
    words = await told(workspace, DEVI, PLACE, "feature/gift-card`")
    # Her own team's services are named first.
    assert (
        "There is no branch, tag or commit `feature/gift-card` in search, shop and gateway; did you" in words
    )
    assert "did you mean `feature/gift-cards`?" in words
    assert "Name a pull request like `#812`, a commit by seven digits at least, or a branch." in words
    await workspace.type(DEVI, PLACE, "/grail where is #812?")
    await told(workspace, DEVI, PLACE, "There is no pull request #812 in search, shop and gateway.")
    await workspace.type(DEVI, PLACE, "/grail where is 812")
    words = await told(workspace, DEVI, PLACE, "commit `812`")
    assert "There is no branch, tag or commit `812`." in words
    assert "For the pull request say `where is #812`; of a commit give seven digits at least." in words
    await workspace.type(DEVI, PLACE, "/grail where is")
    words = await told(workspace, DEVI, PLACE, "I need")
    assert "I need a pull request, a commit or a branch." in words
    assert "Say it as `where is &lt;ref&gt; [in] [&lt;services&gt;]`." in words
    await workspace.type(DEVI, PLACE, "/grail where is main..next")
    await told(workspace, DEVI, PLACE, "`main..next` cannot be a ref: it has `..` in it.")
    shutil.move(grail.repository.path, grail.repository.path.with_name("away"))
    await workspace.type(DEVI, PLACE, "/grail where is main in shop")
    words = await told(workspace, DEVI, PLACE, "cannot be read")
    assert "The repository of shop cannot be read: " in words
    assert "Nothing was changed; try again in a minute." in words
