"""What is in the way is told before anybody asks for a deploy, and by the same verdict; and somebody may ship anyway."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of


async def test_can_i_deploy_says_what_the_deploy_is_then_judged_by(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop to staging")
    answer = await told(workspace, DANA, "#storefront", "Can I deploy")
    assert "*Can I deploy shop to staging?* — *not now; it can wait*" in answer
    assert ":no_entry: shop staging is locked by Omar: trying the new search." in answer
    assert "_Clears it: Omar._" in answer
    assert (
        ":white_check_mark: Passed: right, freeze, claim, behind the main branch, moved after the request, "
        "size of the change, recent failure."
    ) in answer
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await told(workspace, DANA, "#storefront", "Park it, and it is judged again")
    assert ":no_entry: shop staging is locked by Omar: trying the new search." in refusal

    await workspace.type(OMAR, "#storefront", "/grail unlock shop staging")
    await workspace.wait_for("#storefront", lambda ms: any("unlocked by Omar" in words_of(m) for m in ms))
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop staging")
    await told(workspace, DANA, "#storefront", "*yes*")
    messages = await workspace.messages("#storefront", as_=DANA)
    yes = next(m for m in messages if "*yes*" in words_of(m))
    await workspace.press(DANA, "deploy.now", message=yes["ts"])
    await card_says(workspace, "#storefront", "succeeded", within=20)
