"""[It mends the page]: one tap of whoever is on call lets an open page be in nobody's way, and nothing else."""

from dataclasses import replace

import pytest

from bot.domain.gates.pages import Page
from bot.domain.locks import Lock, Scope
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed, Stale
from bot.services.deploys import Deploys
from bot.services.facts import Outside
from bot.services.locks import ENDS
from bot.services.waiting import JUDGE, WAKE
from bot.store.gates import GateStore
from bot.store.locks import LockStore
from tests.bot.services.house import DANA, WANTED, House, Rings, job

SLOW = Page("Q123", "shop", "Checkout is slow", 0.0)
# A developer who has the pager now: no role of theirs may waive anything.
DEVI = Holder(
    "T1", "U2", "devi@example.com", "Devi", roles=frozenset({"developer"}), teams=frozenset({"storefront"}),
    on_call=frozenset({"storefront"}),
)  # fmt: skip
DEVIS = replace(WANTED, by="devi@example.com", by_user="U2", by_name="Devi", asker="T1:U2", request="r-2")


@pytest.fixture
def deploys(house: House) -> Deploys:
    """An open page stops whoever deploys shop to staging; being on call gives no word of its own."""
    text = house.grail.config.read_text()
    gated = "{staging: {recipe: quick, gates: {pages: {mode: enforced}, recent: {mode: enforced}}}"
    text = text.replace("{staging: {recipe: quick}", gated, 1)
    text = text.replace("words: [rollback, cancel, waive, ack,", "words: [rollback, cancel, ack,")
    house.grail.config.write_text(text)
    house.reload()
    house.others = {"U2": DEVI}
    return house.worker("one", outside=Outside(pages=Rings(SLOW)))


async def lock(house: House) -> None:
    store = LockStore(house.redis, wake=WAKE, ends=ENDS)
    one = Lock(
        "lock", Scope("shop", "staging"), "olga@example.com", "U7", "Olga", "T1", "the fair", 0.0, 1e12
    )
    await store.set(one, now=1.0)


async def test_whoever_is_on_call_begins_it_with_the_page_as_the_reason(
    house: House, deploys: Deploys
) -> None:
    with pytest.raises(Conflict, match=r"^A page is open on it: Checkout is slow\.$"):
        await deploys.request(DEVIS, DEVI)
    begun = await deploys.mending.ask(replace(DEVIS, request="r-3"), DEVI)
    assert (begun.fence, begun.waived) == (1, (("pages", "Devi: mends the open page Q123"),))
    assert (await deploys.mending.ask(replace(DEVIS, request="r-3"), DEVI)).id == begun.id
    [follow] = await GateStore(house.redis).follow_ups()
    assert (follow.deploy, follow.gates, follow.reason, follow.by) == (
        begun.id, ("pages",), "mends the open page Q123", "Devi",
    )  # fmt: skip


async def test_who_is_not_on_call_is_told_who_can(house: House, deploys: Deploys) -> None:
    off = replace(DEVI, on_call=frozenset())
    with pytest.raises(NotAllowed) as refused:
        await deploys.mending.ask(DEVIS, off)
    assert (refused.value.code, str(refused.value), refused.value.hint) == (
        "not-on-call",
        "Only who is on call for shop lets an open page pass with one tap.",
        "Who can clear it: its end, whoever is on call with one tap, or who may waive it.",
    )
    assert await house.store.recent("shop") == []
    begun = await deploys.mending.ask(WANTED, DANA)  # an operator, who may waive anything
    assert begun.waived == (("pages", "Dana: mends the open page Q123"),)


async def test_it_waives_the_page_alone_and_the_rest_is_waited_for(house: House, deploys: Deploys) -> None:
    await lock(house)
    parked = await deploys.mending.ask(DEVIS, DEVI)
    assert (parked.state, [gate for gate, _ in parked.waived]) == ("parked", ["pages"])
    assert [one.code for one in parked.conditions if one.stops] == ["locked"]


async def test_where_something_runs_there_it_stands_in_line(house: House, deploys: Deploys) -> None:
    await deploys.mending.ask(WANTED, DANA)
    second = await deploys.mending.ask(replace(DEVIS, ref="feature/gift-cards"), DEVI)
    assert (second.state, [gate for gate, _ in second.waived]) == ("queued", ["pages"])


async def test_what_neither_time_nor_people_cure_still_refuses_it(house: House, deploys: Deploys) -> None:
    draft = (await deploys.plan(DEVIS, DEVI)).deploy
    await house.store.quarantine(replace(draft, id="d-9"), [draft.commit])
    with pytest.raises(Conflict, match="it may not go there again"):
        await deploys.mending.ask(DEVIS, DEVI)
    assert await house.store.recent("shop") == []


async def test_the_right_to_deploy_is_nothing_that_a_page_gives(house: House, deploys: Deploys) -> None:
    with pytest.raises(NotAllowed, match=r"^You may not deploy shop to production\."):
        await deploys.mending.ask(replace(DEVIS, environment="production"), DEVI)


async def test_what_is_parked_for_the_page_begins_with_the_tap(house: House, deploys: Deploys) -> None:
    parked = await deploys.request(WANTED, DANA, park=True)
    with pytest.raises(NotAllowed, match="Only who is on call for shop"):
        await deploys.mending.held(parked.id, replace(DEVI, on_call=frozenset()))
    mended = await deploys.mending.held(parked.id, DEVI)
    assert mended.waived == (("pages", "Devi: mends the open page Q123"),)
    assert [one async for one in deploys.waiting.judge(job(parked.id, JUDGE))] == []
    assert await house.store.running("shop", "staging") == parked.id


async def test_a_page_that_is_over_is_nothing_to_tap_for(house: House, deploys: Deploys) -> None:
    await lock(house)
    parked = await deploys.request(WANTED, DANA, park=True)
    calm = house.worker("two", outside=Outside(pages=Rings()))
    with pytest.raises(Stale, match=r"^No page is in the way of d-1 any more: nothing was changed\.$"):
        await calm.mending.held(parked.id, DEVI)
