"""Deploys that wait, without Slack: what an approval is worth when something changes, and what its card is made of."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.deploys import Deploy
from bot.domain.rights import Holder
from bot.errors import NotAllowed, Stale
from bot.services.deploys import Deploys
from bot.services.waiting import JUDGE
from bot.store import keys
from bot.store.deploys import Standing, written
from bot.store.preferences import Pause, Switch
from bot.store.streams import Later
from tests.bot.services.house import DANA, WANTED, House, job

MIA = Holder("T1", "U2", "mia@example.com", "Mia", roles=frozenset({"manager"}))
OMAR = Holder("T1", "U3", "omar@example.com", "Omar", roles=frozenset({"operator"}))


@pytest.fixture
def deploys(house: House) -> Deploys:
    """shop's staging wants two approvals."""
    text = house.grail.config.read_text()
    plain, gated = (
        "{staging: {recipe: quick}",
        "{staging: {recipe: quick, gates: {approvals: {mode: enforced, count: 2}}}",
    )
    house.grail.config.write_text(text.replace(plain, gated, 1))
    house.reload()
    return house.worker("one")


async def judged(deploys: Deploys, id: str) -> Deploy:
    """As it stands when it has been looked at."""
    *_, last = [one async for one in deploys.waiting.judge(job(id, JUDGE))]
    return last


async def stands(house: House, commit: str, deploy: str = "d-9") -> None:
    """That commit stands in shop's staging."""
    row = Standing(commit, "Open the shop", deploy, 1_800_000_000.0)
    await house.stand("shop", "staging", row)


async def approved_once(house: House, deploys: Deploys) -> Deploy:
    await stands(house, house.grail.repository.head())
    deploy = await deploys.request(replace(WANTED, ref="feature/gift-cards"), DANA)
    assert deploy.state == "waiting"
    return await deploys.decisions.approve(deploy.id, MIA)


async def test_an_approval_stays_while_nothing_changes(house: House, deploys: Deploys) -> None:
    deploy = await approved_once(house, deploys)
    again = await judged(deploys, deploy.id)
    assert [one.by_name for one in again.approvals] == ["Mia"]
    assert (again.voided, again.void_why) == (0, "")


async def test_whoever_asked_is_known_by_their_account_too_and_does_not_approve_it(
    house: House, deploys: Deploys
) -> None:
    await stands(house, house.grail.repository.head())
    deploy = await deploys.request(replace(WANTED, ref="feature/gift-cards"), DANA)
    for same in (DANA, replace(DANA, email="dana@example.org")):
        with pytest.raises(NotAllowed) as refused:
            await deploys.decisions.approve(deploy.id, same)
        assert (str(refused.value), refused.value.code) == (
            f"You asked for {deploy.id} yourself: somebody else has to approve it.", "own-deploy",
        )  # fmt: skip


async def test_after_its_expiry_nobody_approves_it(house: House, deploys: Deploys) -> None:
    await stands(house, house.grail.repository.head())
    deploy = await deploys.request(replace(WANTED, ref="feature/gift-cards"), DANA)
    house.forward(24 * 3600 + 1)
    over = await judged(deploys, deploy.id)
    assert (over.state, over.why) == (
        "failed", "It waited for its approval for 24 hours, which is the most. Nothing was started.",
    )  # fmt: skip
    with pytest.raises(Stale) as refused:
        await deploys.decisions.approve(deploy.id, MIA)
    assert str(refused.value) == f"{deploy.id} is over: failed. Nothing was changed."


async def test_what_runs_there_changing_voids_an_approval_and_says_so(house: House, deploys: Deploys) -> None:
    deploy = await approved_once(house, deploys)
    newer = house.grail.repository.commit("Sell hats", {"hats": "many"})
    await stands(house, newer, "d-10")
    again = await judged(deploys, deploy.id)
    assert (again.approvals, again.voided) == ((), 1)
    assert again.void_why == "what runs there has changed"
    assert again.brings is not None
    assert (again.brings.stands, again.brings.by, again.brings.going) == (newer, "d-10", 1)
    with pytest.raises(Stale, match="is not what your card showed: nothing was changed"):
        await deploys.decisions.approve(deploy.id, OMAR, seen=deploy.fingerprint)


