"""[Ship anyway]: all that can be waived at once, by who may, with a reason; never the right, the claim, the queue."""

from dataclasses import replace

import pytest

from bot.domain.gates import Condition, NotSetUp, Unknown, Verdict
from bot.domain.gates.pages import Page, Pages
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed, NotUnderstood, Refusal, Stale
from bot.services.facts import Outside
from bot.services.locks import ENDS
from bot.services.waiting import WAKE
from bot.services.waivers import Pager, pager, waivable
from bot.store.gates import GateStore
from bot.store.locks import LockStore
from tests.bot.services.house import DANA, WANTED, House, Rings
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
        waivable(Verdict((right, failed("lock"))), ended(1), DANA, "rings")


OMAR = Holder("T1", "U5", "omar@example.com", "Omar")
EYES = Verdict((failed("approvals"), failed("lock")))


@pytest.mark.parametrize(
    ("pager", "why"),
    [
        ("calm", "No page is open on shop or what it depends on"),
        ("none", "No pager is connected that could say whether this is an emergency"),
    ],
)
def test_nobody_waives_the_approval_of_their_own_deploy_while_no_page_is_open(pager: Pager, why: str) -> None:
    for holder in (DANA, replace(DANA, email="dana@example.org"), replace(DANA, user_id="U9")):
        with pytest.raises(Refusal) as own:
            waivable(EYES, replace(ended(1), asker="T1:U1"), holder, pager, ["Omar", "Mia"])
        assert str(own.value) == (
            f"{why}, so nobody waives the approval of their own deploy: a second person has to look at it."
        )
        assert own.value.code == "own-waiver"
        assert own.value.hint == (
            "Omar or Mia can approve it: ask for the deploy, and its card asks for the approval."
        )
    with pytest.raises(Refusal) as alone:
        waivable(EYES, ended(1), DANA, pager)
    assert alone.value.hint == (
        "`oncall` shows whom to ask: ask for the deploy, and its card asks for the approval."
    )
    assert waivable(EYES, ended(1), OMAR, pager) == ("approvals", "lock")
    assert waivable(Verdict((failed("lock"),)), ended(1), DANA, pager) == ("lock",)


@pytest.mark.parametrize("pager", ["rings", "silent"])
def test_in_an_emergency_nobody_has_to_find_a_second_person(pager: Pager) -> None:
    """A page is open; or the pager does not answer, and no emergency may hang on another system."""
    assert waivable(EYES, ended(1), DANA, pager) == ("approvals", "lock")


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (Pages(()), "calm"),
        (Pages((Page("P1", "shop", "Checkout is slow", 0.0),)), "rings"),
        (NotSetUp("PagerDuty", "Set PAGERDUTY_API_TOKEN."), "none"),
        (Unknown("PagerDuty", "It did not answer within 5 seconds."), "silent"),
    ],
)
def test_what_is_known_of_the_pager_is_one_word(found: object, word: Pager) -> None:
    assert pager(found) == word


def approvals(house: House) -> None:
    text = house.grail.config.read_text()
    gated = "{staging: {recipe: quick, gates: {approvals: {mode: enforced}}}"
    house.grail.config.write_text(text.replace("{staging: {recipe: quick}", gated, 1))
    house.reload()


async def test_without_a_pager_the_refusal_says_who_else_may_approve_it_and_with_an_open_page_it_begins(
    house: House,
) -> None:
    approvals(house)
    deploys = house.worker("one")
    with pytest.raises(Refusal) as own:
        await deploys.ship(WANTED, DANA, "It repairs an incident")
    assert (own.value.code, own.value.hint) == (
        "own-waiver",
        "Omar, Olga or Mia can approve it: ask for the deploy, and its card asks for the approval.",
    )
    assert await house.store.recent("shop") == []
    paged = house.worker("two", outside=Outside(pager=Rings(Page("P1", "shop", "No results", 0.0))))
    begun = await paged.ship(WANTED, DANA, "It repairs an incident")
    assert (begun.fence, begun.waived) == (1, (("approvals", "Dana: It repairs an incident"),))


async def test_what_waits_for_its_approval_is_not_shipped_by_who_asked_for_it(house: House) -> None:
    approvals(house)
    deploys = house.worker("one")
    waiting = await deploys.request(WANTED, DANA)
    with pytest.raises(Refusal, match="nobody waives the approval of their own deploy"):
        await deploys.waive(waiting.id, DANA, "It repairs an incident")
    silent = house.worker("two", outside=Outside(pager=Rings(gone=True)))
    waived = await silent.waive(waiting.id, DANA, "It repairs an incident")
    assert waived.waived == (("approvals", "Dana: It repairs an incident"),)
