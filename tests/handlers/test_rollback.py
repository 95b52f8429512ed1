"""rollback and clear, as people use them."""

import shutil

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


async def deployed(workspace: Workspace, grail: GrailProcess, subject: str, file: str = "hats") -> str:
    """The main branch with one commit more stands in staging; the commit."""
    (grail.repository.path / file).parent.mkdir(parents=True, exist_ok=True)
    sha = grail.repository.commit(subject, {file: subject})
    await workspace.type(DANA, PLACE, f"/grail deploy shop to staging {sha}")
    await card_says(workspace, PLACE, f"succeeded · {sha[:7]}")
    return sha


async def test_it_goes_back_by_commit_without_the_repository_locks_the_place_and_keeps_the_bad_range_away(
    workspace: Workspace, grail: GrailProcess
) -> None:
    good = await deployed(workspace, grail, "Sell hats")
    grail.repository.commit("Count the hats", {"count": "1"})
    bad = await deployed(workspace, grail, "Sell the counter", "shop/migrations/7.sql")
    await workspace.type(OMAR, PLACE, "/grail freeze staging for 2h the fair begins")
    await workspace.wait_for(PLACE, lambda ms: any("is frozen" in m["text"] for m in ms))
    away = grail.repository.path.with_name("away")
    shutil.move(grail.repository.path, away)

    await workspace.type(DANA, PLACE, "/grail rollback shop staging --plan")
    plan = await told(workspace, DANA, PLACE, "I would")
    assert f"I would *roll back shop in staging* to `{good[:7]}` Sell hats (d-1 by Dana)." in plan
    assert f"It takes back 2 commits up to `{bad[:7]}`." in plan
    assert "It crosses a migration, which stays as it is: `shop/migrations/7.sql`." in plan
    assert f"• `{bad[:7]}` Sell the counter — Dana" in plan
    assert "staging of every service is frozen by Omar: the fair begins." in plan
    assert "Nothing was changed." in plan

    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    card = await card_says(workspace, PLACE, "(roll-back): succeeded")
    assert card["text"] == f"shop → staging (roll-back): succeeded · {good[:7]} Sell hats · by Dana"
    words = words_of(card)
    assert f"It takes back 2 commits up to `{bad[:7]}`." in words
    frozen = (
        "staging of every service is frozen by Omar: the fair begins. _A roll-back does not wait for it._"
    )
    assert frozen in words
    lock = f"shop staging is locked · Dana: d-3 rolled back to {good[:7]}"
    await workspace.wait_for(PLACE, lambda ms: any(m["text"] == lock for m in ms))

    shutil.move(away, grail.repository.path)
    await workspace.type(OMAR, PLACE, "/grail thaw staging")
    await workspace.wait_for(PLACE, lambda ms: any("thawed by Omar" in m["text"] for m in ms))
    await workspace.type(
        DANA, PLACE, f"/grail deploy shop staging {bad}"
    )  # same words would be the same request
    refusal = await told(workspace, DANA, PLACE, "took back")
    kept = f"`{bad[:7]}` is among what d-3 took back from shop staging: it may not go there again."
    assert kept in refusal
    assert "`clear shop staging` lets it, once you know that it is good." in refusal
    assert "In a word: quarantined" in refusal
    better = await deployed(workspace, grail, "Sell better hats")  # her own lock, and no commit of the range
    messages = await workspace.messages(PLACE, as_=DANA)
    button = next(m for m in messages if "took back" in words_of(m) and m.get("ephemeral_to"))
    await workspace.press(DANA, "rollback.clear", message=button["ts"])
    await told(workspace, DANA, PLACE, "What was rolled back may go to shop staging again.")
    await workspace.type(DANA, PLACE, f"/grail deploy shop in staging {bad}")
    await card_says(workspace, PLACE, f"succeeded · {bad[:7]}")
    await workspace.type(DANA, PLACE, "/grail rollback shop in staging")
    await card_says(workspace, PLACE, f"(roll-back): succeeded · {better[:7]}")


