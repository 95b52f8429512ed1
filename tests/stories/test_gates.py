"""What is in the way is told before anybody asks, and by the same verdict; gates are earned; who may ships anyway."""

from bot.store.connection import connect
from bot.store.embedded import running
from bot.store.gates import GateStore, Judged
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of


async def test_can_i_deploy_says_what_the_deploy_is_then_judged_by(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop to staging")
    answer = await told(workspace, DANA, "#storefront", "Can I deploy")
    assert "*Can I deploy shop to staging?* — *not now; it can wait*" in answer
    assert ":no_entry: shop staging is locked by Omar: trying the new search." in answer
    assert "_Clears it: Omar, or who may `unlock shop staging`._" in answer
    assert (
        ":white_check_mark: Passed: right, freeze, claim, behind the main branch, moved after the request, "
        "size of the change, recent failure."
    ) in answer
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    refusal = await told(workspace, DANA, "#storefront", "Park it, and it is judged again")
    assert ":no_entry: shop staging is locked by Omar: trying the new search." in refusal

    await workspace.type(OMAR, "#storefront", "/grail unlock shop staging")
    await workspace.wait_for("#storefront", lambda ms: any("unlocked by Omar" in words_of(m) for m in ms))
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop staging")
    await told(workspace, DANA, "#storefront", "*yes*")
    messages = await workspace.messages("#storefront", as_=DANA)
    yes = next(m for m in messages if "*yes*" in words_of(m))
    await workspace.press(DANA, "deploy.now", message=yes["ts"])
    await card_says(workspace, "#storefront", "succeeded", within=20)


async def test_who_may_ships_anyway_with_one_reason_and_operations_hear_of_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OLGA, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(OMAR, "#ops", "/grail freeze shop staging for 2h the fair")
    await workspace.wait_for("#ops", lambda ms: any("is frozen" in m["text"] for m in ms))
    await workspace.type(OMAR, "#storefront", "/grail deploy shop to staging")
    assert "is frozen by Omar: the fair." in await told(workspace, OMAR, "#storefront", "locked by Olga")
    messages = await workspace.messages("#storefront", as_=OMAR)
    refusal = next(m for m in messages if "locked by Olga" in words_of(m) and m.get("ephemeral_to"))
    await workspace.press(OMAR, "deploy.ship", message=refusal["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    assert "• shop staging is locked by Olga: trying the new search." in str(view["blocks"])
    values = {"reason": {"reason": "Something else"}}
    answer = await workspace.submit(OMAR, view["id"], values)
    assert answer["errors"] == {"words": "Say in a few words what it is."}
    values["reason"] = {"reason": "It repairs an incident"}
    assert not (await workspace.submit(OMAR, view["id"], values)).get("errors")
    await card_says(workspace, "#storefront", "succeeded", within=20)

    loud = "shop to staging: shipped anyway by Omar, freeze, lock waived"
    found = await workspace.wait_for("#ops", lambda ms: any(m["text"] == loud for m in ms))
    words = words_of(next(m for m in found if m["text"] == loud))
    assert "> It repairs an incident" in words
    assert (
        "• shop staging is locked by Olga: trying the new search. Waived by Omar: It repairs an incident."
    ) in words
    await workspace.type(OMAR, "#storefront", "/grail why d-1")
    why = await told(workspace, OMAR, "#storefront", "What it was judged by")
    assert ":ballot_box_with_check: shop staging is frozen by Omar: the fair. Waived by Omar" in why
    await workspace.type(OMAR, "#storefront", "/grail gates shop staging")
    assert "1 waiver waits to be looked into." in await told(workspace, OMAR, "#storefront", "Gates of shop")
    await workspace.type(OMAR, "#storefront", "/grail audit shop")
    assert "It repairs an incident" in await told(workspace, OMAR, "#storefront", "d-1 waived freeze lock")


async def test_what_is_parked_is_shipped_by_who_may_and_by_nobody_else(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OLGA, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await told(workspace, DANA, "#storefront", "locked by Olga")
    messages = await workspace.messages("#storefront", as_=DANA)
    refusal = next(m for m in messages if "locked by Olga" in words_of(m) and m.get("ephemeral_to"))
    offered = [e["action_id"] for b in refusal["blocks"] for e in b.get("elements", ()) if "action_id" in e]
    assert offered == ["deploy.park", "lock.unlock", "lock.ask"]
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    card = await card_says(workspace, "#storefront", "parked")
    await workspace.press(DANA, "deploy.ship", message=card["ts"])
    refused = await told(workspace, DANA, "#storefront", "You may not waive a gate of shop in staging.")
    assert "Omar or Olga can do it." in refused
    assert grail.runs() == []
    await workspace.press(OMAR, "deploy.ship", message=card["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    reason = {"reason": {"reason": "Something else"}, "words": {"words": "Olga is on a plane"}}
    assert not (await workspace.submit(OMAR, view["id"], reason)).get("errors")
    await card_says(workspace, "#storefront", "succeeded", within=20)
    assert grail.runs() == ["d-1"]
    await workspace.wait_for("#ops", lambda ms: any("> Olga is on a plane" in words_of(m) for m in ms))


async def test_a_gate_stops_only_after_somebody_has_seen_what_it_would_have_stopped(
    workspace: Workspace, grail: GrailProcess
) -> None:
    text = grail.config.read_text()
    gates = "gates: {windows: {times: [{cron: '* * * * *', lasts: 2m, reason: the fair}]}}"
    grail.config.write_text(
        text.replace("{staging: {recipe: quick}", f"{{staging: {{recipe: quick, {gates}}}", 1)
    )
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms), within=20)
    redis = await connect(await running(grail.folder / "data") or "", say=print)
    try:
        for number in range(4):
            for one in (
                Judged(f"d-{100 + number}", "told", number != 0, 1.0),
                Judged(f"d-{200 + number}", "waived", True, 1.0),
            ):
                await GateStore(redis).note("shop", "staging", "windows", one)
    finally:
        await redis.aclose()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded", within=20)  # it is only told
    await workspace.type(DANA, "#storefront", "/grail can i deploy shop to staging")
    answer = await told(workspace, DANA, "#storefront", "Can I deploy")
    assert ":speech_balloon: A freeze window is open there: the fair." in answer
    shown = "would have stopped 5, of which 4 went well and was waived for 4, of which 4 went well"
    assert f"_Told only: this gate {shown}._" in answer

    await workspace.type(MIA, "#storefront", "/grail gates shop staging")
    await told(workspace, MIA, "#storefront", "Gates of shop")
    messages = await workspace.messages("#storefront", as_=MIA)
    listed = next(m for m in messages if m["text"].startswith("Gates of shop") and m.get("ephemeral_to"))
    await workspace.press(MIA, "gate.enforce", message=listed["ts"])
    loud = "The gate freeze windows of shop staging stops deploys from now on: set by Mia."
    await workspace.wait_for("#ops", lambda ms: any(loud in m["text"] for m in ms))
    grail.kill()
    await grail.start()
    await workspace.type(DANA, "#storefront", "/grail deploy shop staging feature/gift-cards")
    refusal = await told(
        workspace, DANA, "#storefront", ":no_entry: A freeze window is open there: the fair."
    )
    assert "Park it, and it is judged again when that changes" in refusal
    await workspace.type(OMAR, "#storefront", "/grail audit")
    assert "*Mia*" in await told(workspace, OMAR, "#storefront", "windows of shop staging enforced")

    await workspace.type(OMAR, "#storefront", "/grail deploy shop staging feature/gift-cards")
    await told(workspace, OMAR, "#storefront", ":no_entry: A freeze window is open there: the fair.")
    messages = await workspace.messages("#storefront", as_=OMAR)
    stopped = next(
        m for m in messages if ":no_entry: A freeze window" in words_of(m) and m.get("ephemeral_to")
    )
    await workspace.press(OMAR, "deploy.ship", message=stopped["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    await workspace.submit(OMAR, view["id"], {"reason": {"reason": "The gate is wrong here"}})
    proposal = "The gate freeze windows of shop staging should perhaps only tell"
    found = await workspace.wait_for("#ops", lambda ms: any(m["text"] == proposal for m in ms), within=20)
    assert "was waived for 5, of which 5 went well" in words_of(found[-1])
    await workspace.press(MIA, "gate.tell", message=found[-1]["ts"], in_="#ops")
    tells = "The gate freeze windows of shop staging only tells from now on: set by Mia."
    await workspace.wait_for("#ops", lambda ms: any(tells in m["text"] for m in ms))


async def test_the_form_shows_the_verdict_on_what_is_chosen_in_it(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, "#storefront", "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for("#storefront", lambda ms: any("is locked" in m["text"] for m in ms))

    async def shows(words: str) -> str:
        async def look() -> str | None:
            views = await workspace.views(DANA)
            return views[-1]["id"] if views and words in str(views[-1]["blocks"]) else None

        return str(await workspace.wait_until(look))

    await workspace.type(DANA, "#storefront", "/grail deploy shop")
    view = await shows("*shop to staging: not now; it can wait*")
    await shows(":no_entry: shop staging is locked by Omar: trying the new search.")
    await workspace.press(DANA, "environment", view=view, value="production")
    await shows("*shop to production: no*")
    chosen = (await workspace.views(DANA))[-1]["state"]["values"]["environment"]["environment"]
    assert chosen["selected_option"]["value"] == "production"
    await workspace.press(DANA, "environment", view=view, value="staging")
    await workspace.type(OMAR, "#storefront", "/grail unlock shop staging")
    await workspace.wait_for("#storefront", lambda ms: any("unlocked by Omar" in words_of(m) for m in ms))
    await workspace.press(DANA, "environment", view=view, value="staging")
    await shows("*shop to staging: yes*")
