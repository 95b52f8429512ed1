"""override, as people use it: shown, made by a press, seen by rights, taken back."""

import time
from typing import Any

from bot.config import Config, load
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DARIO, OLGA, OMAR, Workspace
from tests.handlers.test_oncall import whose
from tests.stories.steps import refused, told, words_of

PLACE = "#storefront"


async def pair(workspace: Workspace, config: Config) -> tuple[str, str]:
    """Who is on call now and for the hours that a test talks of, and the other one."""
    now = whose(config, time.time())
    if (left := now.until - time.time()) < 4 * 3600:
        await workspace.clock(forward=left + 60)
        now = whose(config, now.until + 60)
    return now.email, OLGA if now.email == OMAR else OMAR


async def posted(workspace: Workspace, word: str) -> dict[str, Any]:
    """The message of the channel that holds this word, for everybody, as soon as it is there."""

    def holds(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
        return next((m for m in messages if word in words_of(m) and not m.get("ephemeral_to")), None)

    found = holds(await workspace.wait_for(PLACE, holds))
    assert found is not None
    return found


async def test_the_pager_is_taken_for_two_hours_and_taken_back_and_rights_follow(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    now, other = await pair(workspace, config)
    first, second = config.people[now].name, config.people[other].name
    await workspace.type(now, PLACE, "/grail whoami")
    assert "On call now for: storefront" in await told(workspace, now, PLACE, "On call now")
    await workspace.type(other, PLACE, "/grail override storefront for 2h")
    shown = await refused(workspace, other, PLACE, "would be on call")
    assert f", instead of {first}" in words_of(shown)
    assert "Nothing is changed until you press." in words_of(shown)
    await workspace.press(other, "override.make", message=shown["ts"])
    card = await posted(workspace, f"{second} takes storefront from")
    await workspace.wait_for(
        "@Grail", lambda ms: any(f"{second} takes storefront for you from" in m["text"] for m in ms), as_=now
    )
    await workspace.type(other, PLACE, "/grail oncall storefront")
    words = await told(workspace, other, PLACE, f"covers {first}")
    assert f"*storefront* — *{second}* until" in words
    assert f"Next: {first}, from" in words
    await workspace.type(other, PLACE, "/grail whoami")
    assert "On call now for: storefront" in await told(workspace, other, PLACE, "On call now")
    await workspace.press(other, "override.undo", message=card["ts"])
    await posted(
        workspace, f"{second}'s override of storefront was taken back by {second}: the rotation is as it was."
    )
    await workspace.type(other, PLACE, "/grail oncall storefront")
    words = await told(workspace, other, PLACE, f"*storefront* — *{first}* until")
    assert "covers" not in words


async def test_the_button_that_takes_it_back_leaves_after_five_minutes(
    workspace: Workspace, grail: GrailProcess
) -> None:
    _, other = await pair(workspace, load(grail.config))
    await workspace.type(other, PLACE, "/grail override storefront for 2h")
    shown = await refused(workspace, other, PLACE, "would be on call")
    await workspace.press(other, "override.make", message=shown["ts"])
    await posted(workspace, "It can be taken back for 5 min.")
    await workspace.clock(forward=301)
    await workspace.wait_for(
        PLACE, lambda ms: any("takes storefront" in m["text"] and "5 min" not in words_of(m) for m in ms)
    )


async def test_what_cannot_be_is_refused_with_what_to_do(workspace: Workspace, grail: GrailProcess) -> None:
    config = load(grail.config)
    now, _ = await pair(workspace, config)
    name = config.people[now].name
    rows = {
        "override storefront from tomorrow 25:00 to monday": "`25:00` is no time of day.",
        "override storefront from tomorrow 9:00 to 2026-01-01": "That would end before it begins",
        "override storefront from 2026-01-01 to 2026-01-02": "That time is over.",
        "override storefront": "From when to when?",
        f"override storefront for 1h {name}": f"{name} is on call for storefront then anyway.",
        "override storefront for 1h dario": "Dario is not on the rotation storefront: it has Omar and Olga.",
        "override storefront for 1h dana": "Dana shadows storefront, and who shadows is never on call.",
        "override storefront for 1h nobody": "I know nobody called `nobody`.",
        "override storefront for 61d olga": "An override lasts 60 days at most, and begins within a year.",
        "override platform for 1h": "platform has no rotation.",
        "override storfront for 1h": "There is no team or service `storfront`.",
    }
    for typed, words in rows.items():
        await workspace.type(OMAR, PLACE, f"/grail {typed}")
        await told(workspace, OMAR, PLACE, words)
    for who in (DANA, DARIO):
        await workspace.type(who, PLACE, "/grail override storefront for 1h")
        words = await told(workspace, who, PLACE, "You may not override the rotation of shop.")
        assert "It takes the role operator or being on call for storefront." in words
    await workspace.type(DARIO, "#general", "/grail override")  # no form for who could not submit it
    await told(workspace, DARIO, "#general", "You may not override the rotation of shop.")


async def test_the_form_shows_what_would_be_and_says_what_it_cannot_read(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    _, other = await pair(workspace, config)
    await workspace.type(OMAR, PLACE, "/grail override")
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    values = {"team": {"team": "storefront"}, "since": {"since": "now"}, "who": {"who": other}}
    wrong = await workspace.submit(OMAR, view["id"], {**values, "until": {"until": "25:00"}})
    assert "25:00 is no time of day." in str(wrong)
    await workspace.submit(OMAR, view["id"], {**values, "until": {"until": "2h"}})
    shown = await refused(workspace, OMAR, PLACE, "would be on call")
    assert f"*{config.people[other].name}* would be on call" in words_of(shown)


async def test_a_plan_of_an_override_has_no_button(workspace: Workspace, grail: GrailProcess) -> None:
    _, other = await pair(workspace, load(grail.config))
    await workspace.type(other, PLACE, "/grail override storefront for 2h --plan")
    shown = await refused(workspace, other, PLACE, "Nothing was changed.")
    assert "override.make" not in str(shown)


async def test_who_looked_before_somebody_else_took_a_part_changes_nothing(
    workspace: Workspace, grail: GrailProcess
) -> None:
    now, other = await pair(workspace, load(grail.config))
    await workspace.type(other, PLACE, "/grail override storefront for 3h")
    early = await refused(workspace, other, PLACE, "would be on call")
    await workspace.type(now, PLACE, f"/grail override storefront for 2h {other}")
    mine = await refused(workspace, now, PLACE, "would be on call")
    await workspace.press(now, "override.make", message=mine["ts"])
    await posted(workspace, "takes storefront from")
    await workspace.press(other, "override.make", message=early["ts"])
    await told(workspace, other, PLACE, "Somebody else has taken a part of that time since you looked.")
