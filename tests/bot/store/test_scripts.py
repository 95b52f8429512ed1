"""Scripts stand in files of their own, and Redis's errors become ours."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.store.keys import WORK
from bot.store.scripts import Scripts, WrongData, guarded, source
from bot.store.work import PLACES


def test_a_script_may_name_another_file_to_stand_in_it() -> None:
    assert "--!include" not in source("done")
    assert source("_streams") in source("done")


async def test_a_script_that_the_server_has_forgotten_is_loaded_again(redis: Redis) -> None:
    scripts = Scripts(redis)
    args = (1.0, 10)
    assert await scripts.run("fire", PLACES, args) == [0, ""]
    await redis.script_flush()
    assert await scripts.run("fire", PLACES, args) == [0, ""]


async def test_a_key_of_another_type_is_told_from_a_server_that_is_gone(
    redis: Redis, hand_edited: None
) -> None:
    await redis.set(WORK(), "hand-edited")
    with pytest.raises(WrongData, match=r"^Redis holds something else than Grail wrote there: "):
        await guarded(redis.xlen)(WORK())
    with pytest.raises(ResponseError, match="unknown command"):
        await guarded(redis.execute_command)("NOSUCHCOMMAND")