async def test_another_config_voids_an_approval_and_says_so(house: House, deploys: Deploys) -> None:
    deploy = await approved_once(house, deploys)
    house.config = house.config.model_copy(update={"version": "another"})
    again = await judged(deploys, deploy.id)
    assert (again.approvals, again.voided, again.void_why) == ((), 1, "config.yaml has changed")


async def test_the_card_has_what_it_brings_from_the_beginning(house: House, deploys: Deploys) -> None:
    many: dict[str, Any] = {f"file-{n}": "x" for n in range(30)}
    (house.grail.repository.path / "migrations").mkdir()
    base = house.grail.repository.head()
    house.grail.repository.commit("Change the tables", {"migrations/7.sql": "alter", **many})
    await stands(house, base)
    deploy = await deploys.request(WANTED, DANA)
    found = (await house.store.get(deploy.id)).brings  # as it was written down, and read again
    assert found is not None
    assert found.cut
    assert (found.stands, found.commits, found.file_count, found.by) == (base, 1, 31, "d-9")
    assert [(one.subject, one.author) for one in found.coming] == [("Change the tables", "Dana")]
    assert found.migrations == ("migrations/7.sql",)
    text = await deploys.differences.text(deploy)
    assert "Comes along: 1\n" in text
    assert "Files: 31\n" in text
    assert "\nfile-29\n" in text


async def test_git_that_cannot_say_what_it_brings_holds_nobody_up_and_is_asked_again(
    house: House, deploys: Deploys
) -> None:
    await stands(house, "f" * 40)  # nobody has such a commit
    deploy = await deploys.request(WANTED, DANA)
    assert (deploy.state, deploy.brings) == ("waiting", None)
    assert await deploys.differences.text(deploy) == ""
    await stands(house, house.grail.repository.head())
    again = await judged(deploys, deploy.id)
    assert again.brings is not None
    assert again.brings.stands == again.brings.commit


async def test_what_was_approved_for_what_ran_before_is_approved_anew_when_it_waited_in_line(
    house: House, deploys: Deploys
) -> None:
    deploy = await approved_once(house, deploys)
    await hold(house, "d-77")
    deploy = await deploys.decisions.approve(deploy.id, OMAR)
    with pytest.raises(Later):
        await judged(deploys, deploy.id)
    assert (await house.store.get(deploy.id)).state == "queued"
    # The one before it ends, and something else stands there now.
    await stands(house, house.grail.repository.commit("Sell hats", {"hats": "many"}), "d-77")
    await house.redis.delete(keys.CLAIM(service="shop", environment="staging"))
    again = await judged(deploys, deploy.id)
    assert (again.state, again.approvals, again.voided) == ("waiting", (), 2)
    assert await house.store.queue("shop", "staging") == []
    for who in (MIA, OMAR):
        await deploys.decisions.approve(deploy.id, who)
    assert [one async for one in deploys.waiting.judge(job(deploy.id, JUDGE))] == []
    assert await house.store.running("shop", "staging") == deploy.id


async def hold(house: House, id: str) -> None:
    """Another deploy runs in shop's staging."""
    claim = keys.CLAIM(service="shop", environment="staging")
    await house.redis.hset(claim, mapping={"deploy": id, "fence": "77", "since": "0"})
    running = replace((await house.store.get("d-1")), state="running")
    row: Any = {"v": "1", "rev": "0", "fence": "77", "state": "running", "record": written(running)}
    await house.redis.hset(keys.DEPLOY(id=id), mapping=row)
    await house.redis.expire(keys.DEPLOY(id=id), keys.DAY)


