"""In whatever weather Slack is, each message stands there once."""

from typing import Any

import pytest

from bot.slack import Message
from bot.store.outbox import Posted
from tests.bot.slack.desk import TIMEOUT, Desk, Hurry, Place, words
from tests.fixtures.store import eventually
from tests.fixtures.workspace import DANA

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
    impatient: Desk, place: Place, weather: dict[str, Any]
) -> None:
    dana = place.id(DANA)
    await impatient.outbox.card("d-0", "#platform", Message("old"), version=1)
    await impatient.idle()
    await place.weather(**weather, methods=["chat.postMessage", "chat.update"])
    await impatient.outbox.card("d-1", "#storefront", Message("new"), version=1)
    await impatient.outbox.line("1", "d-1", Message("line"))
    await impatient.outbox.card("d-0", "#platform", Message("edited"), version=2)
    await impatient.outbox.direct("2", dana, Message("direct"))
    await impatient.outbox.say("3", "#ops", Message("said"))
    await impatient.idle()
    assert words(await place.messages("#storefront")) == ["new", "line"]
    assert words(await place.messages("#platform")) == ["edited"]
    assert words(await place.messages("#ops")) == ["said"]
    assert words(await place.direct(DANA)) == ["direct"]
    assert impatient.reported == []
    if "after" in weather.values():  # it was there to be found: nothing was said twice for a moment
        assert "chat.delete" not in place.calls


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


async def test_a_call_that_arrives_after_we_gave_it_up_leaves_one_message(
    impatient: Desk, place: Place, hurry: Hurry
) -> None:
    await place.weather(slow=3, times=1, methods=["chat.postMessage"])
    await impatient.outbox.card("d-1", "#ops", Message("card"), version=1)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["card"])
    where = await eventually(lambda: impatient.outbox.where("d-1"))
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["card", "card"])
    hurry.forward(25)
    (left,) = await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["card"])
    assert where == Posted(place.channel("#ops"), left["ts"])


async def test_an_edit_that_arrives_late_does_not_undo_a_later_one(
    impatient: Desk, place: Place, hurry: Hurry
) -> None:
    await impatient.outbox.card("d-1", "#ops", Message("one"), version=1)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["one"])
    await place.weather(slow=3, times=1, methods=["chat.update"])
    await impatient.outbox.card("d-1", "#ops", Message("two"), version=2)
    await eventually(lambda: "chat.update" in place.calls)
    await impatient.outbox.card("d-1", "#ops", Message("three"), version=3)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["three"])
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["two"])
    hurry.forward(25)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["three"])


async def test_a_card_that_was_posted_unknown_to_us_shows_what_is_true_by_now(
    desk: Desk, place: Place
) -> None:
    await place.weather(down="after", times=1, methods=["chat.postMessage"])
    await desk.outbox.card("d-1", "#ops", Message("one"), version=1)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["one"])
    await desk.outbox.card("d-1", "#ops", Message("two"), version=2)
    await place.workspace.wait_for("#ops", lambda messages: words(messages) == ["two"])
    assert place.calls.count("chat.postMessage") == 1
