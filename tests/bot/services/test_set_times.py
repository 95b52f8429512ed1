"""Deploys that are set for a time: `at 14:00`. They wait, are judged afresh then, and begin or say why not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.clock import Clock
from bot.domain.deploys import Deploy
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed
from bot.services.deploys import Deploys
from bot.services.locks import ENDS
from bot.services.waiting import EARLY_LOOK_SECONDS, JUDGE, WAKE
from bot.store import keys
from bot.store.deploys import thing_of
from bot.store.locks import LockStore
from tests.bot.services.house import DANA, WANTED, House, job

HOUR = 3600.0
OMAR = Holder("T1", "U3", "omar@example.com", "Omar", roles=frozenset({"operator"}))
SAID = "Friday 14:00 in Europe/Berlin"


async def asked(house: House, deploys: Deploys, ahead: float = HOUR, request: str = "r-1") -> Deploy:
    """Dana's deploy of shop to staging, set for so many seconds from now."""
    begins = Clock(house.clock_file).now() + ahead
    return await deploys.request(replace(WANTED, begins=begins, begins_said=SAID, request=request), DANA)


async def looked(deploys: Deploys, id: str) -> Sequence[Deploy]:
    """What is shown of it when it is judged; nothing where it begins."""
    return [one async for one in deploys.waiting.judge(job(id, JUDGE))]


def approvals(house: House) -> None:
    text = house.grail.config.read_text()
    gated = "{staging: {recipe: quick, gates: {approvals: {mode: enforced}}}"
    house.grail.config.write_text(text.replace("{staging: {recipe: quick}", gated, 1))
    house.reload()


async def lock(house: House) -> LockStore:
    store = LockStore(house.redis, wake=WAKE, ends=ENDS)
    one = Lock(
        "lock", Scope("shop", "staging"), "olga@example.com", "U7", "Olga", "T1", "the fair", 0.0, 1e12
    )
    await store.set(one, now=1.0)
    return store


