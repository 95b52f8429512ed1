"""What people see of what is put into the outbox, and what becomes of what Slack refuses."""

import pytest
import structlog
from aiohttp import web
from redis.asyncio import Redis

from bot.slack import Message
from bot.store import keys
from tests.bot.slack.desk import PLAN, Desk, Hurry, Place, section, words
from tests.fixtures.store import eventually
from tests.fixtures.workspace import DANA

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


async def test_a_new_card_waits_for_no_lines_of_another_and_finds_room_in_its_channel(
    desk: Desk, place: Place
) -> None:
    await desk.outbox.card("d-1", "#storefront", Message("first card"), version=1)
    for number in range(12):
        await desk.outbox.line(str(number), "d-1", Message(f"line {number}"))
    await eventually(lambda: place.calls.count("chat.postMessage") >= 6)
    await desk.outbox.card("d-2", "#storefront", Message("second card"), version=1)
    await eventually(lambda: desk.outbox.where("d-2"))
    said = words(await place.messages("#storefront"))
    assert said.index("second card") < 9, said


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


async def test_a_name_that_has_moved_to_another_channel_is_asked_for_again(
    desk: Desk, place: Place, redis: Redis
) -> None:
    await redis.set(keys.OUTBOX_NAME(name="#ops"), "C0GONE", ex=60)
    await desk.outbox.say("1", "#ops", Message("hello"))
    await desk.idle()
    assert words(await place.messages("#ops")) == ["hello"]
    assert await redis.get(keys.OUTBOX_NAME(name="#ops")) == place.channel("#ops")


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


async def test_a_line_whose_card_never_comes_is_reported_after_an_hour(desk: Desk, hurry: Hurry) -> None:
    await desk.outbox.line("1", "d-1", Message("line"))
    hurry.forward(3601)
    await eventually(lambda: desk.reported)
    assert desk.reported == [("1", "The card that it belongs to was never posted.")]


async def test_what_slack_does_not_take_for_a_day_is_reported(desk: Desk, place: Place, hurry: Hurry) -> None:
    await place.weather(failing=True)
    await desk.outbox.say("1", "#ops", Message("hello"))
    await eventually(lambda: "chat.postMessage" in place.calls)
    hurry.forward(86_401)
    await eventually(lambda: desk.reported)
    assert desk.reported == [("1", "Slack answers internal_error. It was tried for a day.")]


@pytest.mark.usefixtures("hand_edited")
async def test_what_was_edited_by_hand_in_redis_is_reported_and_stops_nothing_else(
    desk: Desk, place: Place, redis: Redis, hurry: Hurry
) -> None:
    still = Desk(redis, place, hurry.clock)  # puts in, sends nothing
    await desk.end()
    for name in ("1", "2", "3"):
        await still.outbox.say(name, "#ops", Message(name))
    await redis.hset(keys.OUTBOX_ENTRIES(), "say:1", "garbage")
    await redis.hset(keys.OUTBOX_BODIES(), "say:2", "garbage")
    await still.start()
    await still.idle()
    assert words(await place.messages("#ops")) == ["3"]
    assert still.reported == [
        ("1", "What stood under it could not be read."),
        ("2", "What was kept of it could not be read."),
    ]
    await still.end()


# --- the little things


async def test_an_answer_goes_to_the_address_of_the_command_until_that_is_used_up(
    desk: Desk, place: Place, app_port: int
) -> None:
    asked: list[str] = []

    async def app(request: web.Request) -> web.Response:
        asked.append(str((await request.post())["response_url"]))
        return web.Response()

    server = web.Application()
    server.router.add_post("/slack/events", app)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", app_port).start()
    await place.workspace.type(DANA, "#ops", "/grail help")
    fallback = (place.channel("#ops"), place.id(DANA))
    for n in range(7):
        await desk.outbox.respond(str(n), asked[0], Message(f"answer {n}"), fallback=fallback)
        await desk.outbox.respond(str(n), asked[0], Message("never"), fallback=fallback)
    await desk.idle()
    answers = [message for message in await place.messages("#ops") if "ephemeral_to" in message]
    assert sorted(words(answers)) == [f"answer {n}" for n in range(7)]
    assert {message["ephemeral_to"] for message in answers} == {place.id(DANA)}
    assert place.calls.count("chat.postEphemeral") == 2
    await runner.cleanup()


async def test_a_form_opens_now_or_never(desk: Desk, place: Place) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Deploy"}, "blocks": [section("x")]}
    assert not await desk.outbox.open("made-up", view)


async def test_the_id_of_the_request_goes_along_to_the_last_log_line(
    desk: Desk, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    with structlog.contextvars.bound_contextvars(request="r-1"):
        await desk.outbox.say("1", "#nowhere", Message("hello"))
    await desk.idle()
    assert "request=r-1" in capsys.readouterr().out
