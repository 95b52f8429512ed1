"""One verdict, whoever asks for it; and what an approval is bound to."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.rights import Holder
from bot.services.verdicts import NoRight, Stopped
from bot.store.deploys import Standing
from tests.bot.services.house import DANA, WANTED, House
from tests.bot.services.test_waivers import lock

STRANGER = Holder("T1", "U8", "nobody@example.com", "Nobody")
ON_CALL = replace(STRANGER, on_call=frozenset({"storefront"}))  # nothing else gives them a right


async def stands(house: House) -> None:
    there = Standing(house.grail.repository.head(), "Open the shop", "d-9", 1_800_000_000.0)
    await house.stand("shop", "staging", there)


@pytest.mark.parametrize("action", [None, "restart"])
async def test_a_deploy_and_an_action_are_refused_by_the_very_verdict_that_was_told_before(
    house: House, action: str | None
) -> None:
    deploys = house.worker("one")
    await stands(house)
    await lock(house)
    await lock(house, "freeze")
    wanted = replace(WANTED, action=action)
    plan = await deploys.plan(wanted, DANA)
    with pytest.raises(Stopped) as refused:
        await deploys.request(wanted, DANA)
    assert [one.code for one in plan.verdict.stopping] == ["frozen", "locked"]
    assert [one.code for one in refused.value.reasons] == ["frozen", "locked"]
    codes = [(one.gate, one.mode, one.outcome, one.code, one.sentence) for one in plan.verdict]
    assert [
        (one.gate, one.mode, one.outcome, one.code, one.sentence) for one in refused.value.verdict
    ] == codes
    assert await house.store.recent("shop") == []
    with pytest.raises(NoRight, match=r"^You may not (deploy shop to|run an action of shop in) staging: "):
        await deploys.request(replace(wanted, request="r-2"), STRANGER)


async def test_a_roll_back_is_anybodys_who_is_on_call_and_waits_for_no_lock_or_freeze(house: House) -> None:
    deploys = house.worker("one")
    await stands(house)
    await lock(house)
    await lock(house, "freeze")
    back = replace((await deploys.plan(WANTED, DANA)).deploy, undoes="e" * 40)
    assert (await deploys.verdicts.of(back, ON_CALL)).admits
    (why,) = (await deploys.verdicts.of(back, STRANGER)).stopping
    assert (why.gate, why.sentence.split(":")[0]) == ("right", "You may not roll back shop in staging")
    ahead = {one.gate for one in (await deploys.verdicts.of(back, ON_CALL)).telling}
    assert ahead == {"lock", "freeze"}
    await house.store.quarantine(
        replace(back, id="d-8"), [back.commit]
    )  # taken back once, and wanted all the same
    begun = await deploys.waiting.ask(back, ON_CALL, "r-9", line=False)
    assert await house.store.running("shop", "staging") == begun.id


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "f" * 40},
        {"service": "search"},
        {"environment": "production"},
        {"ref": "another"},
        {"action": "restart"},
        {"undoes": "e" * 40},
        {"previous": "d" * 40},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_each_part_of_what_is_approved_makes_another_fingerprint(
    house: House, change: dict[str, Any]
) -> None:
    deploys = house.worker("one")
    deploy = (await deploys.plan(WANTED, DANA)).deploy
    before = deploys.verdicts.fingerprint(deploy)
    assert deploys.verdicts.fingerprint(replace(deploy, rev=7, subject="in other words")) == before
    assert deploys.verdicts.fingerprint(replace(deploy, **change)) != before


async def test_another_version_of_the_config_makes_another_fingerprint(house: House) -> None:
    deploys = house.worker("one")
    deploy = (await deploys.plan(WANTED, DANA)).deploy
    before = deploys.verdicts.fingerprint(deploy)
    house.config = house.config.model_copy(update={"version": "another"})
    assert deploys.verdicts.fingerprint(deploy) != before
