"""oncall, as people ask for it: now and at other times, one team and all, and when nobody is there."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.config import Config, load
from bot.domain.oncall import Shift
from bot.domain.rotations import shift
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, OLGA, OMAR, Workspace
from tests.stories.steps import refused, told, words_of

PLACE = "#storefront"


def whose(config: Config, at: float) -> Shift:
    found = shift(config, "storefront", at)
    assert found is not None
    return found


async def test_oncall_says_who_until_when_who_comes_next_and_who_only_looks_on(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    now = whose(config, time.time())
    after = whose(config, now.until + 1)
    first, second = config.people[now.email].name, config.people[after.email].name
    await workspace.type(DANA, PLACE, "/grail oncall")
    words = await told(workspace, DANA, PLACE, "storefront")
    assert f"storefront: {first}; platform: nobody" in words
    assert f"*storefront* — *{first}* until <!date^{int(now.until)}^" in words
    assert f"Next: {second}, from <!date^{int(now.until)}^" in words
    assert "_Shadowing, not on call: Dana_" in words
    assert (
        "*platform* has no rotation. Put one under `rotations` in config.yaml, and its name under the team."
        in words
    )


async def test_oncall_of_a_service_is_that_of_its_team_at_any_time_ahead_or_back(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    there = ZoneInfo("America/New_York")  # where Devi reads it
    for typed, at in (
        ("2026-01-06 12:00", datetime(2026, 1, 6, 12, tzinfo=there)),
        ("at 2031-12-24 18:00", datetime(2031, 12, 24, 18, tzinfo=there)),
    ):
        await workspace.type(DEVI, PLACE, f"/grail oncall shop {typed}")
        words = await told(workspace, DEVI, PLACE, f"On call <!date^{int(at.timestamp())}^")
        name = config.people[whose(config, at.timestamp()).email].name
        assert f"*storefront* — *{name}* until" in words
        assert "platform" not in words


async def test_a_time_that_nobody_can_read_is_refused_with_what_to_say(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail oncall shop at tomorrow 25:00")
    words = await told(workspace, DANA, PLACE, "25:00")
    assert "`25:00` is no time of day." in words
    assert "Say it as `18:00`, `tomorrow 18:00`, `friday 9:00` or `2026-12-01 9:00`." in words
    await workspace.type(DANA, PLACE, "/grail oncall shop at teatime")
    assert "I cannot read a time in `teatime`." in await told(workspace, DANA, PLACE, "teatime")
    await workspace.type(DANA, PLACE, "/grail oncall storefrnt")
    words = await told(workspace, DANA, PLACE, "storefrnt")
    assert "There is no team or service `storefrnt`." in words
    assert "Did you mean `storefront`?" in words


async def test_a_weekday_that_is_today_says_which_one_was_taken(
    workspace: Workspace, grail: GrailProcess
) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin"))
    await workspace.type(DANA, PLACE, f"/grail oncall shop {today:%A} 0:00")
    words = await told(workspace, DANA, PLACE, "I took")
    assert f"It is {today:%A} today; I took {today:%A} in a week" in words


async def test_who_is_on_call_is_asked_directly_and_not_woken(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    now = whose(config, time.time())
    other = OMAR if now.email == OLGA else OLGA
    await workspace.type(now.email, PLACE, "/grail whoami")  # Grail has met them
    await told(workspace, now.email, PLACE, config.people[now.email].name)
    await workspace.type(other, PLACE, "/grail oncall storefront")
    card = await refused(workspace, other, PLACE, "storefront")
    await workspace.press(other, "oncall.ask", message=card["ts"])

    view = (await workspace.wait_until(lambda: workspace.views(other)))[-1]
    await workspace.submit(other, view["id"], {"words": {"words": "is <!channel> *slow* for you too?"}})
    found = await workspace.wait_for(
        "@Grail", lambda ms: any("asks you" in m["text"] for m in ms), as_=now.email
    )
    words = words_of(next(m for m in found if "asks you" in m["text"]))
    assert f"{config.people[other].name} asks you, because you are on call for storefront" in words
    assert "<!channel>" not in words
