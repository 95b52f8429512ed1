"""What a card says in the place of asking is not said beside it; where no card stands there, it is."""

import pytest

from bot.slack import Message
from bot.slack.outbox import Unless
from tests.bot.slack.desk import Desk, Hurry, Place, words
from tests.fixtures.workspace import DANA


def unless(place: Place, hurry: Hurry, *, message: str = "", fresh: float = 60, wait: float = 5) -> Unless:
    now = hurry.clock.now()
    return Unless(("one", "two"), place.channel("#ops"), message, now - fresh, now + wait)


async def answer(desk: Desk, place: Place, but: Unless) -> list[str]:
    """What only Dana is told."""
    await desk.outbox.ephemeral("1", place.channel("#ops"), place.id(DANA), Message("begun"), unless=but)
    await desk.idle()
    return words([m for m in await place.messages("#ops") if m.get("ephemeral_to")])


@pytest.mark.parametrize("first", ["card", "answer"])
async def test_a_card_that_is_posted_where_it_was_asked_is_the_answer(
    desk: Desk, place: Place, hurry: Hurry, first: str
) -> None:
    if first == "card":
        await desk.outbox.card("two", "#ops", Message("card"), version=1)
        await desk.idle()
    but = unless(place, hurry, wait=3600)
    await desk.outbox.ephemeral("1", place.channel("#ops"), place.id(DANA), Message("begun"), unless=but)
    if first == "answer":
        await desk.outbox.card("two", "#ops", Message("card"), version=1)
    await desk.idle()
    assert words(await place.messages("#ops")) == ["card"]
    assert "chat.postEphemeral" not in place.calls


async def test_a_card_that_stands_elsewhere_or_never_comes_is_no_answer(
    desk: Desk, place: Place, hurry: Hurry
) -> None:
    await desk.outbox.card("one", "#storefront", Message("card"), version=1)
    await desk.idle()
    assert await answer(desk, place, unless(place, hurry, wait=0.5)) == ["begun"]


async def test_a_card_far_up_is_no_answer_but_the_one_that_was_pressed_is(
    desk: Desk, place: Place, hurry: Hurry
) -> None:
    await desk.outbox.card("one", "#ops", Message("card"), version=1)
    await desk.idle()
    stands = await desk.outbox.where("one")
    assert stands is not None
    pressed = unless(place, hurry, message=stands.ts, fresh=-3600)
    assert await answer(desk, place, pressed) == []
    dana, elsewhere = place.id(DANA), unless(place, hurry, message="1.2", fresh=-3600, wait=0)
    await desk.outbox.ephemeral("2", place.channel("#ops"), dana, Message("late"), unless=elsewhere)
    await desk.idle()
    assert words([m for m in await place.messages("#ops") if m.get("ephemeral_to")]) == ["late"]
