"""What an approval is bound to."""

from dataclasses import replace
from typing import Any

import pytest

from tests.bot.services.house import DANA, WANTED, House


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
