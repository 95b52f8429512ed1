"""The one step that admits, over the real script: what it answers, and what has happened then."""

import asyncio
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from bot.domain.deploys import State
from bot.domain.locks import Kind, Scope
from bot.store import epoch, keys
from bot.store.admission import Admission
from bot.store.versions import Versions
from tests.bot.store.desk import EVERYWHERE, NOW, PLACE, PRODUCTIONS, SHOP, Desk, a_deploy, a_lock

SCOPES = [EVERYWHERE, PRODUCTIONS, SHOP, PLACE]
KINDS: list[Kind] = ["freeze", "lock"]


@pytest.fixture
async def desk(redis: Redis) -> Desk:
    return await Desk(redis).open()


async def waiting(redis: Redis, id: str) -> list[str]:
    """The kinds of work that wait for a deploy, in order."""
    rows: list[Any] = await redis.lrange(keys.QUEUE(thing=f"deploy:{id}"), 0, -1)
    return [orjson.loads(row.split("\n", 3)[3])["kind"] for row in rows]


async def test_who_is_admitted_has_a_fencing_number_a_record_a_first_tick_and_a_guard(desk: Desk) -> None:
    answer = await desk.ask()
    assert (answer.outcome, answer.deploy) == ("admitted", "d-1")
    claim, deploy = await desk.claim(), await desk.deploys.get("d-1")
    assert claim is not None
    assert (claim.deploy, claim.fence) == ("d-1", str(deploy.fence))
    assert (deploy.state, deploy.rev, deploy.fence, deploy.by) == ("requested", 0, 1, "dana")
    assert await waiting(desk.redis, "d-1") == ["deploy.tick"]
    assert await desk.redis.zrange(keys.TIMERS(), 0, -1, withscores=True) == [("guard:d-1", NOW + 60)]
    row: Any = await desk.redis.hget(keys.TIMER_ROWS(), "guard:d-1")
    guard = orjson.loads(row.split("\n", 3)[3])
    assert (guard["kind"], guard["id"], guard["body"]) == ("deploy.guard", "guard:d-1", {"deploy": "d-1"})
    assert [one.id for one in await desk.deploys.recent("shop")] == ["d-1"]


async def test_a_fencing_number_is_never_given_twice(desk: Desk) -> None:
    fences = []
    for _ in range(3):
        answer = await desk.ask()
        fences.append((await desk.deploys.get(answer.deploy)).fence)
        await desk.end(answer.deploy)
    assert fences == [1, 2, 3]


async def test_who_may_queue_stands_at_the_place_of_when_they_asked(desk: Desk) -> None:
    await desk.ask()
    desk.now += 5
    assert await desk.ask("devi", queue=True) == Admission("queued", "d-2", 1)
    desk.now += 5
    assert await desk.ask("omar", queue=True) == Admission("queued", "d-3", 2)
    early = await desk.admit(a_deploy("mia", requested=NOW + 1), queue=True)  # asked first, approved last
    assert early == Admission("queued", "d-4", 1)
    assert await desk.line() == ["d-4", "d-2", "d-3"]
    assert (await desk.deploys.get("d-2")).state == "queued"
    assert sorted(await desk.deploys.held()) == ["d-2", "d-3", "d-4"]
    assert await waiting(desk.redis, "d-2") == ["deploy.judge"]


async def test_of_fifty_who_ask_at_once_one_is_admitted_and_the_others_stand_in_the_order_of_their_asking(
    desk: Desk,
) -> None:
    asked = [a_deploy(f"p{n}", requested=NOW + n) for n in range(50)]
    answers = await asyncio.gather(*(desk.admit(deploy, queue=True) for deploy in reversed(asked)))
    assert [one.outcome for one in answers].count("admitted") == 1
    claim = await desk.claim()
    assert claim is not None
    in_order = [one.deploy for one in reversed(answers)]
    assert await desk.line() == [id for id in in_order if id != claim.deploy]
    assert len(set(in_order)) == 50


async def test_nobody_goes_before_who_stands_in_line_although_the_place_is_free(desk: Desk) -> None:
    await desk.ask()
    await desk.ask("devi", queue=True)
    await desk.ask("omar", queue=True)
    await desk.end("d-1")
    answer = await desk.ask("mia")
    assert (answer.outcome, answer.holder, answer.ahead) == ("refused", "", ("d-2", "d-3"))
    assert (await desk.again("d-3")).ahead == ("d-2",)
    assert (await desk.again("d-2")).outcome == "admitted"
    assert await desk.line() == ["d-3"]