async def test_it_is_parked_without_being_asked_and_begins_at_its_time(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    assert (deploy.state, deploy.begins_said) == ("parked", SAID)
    assert [one.code for one in deploy.conditions if one.stops] == ["not-yet"]
    [shown] = await looked(deploys, deploy.id)
    assert shown.state == "parked"
    house.forward(HOUR + 1)
    assert await looked(deploys, deploy.id) == []  # its first tick shows it
    assert await house.store.running("shop", "staging") == deploy.id


async def test_it_is_looked_at_now_and_then_and_at_its_very_time(house: House) -> None:
    deploys = house.worker("one")
    far = await asked(house, deploys)
    now = Clock(house.clock_file).now()
    wanted = replace(WANTED, ref="feature/gift-cards", begins=now + 60, begins_said=SAID, request="r-2")
    near = await deploys.request(wanted, DANA)
    for deploy, when in ((far, now + EARLY_LOOK_SECONDS), (near, now + 60)):
        await looked(deploys, deploy.id)
        due = await house.redis.zscore(keys.TIMERS(), f"hold:{deploy.id}")
        assert due == pytest.approx(when, abs=5.0)


async def test_its_timer_is_rebuilt_by_another_worker_where_it_was_lost(house: House) -> None:
    deploy = await asked(house, house.worker("one"))
    await looked(house.worker("one"), deploy.id)
    await house.redis.delete(keys.TIMERS(), keys.TIMER_ROWS(), keys.QUEUE(thing=thing_of(deploy.id)))
    second = house.worker("two")
    await second.waiting.recall()
    assert await house.redis.llen(keys.QUEUE(thing=thing_of(deploy.id))) == 1
    await looked(second, deploy.id)
    assert await house.redis.zscore(keys.TIMERS(), f"hold:{deploy.id}") is not None


async def test_what_is_in_the_way_then_is_said_and_it_begins_when_that_is_over(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    store = await lock(house)
    house.forward(HOUR + 1)
    [shown] = await looked(deploys, deploy.id)
    assert shown.state == "parked"
    assert [one.code for one in shown.conditions if one.stops] == ["locked"]
    await store.end("lock", Scope("shop", "staging"))
    assert await looked(deploys, deploy.id) == []
    assert await house.store.running("shop", "staging") == deploy.id


async def test_what_time_does_not_cure_ends_it_then_and_is_said(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    await house.store.quarantine(replace(deploy, id="d-9"), [deploy.commit])
    house.forward(HOUR + 1)
    [shown] = await looked(deploys, deploy.id)
    assert (shown.state, shown.why) == (
        "failed",
        f"`{deploy.short()}` is among what d-9 took back from shop staging: it may not go there again. "
        "Nothing was started.",
    )


async def test_what_time_does_not_cure_is_refused_at_once(house: House) -> None:
    deploys = house.worker("one")
    draft = (await deploys.plan(WANTED, DANA)).deploy
    await house.store.quarantine(replace(draft, id="d-9"), [draft.commit])
    with pytest.raises(Conflict, match="it may not go there again"):
        await asked(house, deploys)
    assert await house.store.held() == []


async def test_its_approval_is_asked_for_at_once_and_it_then_waits_for_its_time(house: House) -> None:
    approvals(house)
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    assert deploy.state == "waiting"
    await deploys.decisions.approve(deploy.id, OMAR)
    [shown] = await looked(deploys, deploy.id)
    assert shown.state == "parked"
    assert [one.code for one in shown.conditions if one.stops] == ["not-yet"]
    house.forward(HOUR + 1)
    assert await looked(deploys, deploy.id) == []
    assert await house.store.running("shop", "staging") == deploy.id


async def test_its_owner_starts_it_now_and_nobody_else(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    with pytest.raises(NotAllowed, match=r"^d-1 is Dana's to start\.$"):
        await deploys.decisions.start(deploy.id, OMAR)
    begun = await deploys.decisions.start(deploy.id, DANA)
    assert (begun.begins, begun.fence) == (None, 1)
    assert await house.store.running("shop", "staging") == deploy.id


async def test_started_now_under_a_lock_it_is_parked_for_that_alone(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    await lock(house)
    left = await deploys.decisions.start(deploy.id, DANA)
    assert (left.state, left.begins) == ("parked", None)
    assert [one.code for one in left.conditions if one.stops] == ["locked"]


async def test_started_now_it_is_refused_where_time_does_not_cure_and_keeps_its_time(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys)
    await house.store.quarantine(replace(deploy, id="d-9"), [deploy.commit])
    with pytest.raises(Conflict, match="it may not go there again"):
        await deploys.decisions.start(deploy.id, DANA)
    assert (await house.store.get(deploy.id)).begins == deploy.begins


async def test_the_same_for_another_time_takes_its_place_and_for_the_same_time_is_that_one(
    house: House,
) -> None:
    deploys = house.worker("one")
    first = await asked(house, deploys)
    wanted = replace(WANTED, begins=first.begins, begins_said=SAID, request="r-2")
    assert (await deploys.request(wanted, DANA)).id == first.id
    second = await asked(house, deploys, 2 * HOUR, "r-3")
    assert second.id != first.id
    [over] = await looked(deploys, first.id)
    assert (over.state, over.cancelled_by) == ("cancelled", f"{second.id}, which takes its place")
    now = await deploys.request(replace(WANTED, request="r-4"), DANA)
    assert now.fence == 1
    [over] = await looked(deploys, second.id)
    assert (over.state, over.cancelled_by) == ("cancelled", f"{now.id}, which takes its place")


async def test_while_the_same_runs_it_can_be_set_for_later(house: House) -> None:
    deploys = house.worker("one")
    running = await deploys.request(WANTED, DANA)
    later = await asked(house, deploys, HOUR, "r-2")
    assert later.id != running.id
    assert later.state == "parked"


async def test_a_time_a_day_ahead_comes_before_its_waiting_is_over(house: House) -> None:
    deploys = house.worker("one")
    deploy = await asked(house, deploys, 24 * HOUR)
    house.forward(24 * HOUR + 5)
    assert await looked(deploys, deploy.id) == []
    assert await house.store.running("shop", "staging") == deploy.id


async def test_whoever_ships_anyway_waives_no_time(house: House) -> None:
    deploys = house.worker("one")
    await lock(house)
    begins = Clock(house.clock_file).now() + HOUR
    wanted = replace(WANTED, begins=begins, begins_said=SAID)
    shipped = await deploys.ship(wanted, DANA, "Olga is on a plane")
    assert (shipped.state, [gate for gate, _ in shipped.waived]) == ("parked", ["lock"])
