"""[Ship anyway]: all that can be waived at once, by who may, with a reason; never the right, the claim, the queue."""

from dataclasses import replace

import pytest

from bot.domain.gates import Condition, Verdict
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed, NotUnderstood, Refusal, Stale
from bot.services.locks import ENDS
from bot.services.waiting import WAKE
from bot.services.waivers import waivable
from bot.store.gates import GateStore
from bot.store.locks import LockStore
from tests.bot.services.house import DANA, WANTED, House
from tests.bot.services.test_gates import ended

DEVI = Holder(
    "T1", "U2", "devi@example.com", "Devi", roles=frozenset({"developer"}), teams=frozenset({"storefront"})
)
DEVIS = replace(WANTED, by="devi@example.com", by_user="U2", by_name="Devi", asker="T1:U2", request="r-2")


async def lock(house: House, kind: str = "lock") -> None:
    one = Lock(
        kind, Scope("shop", "staging"), "olga@example.com", "U7", "Olga", "T1", "trying the new search", 0.0, 1e12  # type: ignore[arg-type]
    )  # fmt: skip
    await LockStore(house.redis, wake=WAKE, ends=ENDS).set(one, now=1.0)


def failed(gate: str, *, mode: str = "enforced") -> Condition:
    return Condition(gate, "failed", f"{gate}-failed", f"{gate}.", mode, clears="x")  # type: ignore[arg-type]


async def test_lock_and_freeze_are_waived_in_the_one_step_that_admits(house: House) -> None:
    deploys = house.worker("one")
    await lock(house)
    await lock(house, "freeze")
    with pytest.raises(Conflict):
        await deploys.request(WANTED, DANA)
    begun = await deploys.ship(replace(WANTED, request="r-2"), DANA, "It repairs   an incident")
    assert begun.fence == 1
    assert begun.waived == (
        ("freeze", "Dana: It repairs an incident"), ("lock", "Dana: It repairs an incident"),
    )  # fmt: skip
    assert await house.store.running("shop", "staging") == begun.id
    again = await deploys.ship(replace(WANTED, request="r-2"), DANA, "It repairs an incident")
    assert again.id == begun.id
    (follow,) = await GateStore(house.redis).follow_ups()
    assert (follow.deploy, follow.gates, follow.reason) == (
        begun.id, ("freeze", "lock"), "It repairs an incident",
    )  # fmt: skip


async def test_who_may_not_waive_and_who_gives_no_reason_changes_nothing(house: House) -> None:
    deploys = house.worker("one")
    await lock(house)
    with pytest.raises(NotAllowed, match=r"^You may not waive a gate of shop in staging\."):
        await deploys.ship(DEVIS, DEVI, "I want to")
    with pytest.raises(NotUnderstood, match=r"^I need a reason: it is kept, and operations are told\.$"):
        await deploys.ship(WANTED, DANA, "  ")
    assert await house.store.recent("shop") == []


async def test_a_claim_is_not_waived_it_queues(house: House) -> None:
    deploys = house.worker("one")
    first = await deploys.request(WANTED, DANA)
    await lock(house)
    second = await deploys.ship(
        replace(WANTED, request="r-2", by="omar@example.com"), DANA, "It repairs an incident"
    )
    assert (second.state, [gate for gate, _ in second.waived]) == ("queued", ["lock"])
    assert await house.store.running("shop", "staging") == first.id


async def test_what_waits_begins_when_what_it_waited_for_is_waived(house: House) -> None:
    deploys = house.worker("one")
    await lock(house)
    parked = await deploys.request(WANTED, DANA, park=True)
    assert parked.state == "parked"
    with pytest.raises(NotAllowed):
        await deploys.waive(parked.id, DEVI, "I want to")
    waived = await deploys.waive(parked.id, DANA, "Olga is on a plane")
    assert waived.waived == (("lock", "Dana: Olga is on a plane"),)
    with pytest.raises(
        Stale, match=r"^Nothing stands in the way of d-1 that can be waived: nothing was changed\.$"
    ):
        await deploys.waive(parked.id, DANA, "Olga is on a plane")


def test_a_missing_right_is_nothing_that_can_be_waived() -> None:
    right = Condition("right", "failed", "no-right", "You may not deploy shop to staging.", "enforced")
    with pytest.raises(NotAllowed, match=r"^You may not deploy shop to staging\.$"):
        waivable(Verdict((right, failed("lock"))), ended(1), DANA)


def test_nobody_waives_the_approval_of_their_own_deploy_while_no_page_is_open() -> None:
    calm = Condition("pages", "passed", "no-open-page", "No page is open.")
    verdict = Verdict((failed("approvals"), failed("lock"), calm))
    with pytest.raises(Refusal) as own:
        waivable(verdict, ended(1), DANA)
    assert str(own.value) == (
        "No page is open, so somebody else has to approve it: nobody waives that for their own deploy."
    )
    assert own.value.code == "own-waiver"
    omar = Holder("T1", "U5", "omar@example.com", "Omar")
    assert waivable(verdict, ended(1), omar) == ("approvals", "lock")
    paged = Verdict((failed("approvals"), failed("lock"), failed("pages", mode="telling")))
    assert waivable(paged, ended(1), DANA) == ("approvals", "lock")