async def test_a_rollback_passes_the_line_but_no_claim(desk: Desk) -> None:
    await desk.ask()
    await desk.ask("devi", queue=True)
    assert (await desk.admit(a_deploy(), passes=["queue"])).holder == "d-1"
    await desk.end("d-1")
    assert (await desk.admit(a_deploy(), passes=["queue"])).outcome == "admitted"


async def test_a_refusal_names_every_freeze_every_lock_the_holder_and_who_stands_before_at_once(
    desk: Desk,
) -> None:
    await desk.ask()
    await desk.ask("devi", queue=True)
    set_ = []
    for kind in KINDS:
        for scope in SCOPES:
            set_.append((await desk.set(a_lock(kind, scope, reason=f"{kind} {scope.words}")))[1])
    answer = await desk.ask("mia", queue=True)
    assert answer.outcome == "refused"
    assert (answer.holder, answer.ahead) == ("d-1", ("d-2",))
    assert list(answer.locks) == set_
    assert await desk.redis.get(keys.DEPLOY_NUMBER()) == "2"  # a refusal makes nothing


async def test_a_deploy_that_is_not_what_it_was_is_not_admitted(desk: Desk) -> None:
    await desk.hold(a_deploy(), "parked")
    seen = await desk.deploys.get("d-1")
    await desk.hold(seen.with_(), "waiting")
    assert (await desk.admit(seen.with_())).outcome == "stale"
    assert (await desk.hold(seen.with_(), "parked")).outcome == "stale"
    assert (await desk.deploys.get("d-1")).state == "waiting"
    assert (await desk.again("d-1")).outcome == "admitted"
    assert (await desk.deploys.get("d-1")).rev == 2


async def test_what_was_judged_by_another_config_is_not_admitted(desk: Desk) -> None:
    await Versions(desk.redis).number("c-2")
    answer = await desk.ask()
    assert (answer.outcome, answer.deploy) == ("config", "")
    assert await desk.claim() is None
    assert (await desk.admit(a_deploy(), config="c-2")).outcome == "admitted"


async def test_on_another_redis_server_nothing_is_admitted_before_the_claims_are_confirmed(
    desk: Desk,
) -> None:
    await desk.redis.hset(keys.EPOCH(), "run", "another server")
    assert (await desk.ask()).outcome == "unconfirmed"
    number = await epoch.current(desk.redis)
    assert (await desk.ask()).outcome == "unconfirmed"  # known, and not yet confirmed
    await epoch.confirm(desk.redis, number, "here")
    assert (await desk.ask()).outcome == "admitted"


async def test_the_same_request_twice_is_one_deploy_also_when_both_come_at_once(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.admit(a_deploy(), request="click", queue=True) for _ in range(10)))
    assert sorted(one.outcome for one in answers) == ["admitted"] + ["same"] * 9
    assert {one.deploy for one in answers} == {"d-1"}
    assert await desk.line() == []
    await desk.end("d-1")
    assert (await desk.admit(a_deploy(), request="click")).outcome == "same"


@pytest.mark.parametrize("state", ["parked", "waiting"])
async def test_what_is_held_has_no_claim_and_is_one_for_one_request(desk: Desk, state: State) -> None:
    for outcome in ("admitted", "same"):
        answer = await desk.admissions.hold(a_deploy(state=state), now=NOW, request="click", begin=True)
        assert (answer.outcome, answer.deploy) == (outcome, "d-1")
    assert await desk.claim() is None
    assert (await desk.deploys.held(), await desk.line()) == (["d-1"], [])
    assert await waiting(desk.redis, "d-1") == ["deploy.judge"]
    assert (await desk.again("d-1")).outcome == "admitted"
    assert await desk.deploys.held() == []


async def test_a_deploy_that_waited_for_hours_was_heard_of_when_it_was_admitted(desk: Desk) -> None:
    await desk.hold(a_deploy(), "parked")
    assert await desk.deploys.seen("d-1") is None
    desk.now += 10 * keys.HOUR
    assert (await desk.again("d-1")).outcome == "admitted"
    assert await desk.deploys.seen("d-1") == desk.now


async def test_what_is_held_again_without_a_call_is_not_judged_at_once(desk: Desk) -> None:
    await desk.hold(a_deploy(), "parked", begin=False)
    assert await waiting(desk.redis, "d-1") == []


