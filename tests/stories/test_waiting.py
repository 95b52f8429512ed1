"""Deploys that wait: behind a lock, in line, for an approval; and begin by themselves, once."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OMAR, Workspace
from tests.stories.steps import card_says, cards, refused, told, words_of

APPROVED = """environments:
      staging: {recipe: quick, gates: {approvals: {mode: enforced}}}
      production: {recipe: quick}
"""


async def test_a_parked_deploy_goes_through_lock_and_approval_although_grail_is_killed_on_the_way(
    workspace: Workspace, grail: GrailProcess
) -> None:
    text = grail.config.read_text()
    grail.config.write_text(
        text.replace("environments: {staging: {recipe: quick}, production: {recipe: quick}}\n", APPROVED, 1)
    )
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms), within=20)
    await workspace.type(OMAR, "#storefront", "/grail lock shop staging for 2h trying the new search")
    lock = "shop staging is locked · Omar: trying the new search"
    await workspace.wait_for("#storefront", lambda ms: any(m["text"] == lock for m in ms))

    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#storefront", "locked by Omar")
    assert "shop staging is locked by Omar: trying the new search." in words_of(refusal)
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    card = await card_says(workspace, "#storefront", "parked")
    assert grail.runs() == []

    grail.kill()
    await grail.start()
    await workspace.type(OMAR, "#storefront", "/grail unlock shop staging")
    waiting = await card_says(workspace, "#storefront", "waiting for approval")
    assert waiting["ts"] == card["ts"]
    await workspace.press(DANA, "deploy.approve", message=card["ts"])
    assert "You asked for d-1 yourself" in await told(workspace, DANA, "#storefront", "yourself")
    grail.shut_gate()
    grail.kill()
    await grail.start()
    await workspace.press(MIA, "deploy.approve", message=card["ts"])
    await workspace.wait_until(lambda: grail.runs() == ["d-1"], within=20)
    grail.kill()
    await grail.start()
    grail.open_gate()
    await card_says(workspace, "#storefront", "succeeded", within=30)
    assert [one["ts"] for one in cards(await workspace.messages("#storefront"))] == [card["ts"]]
    assert grail.runs() == ["d-1"]