async def test_what_runs_there_is_stopped_first_and_the_roll_back_follows_although_grail_is_killed(
    workspace: Workspace, grail: GrailProcess
) -> None:
    good = await deployed(workspace, grail, "Sell hats")
    grail.shut_gate()
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging feature/gift-cards")
    await workspace.wait_until(lambda: grail.runs() == ["d-1", "d-2"])
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    refusal = await told(workspace, DANA, PLACE, "Stop it")
    assert "shop in staging is taken: Omar has d-2 (shop to staging, " in refusal
    assert (
        f"Stop it and roll back to `{good[:7]}`; or `cancel d-2`, and say `rollback shop staging` again"
        in refusal
    )
    messages = await workspace.messages(PLACE, as_=DANA)
    button = next(m for m in messages if "Stop it" in words_of(m) and m.get("ephemeral_to"))
    await workspace.press(DANA, "rollback.stop", message=button["ts"])
    await workspace.wait_for(PLACE, lambda ms: any("shop → staging (roll-back)" in m["text"] for m in ms))
    grail.kill()
    grail.open_gate()
    await grail.start()
    await workspace.wait_for(
        PLACE, lambda ms: any("(roll-back): succeeded" in m["text"] for m in ms), within=30
    )
    assert grail.runs() == ["d-1", "d-2", "d-3"]
    found = [m["text"] for m in await workspace.messages(PLACE) if "shop → staging: cancelled" in m["text"]]
    assert len(found) == 1


async def test_where_there_is_nothing_to_go_back_to_it_says_what_to_do(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    words = await told(workspace, DANA, PLACE, "nothing to go back to")
    assert "There is nothing to go back to in shop staging: nothing has ever succeeded there." in words
    assert "`deploy shop to staging &lt;ref&gt;` brings another commit there." in words
    sha = await deployed(workspace, grail, "Sell hats")
    await workspace.type(DANA, PLACE, "/grail rollback shop in staging")
    await told(workspace, DANA, PLACE, "nothing else has succeeded there.")
    await workspace.type(DANA, PLACE, "/grail rollback shop staging to d-1")
    await told(workspace, DANA, PLACE, f"`{sha[:7]}` of d-1 is what stands in shop staging already.")
    await workspace.type(OMAR, PLACE, "/grail rollback shop production to d-1")
    await told(workspace, OMAR, PLACE, "d-1 was shop to staging, not a deploy of shop production.")
    await workspace.type(DANA, PLACE, "/grail rollback shop staging to d-9")
    await told(workspace, DANA, PLACE, "There is no deploy d-9.")
    await workspace.type(MIA, PLACE, "/grail rollback shop staging")
    await told(workspace, MIA, PLACE, "You may not roll back shop in staging.")
    await workspace.type(DANA, PLACE, "/grail clear shop staging")
    await told(workspace, DANA, PLACE, "No commit is kept away from shop staging.")


async def test_while_everything_is_paused_a_roll_back_goes_and_what_is_parked_does_not(
    workspace: Workspace, grail: GrailProcess
) -> None:
    good = await deployed(workspace, grail, "Sell hats")
    bad = await deployed(workspace, grail, "Sell the counter", "counter")
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 5m counting")
    await workspace.wait_for(PLACE, lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(OMAR, PLACE, f"/grail deploy shop to staging {good}")
    await told(workspace, OMAR, PLACE, "locked by Dana")
    shown = await workspace.messages(PLACE, as_=OMAR)
    refusal = next(m for m in shown if "locked by Dana" in words_of(m) and m.get("ephemeral_to"))
    await workspace.press(OMAR, "deploy.park", message=refusal["ts"])
    await card_says(workspace, PLACE, f"parked · {good[:7]}")
    for who in (OMAR, OLGA):  # whoever of them is on call
        await workspace.type(who, PLACE, "/grail pause everything the data centre is on fire")
    await workspace.wait_for("#ops", lambda ms: any("Everything is paused" in m["text"] for m in ms))
    await workspace.clock(forward=301)
    await workspace.wait_for(PLACE, lambda ms: any("its time is over" in words_of(m) for m in ms))
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    back = await card_says(workspace, PLACE, f"(roll-back): succeeded · {good[:7]}")
    assert f"up to `{bad[:7]}`" in words_of(back)
    assert any(f"parked · {good[:7]}" in m["text"] for m in await workspace.messages(PLACE))
