"""Retries, double clicks and the same words typed again, all at once; and lines that nobody would type."""

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import LONG
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import cards, thread_of

LINES = 2000
AT_ONCE = 20


async def test_a_storm_of_retries_double_clicks_and_typed_again_words_is_one_deploy_and_one_cancel(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    typed = ["/grail deploy shop to staging", "/grail deploy  SHOP staging", "/grail deploy shop to staging"]
    sent = await asyncio.gather(*(workspace.type(DANA, "#storefront", words) for words in typed * 3))
    await asyncio.gather(*(workspace.redeliver(each["id"], copies=3) for each in sent))
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])
    card = cards(await workspace.wait_for("#storefront", lambda ms: "running" in cards(ms)[-1]["text"]))[0]
    await asyncio.gather(*(workspace.press(OMAR, "deploy.cancel", message=card["ts"]) for _ in range(10)))
    found = await workspace.wait_for("#storefront", lambda ms: "cancelled" in cards(ms)[-1]["text"])
    assert len(cards(found)) == 1
    assert grail.runs() == ["d-1"]
    thread = await thread_of(workspace, "#storefront", card)
    assert len(thread) == len(set(thread))


WORDS = st.sampled_from(
    ["deploy", "run", "cancel", "status", "deploys", "why", "help", "whoami", "notify", "pause", "everything", "resume",
     "home", "shop", "search", "gateway", "shop,search", "staging", "production", "to", "in", "main", "fails-health",
     "--plan", "d-1", "d-999999999", "quiet", "22:00", "always", "-x", "<@U0DANA00000>", "<#C0OPS000000|ops>",
     "<https://x.example|x>", '"', "“", "`", "*", "&amp;", "&lt;!channel&gt;", "\u202e", "\x00", "🚀", "x" * 300]
)  # fmt: skip
LINE = st.lists(WORDS, max_size=7).map(" ".join) | st.text(max_size=120)


def generated() -> list[str]:
    """The lines, from hypothesis: the same in each run."""
    found: list[str] = []

    @settings(
        max_examples=LINES, phases=[Phase.generate], database=None, derandomize=True,
        deadline=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(LINE)
    def collect(line: str) -> None:
        found.append(line)

    collect()
    return found


async def test_two_thousand_lines_that_nobody_would_type_are_all_answered(
    workspace: Workspace, grail: GrailProcess, tmp_path: Path
) -> None:
    lines = generated()
    assert len(lines) >= LINES * 0.9
    grail.shut_gate()  # at most one deploy for each environment, so that the answers are what is looked at

    async def say(line: str) -> None:
        answer = await workspace.type(DANA, "#storefront", f"/grail {line}")
        id, most = answer["id"], 5
        while answer.get("error") == "operation_timeout" and (most := most - 1):
            answer = await workspace.redeliver(
                id
            )  # a loaded machine is late; the same request is answered once
        assert answer["ack"]["status"] == 200, (line, answer)

    for start in range(0, len(lines), AT_ONCE):
        await asyncio.gather(*(say(line) for line in lines[start : start + AT_ONCE]))
        # The newest answers may have opened a form instead; what is open is closed, as a person would.
        for view in await workspace.views(DANA):
            await workspace.close_view(DANA, view["id"])

    async def answered() -> bool:
        asked = await grail.metric('grail_asks_total{how="command"', every=True)
        return (asked or 0) + (await grail.metric("grail_repeated_total") or 0) >= len(lines)

    await workspace.wait_until(answered, within=2 * LONG)
    forms = await grail.metric('grail_asks_total{how="command",outcome="asked"') or 0
    await workspace.wait_for(
        "#storefront",
        lambda ms: (
            sum("ephemeral_to" in m and "operation_timeout" not in m["text"] for m in ms)
            >= len(lines) - forms
        ),
        within=2 * LONG,
        as_=DANA,
    )
    assert await grail.metric("grail_dead_letters_total") is None
    assert "Traceback" not in grail.text()
    grail.open_gate()
