"""The outbox's state machine: lanes, flights, leases, paces. Time is an argument here, so nothing waits.

Longer than other files: one state machine, with a test for each of its turns.
"""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.outbox import LEASE, Flight, OutboxStore, Settled

NOW = 1_800_000_000.0


class Desk:
    """An outbox at a time that the test says."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.store = OutboxStore(redis)
        self.now = NOW

    async def say(self, id: str, lane: str = "C1", **more: Any) -> bool:
        return await self.store.once(f"say:{id}", "say", lane, json.dumps({"text": id}), now=self.now, **more)

    async def line(self, id: str, card: str) -> bool:
        return await self.store.once(f"line:{id}", "line", "", "{}", now=self.now, card=card)

    async def card(self, card: str, version: int, *, lane: str = "C1", **shows: Any) -> bool:
        """shows: state, step, result; without them every version is a new state."""
        return await self.store.newest(
            f"card:{card}",
            "card",
            lane,
            json.dumps({"text": f"{card} {version}"}),
            version=version,
            record=keys.CARD(card=card),
            now=self.now,
            **shows,
        )

    async def take(self, sender: str = "a", limit: int = 10) -> tuple[Flight, ...]:
        return (await self.store.take(sender, now=self.now, limit=limit)).flights

    async def one(self, sender: str = "a") -> Flight:
        (flight,) = await self.take(sender)
        return flight

    async def sent(self, flight: Flight, ts: str = "1.0", channel: str = "C1", **more: Any) -> Settled:
        new = flight.posted is None and flight.kind not in ("home", "check")
        more = {"posted": new} | more
        return await self.store.settle(flight, "sent", now=self.now, channel=channel, ts=ts, **more)

    async def again(self, flight: Flight, after: float, **more: Any) -> None:
        more = {"doubt": False, "counted": True, "close_lane": True} | more
        await self.store.settle(flight, "again", now=self.now, at=self.now + after, **more)

    async def give_up(self, flight: Flight, why: str = "is_archived") -> Settled:
        return await self.store.settle(flight, "given_up", now=self.now, why=why, text="words")

    async def stands(self, card: str, version: int = 1, ts: str = "1.0") -> None:
        await self.card(card, version, state="running", step="0")
        await self.sent(await self.one(), ts)
        self.now += 10


@pytest.fixture
def desk(redis: Redis) -> Desk:
    return Desk(redis)


def ids(flights: Sequence[Flight]) -> list[str]:
    return [flight.id for flight in flights]


# --- order


async def test_one_call_a_lane_is_in_flight_and_lanes_do_not_wait_for_each_other(desk: Desk) -> None:
    for name, lane in (("1", "C1"), ("2", "C1"), ("3", "C2")):
        await desk.say(name, lane)
    first = await desk.take()
    assert sorted(ids(first)) == ["say:1", "say:3"]
    assert await desk.take() == ()
    assert await desk.take("b") == ()
    await desk.sent(next(flight for flight in first if flight.id == "say:1"))
    assert ids(await desk.take("b")) == ["say:2"]


async def test_a_lane_keeps_the_order_in_which_things_were_said(desk: Desk) -> None:
    for n in range(6):
        await desk.say(str(n))
    seen = []
    for _ in range(6):
        flight = await desk.one()
        seen.append(flight.id)
        await desk.sent(flight, ts=flight.id)
        desk.now += 1
    assert seen == [f"say:{n}" for n in range(6)]


async def test_results_go_first_then_state_changes_then_what_is_new_then_threads_then_progress(
    desk: Desk,
) -> None:
    for card in "abc":
        await desk.stands(card)
    await desk.card("a", 2, state="running", step="1")
    await desk.line("line", "a")
    await desk.say("new")
    await desk.card("b", 2, state="being cancelled")
    await desk.card("c", 2, state="succeeded", result=True)
    seen = []
    for _ in range(5):
        flight = await desk.one()
        seen.append(flight.id)
        await desk.sent(flight)
        desk.now += 2
    assert seen == ["card:c", "card:b", "say:new", "line:line", "card:a"]


async def test_nobody_takes_more_than_asked_for(desk: Desk) -> None:
    for n in range(5):
        await desk.say(str(n), f"C{n}")
    assert len(await desk.take(limit=2)) == 2
    assert len(await desk.take(limit=9)) == 3


async def test_the_answer_says_when_to_look_again(desk: Desk) -> None:
    assert (await desk.store.take("a", now=desk.now, limit=1)).next is None
    await desk.stands("a")
    desk.now -= 10
    await desk.card("a", 2, state="running", step="1")
    assert (await desk.store.take("a", now=desk.now, limit=1)).next == pytest.approx(desk.now + 2)


# --- once, and the newest


async def test_an_id_is_kept_once_while_waiting_and_after_it_was_sent(desk: Desk) -> None:
    assert await desk.say("x")
    assert not await desk.say("x")
    await desk.sent(await desk.one())
    assert not await desk.say("x")
    assert await desk.take() == ()
    assert await desk.store.waiting() == 0


async def test_a_version_that_is_not_newer_is_ignored(desk: Desk) -> None:
    assert await desk.card("a", 5)
    assert not await desk.card("a", 5)
    assert not await desk.card("a", 4)
    await desk.sent(await desk.one())
    assert not await desk.card("a", 5)
    assert await desk.store.waiting() == 0


async def test_a_card_that_waits_is_folded_into_its_newest_version(desk: Desk) -> None:
    for version in range(1, 5):
        await desk.card("a", version)
    flight = await desk.one()
    assert (flight.version, json.loads(flight.body)["text"]) == (4, "a 4")
    await desk.sent(flight)
    assert await desk.store.waiting() == 0


async def test_what_changed_while_a_card_was_posted_becomes_an_edit(desk: Desk) -> None:
    await desk.card("a", 1)
    flight = await desk.one()
    await desk.card("a", 2)
    assert await desk.take() == ()
    await desk.sent(flight, ts="7.0")
    edit = await desk.one()
    assert (edit.version, edit.posted and edit.posted.ts) == (2, "7.0")
    await desk.sent(edit)
    assert await desk.store.waiting() == 0


async def test_a_card_pays_for_its_progress_a_few_edits_soon_and_then_one_a_minute(desk: Desk) -> None:
    await desk.stands("a")
    begun, edits, version = desk.now, [], 1
    while desk.now < begun + 300:
        version += 1
        await desk.card("a", version, state="running", step=str(version))
        for flight in await desk.take():
            await desk.sent(flight)
            edits.append(round(desk.now - begun))
        desk.now += 1
    assert edits == [0, 5, 20, 60, 120, 180, 240]


async def test_what_counts_on_within_a_step_is_shown_once_a_minute_and_takes_no_quick_edit(
    desk: Desk,
) -> None:
    await desk.stands("a")
    begun, edits = desk.now - 10, []
    for second in range(200):
        desk.now = begun + 10 + second
        await desk.card("a", second + 2, state="running", step="0" if second < 170 else "1")
        for flight in await desk.take():
            await desk.sent(flight)
            edits.append(10 + second)
    assert edits == [60, 120, 180]


async def test_a_step_that_begins_while_a_counter_waits_is_shown_soon(desk: Desk) -> None:
    await desk.stands("a")
    await desk.card("a", 2, state="running", step="0")
    assert await desk.take() == ()
    await desk.card("a", 3, state="running", step="1")
    assert (await desk.one()).version == 3


async def test_a_state_change_is_shown_at_once_whatever_a_card_has_told_before(desk: Desk) -> None:
    await desk.stands("a")
    for version in range(2, 5):
        await desk.card("a", version, state="running", step=str(version))
        await desk.sent(await desk.one())
        desk.now += 15
    await desk.card("a", 5, state="running", step="5")
    assert await desk.take() == ()
    await desk.card("a", 6, state="succeeded", step="5", result=True)
    flight = await desk.one()
    assert flight.version == 6
    await desk.card("a", 7, state="succeeded", step="5", result=True)
    await desk.sent(flight)
    assert await desk.take() == ()


async def test_a_state_change_that_comes_while_an_edit_is_on_its_way_follows_at_once(desk: Desk) -> None:
    await desk.stands("a")
    await desk.card("a", 2, state="running", step="1")
    flight = await desk.one()
    await desk.card("a", 3, state="running", step="2")
    await desk.card("a", 4, state="succeeded", step="2", result=True)
    await desk.sent(flight)
    assert (await desk.one()).version == 4


async def test_a_counter_does_not_slow_the_state_change_that_it_is_folded_into(desk: Desk) -> None:
    await desk.stands("a")
    desk.now -= 10
    await desk.card("a", 2, state="being cancelled", step="0")
    await desk.card("a", 3, state="being cancelled", step="0")
    assert (await desk.one()).version == 3


# --- lines hang on cards


async def test_lines_wait_until_their_card_stands_and_keep_their_order(desk: Desk) -> None:
    await desk.line("1", "a")
    await desk.card("a", 1)
    await desk.line("2", "a")
    flight = await desk.one()
    assert flight.kind == "card"
    await desk.sent(flight, ts="5.0")
    for name in ("1", "2"):
        line = await desk.one()
        assert (line.id, line.lane, line.posted and line.posted.ts) == (f"line:{name}", "C1", "5.0")
        await desk.sent(line, ts=f"6.{name}")
    assert await desk.store.waiting() == 0


async def test_a_line_whose_card_never_comes_is_handed_out_after_an_hour_to_be_reported(desk: Desk) -> None:
    await desk.line("1", "a")
    desk.now += 3599
    assert await desk.take() == ()
    desk.now += 2
    flight = await desk.one()
    assert (flight.lane, flight.posted) == ("wait:card:a", None)


async def test_lines_are_given_up_with_their_card(desk: Desk) -> None:
    await desk.card("a", 1)
    await desk.line("1", "a")
    settled = await desk.give_up(await desk.one())
    assert settled.given_up == ("card:a", "line:1")
    assert await desk.store.waiting() == 0
    assert not await desk.line("1", "a")
    assert [entry["id"] for entry in await desk.store.undeliverable()] == ["line:1", "card:a"]


# --- whose flight it is


async def test_the_call_of_a_dead_sender_is_taken_over_in_doubt(desk: Desk) -> None:
    await desk.say("x")
    await desk.take("dead")
    desk.now += LEASE + 0.1
    assert await desk.take("b") == ()  # the dead one gets a second to say that it lives
    desk.now += 1.1
    flight = await desk.one("b")
    assert (flight.id, flight.doubt, flight.adopted) == ("say:x", True, True)


async def test_a_sender_that_shows_life_keeps_its_call_when_time_jumps(desk: Desk) -> None:
    await desk.say("x")
    flight = await desk.one("alive")
    desk.now += 3600
    assert await desk.take("b") == ()
    await desk.store.beat("alive", now=desk.now)
    desk.now += 1.5
    assert await desk.take("b") == ()
    assert (await desk.sent(flight)).ours


async def test_beats_of_one_sender_do_nothing_for_another(desk: Desk) -> None:
    await desk.say("x")
    await desk.take("dead")
    for _ in range(8):
        desk.now += 1
        await desk.store.beat("b", now=desk.now)
        found = await desk.take("b")
        if found:
            break
    assert ids(found) == ["say:x"]


async def test_a_sender_never_takes_its_own_call_a_second_time(desk: Desk) -> None:
    await desk.say("x")
    await desk.take("a")
    for _ in range(5):
        desk.now += 100
        assert await desk.take("a") == ()


async def test_what_a_slow_sender_posted_after_all_counts(desk: Desk) -> None:
    await desk.card("a", 1)
    slow = await desk.one("slow")
    await desk.line("1", "a")
    for _ in range(2):
        desk.now += LEASE + 1
        taken = await desk.take("b")
    settled = await desk.sent(slow, ts="1.0")
    assert (settled.ours, settled.double) == (False, False)
    settled = await desk.sent(taken[0], ts="2.0")
    assert settled.double
    assert (await desk.store.posted("a")) is not None
    assert (await desk.store.posted("a")).ts == "1.0"  # type: ignore[union-attr]
    assert ids(await desk.take("b")) == ["line:1"]


async def test_something_said_by_two_senders_is_one_too_many(desk: Desk) -> None:
    await desk.say("x")
    slow = await desk.one("slow")
    for _ in range(2):
        desk.now += LEASE + 1
        taken = await desk.take("b")
    assert not (await desk.sent(taken[0], ts="2.0")).double
    assert (await desk.sent(slow, ts="1.0")).double


async def test_a_sender_that_lost_its_call_decides_nothing_about_it(desk: Desk) -> None:
    await desk.say("x")
    slow = await desk.one("slow")
    for _ in range(2):
        desk.now += LEASE + 1
        taken = await desk.take("b")
    await desk.again(slow, 1000)
    await desk.give_up(slow)
    assert not (await desk.store.settle(slow, "moved", now=desk.now, to="C9", to_kind="say", hop=1)).ours
    assert (await desk.sent(taken[0])).ours


async def test_settling_twice_is_settling_once(desk: Desk) -> None:
    await desk.say("x")
    flight = await desk.one()
    await desk.sent(flight)
    await desk.say("y")
    other = await desk.one()
    assert not (await desk.sent(flight)).double
    assert (await desk.sent(other, ts="2.0")).ours


async def test_after_an_unknown_outcome_it_is_looked_at_again_later(desk: Desk) -> None:
    await desk.stands("a")
    await desk.card("a", 2)
    flight = await desk.one()
    await desk.again(flight, 1, doubt=True)
    desk.now += 1
    flight = await desk.one()
    assert flight.entry["doubted"]
    await desk.sent(flight, body='{"text": "2"}', recheck=20)
    await desk.card("a", 3)
    await desk.sent(await desk.one(), body='{"text": "3"}')
    desk.now += 19
    assert await desk.take() == ()
    desk.now += 1.1
    check = await desk.one()
    assert (check.kind, json.loads(check.body)["text"], check.posted and check.posted.ts) == (
        "check",
        "3",
        "1.0",
    )
    await desk.sent(check)
    assert await desk.store.waiting() == 0


# --- what Slack says


async def test_a_pause_holds_its_lane_and_no_other(desk: Desk) -> None:
    await desk.say("1")
    await desk.say("2")
    await desk.again(await desk.one(), 30)
    await desk.say("3")
    await desk.say("4", "C2")
    assert ids(await desk.take()) == ["say:4"]
    desk.now += 29
    assert await desk.take() == ()
    desk.now += 1
    flight = await desk.one()
    assert (flight.id, flight.tries, flight.doubt) == ("say:1", 1, False)


async def test_an_entry_that_holds_up_its_lane_no_longer_is_overtaken(desk: Desk) -> None:
    await desk.say("1")
    await desk.say("2")
    await desk.again(await desk.one(), 30, close_lane=False)
    assert ids(await desk.take()) == ["say:2"]


async def test_a_method_that_wants_rest_is_rested_in_every_lane(desk: Desk) -> None:
    await desk.stands("a")
    await desk.card("b", 1, lane="C2")
    await desk.sent(await desk.one(), ts="2.0", channel="C2")
    await desk.card("a", 2)
    await desk.again(await desk.one(), 30, close_method="chat.update", counted=False)
    await desk.card("b", 2, lane="C2")
    await desk.say("x", "C2")
    assert ids(await desk.take()) == ["say:x"]
    desk.now += 31
    assert "card:a" in ids(await desk.take())


async def test_a_channel_takes_a_short_burst_and_then_one_message_a_second(desk: Desk) -> None:
    for n in range(10):
        await desk.say(str(n))
    sent = 0
    for _ in range(10):
        for flight in await desk.take():
            await desk.sent(flight, ts=str(sent))
            sent += 1
    assert sent == 8
    desk.now += 0.9
    assert await desk.take() == ()
    desk.now += 0.2
    assert ids(await desk.take()) == ["say:8"]


async def test_in_no_minute_there_are_more_edits_than_slack_takes(desk: Desk) -> None:
    for number in range(60):
        await desk.stands(str(number))
    at: list[float] = []
    for version in range(2, 5):
        for number in range(60):
            await desk.card(str(number), version, state=str(version))
        for _ in range(120):
            desk.now += 0.5
            for flight in await desk.take():
                await desk.sent(flight)
                at.append(desk.now)
    assert len(at) > 120
    assert max(sum(begin <= one < begin + 60 for one in at) for begin in at) <= 48


async def test_progress_leaves_half_of_the_edits_at_hand_to_others_and_state_changes_some_to_results(
    desk: Desk,
) -> None:
    for number in range(20):
        await desk.stands(str(number))
    desk.now += 60
    sent: list[str] = []

    async def all_that_may() -> int:
        before = len(sent)
        while taken := await desk.take():
            for flight in taken:
                await desk.sent(flight)
                sent.append(flight.id)
        return len(sent) - before

    for number in range(20):
        await desk.card(str(number), 2, state="running", step="1")
    assert await all_that_may() == 2
    for number in range(10, 20):
        await desk.card(str(number), 3, state="being cancelled")
    assert await all_that_may() == 1
    for number in range(20):
        await desk.card(str(number), 4, state="succeeded", result=True)
    assert await all_that_may() == 1
    desk.now += 10
    assert await all_that_may() == 4
    assert all(int(id.partition(":")[2]) >= 10 for id in sent[2:3])


async def test_results_are_shown_in_the_order_in_which_they_came_whatever_else_has_waited(desk: Desk) -> None:
    for card in "abcdefgh":
        await desk.stands(card)
    for card in "abcdefgh":
        await desk.card(card, 2, state="running", step="1")
    for _ in range(3):  # what is at hand is used up by some of them; the others wait
        for flight in await desk.take():
            await desk.sent(flight)
    seen = []
    for card in "hgfedcba":
        await desk.card(card, 3, state="succeeded", result=True)
    for _ in range(40):
        for flight in await desk.take():
            seen.append(flight.id[-1])
            await desk.sent(flight)
        desk.now += 0.5
    assert "".join(seen) == "hgfedcba"


async def test_many_lanes_that_wait_for_the_same_budget_do_not_all_wake_for_one_edit(desk: Desk) -> None:
    for number in range(200):
        await desk.card(str(number), 1, lane=f"C{number}", state="running", step="0")
        await desk.sent(await desk.one(), ts=f"{number}.0", channel=f"C{number}")
        desk.now += 1
    for number in range(200):
        await desk.card(str(number), 2, lane=f"C{number}", state="running", step="1")
    for _ in range(20):
        for flight in await desk.take():
            await desk.sent(flight, channel=flight.lane)
    due = await desk.redis.zcount(keys.OUTBOX_LANES(), 0, desk.now + 3)
    assert due <= 25
    await desk.card("150", 3, lane="C150", state="succeeded", result=True)
    assert ids(await desk.take()) == ["card:150"]


async def test_a_name_becomes_an_id_and_its_lane_goes_on_under_the_id(desk: Desk) -> None:
    await desk.say("1", "#ops")
    await desk.say("2", "#ops")
    await desk.sent(await desk.one(), channel="C7", learned="#ops")
    assert (await desk.one()).lane == "C7"
    await desk.say("3", "#ops")
    assert await desk.redis.zcard(keys.OUTBOX_LANE(lane="#ops")) == 0


async def test_a_refused_card_goes_to_the_next_channel(desk: Desk) -> None:
    await desk.card("a", 1, lane="#ops")
    flight = await desk.one()
    await desk.store.settle(flight, "moved", now=desk.now, to="C9", to_kind="card", hop=1)
    moved = await desk.one()
    assert (moved.lane, moved.hop, moved.asked) == ("C9", 1, "C9")


async def test_a_card_that_somebody_deletes_is_posted_anew_once(desk: Desk) -> None:
    await desk.stands("a")
    await desk.card("a", 2)
    gone: dict[str, Any] = {
        "to": "C1",
        "to_kind": "card",
        "hop": 0,
        "repost": True,
        "why": "message_not_found",
    }
    await desk.store.settle(await desk.one(), "moved", now=desk.now, **gone)
    flight = await desk.one()
    assert flight.posted is None
    await desk.sent(flight, ts="9.0")
    await desk.card("a", 3)
    settled = await desk.store.settle(await desk.one(), "moved", now=desk.now, **gone)
    assert settled.given_up == ("card:a",)


async def test_the_list_of_what_was_given_up_is_bounded(desk: Desk) -> None:
    await desk.redis.lpush(keys.OUTBOX_UNDELIVERABLE(), *["{}"] * 1500)
    await desk.say("x")
    await desk.give_up(await desk.one(), "is_archived")
    assert await desk.redis.llen(keys.OUTBOX_UNDELIVERABLE()) == 1000
    newest = (await desk.store.undeliverable(1))[0]
    assert (newest["id"], newest["why"], newest["text"]) == ("say:x", "is_archived", "words")
    assert not await desk.say("x")


# --- wrong data under our keys


@pytest.mark.usefixtures("hand_edited")
async def test_what_cannot_be_read_is_reported_and_skipped(desk: Desk) -> None:
    await desk.say("1")
    await desk.say("2")
    await desk.redis.hset(keys.OUTBOX_ENTRIES(), "say:1", "garbage")
    taken = await desk.store.take("a", now=desk.now, limit=5)
    assert (taken.unreadable, ids(taken.flights)) == (("say:1",), ["say:2"])
    assert (await desk.store.undeliverable())[0]["id"] == "say:1"


@pytest.mark.usefixtures("hand_edited")
async def test_a_card_whose_record_is_of_another_type_stops_nothing_else(desk: Desk) -> None:
    await desk.card("a", 1)
    await desk.say("x")
    await desk.redis.set(keys.CARD(card="a"), "garbage")
    taken = await desk.store.take("a", now=desk.now, limit=5)
    assert (taken.unreadable, ids(taken.flights)) == (("card:a",), ["say:x"])


@pytest.mark.usefixtures("hand_edited")
async def test_an_unreadable_flight_is_nobodys(desk: Desk) -> None:
    await desk.say("x")
    await desk.redis.hset(keys.OUTBOX_FLIGHTS(), "C1", "garbage")
    await desk.store.beat("a", now=desk.now)
    assert ids(await desk.take()) == ["say:x"]


async def test_nothing_is_left_behind_when_everything_was_sent(desk: Desk) -> None:
    await desk.card("a", 1, lane="#ops")
    await desk.line("1", "a")
    await desk.sent(await desk.one(), learned="#ops")
    await desk.sent(await desk.one())
    for key in (keys.OUTBOX_ENTRIES, keys.OUTBOX_BODIES, keys.OUTBOX_LANES, keys.OUTBOX_FLIGHTS):
        assert not await desk.redis.exists(key()), key
    assert not [key async for key in desk.redis.scan_iter(keys.OUTBOX_LANE(lane="*"))]


async def test_a_process_without_a_sender_wakes_one(desk: Desk) -> None:
    await desk.say("x", wake=False)
    assert not await desk.store.wait_for_wake(0.05)
    await desk.say("y", wake=True)
    assert await desk.store.wait_for_wake(5)
