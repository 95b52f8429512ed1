"""Coverage keeps a deploy waiting until its report comes; a report names the changed lines that no test runs."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import eventually
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, refused, told

GATES = "{recipe: quick, gates: {coverage: {mode: enforced, lines: 50, changed: 80}}}"
SECRET = "of-the-tests-of-shop"
LCOV = "TN:\nSF:/build/shop/cart.py\n{lines}\nend_of_record\n"


@pytest.fixture
async def grail(resting_grail: GrailProcess) -> AsyncIterator[GrailProcess]:
    """Its staging wants coverage; reports of shop come with a secret of its own."""
    text = resting_grail.config.read_text()
    resting_grail.config.write_text(text.replace("{staging: {recipe: quick}", f"{{staging: {GATES}", 1))
    resting_grail.environment["GRAIL_HOOK_SECRET_COVERAGE_SHOP"] = f"the-next-one, {SECRET}"
    resting_grail.environment["GRAIL_HOOK_SECRET_COVERAGE_SHPO"] = "of-nobody"
    await resting_grail.start()
    yield resting_grail
    resting_grail.stop()


async def report(grail: GrailProcess, commit: str, body: str) -> tuple[int, str]:
    """Sent as the tests of shop send it."""
    headers = {"Authorization": f"Bearer {SECRET}"}
    url = f"{grail.url}/hooks/coverage?service=shop&commit={commit}"
    async with (
        aiohttp.ClientSession(trust_env=False) as http,
        http.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def counted(grail: GrailProcess, reports: int) -> None:
    """Wait until so many have been read."""

    async def read() -> bool:
        return await grail.metric('grail_hooks_heard_total{outcome="counted",source="coverage"}') == reports

    await eventually(read)


def lcov(hit: str, missed: str = "") -> str:
    """Of cart.py. Line numbers, as words."""
    lines = [f"DA:{line},3" for line in hit.split()] + [f"DA:{line},0" for line in missed.split()]
    return LCOV.format(lines="\n".join(lines))


async def test_a_deploy_that_is_parked_for_its_coverage_begins_when_the_report_comes(
    workspace: Workspace, grail: GrailProcess
) -> None:
    assert "GRAIL_HOOK_SECRET_COVERAGE_SHPO is set, but config.yaml has no such service." in grail.text()
    commit = grail.repository.commit("Fill the cart", {"cart.py": "a\nb\nc\nd\n"})
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#storefront", "no-coverage")
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    await card_says(workspace, "#storefront", "parked")

    # One that cannot be read changes nothing, and is shown where it is missed.
    assert await report(grail, commit, "SF:cart.py\nDA:-3,1\nend_of_record\n") == (202, "Stored.\n")
    await workspace.wait_for(
        "#storefront", lambda ms: any("a line is a number from 1 to" in str(m) for m in ms)
    )
    assert grail.runs() == []

    assert await report(grail, commit, lcov("1 2 3", "4")) == (202, "Stored.\n")
    await card_says(workspace, "#storefront", "succeeded")
    assert grail.runs() == ["d-1"]


async def test_changed_lines_that_no_test_runs_are_refused_and_named(
    workspace: Workspace, grail: GrailProcess
) -> None:
    first = grail.repository.commit("Fill the cart", {"cart.py": "a\nb\nc\nd\n"})
    assert (await report(grail, first, lcov("1 2 3 4")))[0] == 202
    await counted(grail, 1)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")

    await workspace.clock(forward=20)  # or it would be the same deploy, typed again
    second = grail.repository.commit("Empty the cart", {"cart.py": "a\nb\nc\nd\ne\nf\n"})
    for lines in (lcov("1 2 3 4", "5 6"), lcov("5", "1 2 3 4 6")):  # two parts of the suite
        assert (await report(grail, second, lines))[0] == 202
    await counted(grail, 3)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, "#storefront", "coverage-of-change-low")
    await workspace.press(DANA, "deploy.uncovered", message=refusal["ts"])
    shown = await told(workspace, DANA, "#storefront", "What the tests cover")
    assert "They run 50.0 % of the changed lines, 1 of 2 (80 % is asked for)." in shown
    assert "• `cart.py` — line 6 (1 of 2)" in shown
    assert (
        "Its tests run 83.3 % of the lines (50 % is asked for); what stands there: 100.0 %. Before: 100.0 %."
        in shown
    )

    third = grail.repository.commit("Fill it again", {"cart.py": "a\nb\nc\nd\ne\nf\ng\n"})
    assert (await report(grail, third, lcov("1 2 3 4 5 6 7")))[0] == 202
    await counted(grail, 4)
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop to staging")
    yes = await told(workspace, DANA, "#storefront", "Can I deploy")
    assert "Its tests run 100.0 % of the lines and 100.0 % of the changed ones. Before: 100.0, 83.3 %." in yes
    await workspace.type(DANA, "#storefront", f"/grail uncovered shop staging {second[:10]}")
    await told(workspace, DANA, "#storefront", "• `cart.py` — line 6 (1 of 2)")
    await workspace.type(DANA, "#storefront", "/grail uncovered search staging")
    await told(
        workspace, DANA, "#storefront", "Set GRAIL_HOOK_SECRET_COVERAGE_SEARCH, and let its tests send"
    )
