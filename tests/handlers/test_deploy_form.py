"""The form of a deploy, as people meet it."""

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DEVI, Workspace
from tests.stories.steps import card_says, words_of

PLACE = "#storefront"


async def test_the_form_asks_for_what_is_missing_and_says_its_faults(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, PLACE, "/grail deploy shop")
    view = (await workspace.wait_until(lambda: workspace.views(DEVI)))[-1]
    assert [block["block_id"] for block in view["blocks"]] == ["service", "environment", "ref", "time"]
    chosen = [block["element"].get("initial_option", {}).get("value") for block in view["blocks"]]
    assert chosen == ["shop", "staging", None, None]
    offered = await workspace.options(DEVI, "service", "", view=view["id"])
    assert [option["value"] for option in offered["options"]] == ["search", "shop", "gateway"]

    async def offers_the_branch() -> bool:
        """Asked again, as by who types on: while the repository is being fetched, there is nothing to choose yet."""
        return "feature/gift-cards" in str(await workspace.options(DEVI, "ref", "gift", view=view["id"]))

    await workspace.wait_until(offers_the_branch)
    values = {"service": {"service": "shop"}, "environment": {"environment": "production"}}
    answer = await workspace.submit(DEVI, view["id"], values)
    assert "production" in answer["errors"]["environment"]
    values["environment"] = {"environment": "staging"}
    answer = await workspace.submit(DEVI, view["id"], {**values, "time": {"time": "at 25:00"}})
    assert answer["errors"] == {
        "time": "I cannot read a time in `25:00`. "
        "Say it as `at 14:00`, `at tomorrow 9:00` or `at friday 18:00`."
    }
    values |= {"ref": {"ref": "feature/gift-cards"}, "time": {"time": ""}}
    answer = await workspace.submit(DEVI, view["id"], values)
    assert not answer.get("errors")
    assert "by Devi" in words_of(await card_says(workspace, PLACE, "succeeded"))
