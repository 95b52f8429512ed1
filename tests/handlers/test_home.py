"""The home card, help, whoami, status, why, notify, pause: where people look."""

from functools import partial
from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, cards, told, words_of

PLACE = "#storefront"


async def test_a_bare_command_says_what_waits_and_what_to_type(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail")
    home = await told(workspace, DANA, PLACE, "Hello")
    assert "Nothing waits for you." in home
    assert "/grail deploy " in home


async def test_help_shows_only_what_this_person_may_do_with_their_own_services(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type("dario@example.com", PLACE, "/grail help")
    help_ = await told(workspace, "dario@example.com", PLACE, "What you can say")
    assert "`/grail deploy gateway to staging`" in help_
    assert "pause everything" not in help_
    home = help_.split("*Home*\n")[1].splitlines()
    assert [line.split("`")[1].split()[0] for line in home[:4]] == ["home", "help", "whoami", "why"]
    await workspace.type(MIA, PLACE, "/grail help")
    assert "/grail deploy " not in await told(workspace, MIA, PLACE, "What you can say")


async def test_help_tells_one_word_whole_and_guesses_a_slip(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail help deploy")
    about = await told(workspace, DANA, PLACE, "Without a ref")
    assert "Without a ref I take the environment's own" in about
    assert about.count("--plan` I only say") == 1
    await workspace.type(DANA, PLACE, "/grail help deplyo")
    assert "Did you mean `help deploy`?" in await told(workspace, DANA, PLACE, "no-help")


async def test_whoami_shows_exactly_what_one_may_do(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail whoami")
    mine = await told(workspace, DANA, PLACE, "dana@example.com")
    assert "Rung: decide (saying what to do while an operator does it)\n" in mine
    assert "`deploy`: shop, search → staging" in mine
    await workspace.type(OMAR, PLACE, "/grail whoami")
    his = await told(workspace, OMAR, PLACE, "omar@example.com")
    assert "`deploy`: shop, search, gateway → staging; shop, search, gateway → production" in his
    assert "`audit`: shop, search, gateway\n" in his + "\n"
    await workspace.type(DANA, PLACE, "/grail whoami devi")
    assert (
        "`whoami` tells you about yourself alone, so `devi` says nothing to it. "
        "Say `whoami`, or `whoami token` for the terminal."
    ) in " ".join((await told(workspace, DANA, PLACE, "about yourself alone")).split())


async def test_status_deploys_and_why_tell_what_stands_and_how_it_came_there(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploys shop")
    assert "No deploys yet of `shop`." in await told(workspace, DANA, PLACE, "No deploys yet")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(DEVI, PLACE, "/grail status shop")
    status = await told(workspace, DEVI, PLACE, "staging")
    assert f"*staging*: `{grail.repository.head()[:7]}` Open the shop · d-1" in status
    assert "*production*: nothing deployed by me yet" in status
    await workspace.type(DEVI, PLACE, "/grail deploys shop")
    assert "d-1 *staging*" in await told(workspace, DEVI, PLACE, "Deploys of shop")
    await workspace.type(DEVI, PLACE, "/grail why d-1")
    why = await told(workspace, DEVI, PLACE, "Asked for by")
    assert "who named no ref: `main` was assumed." in why


async def test_older_deploys_come_a_page_at_a_time(workspace: Workspace, grail: GrailProcess) -> None:
    for number in range(1, 12):
        await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
        await workspace.wait_for(PLACE, partial(has_succeeded, number))
        await workspace.clock(forward=30)  # not the same words within 10 s
    await workspace.type(OLGA, PLACE, "/grail deploys shop")
    first = await workspace.wait_for(PLACE, lambda ms: "Deploys of shop" in words_of(ms[-1]), as_=OLGA)
    assert "d-2 " in words_of(first[-1])
    assert "d-1 " not in words_of(first[-1])
    await workspace.press(OLGA, "deploys.page", message=first[-1]["ts"])
    await workspace.wait_for(PLACE, lambda ms: "d-1 *staging*" in words_of(ms[-1]), as_=OLGA)


async def test_notify_is_chosen_and_quiet_hours_wait(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, PLACE, "/grail notify")
    assert "*deploys*: failures" in await told(workspace, DANA, PLACE, "failures")
    await workspace.type(DANA, PLACE, "/grail notify deploys always")
    assert "*deploys*: always — every end of a deploy of yours" in await told(workspace, DANA, PLACE, "Done.")
    await workspace.type(DANA, PLACE, "/grail notify quiet 22:00-7:00")
    assert "*quiet* from 22:00 to 07:00 in Europe/Berlin" in await told(workspace, DANA, PLACE, "07:00")
    await workspace.type(DANA, PLACE, "/grail notify quiet 0:00 to 23:59")
    assert "*quiet* from 00:00 to 23:59 in Europe/Berlin" in await told(workspace, DANA, PLACE, "23:59")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    assert not await workspace.messages("@Grail", as_=DANA)
    await workspace.clock(forward=24 * 3600)
    direct = await workspace.wait_for("@Grail", lambda ms: bool(ms), as_=DANA)
    assert [m["text"] for m in direct] == ["shop to staging: succeeded"]


async def test_what_notify_does_not_understand_is_refused_with_what_to_say(
    workspace: Workspace, grail: GrailProcess
) -> None:
    hint = (
        "Say `notify deploys always`, `failures` or `never`; `notify commits never`; `notify quiet 22:00 to 7:00`; "
        "`notify quiet off`."
    )
    for words, sentence in (
        ("deploys sometimes", "`sometimes` is none of always, failures, never."),
        ("quiet 25:00 to 7:00", "`25:00` is not a time of day. Write it as `22:00`."),
        ("one two three four", "I don't understand what you want to be told."),
    ):
        await workspace.type(DANA, PLACE, f"/grail notify {words}")
        refusal = await told(workspace, DANA, PLACE, sentence.split(".")[0])
        assert hint in refusal


async def test_pause_everything_refuses_what_is_new_until_resume(
    workspace: Workspace, grail: GrailProcess
) -> None:
    on_call = OMAR if "On call" in await _whoami(workspace, OMAR) else OLGA
    await workspace.type(DANA, PLACE, "/grail pause everything")
    refusal = await told(workspace, DANA, PLACE, "You may not pause everything.")
    assert "It takes being on call." in refusal
    await workspace.type(on_call, PLACE, "/grail pause everything the data centre is on fire")
    await told(workspace, on_call, PLACE, "Everything is paused: the data centre is on fire.")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    refusal = await told(workspace, DANA, PLACE, "Everything was paused")
    assert "the data centre is on fire" in refusal
    assert "`resume` ends it (admins, and whoever is on call)." in refusal
    name = "Omar" if on_call == OMAR else "Olga"
    said_there = await workspace.wait_for("#ops", lambda ms: "Everything is paused" in ms[-1]["text"])
    assert f"*Everything is paused* by {name}: the data centre is on fire." in words_of(said_there[-1])
    await workspace.type(on_call, PLACE, "/grail resume")
    await told(workspace, on_call, PLACE, "Going on after")
    await workspace.wait_for("#ops", lambda ms: "The pause is over" in ms[-1]["text"])
    await workspace.clock(forward=11)
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")


async def _whoami(workspace: Workspace, who: str) -> str:
    await workspace.type(who, PLACE, "/grail whoami")
    return await told(workspace, who, PLACE, who)


async def test_the_home_tab_shows_the_same(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.open_home(DANA)
    home = await workspace.wait_until(lambda: workspace.home(DANA))
    assert "Nothing waits for you." in str(home["blocks"])


def has_succeeded(number: int, messages: list[dict[str, Any]]) -> bool:
    return "succeeded" in cards(messages)[number - 1]["text"]


async def test_deploys_of_one_environment_are_found_behind_many_of_another(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploys")
    assert "No deploys yet. Say `deploy shop to staging` for the first one." in await told(
        workspace, DANA, PLACE, "yet"
    )
    await workspace.type(OMAR, PLACE, "/grail deploy shop to production")
    await card_says(workspace, PLACE, "succeeded")
    for n in range(2, 13):
        await workspace.clock(forward=11)  # otherwise it would be the same said twice
        await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
        await workspace.wait_for(PLACE, partial(has_succeeded, n))
    await workspace.type(DANA, PLACE, "/grail deploys shop production")
    found = await told(workspace, DANA, PLACE, "Deploys of shop in production")
    assert "d-1 *production*" in found
    await workspace.type(DANA, PLACE, "/grail deploys production")
    assert "d-1 *shop to production*" in await told(
        workspace, DANA, PLACE, "Deploys of all services in production"
    )
    await workspace.type(DANA, PLACE, "/grail deploys shop staging")
    newest = await told(workspace, DANA, PLACE, "Deploys of shop in staging")
    assert ("d-12 " in newest, "d-2 " in newest) == (True, False)
    shown = await workspace.messages(PLACE, as_=DANA)
    page = next(m for m in shown if "Deploys of shop in staging" in words_of(m))
    await workspace.press(DANA, "deploys.page", message=page["ts"])
    older = await workspace.wait_for(PLACE, lambda ms: "d-2 *staging*" in words_of(ms[-1]), as_=DANA)
    assert "d-1 " not in words_of(older[-1])


async def test_status_and_operations_say_where_nobody_knows_what_runs(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging fails-both")
    card = await card_says(workspace, PLACE, "failed")
    assert "roll-back failed too" in words_of(card).lower()
    found = await workspace.wait_for("#ops", lambda ms: "look at it" in ms[-1]["text"])
    assert "its roll-back failed too: nobody knows what runs there." in words_of(found[-1])
    await workspace.type(DANA, PLACE, "/grail status shop")
    status = await told(workspace, DANA, PLACE, "Look at it")
    assert "d-1 failed" in status
    assert "its roll-back failed too: nobody knows what runs there." in status
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging main")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(OMAR, PLACE, "/grail status shop")
    assert "Look at it" not in await told(workspace, OMAR, PLACE, "Open the shop")