async def calls(house: House, id: str) -> int:
    """How often it is to be judged, of what waits to be done."""
    return int(await house.redis.llen(keys.QUEUE(thing=f"deploy:{id}")))


async def two_in_line(house: House) -> Deploys:
    """d-1 runs in shop's staging; d-2 of Omar and d-3 of Mia stand in line."""
    deploys = house.worker("one")
    house.others = {"U2": MIA, "U3": OMAR}
    await deploys.request(WANTED, DANA)
    for number, (who, user) in enumerate(((OMAR, "U3"), (MIA, "U2")), 2):
        asked = replace(
            WANTED, by=who.email or "", by_user=user, by_name=who.name, asker=f"T1:{user}", request=f"r-{number}",
        )  # fmt: skip
        assert (await deploys.request(asked, replace(who, roles=DANA.roles))).state == "queued"
    house.others = {user: replace(who, roles=DANA.roles) for user, who in house.others.items()}
    assert [(await judged(deploys, id)).place_in_line for id in ("d-2", "d-3")] == [1, 2]
    return deploys


async def test_whoever_comes_into_the_line_before_others_has_their_places_told_anew(house: House) -> None:
    deploys = await two_in_line(house)
    before = [await calls(house, id) for id in ("d-2", "d-3")]
    draft = (await deploys.plan(replace(WANTED, ref="feature/gift-cards", request="r-4"), DANA)).deploy
    asked_first = replace(draft, requested=draft.requested - 3600)  # and approved only now
    assert (await deploys.waiting.ask(asked_first, DANA, "r-4")).state == "queued"
    assert await house.store.queue("shop", "staging") == ["d-4", "d-2", "d-3"]
    assert [await calls(house, id) for id in ("d-2", "d-3")] == [one + 1 for one in before]
    assert [(await judged(deploys, id)).place_in_line for id in ("d-4", "d-2", "d-3")] == [1, 2, 3]


async def test_who_has_left_the_workspace_holds_nobody_up_in_line(house: House) -> None:
    deploys = await two_in_line(house)
    house.others["U3"] = replace(OMAR, kind="stranger")
    over = await judged(deploys, "d-2")
    assert (over.state, over.why) == (
        "cancelled", "Omar is no member of this workspace any more. Nothing was started.",
    )  # fmt: skip
    assert await house.store.queue("shop", "staging") == ["d-3"]
    assert (await judged(deploys, "d-3")).place_in_line == 1


async def test_while_nobody_can_say_who_asked_a_deploy_goes_on_waiting(house: House) -> None:
    deploys = await two_in_line(house)
    house.others["U3"] = Holder("T1", "U3", name="Omar", unknown=("Slack",))
    assert [one async for one in deploys.waiting.judge(job("d-2", JUDGE))] == []
    house.others["U3"] = Holder("T1", "U3", kind="unknown", unknown=("Slack",))
    assert [one async for one in deploys.waiting.judge(job("d-2", JUDGE))] == []
    assert await house.store.queue("shop", "staging") == ["d-2", "d-3"]
    assert await house.redis.zscore(keys.TIMERS(), "hold:d-2") is not None
    house.others["U3"] = replace(OMAR, roles=DANA.roles)
    assert (await judged(deploys, "d-2")).place_in_line == 1


async def test_what_has_its_approvals_begins_when_the_pause_is_over(house: House, deploys: Deploys) -> None:
    deploy = await approved_once(house, deploys)
    await deploys.decisions.approve(deploy.id, OMAR)
    switch = Switch(house.redis)
    deploys.waiting.paused = switch.paused
    assert await switch.pause(Pause("Olga", "fire", 1.0))
    assert [one async for one in deploys.waiting.judge(job(deploy.id, JUDGE))] == []
    assert (await house.store.get(deploy.id)).state == "waiting"
    await switch.resume()
    assert [one async for one in deploys.waiting.judge(job(deploy.id, JUDGE))] == []
    assert (await house.store.get(deploy.id)).state == "requested"
