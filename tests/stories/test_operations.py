"""What operations see and do: work that was given up, what was not delivered, people whose rights rest."""

from functools import partial
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.store import keys
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

Json = dict[str, Any]
OPS = "#ops"


async def put(redis: Redis, kind: str, body: Json, *, id: str = "poison") -> None:
    """A piece of work on the stream, as Grail writes it."""
    job = {"kind": kind, "v": 1, "id": id, "request": "r-1", "thing": None, "host": None, "body": body}
    await redis.xadd(keys.WORK(), {"tries": "0", "job": orjson.dumps(job).decode()})


async def given_up(workspace: Workspace, grail: GrailProcess, word: str, place: str = OPS) -> Json:
    """The card in the operations channel, once all tries are over."""

    async def said() -> Json | None:
        await workspace.clock(forward=31)  # past the longest pause between two tries
        found = [m for m in await workspace.messages(place) if word in words_of(m)]
        return found[-1] if found else None

    found: Json = await workspace.wait_until(said)
    return found


async def becomes(workspace: Workspace, card: Json, words: str) -> Json:
    """The same card of the operations channel, once it says this."""

    def holds(messages: list[Json]) -> Json:
        return next(m for m in messages if m["ts"] == card["ts"] and words in words_of(m))

    return holds(await workspace.wait_for(OPS, holds))