async def test_only_its_own_fencing_number_ends_a_claim(desk: Desk) -> None:
    await desk.ask()
    old = await desk.claim()
    assert old is not None
    await desk.end("d-1")
    assert await desk.claim() is None
    await desk.ask()
    new = await desk.claim()
    assert new is not None
    assert not await desk.deploys.release(old)
    assert await desk.claim() == new
    assert await desk.deploys.release(new)
    assert await desk.claim() is None


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled", "lost"])
async def test_a_claim_ends_in_the_moment_in_which_its_deploy_does(desk: Desk, state: State) -> None:
    await desk.ask()
    assert await desk.end("d-1", state)
    assert await desk.claim() is None
    assert ("production" in await desk.deploys.standing("shop")) == (state == "succeeded")


async def test_a_place_in_line_ends_with_its_deploy_and_who_waits_is_woken(desk: Desk) -> None:
    await desk.ask()
    for by in ("devi", "omar"):
        await desk.ask(by, queue=True)
    assert await desk.redis.xlen(keys.WORK()) == 3  # a token of each
    await desk.end("d-2", "cancelled")
    assert (await desk.line(), await desk.deploys.held()) == (["d-3"], ["d-3"])
    work: Any = await desk.redis.xrange(keys.WORK())
    [(_, woken)] = work[3:]
    job = orjson.loads(woken["job"])
    assert (job["kind"], job["body"]["service"], job["body"]["environment"]) == (
        "deploy.wake",
        "shop",
        "production",
    )
    assert (await desk.claim()) is not None


async def test_other_places_are_admitted_beside_it(desk: Desk) -> None:
    await desk.ask()
    for service, environment in (("shop", "staging"), ("search", "production")):
        assert (await desk.ask(service=service, environment=environment)).outcome == "admitted"


async def test_an_admission_is_one_call_to_redis_whatever_it_answers(desk: Desk) -> None:
    await desk.ask()  # Redis knows the script from here on
    await desk.set(a_lock("freeze", Scope("search")))
    sent: list[str] = []
    async with desk.redis.monitor() as monitor:
        assert (await desk.ask("devi", queue=True)).outcome == "queued"
        assert (await desk.ask("omar")).outcome == "refused"
        assert (await desk.ask(service="search")).outcome == "refused"
        assert (await desk.ask(environment="staging")).outcome == "admitted"
        assert (await desk.hold(a_deploy(), "parked")).outcome == "admitted"
        await desk.redis.echo("enough")
        async with asyncio.timeout(10):
            async for said in monitor.listen():
                if said["client_type"] != "lua":  # what the script itself does is no round trip
                    sent.append(said["command"].split()[0].upper())
                if sent[-1:] == ["ECHO"]:
                    break
    assert sent[:4] == ["EVALSHA"] * 4
    assert set(sent[4:-1]) <= {"EVALSHA", "SCRIPT"}  # deploy_hold may be new to this server


async def test_what_a_roll_back_took_away_is_refused_in_the_same_step_until_it_is_cleared(desk: Desk) -> None:
    """Whoever was judged before the roll-back and comes after it: only the script can know."""
    taken = ["c" * 40, "d" * 40]
    await desk.deploys.quarantine(a_deploy(id="d-77", undoes="d" * 40), taken)
    for queue in (False, True):
        answer = await desk.ask(queue=queue)
        assert (answer.outcome, answer.quarantined) == ("refused", "d-77")
    assert await desk.claim() is None
    assert await desk.line() == []
    other = await desk.ask(commit="e" * 40)
    assert other.outcome == "admitted"
    await desk.end(other.deploy)
    action = await desk.ask(action="restart")  # it brings no commit along
    assert action.outcome == "admitted"
    await desk.end(action.deploy)
    back = await desk.admit(a_deploy(undoes="e" * 40, commit="d" * 40), passes=["quarantine"])
    assert back.outcome == "admitted"
    await desk.end(back.deploy)
    await desk.deploys.clear("shop", "production")
    assert (await desk.ask()).outcome == "admitted"


async def test_what_waits_is_refused_when_its_commit_was_taken_away_meanwhile(desk: Desk) -> None:
    first = await desk.ask(commit="e" * 40)
    queued = await desk.ask("omar", queue=True)
    assert queued.outcome == "queued"
    await desk.deploys.quarantine(a_deploy(id="d-77", undoes="c" * 40), ["c" * 40])
    await desk.end(first.deploy)
    answer = await desk.again(queued.deploy)
    assert (answer.outcome, answer.quarantined) == ("refused", "d-77")
    assert (await desk.again(queued.deploy, passes=["quarantine"])).outcome == "admitted"
