"""Tasks are ended for certain."""

from __future__ import annotations

import asyncio

from bot.ending import ended


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 2:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await ended([task])
    assert task.cancelled()
    assert swallowed == 2


async def test_what_a_task_raised_before_keeps_nobody_from_ending_the_others() -> None:
    async def broken() -> None:
        raise RuntimeError("broken")

    tasks = [asyncio.create_task(broken()), asyncio.create_task(asyncio.Event().wait())]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await ended(tasks)
    assert [task.done() for task in tasks] == [True, True]


async def test_nothing_to_end_is_nothing_to_wait_for() -> None:
    await ended([])