async def test_work_that_nobody_can_do_is_a_card_for_operations_and_can_be_tried_again(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await put(memory, "notice", {"deploy": "d-1"})
    card = await given_up(workspace, grail, "I gave up")
    words = words_of(card)
    assert "I gave up a direct message about a deploy" in words
    assert "d-1" in words
    assert "Why: `NotFound: There is no deploy d-1.`" in words
    assert "tried 5 times, given up" in words
    assert await grail.metric('grail_dead_letters_total{kind="notice"}') == 1
    assert "failed, delivery 5 of 5" in grail.text()

    # A manager may not; an operator may, and by now it can be done.
    await workspace.press(MIA, "dead.retry", message=card["ts"], in_=OPS)
    refusal = await told(workspace, MIA, OPS, "You may not")
    assert "It takes the role operator." in refusal
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    await workspace.press(OMAR, "dead.retry", message=card["ts"], in_=OPS)
    await told(workspace, OMAR, OPS, "It is done again, from the start.")
    await workspace.wait_for("@Grail", lambda ms: ms[-1]["text"] == "shop to staging: succeeded", as_=DANA)
    again = await becomes(workspace, card, "Tried again by Omar")
    assert "dead.retry" not in str(again["blocks"])


async def test_a_second_press_finds_it_gone_and_a_second_failure_brings_the_card_back(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await put(memory, "notice", {"deploy": "d-9"})
    card = await given_up(workspace, grail, "I gave up")
    await workspace.press(OMAR, "dead.retry", message=card["ts"], in_=OPS)
    await becomes(workspace, card, "Tried again by Omar")
    back = await given_up(workspace, grail, "I gave up")
    assert back["ts"] == card["ts"]
    assert "dead.retry" in str(back["blocks"])
    await memory.delete(keys.DEAD())
    await workspace.press(OMAR, "dead.retry", message=card["ts"], in_=OPS)
    assert "This work is not among what was given up any more" in await told(workspace, OMAR, OPS, "any more")


async def test_all_that_fails_of_one_deploy_is_one_card(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    for number in (1, 2):
        body = {"deploy": ["no name"], "number": number}
        job = {"kind": "deploy.tick", "v": 1, "id": f"t{number}", "thing": "deploy:d-5", "body": body}
        row = "\n".join(("", "4", "deploy:d-5", orjson.dumps(job).decode()))
        await memory.rpush(keys.QUEUE(thing="deploy:d-5"), row)
    await memory.xadd(keys.WORK(), {"thing": "deploy:d-5"})
    await workspace.wait_until(partial(_dead, memory, 2))
    found = await workspace.wait_for(OPS, lambda ms: "I gave up watching a deploy" in ms[-1]["text"])
    assert len(found) == 1
    await workspace.press(OMAR, "dead.retry", message=found[0]["ts"], in_=OPS)
    await becomes(workspace, found[0], "Tried again by Omar")
    assert len([m for m in await workspace.messages(OPS) if not m.get("ephemeral_to")]) == 1


async def _dead(memory: Redis, number: int) -> bool:
    return int(await memory.xlen(keys.DEAD())) == number


async def test_who_asked_for_what_was_given_up_is_told_too(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await workspace.type(DANA, "#storefront", "/grail whoami")
    await told(workspace, DANA, "#storefront", "dana@example.com")
    dana = (await workspace.api("users.lookupByEmail", {"email": DANA}))["user"]
    ask = {
        "id": "x",
        "how": "press",
        "team": dana["team_id"],
        "user": dana["id"],
        "text": 5,
        "channel": await workspace.channel("#storefront"),
    }
    await put(memory, "slack.ask", {"ask": ask | {"request": "r-77"}})
    card = await given_up(workspace, grail, "I gave up")
    assert "I gave up an ask of Dana" in words_of(card)
    answer = await told(workspace, DANA, "#storefront", "That went wrong on my side, not yours.")
    assert "Say this number to an admin: `r-77`" in answer


async def test_what_is_no_work_of_ours_is_shown_and_cannot_be_tried_again(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await memory.xadd(keys.WORK(), {"tries": "0", "job": "<!channel> garbage"})
    found = await workspace.wait_for(OPS, lambda ms: "I gave up" in ms[-1]["text"])
    words = words_of(found[-1])
    assert "something that is no work of mine" in words
    assert "It cannot be tried again." in words
    assert "dead.retry" not in str(found[-1]["blocks"])
    assert await grail.metric('grail_dead_letters_total{kind="unknown"}') == 1


async def test_what_slack_will_not_take_is_told_to_operations_with_where_and_why(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(OMAR, "#storefront", "/remove @Grail")
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    found = await workspace.wait_for(OPS, lambda ms: "could not be delivered" in ms[-1]["text"])
    words = words_of(found[-1])
    assert "message could not be delivered to #storefront" in words or "messages could" in words
    assert "Why: `Slack refused: not_in_channel`" in words
    assert "shop " in words  # its card, or a line of its thread: the newest are shown
    assert "Invite me there with /invite, or name another channel in config.yaml." in words
    # The next one is told on the same card.
    await workspace.type(DANA, "#storefront", "/grail deploy search to staging")
    both = await becomes(workspace, found[-1], "search ")
    assert "messages could not be delivered to #storefront" in words_of(both)
    told_ = [m["text"] for m in await workspace.messages(OPS) if "could not be delivered" in m["text"]]
    assert len(told_) == 1, told_
    assert (await grail.metric("grail_undelivered_total") or 0) >= 1


async def test_when_the_operations_channel_is_gone_nothing_goes_round_in_circles(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    await workspace.type(OMAR, OPS, "/archive")
    await memory.xadd(keys.WORK(), {"tries": "0", "job": "garbage"})

    async def refused() -> bool:
        return await grail.metric("grail_undelivered_total") == 1

    await workspace.wait_until(refused)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    assert await grail.metric("grail_undelivered_total") == 1
    assert "operations.unreachable" in grail.text()


async def test_a_changed_address_rests_the_rights_until_an_operator_confirms(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, "#storefront", "/grail whoami")
    await told(workspace, DEVI, "#storefront", DEVI)
    new = "devi.new@example.com"
    await workspace.readdress(DEVI, new)
    await workspace.clock(forward=61)  # what Slack says of a person is kept for a minute
    await workspace.type(new, "#storefront", "/grail deploy shop to staging")
    await told(workspace, new, "#storefront", "your rights rest, because")
    found = await workspace.wait_for(OPS, lambda ms: "The rights of devi rest" in ms[-1]["text"])
    card = found[-1]
    assert f"because their e-mail address changed from {DEVI} to {new}" in words_of(card)

    await workspace.press(DANA, "person.confirm", message=card["ts"], in_=OPS)
    refusal = await told(workspace, DANA, OPS, "You may not decide about rights of people.")
    assert "It takes the role operator." in refusal
    for who in (OMAR, OLGA):  # one of them is on call; a pause does not keep a person from being confirmed
        await workspace.type(who, OPS, "/grail pause everything for a while")
    await workspace.press(OMAR, "person.confirm", message=card["ts"], in_=OPS)
    await told(workspace, OMAR, OPS, f"Confirmed: the rights of {new} hold again.")
    after = await becomes(workspace, card, "The rights of devi hold again")
    assert "confirmed by Omar" in words_of(after)
    assert "person.confirm" not in str(after["blocks"])


async def test_an_environment_that_a_broken_record_holds_is_told_and_freed_at_a_press(
    workspace: Workspace, grail: GrailProcess, memory: Redis, hand_edited: None
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"], within=20)
    await memory.hset(keys.DEPLOY(id="d-1"), "rev", "seven")

    def holds(messages: list[Json]) -> Json:
        return next(m for m in messages if "is held by d-1" in words_of(m))

    card = holds(await workspace.wait_for(OPS, holds, within=20))
    assert "*`staging` of `shop` is held by d-1, whose record in Redis cannot be read.*" in words_of(card)
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging main")
    refusal = await told(workspace, DANA, "#storefront", "is held by d-1")
    assert "`cancel d-1` ends what runs of it, and frees the environment." in refusal
    await workspace.type(DEVI, "#storefront", "/grail cancel d-1 --plan")
    assert "I would end what runs of d-1" in await told(workspace, DEVI, "#storefront", "I would end")
    await workspace.press(OMAR, "deploy.cancel", in_=OPS, message=card["ts"])
    await becomes(workspace, card, "*`staging` of `shop` is free again.*")
    ended = "d-1 was ended by Omar: its record cannot be read"  # its own card, which nothing else will ever change
    await workspace.wait_for("#storefront", lambda ms: any(m["text"] == ended for m in ms))
    grail.open_gate()
    await workspace.type(OMAR, "#storefront", "/grail deploy shop to staging")
    await workspace.wait_for(
        "#storefront", lambda ms: any("succeeded" in m["text"] and "→" in m["text"] for m in ms), within=25
    )
    assert grail.runs() == ["d-1", "d-2"]
