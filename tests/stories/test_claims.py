"""A deploy whose work was lost goes on at the next start, and a claim that nobody holds any more is freed and told."""

from functools import partial

from redis.asyncio import Redis

from bot.store import keys
from bot.store.connection import connect
from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import Json, card_says, cards, held, words_of

PLACE = "#storefront"


async def test_a_deploy_whose_work_was_lost_goes_on_at_the_next_start(
    workspace: Workspace, own_redis_server: Server, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    await grail.start()
    await held(workspace, grail)
    await card_says(workspace, PLACE, "running")
    grail.kill()
    redis: Redis = await connect(own_redis_server.url, say=print)
    found = [
        key async for key in redis.scan_iter(f"{keys.WORK()}*")
    ]  # the streams, as if a fail-over had lost them
    await redis.delete(
        *found, keys.QUEUE(thing="deploy:d-1"), keys.HOLDING(thing="deploy:d-1"), keys.TIMERS()
    )
    await redis.hset(
        keys.CLAIM(service="search", environment="staging"), mapping={"deploy": "d-70", "fence": "3"}
    )
    await redis.aclose()
    grail.open_gate()

    await grail.start()
    await card_says(workspace, PLACE, "succeeded")
    assert len(cards(await workspace.messages(PLACE))) == 1
    assert grail.runs() == ["d-1"]
    told = await workspace.wait_for(
        "#ops", lambda ms: ms[-1]["text"].startswith("Claims: staging of search is free again")
    )
    words = words_of(told[-1])
    assert "`staging` of `search` is free again: d-70, which held it, is over or unknown." in words
    await workspace.type(DANA, PLACE, "/grail deploy search to staging")
    await workspace.wait_for(PLACE, lambda ms: "search → staging: succeeded" in cards(ms)[-1]["text"])
    grail.stop()


async def test_redis_restarted_while_all_goes_on_keeps_nobody_from_deploying(
    workspace: Workspace, own_redis_server: Server, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    await grail.start()
    await held(workspace, grail)
    own_redis_server.kill()
    own_redis_server.restart()
    await workspace.type(DANA, PLACE, "/grail deploy search to staging")
    await workspace.wait_for(PLACE, partial(_says, "search → staging: running"))
    grail.open_gate()
    for service in ("shop", "search"):
        await workspace.wait_for(PLACE, partial(_says, f"{service} → staging: succeeded"))
    assert len(cards(await workspace.messages(PLACE))) == 2
    grail.stop()


def _says(words: str, messages: list[Json]) -> bool:
    return any(words in message["text"] for message in messages)
