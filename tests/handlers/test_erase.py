"""my data erase: a person is forgotten, and what was done is not."""

from bot.store.audit import Audit
from bot.store.connection import connect
from bot.store.embedded import running as embedded_running
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, MIA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of
from tests.stories.test_terminal import do, token_of

PLACE = "#storefront"
FORGOTTEN = (
    "I have forgotten what I kept about you. What was done stays in the audit, under a pseudonym that leads"
)


async def test_who_leaves_is_told_what_goes_and_is_forgotten_at_a_press(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    token = await token_of(workspace, DANA)
    await workspace.type(DANA, PLACE, "/grail my data erase")
    asked = await told(workspace, DANA, PLACE, "I would forget")
    assert (
        "your binding to an e-mail address and what Slack last said, your `notify`, the terminal's token"
        in asked
    )
    assert "Nothing was changed yet. Where there is no button, say `my data erase now`." in asked
    shown = await workspace.wait_for(PLACE, lambda ms: "I would forget" in words_of(ms[-1]), as_=DANA)
    await workspace.press(DANA, "data.erase", message=shown[-1]["ts"])
    assert FORGOTTEN in await told(workspace, DANA, PLACE, "forgotten")
    # The token opens nothing, the audit knows no name, and its chain holds.
    assert (await do(grail, "status", token=token))[0] == 1
    await workspace.type(OMAR, PLACE, "/grail audit 24h")
    audit = await told(workspace, OMAR, PLACE, "Audit of everything")
    assert "`deploy shop to staging` → d-1" in audit
    assert "→ erased" in audit
    assert "Dana" not in audit
    url = await embedded_running(grail.folder / "data")
    assert url is not None
    memory = await connect(url, say=lambda _: None)
    verdict = await Audit(memory).verify()
    await memory.aclose()
    assert verdict.fault is None


async def test_somebody_who_has_left_is_forgotten_by_who_looks_after_people(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, PLACE, "/grail notify deploys always")
    await told(workspace, DEVI, PLACE, "always")
    await workspace.type(OMAR, PLACE, f"/grail my data erase {DEVI} --plan")
    assert "It goes: devi@example.com's binding" in await told(workspace, OMAR, PLACE, "I would forget")
    await workspace.type(OMAR, PLACE, f"/grail my data erase {DEVI} now")
    assert "I have forgotten what I kept about devi@example.com." in await told(
        workspace, OMAR, PLACE, "forgotten"
    )
    await workspace.type(OMAR, PLACE, f"/grail my data erase {DEVI} now")
    assert "I keep nothing about `devi@example.com`." in await told(workspace, OMAR, PLACE, "keep nothing")


async def test_nobody_else_forgets_a_person_and_who_tried_stands_in_the_audit(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail status")
    await told(workspace, OMAR, PLACE, "shop")
    await workspace.type(DANA, PLACE, "/grail my data erase @omar now")
    refusal = await told(workspace, DANA, PLACE, ":no_entry:")
    assert "Your own you erase with `my data erase`." in refusal
    await workspace.type(MIA, PLACE, "/grail audit 24h")
    assert "→ refused: " in await told(workspace, MIA, PLACE, "Audit of everything")
