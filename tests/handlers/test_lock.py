"""lock, unlock, freeze, thaw, as people use them."""

import time
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import load
from bot.domain.rotations import shift
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, cards, refused, told, words_of

PLACE = "#storefront"


async def shown(workspace: Workspace, word: str) -> dict[str, Any]:
    """The newest message of everybody that holds this word, as soon as it is there."""

    def holds(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
        found = [m for m in messages if word in m["text"] and not m.get("ephemeral_to")]
        return found[-1] if found else None

    found = await workspace.wait_for(PLACE, holds)
    one = holds(found)
    assert one is not None
    return one


async def test_a_lock_stops_others_and_lets_its_holder_through(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 2h trying the new search")
    card = await shown(workspace, "shop staging is locked · Dana: trying the new search")
    assert "Deploys of others wait; Dana's own go through." in words_of(card)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    words = await told(workspace, OMAR, PLACE, "locked by Dana")
    assert "shop staging is locked by Dana: trying the new search. Until <!date^" in words
    assert "Who can end it: Dana, or who may `unlock shop staging`. Park it, and it is judged again" in words
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    assert grail.runs() == ["d-1"]


async def test_a_lock_of_somebody_else_is_taken_over_only_knowingly_and_its_holder_is_told(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging trying the new search")
    await shown(workspace, "is locked · Dana")
    await workspace.type(OMAR, PLACE, "/grail lock shop staging a customer waits")
    asked = await refused(workspace, OMAR, PLACE, "locked already")
    assert "shop staging is locked already, by Dana: trying the new search. Until <!date^" in words_of(asked)
    assert "Talk to them, or take it over: they are told." in words_of(asked)
    await workspace.type(DEVI, PLACE, "/grail lock shop staging for a look")
    devis = await refused(workspace, DEVI, PLACE, "locked already")
    await workspace.press(OMAR, "lock.take", message=asked["ts"])
    await shown(workspace, "shop staging is locked · Omar: a customer waits")
    await shown(workspace, "shop staging: taken over by Omar · Dana: trying the new search")
    direct = "Omar took over your lock of shop staging: a customer waits."
    await workspace.wait_for("@Grail", lambda ms: any(m["text"] == direct for m in ms), as_=DANA)
    await workspace.press(DEVI, "lock.take", message=devis["ts"])  # she saw Dana's, and it is Omar's by now
    assert "Omar has it by now, not who you saw." in await told(workspace, DEVI, PLACE, "by now")


async def test_unlocking_what_is_not_locked_says_what_is(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(OMAR, PLACE, "/grail unlock shop staging")
    words = await told(workspace, OMAR, PLACE, "not locked")
    assert "shop staging is not locked." in words
    assert "`status` shows what is locked." in words
    await workspace.type(OMAR, PLACE, "/grail lock shop for 1h")
    await shown(workspace, "All of shop is locked")
    await workspace.type(OMAR, PLACE, "/grail unlock shop production")
    assert "all of shop is, by Omar." in await told(workspace, OMAR, PLACE, "shop production is not locked")


async def test_a_lock_ends_by_itself_and_its_card_says_so(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 30m")
    await shown(workspace, "is locked")
    await workspace.clock(forward=31 * 60)
    card = await shown(workspace, "shop staging: its time is over · Dana")
    assert "lock.unlock" not in str(card["blocks"])
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")


async def test_whoever_ends_the_lock_of_somebody_else_tells_them(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging")
    card = await shown(workspace, "is locked")
    await workspace.press(DEVI, "lock.unlock", message=card["ts"])
    await shown(workspace, "shop staging: unlocked by Devi")
    direct = "Devi ended your lock of shop staging."
    await workspace.wait_for("@Grail", lambda ms: any(m["text"] == direct for m in ms), as_=DANA)
    await workspace.press(OMAR, "lock.unlock", message=card["ts"])
    assert "That lock has ended already. Nothing was changed." in await told(
        workspace, OMAR, PLACE, "already"
    )


async def test_a_warning_stops_nobody_and_is_told(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging warning the data are old")
    await shown(workspace, "shop staging is under a warning · Dana: the data are old")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")


async def test_a_freeze_stops_everybody_until_it_is_thawed(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(OMAR, PLACE, "/grail freeze production for 2h the fair begins")
    await shown(workspace, "production of every service is frozen · Omar: the fair begins")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production")
    words = await told(workspace, OMAR, PLACE, "frozen by Omar")
    assert "production of every service is frozen by Omar: the fair begins." in words
    await workspace.type(DANA, PLACE, "/grail thaw production")
    assert "You may not" in await told(workspace, DANA, PLACE, "may not")
    await workspace.type(OMAR, PLACE, "/grail thaw production")
    await shown(workspace, "production of every service: thawed by Omar")
    await workspace.type(OMAR, PLACE, "/grail deploy shop production")
    await card_says(workspace, PLACE, "succeeded")


async def test_a_lock_that_is_too_long_is_refused_and_a_plan_changes_nothing(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail lock shop staging for 3w a long try")
    words = await told(workspace, OMAR, PLACE, "14 days")
    assert "A lock lasts 14 days at most." in words
    await workspace.type(OMAR, PLACE, "/grail lock shop staging for 2h --plan")
    assert "I would lock shop staging until" in await told(workspace, OMAR, PLACE, "I would lock")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")


async def reminded(workspace: Workspace, words: str) -> dict[str, Any]:
    found = await workspace.wait_for(
        "@Grail", lambda ms: next(m for m in ms if m["text"].startswith(words)), as_=DANA
    )
    return next(m for m in found if m["text"].startswith(words))


async def test_the_holder_is_reminded_at_half_its_life_and_before_its_end_and_may_keep_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 2h trying the new search")
    await shown(workspace, "is locked · Dana")
    await workspace.clock(forward=3601)
    half = await reminded(
        workspace, "shop staging is locked by you for another 59 min: trying the new search"
    )
    assert [one["text"]["text"] for one in half["blocks"][-1]["elements"]] == ["Unlock", "Keep 2 h"]
    await workspace.clock(forward=50 * 60)
    end = await reminded(workspace, "shop staging is locked by you for another 9 min")
    await workspace.press(DANA, "lock.keep", message=end["ts"])
    await shown(workspace, "shop staging: it was prolonged, see below · Dana")
    await workspace.clock(forward=3600)
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await told(workspace, OMAR, PLACE, "locked by Dana")
    await workspace.press(DANA, "lock.keep", message=half["ts"])
    stale = "That lock has ended already. Nothing was changed."
    await workspace.wait_for("@Grail", lambda ms: any(stale in words_of(m) for m in ms), as_=DANA)


async def test_nobody_is_reminded_of_a_lock_in_quiet_hours(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail notify quiet 0:00 to 23:59")
    await told(workspace, DANA, PLACE, "23:59")
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 2h")
    await shown(workspace, "is locked · Dana")
    await workspace.clock(forward=119 * 60)
    await workspace.clock(forward=120)
    await shown(workspace, "shop staging: its time is over")
    assert not await workspace.messages("@Grail", as_=DANA)


async def test_a_lock_or_freeze_ends_at_the_moment_that_was_said_in_the_zone_of_who_said_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    now = time.time()
    tomorrow = datetime.fromtimestamp(now, ZoneInfo("America/New_York")).date() + timedelta(days=1)
    ends = datetime.combine(tomorrow, clock(9, 30), ZoneInfo("America/New_York")).timestamp()
    await workspace.type(OLGA, PLACE, "/grail freeze shop staging until tomorrow 9:30 the fair begins")
    card = await shown(workspace, "shop staging is frozen · Olga: the fair begins")
    assert f"<!date^{int(ends)}^" in words_of(card)
    await workspace.type(DANA, PLACE, "/grail lock shop staging until 2020-01-01")
    words = await told(workspace, DANA, PLACE, "is over")
    assert "until 2020-01-01` is over: it is " in words
    assert "in Europe/Berlin." in words
    await workspace.type(OMAR, PLACE, "/grail freeze until lunch")
    await told(workspace, OMAR, PLACE, "I cannot read a time in `until lunch`.")


async def test_who_deploys_a_branch_is_offered_to_lock_it_and_with_the_main_branch_to_unlock_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await card_says(workspace, PLACE, "succeeded")
    offer = await refused(workspace, DANA, PLACE, "nobody deploys over it?")
    assert "`feature/gift-cards` stands in shop staging now." in words_of(offer)
    await workspace.press(DANA, "lock.branch", message=offer["ts"])
    await shown(workspace, "shop staging is locked · Dana: feature/gift-cards stands there")
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await told(workspace, OMAR, PLACE, "locked by Dana")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging main")
    again = await refused(workspace, DANA, PLACE, "your lock is still there")
    assert "main stands in shop staging again, and your lock is still there." in words_of(again)
    await workspace.press(DANA, "lock.unlock", message=again["ts"])
    await shown(workspace, "shop staging: unlocked by Dana")
    offers = [m for m in await workspace.messages(PLACE, as_=DANA) if "deploys over it" in m["text"]]
    assert len(offers) == 1


async def test_nothing_is_offered_for_a_commit_for_the_lock_of_another_or_to_who_may_not_lock(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, f"/grail deploy shop to staging {grail.repository.head()}")
    await card_says(workspace, PLACE, "shop → staging: succeeded")
    await workspace.type(OMAR, PLACE, "/grail lock shop production warning the data are old")
    await shown(workspace, "shop production is under a warning · Omar")
    await workspace.type(OLGA, PLACE, "/grail deploy shop to production feature/gift-cards")
    await card_says(workspace, PLACE, "shop → production: succeeded")
    await workspace.type(OLGA, PLACE, "/grail deploy shop to production main")
    await workspace.wait_for(
        PLACE, lambda ms: sum("shop → production: succeeded" in m["text"] for m in ms if m["text"]) == 2
    )
    await workspace.type(
        OLGA, PLACE, "/grail deploy shop to staging feature/gift-cards"
    )  # the last: it is offered
    await refused(workspace, OLGA, PLACE, "deploys over it")
    seen = [
        m for who in (OMAR, OLGA) for m in await workspace.messages(PLACE, as_=who) if m.get("ephemeral_to")
    ]
    assert sum("deploys over it" in m["text"] or "still there" in m["text"] for m in seen) == 1


async def test_who_rolled_back_is_reminded_of_the_lock_that_came_of_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "shop → staging: succeeded")
    grail.repository.commit("Sell hats", {"hats": "many"})
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging main")
    await workspace.wait_until(lambda: grail.runs() == ["d-1", "d-2"])
    await workspace.wait_for(
        PLACE, lambda ms: "Sell hats" in cards(ms)[-1]["text"] and "succeeded" in cards(ms)[-1]["text"]
    )
    await workspace.type(OMAR, PLACE, "/grail rollback shop staging")
    await shown(workspace, "shop staging is locked · Omar: d-3 rolled back to")
    await workspace.clock(forward=12 * 3600 + 60)
    words = "shop staging is locked by you for another 11 h 5"
    await workspace.wait_for("@Grail", lambda ms: any(m["text"].startswith(words) for m in ms), as_=OMAR)


async def test_a_lock_that_outlives_the_shift_is_offered_to_who_comes_on_and_its_holder_is_told(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    now = shift(config, "storefront", time.time())
    assert now is not None
    after = shift(config, "storefront", now.until + 1)
    assert after is not None
    holder, comes = config.people[now.email], config.people[after.email]
    await workspace.type(comes.email, PLACE, "/grail whoami")  # Grail has met her
    await told(workspace, comes.email, PLACE, comes.name)
    days = f"{int(now.until - time.time()) // 86400 + 2}d"
    await workspace.type(holder.email, PLACE, f"/grail lock shop staging for {days} trying the new search")
    await shown(workspace, f"shop staging is locked · {holder.name}")
    await workspace.clock(forward=now.until - time.time() + 5)
    words = f"shop staging is locked by {holder.name}, whose shift is over: trying the new search"
    found = await workspace.wait_for(
        "@Grail", lambda ms: next(m for m in ms if m["text"] == words), as_=comes.email
    )
    offer = next(m for m in found if m["text"] == words)
    assert [one["text"]["text"] for one in offer["blocks"][-1]["elements"]] == ["Take over", "Unlock"]
    mine = "Your shift is over, and shop staging is still locked by you"
    was = await workspace.wait_for(
        "@Grail", lambda ms: next(m for m in ms if m["text"] == mine), as_=holder.email
    )
    assert f"{comes.name} is offered it." in words_of(next(m for m in was if m["text"] == mine))
    await workspace.press(comes.email, "lock.take", message=offer["ts"])
    taken = f"{comes.name} took over your lock of shop staging: trying the new search."
    await workspace.wait_for("@Grail", lambda ms: any(m["text"] == taken for m in ms), as_=holder.email)
