"""What another system did is shown as *outside* wherever deploys are shown; what cannot be used is said, once."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import eventually
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import told, words_of

PLACE = "#storefront"
SECRET = "of-the-pipeline-of-shop"
ORDER = "{recipe: quick, gates: {after: {environment: staging, mode: enforced}}}"


@pytest.fixture
async def grail(resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    """Staging says what stands there: what the test puts there. Production comes after it."""
    script = f"cat {resting_grail.shared}/$GRAIL_SERVICE-$GRAIL_ENVIRONMENT || exit 7"
    question = f"    standing: {{run: {json.dumps(['sh', '-c', script])}}}\n"
    text = resting_grail.config.read_text().replace("    rollback:\n", f"{question}    rollback:\n", 1)
    text = text.replace("production: {recipe: quick}}", f"production: {ORDER}}}", 1)
    assert question in text
    assert ORDER in text
    resting_grail.config.write_text(text)
    resting_grail.environment["GRAIL_HOOK_SECRET_DEPLOYS_SHOP"] = SECRET
    resting_grail.environment["GRAIL_HOOK_SECRET_DEPLOYS_SHPO"] = "of-nobody"
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def report(grail: GrailProcess, outcome: str, **said: Any) -> None:
    """Sent as a pipeline sends it; waits until it was taken in."""
    name = f'grail_hooks_heard_total{{outcome="{outcome}",source="deploys"}}'
    before = await grail.metric(name) or 0.0
    headers = {"Authorization": f"Bearer {SECRET}"}
    body = {"service": "shop", "environment": "staging", "result": "success", "by": "olga"} | said
    async with (
        aiohttp.ClientSession(trust_env=False) as http,
        http.post(f"{grail.url}/hooks/deploys", json=body, headers=headers) as answer,
    ):
        assert (answer.status, await answer.text()) == (202, "Stored.\n")

    async def taken() -> bool:
        return await grail.metric(name) == before + 1

    await eventually(taken)


async def asked(workspace: Workspace, who: str, words: str, word: str) -> str:
    await workspace.type(who, PLACE, f"/grail {words}")
    return await told(workspace, who, PLACE, word)


async def test_a_deploy_of_another_system_is_outside_wherever_deploys_are_shown(
    workspace: Workspace, grail: GrailProcess
) -> None:
    assert "GRAIL_HOOK_SECRET_DEPLOYS_SHPO is set, but config.yaml has no such service." in grail.text()
    head = grail.repository.head()
    theirs = {"id": "812", "commit": head, "url": "https://ci.example.com/job/812"}
    await report(grail, "new", **theirs)
    await report(grail, "same", **theirs, ref="again")
    short = head[:7]

    words = await asked(workspace, DANA, "status shop", "*shop*")
    assert f"`{short}` Open the shop · d-1 *outside*, by olga, <!date^" in words
    words = await asked(workspace, DANA, "deploys shop staging", "*Deploys of")
    assert (
        f":white_check_mark: d-1 *staging* `{short}` Open the shop — succeeded, *outside*, olga, <!date^"
        in words
    )
    assert "d-2" not in words
    words = await asked(workspace, DANA, "what changed shop", "*What changed*")
    assert f"d-1: `{short}` Open the shop — succeeded, outside" in words
    words = await asked(workspace, DANA, f"where is {head}", "in shop staging")
    assert "(d-1 by olga, *outside*)" in words
    words = await asked(workspace, DANA, "why d-1", "*d-1:")
    assert "*outside*: olga did it without me, and has reported it." in words
    assert "<https://ci.example.com/job/812|see it there>" in words

    # By its word alone it opens no other environment.
    words = await asked(workspace, OMAR, "deploy shop to production", "not-proven")
    assert f"{short} stands in staging by the word of d-1, reported by olga alone." in words
    assert "alone. `standing` of the recipe did not answer: cat: " in words
    (grail.shared / "shop-staging").write_text("f" * 40 + "\n")
    await workspace.clock(forward=20)
    words = await asked(workspace, OMAR, "can i deploy shop to production", "staging itself")
    assert "alone. staging itself says that fffffff stands there." in words
    (grail.shared / "shop-staging").write_text(head + "\n")
    await workspace.clock(forward=20)
    words = await asked(workspace, OMAR, "can i deploy shop to production", "production: yes")

    await report(grail, "new", id="813", commit="e" * 40, result="FAILURE", by="Jenkins")
    await workspace.clock(forward=20)
    words = await asked(workspace, OMAR, "status shop", "*failed outside*")
    assert ":x: d-2 `eeeeeee` *failed outside*, by Jenkins, <!date^" in words
    assert f"`{short}` Open the shop · d-1 *outside*, by olga, <!date^" in words
    assert await grail.metric("grail_work_dead_letters_total", every=True) in (None, 0.0)


async def test_a_report_that_cannot_be_used_is_said_to_operations_once_and_where_deploys_are_listed(
    workspace: Workspace, grail: GrailProcess
) -> None:
    for number in range(2):
        await report(grail, "odd", id=str(number), commit="main")
    await report(grail, "odd", id="9", commit="e" * 40, environment="<!channel>")
    said = await workspace.wait_for(
        "#ops", lambda ms: sum("cannot be used" in m["text"] for m in ms) == 2 and ms
    )
    first, second = [words_of(m) for m in said if "cannot be used" in m["text"]]
    assert "A report of a deploy of *shop* cannot be used: Its `commit` is not all 40 digits of one." in first
    assert 'It begins: `{"service": "shop"' in first
    assert "docs/sources/deploys.md" in first
    assert "<!channel>" not in second
    words = await asked(workspace, DANA, "deploys shop", "could not be used")
    assert "3 reports of other systems could not be used; the newest, <!date^" in words
    assert "There is no environment" in words
