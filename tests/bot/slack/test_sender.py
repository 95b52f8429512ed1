"""Several senders, killed ones, ended ones, and a Redis that goes away."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.slack import Message
from bot.slack.sender import pause
from bot.store.connection import connect
from tests.bot.slack.desk import TIMEOUT, Desk, Hurry, Place, words
from tests.fixtures.programs import program
from tests.fixtures.store import Server, eventually

# --- several senders, and their end


async def test_two_senders_keep_the_order_of_each_channel_and_double_nothing(
    desk: Desk, redis: Redis, place: Place, hurry: Hurry
) -> None:
    other = await Desk(redis, place, hurry.clock).start()
    for n in range(7):
        for channel in ("#storefront", "#platform", "#ops"):
            await desk.outbox.say(f"{channel}{n}", channel, Message(str(n)))
    await desk.idle()
    for channel in ("#storefront", "#platform", "#ops"):
        assert words(await place.messages(channel)) == [str(n) for n in range(7)]
    await other.end()


async def test_at_the_end_what_is_in_flight_is_finished(redis: Redis, place: Place, hurry: Hurry) -> None:
    desk = await Desk(redis, place, hurry.clock).start()
    await place.weather(slow=TIMEOUT / 2)
    await desk.outbox.say("1", "#ops", Message("said"))
    await eventually(lambda: place.calls)
    await desk.end()
    assert await desk.outbox.waiting() == 0
    assert words(await place.messages("#ops")) == ["said"]


@asynccontextmanager
async def a_sender(redis_url: str, place: Place, clock_file: Path) -> AsyncIterator[Process]:
    environment = {
        "SLACK_BOT_TOKEN": place.bot_token,
        "GRAIL_CLOCK_FILE": str(clock_file),
        "PATH": os.environ["PATH"],
    }
    words = (sys.executable, "-m", "tests.bot.slack.a_sender", redis_url, f"{place.url}/api/")
    async with program(*words, env=environment) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process


POINTS = [
    # the weather, and when the sender is killed: after so many calls have arrived, or messages stand
    ({}, 0, 0),
    ({}, 1, 0),
    ({}, 4, 0),
    ({}, 0, 1),
    ({}, 0, 3),
    ({"slow": 0.3}, 1, 0),
    ({"slow": 0.3}, 0, 2),
    ({"slow": 1.0, "times": 3}, 3, 0),
    ({"failing": "after", "times": 3}, 3, 0),
    ({"down": "after", "times": 2}, 3, 0),
]


@pytest.mark.parametrize(("weather", "calls", "stand"), POINTS)
async def test_a_sender_killed_anywhere_leaves_each_message_once(
    redis: Redis, redis_url: str, place: Place, hurry: Hurry, weather: dict[str, Any], calls: int, stand: int
) -> None:
    channels = ("#storefront", "#platform", "#ops", "#general")
    desk = Desk(redis, place, hurry.clock)
    async with a_sender(redis_url, place, hurry.file) as process:
        if weather:
            await place.weather(**weather)
        for channel in channels:
            await desk.outbox.card(channel, channel, Message("card"), version=1)
            await desk.outbox.line(channel, channel, Message("line"))
            await desk.outbox.card(channel, channel, Message("edited"), version=2)

        async def standing() -> int:
            return sum([len(await place.messages(channel)) for channel in channels])

        async def far_enough() -> bool:
            return len(place.calls) >= calls and await standing() >= stand

        async def done_with() -> bool:
            """A call that has arrived is done even now: in real time, which no clock of ours hurries."""
            return await standing() >= place.calls.count("chat.postMessage")

        await eventually(far_enough, every=0.001)
        process.kill()
        await process.wait()
        if "slow" in weather:
            await eventually(done_with)
    await desk.start()
    running = asyncio.create_task(hurry.run())
    await desk.idle()
    running.cancel()
    for channel in channels:
        assert words(await place.messages(channel)) == ["edited", "line"]
    assert desk.reported == []
    await desk.end()


async def test_redis_that_goes_and_comes_back_costs_nothing(
    own_redis_server: Server, place: Place, hurry: Hurry
) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    desk = await Desk(redis, place, hurry.clock).start()
    await desk.outbox.card("d-1", "#ops", Message("one"), version=1)
    await desk.idle()
    await place.weather(slow=TIMEOUT / 2, times=1)
    await desk.outbox.card("d-1", "#ops", Message("two"), version=2)
    await desk.outbox.say("1", "#ops", Message("said"))
    own_redis_server.restart()
    await desk.idle()
    assert words(await place.messages("#ops")) == ["two", "said"]
    await desk.end()
    await redis.aclose()


async def test_no_secret_is_logged(
    desk: Desk, place: Place, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await place.weather(failing=True, times=1)
    await desk.outbox.respond("1", f"{place.url}/respond/a-secret-address", Message("between us"))
    await desk.outbox.say("2", "#nowhere", Message("between us"))
    await desk.idle()
    out, err = capsys.readouterr()
    logged = caplog.text + out + err
    assert "not delivered" in logged
    for secret in (place.bot_token, "a-secret-address", "between us"):
        assert secret not in logged


def test_pauses_grow_and_have_an_end() -> None:
    for tries, least, most in ((0, 0.37, 0.63), (3, 3.0, 5.0), (50, 22.5, 37.5)):
        assert all(least < pause(tries) < most for _ in range(50))
