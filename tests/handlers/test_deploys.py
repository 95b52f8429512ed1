"""deploys: narrowed by what people type, a page at a time, and what it refuses with which words."""

from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.store import keys
from bot.store.deploys import written
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import refused, told, words_of

PLACE = "#storefront"
DAY = 24 * 3600.0


@pytest.fixture
async def history(workspace: Workspace, grail: GrailProcess, memory: Redis) -> None:
    """Fourteen deploys of the shop to production: every third is Omar's, every fourth failed; one of search."""
    now = float((await memory.time())[0])
    for number in range(1, 15):
        service = "shop" if number != 14 else "search"
        at = now - (15 - number) * DAY
        by = "omar@example.com" if number % 3 == 0 else "dana@example.com"
        deploy = Deploy(
            f"d-{number}", service, "production", "main", f"{number:07x}" + "0" * 33, "Sell honey",
            "failed" if number % 4 == 0 else "succeeded", by, "U1", by[:4].title(), "T1", "C1", at, run="r",
            started=at, ended=at + 600, committed=at - 3000,
        )  # fmt: skip
        row: dict[Any, Any] = {"v": 1, "rev": 0, "fence": 0, "state": deploy.state, "record": written(deploy)}
        await memory.hset(keys.DEPLOY(id=deploy.id), mapping=row)
        await memory.expire(keys.DEPLOY(id=deploy.id), 400 * keys.DAY)
        for key in (
            keys.DEPLOYS(service=service),
            keys.DEPLOYS_AT(service=service, environment="production"),
        ):
            await memory.zadd(key, {deploy.id: at})
        await memory.incr(keys.DEPLOY_NUMBER())


@pytest.mark.usefixtures("history")
async def test_deploys_are_narrowed_by_person_state_time_and_ref(workspace: Workspace) -> None:
    for words, title, ids in (
        ("shop by omar", "Deploys of shop*, by omar@example.com\n", ["d-12", "d-9", "d-6", "d-3"]),
        (
            "shop production by me failed",
            "Deploys of shop in production*, by dana@example.com, failed\n",
            ["d-8", "d-4"],
        ),
        ("failed 8d", "Deploys of all services*, failed\n", ["d-12", "d-8"]),
        ("shop 000000a", "Deploys of shop*, ref 000000a\n", ["d-10"]),
        ("search", "Deploys of search*\n", ["d-14"]),
    ):
        await workspace.type(DANA, PLACE, f"/grail deploys {words}")
        answer = await told(workspace, DANA, PLACE, title)
        assert [line.split()[1] for line in answer.splitlines() if line.startswith((":x:", ":white"))] == ids


@pytest.mark.usefixtures("history")
async def test_pages_turn_both_ways_and_keep_what_was_asked_for(workspace: Workspace) -> None:
    await workspace.type(DEVI, PLACE, "/grail deploys shop production")
    first = await refused(workspace, DEVI, PLACE, "Deploys of shop in production")
    words = words_of(first)
    assert "*Last 30 days*\nSucceeded: 2.3 a week (10 deploys)\nFrom commit to here: 1 h (10 commits" in words
    assert "Failed: 23 % (3 of 13)\nRestored after: only 3 so far, too few to tell" in words
    await workspace.press(DEVI, "deploys.page", message=first["ts"])
    second = await refused(workspace, DEVI, PLACE, "d-1 *production*")
    assert "Last 30 days" not in words_of(second)
    assert "d-4 *production*" not in words_of(second)
    await workspace.press(DEVI, "deploys.newer", message=second["ts"])
    found = await workspace.wait_for(
        PLACE, lambda ms: sum("d-13 *production*" in words_of(m) for m in ms) == 2, as_=DEVI
    )
    assert "deploys.newer" not in str(found[-1]["blocks"])


async def test_what_deploys_does_not_understand_is_refused_with_what_to_say(
    workspace: Workspace, grail: GrailProcess
) -> None:
    for words, sentence, hint in (
        ("shpo", "`shpo` is not a service.", "Did you mean `shop`?"),
        ("shop prodution", "`prodution` is not an environment of it.", "Did you mean `production`?"),
        (
            "shop quickly",
            "I don't know what `quickly` is here.",
            "Say it as `deploys shop production by dana failed 7d`",
        ),
        ("by", "What comes after `by`?", "a branch as `ref main`."),
        ("by donna", "I know nobody called `donna`.", "Did you mean `by dana`?"),
        ("by zzzzzz", "I know nobody called `zzzzzz`.", "Mention them, or write their e-mail address."),
    ):
        await workspace.type(OMAR, PLACE, f"/grail deploys {words}")
        assert hint in await told(workspace, OMAR, PLACE, sentence)
    await workspace.type(OMAR, PLACE, "/grail deploys shop by nobody@example.com failed")
    await told(workspace, OMAR, PLACE, "No deploys of shop like that, by nobody@example.com, failed.")
