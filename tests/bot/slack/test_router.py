"""What the router makes of an ask: who is refused, what is written down, and that what people wrote stays text."""

from redis.asyncio import Redis

from bot.store.audit import GRAIL, Audit
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, Workspace
from tests.stories.steps import card_says, cards, told, words_of

PLACE = "#storefront"
SHOUT = "<!channel>"


async def test_what_is_refused_stands_in_the_audit_too(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await workspace.type(DEVI, PLACE, "/grail deploy shop to production")
    await told(workspace, DEVI, PLACE, "no-right")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    lines = [(e.name, e.word, e.what, e.outcome) for e in await Audit(memory).read() if e.who != GRAIL]
    assert lines == [
        ("Dana", "deploy", "deploy shop to staging", "d-1"),
        ("Devi", "deploy", "deploy shop to production", "refused: no-right"),
    ]


async def test_a_refusal_that_quotes_somebody_calls_nobody(workspace: Workspace, grail: GrailProcess) -> None:
    grail.repository.branch(f"urgent-{SHOUT}", {"urgent": "now\n"})
    asked = await workspace.type(DANA, PLACE, "@Grail deploy shop to staging urgent")
    found = await workspace.wait_for(PLACE, lambda ms: "no-such-ref" in words_of(ms[-1]))
    assert found[-1]["thread_ts"] == asked["ts"]
    assert "did you mean `urgent-&lt;!channel&gt;`?" in words_of(found[-1])
    assert SHOUT not in words_of(found[-1])


async def test_a_mention_typed_twice_is_one_deploy_as_well(workspace: Workspace, grail: GrailProcess) -> None:
    grail.shut_gate()
    await workspace.type(DANA, PLACE, "@Grail deploy shop to staging")
    second = await workspace.type(DANA, PLACE, "@Grail deploy shop to staging")
    found = await workspace.wait_for(PLACE, lambda ms: any("You asked me the same" in m["text"] for m in ms))
    answer = next(m for m in found if "You asked me the same" in m["text"])
    assert answer["thread_ts"] == second["ts"]
    assert "so I did it once. d-1: shop to staging" in answer["text"]
    grail.open_gate()
    await card_says(workspace, PLACE, "succeeded")
    assert len(cards(await workspace.messages(PLACE))) == 1
