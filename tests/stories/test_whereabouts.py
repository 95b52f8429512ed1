"""What becomes of a commit: whoever wrote it is told when somebody else brings it into production, and can ask."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"
THERE = "shop production: your 2 commits are there"


async def test_who_wrote_it_is_told_once_that_it_is_in_production_although_grail_is_killed(
    workspace: Workspace, grail: GrailProcess
) -> None:
    shop = grail.repository
    await workspace.type(DANA, PLACE, "/grail whoami")  # who Grail has never seen it cannot write to
    await told(workspace, DANA, PLACE, "Dana")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production")
    await card_says(workspace, PLACE, "shop → production: succeeded")
    hats = shop.commit("Sell *hats*", {"hats": "many"})
    robot = "--author=Robot <robot@example.com>"
    shop._git("commit", "--quiet", "--allow-empty", "-m", "Count the hats", robot)
    caps = shop.commit("Sell caps <@U1>", {"caps": "few"})
    await workspace.type(DANA, PLACE, "/grail where is main in shop")
    words = await told(workspace, DANA, PLACE, "nowhere yet")
    assert f"• *production*: not yet, `{shop._git('rev-parse', 'main~3')[:7]}` stands there" in words

    grail.shut_gate()
    await workspace.type(OMAR, PLACE, f"/grail deploy shop to production {caps}")
    await card_says(workspace, PLACE, f"shop → production: running · {caps[:7]}")
    grail.kill()
    grail.open_gate()
    await grail.start()
    await card_says(workspace, PLACE, f"shop → production: succeeded · {caps[:7]}")
    found = await workspace.wait_for("@Grail", lambda ms: ms[-1]["text"] == THERE, as_=DANA)
    words = words_of(found[-1])
    assert ":ship: *Your 2 commits are in production*: shop, since <!date^" in words
    assert "(d-2 by Omar)" in words
    assert f"• `{caps[:7]}` Sell caps &lt;@U1&gt;" in words
    assert f"• `{hats[:7]}` Sell ∗hats∗" in words
    assert "Count the hats" not in words
    assert f"`where is {caps[:7]}` says where else. `notify commits never` ends these messages." in words
    await workspace.type(DANA, PLACE, f"/grail where is {hats[:10]} in shop")
    words = await told(workspace, DANA, PLACE, "in shop production")
    assert "• *production*: :white_check_mark: since <!date^" in words

    # A roll-back tells nobody, and neither does a deploy to anywhere else.
    await workspace.type(OMAR, PLACE, "/grail rollback shop production")
    await card_says(workspace, PLACE, "(roll-back): succeeded")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "shop → staging: succeeded")
    await workspace.type(DANA, PLACE, "/grail where is main in shop")
    await told(workspace, DANA, PLACE, "d-3 by Omar rolled it back")
    mine = await workspace.messages("@Grail", as_=DANA)
    assert [m["text"] for m in mine if "are there" in m["text"]] == [THERE]
