"""What is put into the outbox stands in Slack once, in whatever way Slack and we fail."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.slack import Message
from bot.slack.outbox import Outbox
from bot.store import keys
from bot.store.connection import connect
from bot.workspace import Settings
from tests.fixtures.store import Server, eventually
from tests.fixtures.workspace import DANA, Workspace


class Place:
    """The workspace, over a wire that notes each call of the Web API as it passes."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.bot_token = workspace.settings.bot_token
        self.url = ""
        self.calls: list[str] = []
        self._people: dict[str, str] = {}
        self._channels: dict[str, str] = {}

    async def start(self) -> web.AppRunner:
        state = await self.workspace.state()
        self._people = {person["email"]: person["id"] for person in state["users"]}
        self._channels = {"#" + channel["name"]: channel["id"] for channel in state["channels"]}
        app = web.Application()
        app.router.add_post("/{path:.*}", self._pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _pass_on(self, request: web.Request) -> web.Response:
        self.calls.append(request.path.rpartition("/")[2])
        body = await request.read()
        kept = ("Authorization", "Content-Type")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        try:
            url = self.workspace.url + request.path_qs
            async with aiohttp.request("POST", url, data=body, headers=headers) as answer:
                content = await answer.read()
                more = {name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers}
                return web.Response(
                    body=content, status=answer.status, content_type=answer.content_type, headers=more
                )
        except aiohttp.ClientError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def id(self, email: str) -> str:
        return self._people[email]

    def channel(self, name: str) -> str:
        return self._channels[name]

    async def weather(self, **weather: Any) -> None:
        assert (await self.workspace.weather(**weather))["ok"]

    async def messages(self, place: str) -> list[dict[str, Any]]:
        return await self.workspace.messages(place)

    async def direct(self, email: str) -> list[dict[str, Any]]:
        opened = await self.workspace.api("conversations.open", {"users": self.id(email)})
        return await self.messages(opened["channel"]["id"])


@pytest.fixture
async def place(workspace: Workspace) -> AsyncIterator[Place]:
    place = Place(workspace)
    runner = await place.start()
    yield place
    await runner.cleanup()


@pytest.fixture
def workspace_settings() -> Settings:
    """The workspace keeps real time; in these tests only ours is moved."""
    return Settings(clock_file=None)


TIMEOUT = 0.4  # seconds that a call to Slack gets in these tests


class Hurry:
    """A clock that runs fast, so that nobody waits for pauses and leases."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = Clock(file)
        self._shift = 0.0

    def forward(self, seconds: float) -> None:
        self._shift += seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"{self._shift:.3f}")
        new.replace(self.file)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            self.forward(0.4)


@pytest.fixture
def hurry(tmp_path: Path) -> Hurry:
    return Hurry(tmp_path / "clock")


@pytest.fixture
async def fast(hurry: Hurry) -> AsyncIterator[None]:
    running = asyncio.create_task(hurry.run())
    yield
    running.cancel()


class Desk:
    """An outbox with its sender running, and what it reported."""

    def __init__(self, redis: Redis, place: Place, clock: Clock) -> None:
        self.reported: list[tuple[str, str]] = []
        self.slack = Slack(place.bot_token, base_url=f"{place.url}/api/", timeout=TIMEOUT)
        self.outbox = Outbox(redis, self.slack, clock, name="t", on_undeliverable=self.report)
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def report(self, id: str, why: str) -> None:
        self.reported.append((id, why))

    async def start(self) -> "Desk":
        self.task = asyncio.create_task(self.outbox.run(self.stop))
        await asyncio.sleep(0)
        return self

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task
        await self.slack.close()

    async def idle(self) -> None:
        """Everything was sent or reported; what is left are only looks for late arrivals."""

        async def empty() -> bool:
            with suppress(StoreUnavailable):  # where a test lets Redis go
                return await self.outbox.waiting() == 0
            return False

        await eventually(empty, within=30)


@pytest.fixture
async def desk(redis: Redis, place: Place, hurry: Hurry) -> AsyncIterator[Desk]:
    desk = await Desk(redis, place, hurry.clock).start()
    yield desk
    await desk.end()


def words(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


TASK = {"type": "task_card", "task_id": "1", "title": "build", "status": "pending"}
PLAN = {"type": "plan", "title": "Deploy", "tasks": [TASK]}


# --- what can be said


async def test_a_card_is_posted_once_and_then_edited_where_it_stands(desk: Desk, place: Place) -> None:
    for version, text in ((1, "requested"), (2, "running"), (3, "succeeded"), (2, "late")):
        await desk.outbox.card("d-1", "#storefront", Message(text, [section(text)]), version=version)
        await desk.idle()
    (message,) = await place.messages("#storefront")
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("succeeded", "succeeded")
    where = await desk.outbox.where("d-1")
    assert where is not None
    assert (where.channel, where.ts) == (place.channel("#storefront"), message["ts"])
    assert await desk.outbox.where("d-2") is None


async def test_an_edit_without_blocks_takes_the_old_ones_away(desk: Desk, place: Place) -> None:
    await desk.outbox.card("d-1", "#storefront", Message("one", [section("one")]), version=1)
    await desk.idle()
    await desk.outbox.card("d-1", "#storefront", Message("two"), version=2)
    await desk.idle()
    (message,) = await place.messages("#storefront")
    assert (message["text"], message.get("blocks")) == ("two", None)


async def test_lines_stand_in_the_thread_of_their_card_once_each_and_in_order(
    desk: Desk, place: Place
) -> None:
    await desk.outbox.line("1", "d-1", Message("first"))
    await desk.outbox.card("d-1", "#storefront", Message("card"), version=1)
    for name in ("2", "3", "2"):
        await desk.outbox.line(name, "d-1", Message(f"line {name}"))
    await desk.idle()
    await desk.outbox.line("3", "d-1", Message("again"))
    await desk.idle()
    messages = await place.messages("#storefront")
    assert words(messages) == ["card", "first", "line 2", "line 3"]
    assert {message.get("thread_ts") for message in messages} == {messages[0]["ts"]}


async def test_something_is_said_in_a_channel_a_thread_and_to_a_person(desk: Desk, place: Place) -> None:
    dana = place.id(DANA)
    await desk.outbox.say("1", "#ops", Message("top"))
    await desk.idle()
    (top,) = await place.messages("#ops")
    await desk.outbox.say("2", "#ops", Message("below"), thread=top["ts"])
    await desk.outbox.direct("3", dana, Message("to you"))
    await desk.outbox.say("4", dana, Message("to you too"))
    await desk.outbox.ephemeral("5", place.channel("#ops"), dana, Message("only you"))
    await desk.idle()
    messages = await place.messages("#ops")
    assert sorted(words(messages)) == ["below", "only you", "top"]
    assert next(m for m in messages if m["text"] == "below")["thread_ts"] == top["ts"]
    assert next(m for m in messages if m["text"] == "only you")["ephemeral_to"] == dana
    assert words(await place.direct(DANA)) == ["to you", "to you too"]


async def test_an_ephemeral_message_that_the_channel_refuses_comes_as_a_direct_one(
    desk: Desk, place: Place
) -> None:
    dana = place.id(DANA)
    await desk.outbox.ephemeral("1", place.channel("#secret"), dana, Message("only you"))
    await desk.idle()
    assert words(await place.direct(DANA)) == ["only you"]


async def test_an_answer_whose_address_is_dead_goes_to_the_person_in_the_channel(
    desk: Desk, place: Place
) -> None:
    dana = place.id(DANA)
    fallback = (place.channel("#ops"), dana)
    await desk.outbox.respond("1", f"{place.url}/respond/gone", Message("done"), fallback=fallback)
    await desk.outbox.respond("2", f"{place.url}/respond/gone", Message("lost"))
    await desk.idle()
    (message,) = await place.messages("#ops")
    assert (message["text"], message["ephemeral_to"]) == ("done", dana)
    assert desk.reported == [("2", "Slack refused: expired_url")]


async def test_a_home_tab_shows_its_newest_version(desk: Desk, place: Place) -> None:
    dana = place.id(DANA)
    for version in (2, 1, 3):
        view = {"type": "home", "blocks": [section(f"version {version}")]}
        await desk.outbox.home(dana, view, version=version)
    await desk.idle()
    assert place.calls.count("views.publish") <= 2
    assert "version 3" in str(await place.workspace.home(DANA))


async def test_a_file_stands_in_the_thread_of_its_card_once(desk: Desk, place: Place) -> None:
    await desk.outbox.file("1", "d-1", "d-1.log", "output\n", comment="The output")
    await desk.outbox.card("d-1", "#storefront", Message("card"), version=1)
    await desk.outbox.file("1", "d-1", "d-1.log", "output\n")
    await desk.idle()
    card, file = await place.messages("#storefront")
    assert (file["thread_ts"], file["files"][0]["name"], file["text"]) == (
        card["ts"],
        "d-1.log",
        "The output",
    )


async def test_a_process_without_a_sender_is_served_by_another(
    desk: Desk, redis: Redis, place: Place, hurry: Hurry
) -> None:
    other = Desk(redis, place, hurry.clock)
    await other.outbox.say("1", "#ops", Message("from the web side"))
    await desk.idle()
    assert words(await place.messages("#ops")) == ["from the web side"]
    await other.end()


# --- what Slack refuses


async def test_a_card_goes_to_the_next_channel_where_one_refuses(desk: Desk, place: Place) -> None:
    otherwise = ["#nowhere", "#platform"]
    await desk.outbox.card("d-1", place.channel("#secret"), Message("1"), version=1, otherwise=otherwise)
    await desk.outbox.line("1", "d-1", Message("line"))
    await desk.idle()
    await desk.outbox.card("d-1", place.channel("#secret"), Message("2"), version=2, otherwise=otherwise)
    await desk.idle()
    assert words(await place.messages("#platform")) == ["2", "line"]
    assert desk.reported == []


async def test_what_is_refused_for_good_is_reported_with_everything_that_hung_on_it(
    desk: Desk, place: Place
) -> None:
    await desk.outbox.card("d-1", "#nowhere", Message("card"), version=1)
    await desk.outbox.line("1", "d-1", Message("line"))
    await desk.idle()
    why = "Slack refused: channel_not_found"
    assert sorted(desk.reported) == [("1", why), ("d-1", why)]
    kept = await desk.outbox.undeliverable()
    assert [(entry["id"], entry["why"], entry["text"]) for entry in kept] == [
        ("line:1", why, ""),
        ("card:d-1", why, "card"),
    ]


async def test_a_token_that_slack_does_not_know_is_reported(redis: Redis, place: Place, hurry: Hurry) -> None:
    place.bot_token = "xoxb-wrong"
    desk = await Desk(redis, place, hurry.clock).start()
    await desk.outbox.say("1", "#ops", Message("hello"))
    await desk.idle()
    assert desk.reported == [("1", "Slack refused: invalid_auth")]
    await desk.end()


async def test_an_old_workspace_gets_base_blocks_and_is_remembered(
    desk: Desk, place: Place, redis: Redis
) -> None:
    await place.weather(old_blocks=True)
    for n in (1, 2):
        await desk.outbox.card(
            f"d-{n}", "#ops", Message("card", [PLAN], base_blocks=[section("base")]), version=1
        )
        await desk.idle()
    assert place.calls.count("chat.postMessage") == 3
    assert [m["blocks"][0]["type"] for m in await place.messages("#ops")] == ["section", "section"]
    assert await redis.exists(keys.OUTBOX_BASE_BLOCKS())


async def test_blocks_that_are_wrong_altogether_still_leave_the_words(
    desk: Desk, place: Place, redis: Redis
) -> None:
    place.workspace.expect_violations()
    await desk.outbox.say("1", "#ops", Message("the words", [section("x" * 3001)]))
    await desk.idle()
    assert words(await place.messages("#ops")) == ["the words"]
    assert not await redis.exists(keys.OUTBOX_BASE_BLOCKS())
    assert desk.reported == []


async def test_a_card_that_somebody_deleted_is_posted_anew_once(desk: Desk, place: Place) -> None:
    for version in (1, 2, 3):
        await desk.outbox.card("d-1", "#ops", Message(str(version)), version=version)
        await desk.idle()
        messages = await place.messages("#ops")
        assert words(messages) == ([str(version)] if version < 3 else [])
        for message in messages:
            await desk.slack.call("chat.delete", channel=place.channel("#ops"), ts=message["ts"])
    assert desk.reported == [("d-1", "Slack refused: message_not_found")]


# --- the weather

WEATHER: list[dict[str, Any]] = [
    {"rate_limited": 3, "times": 2},
    {"failing": True, "times": 3},
    {"failing": "after", "times": 2},
    {"down": True, "times": 3},
    {"down": "after", "times": 2},
    {"slow": TIMEOUT * 1.5, "times": 2},
    {"slow": TIMEOUT / 2, "times": 4},
]


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("weather", WEATHER, ids=str)
async def test_in_every_weather_each_message_stands_once(
    desk: Desk, place: Place, weather: dict[str, Any]
) -> None:
    dana = place.id(DANA)
    await desk.outbox.card("d-0", "#platform", Message("old"), version=1)
    await desk.idle()
    await place.weather(**weather, methods=["chat.postMessage", "chat.update"])
    await desk.outbox.card("d-1", "#storefront", Message("new"), version=1)
    await desk.outbox.line("1", "d-1", Message("line"))
    await desk.outbox.card("d-0", "#platform", Message("edited"), version=2)
    await desk.outbox.direct("2", dana, Message("direct"))
    await desk.outbox.say("3", "#ops", Message("said"))
    await desk.idle()
    assert words(await place.messages("#storefront")) == ["new", "line"]
    assert words(await place.messages("#platform")) == ["edited"]
    assert words(await place.messages("#ops")) == ["said"]
    assert words(await place.direct(DANA)) == ["direct"]
    assert desk.reported == []


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize(
    "method",
    ["conversations.open", "conversations.history", "conversations.list", "chat.update", "files.completeUploadExternal",
     "files.getUploadURLExternal", "views.publish", "chat.delete", "conversations.replies"],
)  # fmt: skip
async def test_a_failure_at_any_call_on_the_way_doubles_nothing(
    desk: Desk, place: Place, method: str
) -> None:
    dana = place.id(DANA)
    await place.weather(failing="after", times=1, methods=["chat.postMessage"])
    await desk.outbox.card("d-1", "#storefront", Message("card"), version=1)
    await eventually(lambda: "chat.postMessage" in place.calls)
    await place.weather(failing="after", times=2, methods=[method])
    await desk.outbox.file("1", "d-1", "d-1.log", "output")
    await desk.outbox.direct("2", dana, Message("direct"))
    await desk.outbox.home(dana, {"type": "home", "blocks": []}, version=1)
    await desk.outbox.card("d-1", "#storefront", Message("edited"), version=2)
    await desk.idle()
    messages = await place.messages("#storefront")
    assert words(messages) == ["edited", ""]
    assert [file["name"] for file in messages[1]["files"]] == ["d-1.log"]
    assert words(await place.direct(DANA)) == ["direct"]


@pytest.mark.usefixtures("fast")
async def test_what_cannot_be_looked_for_is_sent_until_slack_says_yes(desk: Desk, place: Place) -> None:
    dana = place.id(DANA)
    await place.weather(failing=True, times=3, methods=["chat.postEphemeral", "response_url"])
    await desk.outbox.ephemeral("1", place.channel("#ops"), dana, Message("only you"))
    await desk.idle()
    assert words(await place.messages("#ops")) == ["only you"]


@pytest.mark.usefixtures("fast")
async def test_a_call_that_arrives_after_we_gave_it_up_leaves_one_message(desk: Desk, place: Place) -> None:
    await place.weather(slow=TIMEOUT * 4, times=1, methods=["chat.postMessage"])
    await desk.outbox.card("d-1", "#ops", Message("card"), version=1)
    await desk.idle()
    assert place.calls.count("chat.postMessage") == 2
    assert words(await place.messages("#ops")) == ["card"]


@pytest.mark.usefixtures("fast")
async def test_an_edit_that_arrives_late_does_not_undo_a_later_one(desk: Desk, place: Place) -> None:
    await desk.outbox.card("d-1", "#ops", Message("one"), version=1)
    await desk.idle()
    await place.weather(slow=TIMEOUT * 3, times=1, methods=["chat.update"])
    await desk.outbox.card("d-1", "#ops", Message("two"), version=2)
    await eventually(lambda: "chat.update" in place.calls)
    await desk.outbox.card("d-1", "#ops", Message("three"), version=3)
    await desk.idle()
    assert words(await place.messages("#ops")) == ["three"]


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
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.slack.a_sender", redis_url, f"{place.url}/api/", env=environment, stdout=PIPE
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


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

        async def far_enough() -> bool:
            standing = sum([len(await place.messages(channel)) for channel in channels])
            return len(place.calls) >= calls and standing >= stand

        await eventually(far_enough, every=0.001)
        process.kill()
        await process.wait()
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
