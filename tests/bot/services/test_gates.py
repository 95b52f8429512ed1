"""Gates are earned: what each would have stopped is kept with how it went, and who may decides by that."""

from dataclasses import replace
from typing import Any

import pytest

from bot.clock import Clock
from bot.config import load
from bot.domain.deploys import Deploy, Told
from bot.domain.gates.earned import Earned
from bot.domain.rights import Holder
from bot.errors import Conflict, NotAllowed, NotFound, Stale
from bot.services.gates import Gates
from bot.store.gates import GateStore
from tests.bot.services.house import DANA, House

MIA = Holder("T1", "U9", "mia@example.com", "Mia", roles=frozenset({"manager"}))
PLACE = ("shop", "staging")


def gates(house: House) -> Gates:
    return Gates(GateStore(house.redis), lambda: house.config, Clock(house.clock_file))


def ended(number: int, state: Any = "succeeded", *, waived: bool = False, **more: Any) -> Deploy:
    """A deploy that is over, whose size was told of (or waived)."""
    made = Deploy(
        id=f"d-{number}", service="shop", environment="staging", ref="main", commit="a" * 40, subject="", state=state,
        by="dana@example.com", by_user="U1", by_name="Dana", team="T1", channel="C1", requested=1.0, run=f"d-{number}",
        ended=float(number), conditions=(Told("size", "large-change", "Much.", False),),
    )  # fmt: skip
    if waived:
        made = replace(made, conditions=(), waived=(("size", "Omar: now"),))
    return replace(made, **more)


async def test_what_it_told_is_counted_once_with_how_it_went(house: House) -> None:
    kept = gates(house)
    for deploy in (ended(1), ended(2), ended(3, "failed"), ended(4, "lost"), ended(1)):
        assert await kept.ended(deploy) == []
    assert await kept.earned(*PLACE, "size") == Earned(told=4, told_well=2)
    await kept.undone(ended(2))
    assert await kept.earned(*PLACE, "size") == Earned(told=4, told_well=1)


async def test_what_was_cancelled_or_never_began_says_nothing_and_so_does_what_stopped(house: House) -> None:
    kept = gates(house)
    stopped = (
        Told("size", "large-change", "Much.", True),
        Told("checks", "c", "Not set up.", False, "", "not set up"),
    )
    for deploy in (ended(1, "cancelled"), ended(2, "failed", run=""), ended(3, conditions=stopped)):
        await kept.ended(deploy)
    assert await kept.earned(*PLACE, "size") == Earned()
    assert await kept.earned(*PLACE, "checks") == Earned()


async def test_a_gate_is_enforced_by_who_may_when_there_is_something_to_judge_it_by(house: House) -> None:
    kept = gates(house)
    for number in range(4):
        await kept.ended(ended(number))
    with pytest.raises(NotAllowed, match=r"^You may not set the gates of shop in staging\."):
        await kept.choose(*PLACE, "size", "enforced", DANA)
    with pytest.raises(Conflict) as early:
        await kept.choose(*PLACE, "size", "enforced", MIA)
    assert str(early.value) == (
        "The gate size of the change of shop staging would have stopped 4, of which 4 went well: that is too little to "
        "judge it by."
    )
    assert early.value.hint == (
        "It takes 5 deploys. Who is sure can write `mode: enforced` into config.yaml."
    )
    await kept.ended(ended(5))
    offered = {gate.name: gate.offers for gate in await kept.of(*PLACE)}
    assert offered == {"behind": None, "moved": None, "size": "enforced", "recent": None}
    await kept.choose(*PLACE, "size", "enforced", MIA)
    assert (await gates(house).modes(*PLACE))["size"] == "enforced"
    assert (await kept.modes("shop", "production"))["size"] == "telling"
    with pytest.raises(
        Stale, match=r"^The gate size of the change of shop staging is enforced already by Mia\.$"
    ):
        await kept.choose(*PLACE, "size", "enforced", MIA)
    with pytest.raises(NotFound, match=r"^shop staging has no gate `weather`\.$"):
        await kept.choose(*PLACE, "weather", "enforced", MIA)


async def test_a_gate_whose_waivers_mostly_went_well_is_proposed_to_tell_again(house: House) -> None:
    kept = gates(house)
    for number in range(5):
        await kept.ended(ended(number))
    await kept.choose(*PLACE, "size", "enforced", MIA)
    for number in range(10, 14):
        assert await kept.ended(ended(number, "failed" if number == 10 else "succeeded", waived=True)) == []
    (proposed,) = await kept.ended(ended(14, waived=True))
    assert (proposed.name, proposed.offers) == ("size", "telling")
    assert proposed.earned == Earned(5, 5, 5, 4)
    await kept.choose(*PLACE, "size", "telling", MIA)
    assert (await kept.modes(*PLACE))["size"] == "telling"
    assert await kept.ended(ended(15, waived=True)) == []


async def test_once_config_says_something_else_it_counts_again(house: House) -> None:
    kept = gates(house)
    for number in range(5):
        await kept.ended(ended(number))
    await kept.choose(*PLACE, "size", "enforced", MIA)
    text = house.grail.config.read_text()
    for written, mode in (("{mode: enforced}", "enforced"), ("{commits: 9}", "enforced")):
        changed = text.replace(
            "{staging: {recipe: quick}", f"{{staging: {{recipe: quick, gates: {{size: {written}}}}}", 1
        )
        house.grail.config.write_text(changed)
        house.config = load(house.grail.config)
        assert (await kept.modes(*PLACE))["size"] == mode
    house.grail.config.write_text(
        text.replace(
            "{staging: {recipe: quick}", "{staging: {recipe: quick, gates: {size: {mode: enforced}}}", 1
        )
    )
    house.config = load(house.grail.config)
    (size,) = [gate for gate in await kept.of(*PLACE) if gate.name == "size"]
    assert (size.mode, size.by) == ("enforced", "")  # it is config.yaml's now, nobody's choice
