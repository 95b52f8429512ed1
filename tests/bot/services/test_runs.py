"""A deploy that has waited for hours before it was admitted has as much time to begin as any other."""

from dataclasses import replace

import pytest

from bot.domain.deploys import Deploy
from bot.services.deploys import KINDS, Deploys
from bot.services.guards import GUARD, GUARD_SECONDS, HOST_SILENT_SECONDS
from bot.services.runs import START_SECONDS, WATCH_SECONDS, watched_for
from bot.store.admission import Admissions
from bot.store.streams import AT_ONCE, Later
from tests.bot.services.house import DANA, WANTED, House, job, ticked

HOURS = 10 * 3600.0


async def admitted_after_hours(house: House, deploys: Deploys) -> Deploy:
    """One that was parked, and is admitted ten hours later."""
    assert await deploys.claims.confirm()
    asked = (await deploys.plan(WANTED, DANA)).deploy
    store, now = Admissions(house.redis, KINDS), asked.requested
    held = await store.hold(replace(asked, state="parked"), now=now, request="r", begin=False)
    house.forward(HOURS)
    deploy = (await house.store.get(held.deploy)).with_()
    answer = await store.admit(
        deploy, now=now + HOURS, request="r", look=now + HOURS + GUARD_SECONDS, config=house.config.version
    )
    assert answer.outcome == "admitted"
    return await house.store.get(answer.deploy)


async def test_a_deploy_that_waited_for_hours_is_not_given_up_because_of_them(house: House) -> None:
    deploys = house.worker("w1")
    deploy = await admitted_after_hours(house, deploys)
    since = GUARD_SECONDS
    while since < HOST_SILENT_SECONDS:
        house.forward(HOURS + since)
        assert await deploys.guards.look(job(deploy.id, GUARD)) is None
        since += GUARD_SECONDS
    house.forward(HOURS + HOST_SILENT_SECONDS + 2 * GUARD_SECONDS)
    given_up = await deploys.guards.look(job(deploy.id, GUARD))
    assert given_up is not None
    assert given_up.why == "No worker has begun it for 17 minutes. Nothing was started."


async def test_a_repository_that_does_not_answer_is_tried_as_long_for_a_deploy_that_waited_for_hours(
    house: House,
) -> None:
    deploys = house.worker("w1")
    deploy = await admitted_after_hours(house, deploys)
    house.grail.repository.path.rename(house.grail.repository.path.with_name("away"))
    with pytest.raises(Later):
        await ticked(deploys, deploy.id)
    house.forward(HOURS + START_SECONDS + 5)
    failed = (await ticked(deploys, deploy.id))[-1]
    assert failed.why.endswith(" I tried for 2 minutes. Nothing was started.")


def test_however_many_run_on_a_machine_each_is_looked_at_within_some_seconds() -> None:
    assert watched_for(0) == watched_for(AT_ONCE) == WATCH_SECONDS
    for runs in (AT_ONCE + 1, 50, 200, 1_000):
        assert runs / AT_ONCE * watched_for(runs) <= 6.5
