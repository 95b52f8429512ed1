"""cover, as a team uses it: asked in its channel, taken by the first, reminded of while nobody has it."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.config import load
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DARIO, Workspace
from tests.handlers.test_oncall import whose
from tests.handlers.test_override import pair, posted
from tests.stories.steps import told, words_of

PLACE = "#storefront"


async def direct(workspace: Workspace, who: str, word: str) -> dict[str, object]:
    """What Grail told this person directly, and that holds this word."""
    found = await workspace.wait_for("@Grail", lambda ms: any(word in words_of(m) for m in ms), as_=who)
    return next(m for m in found if word in words_of(m))


async def test_the_first_who_can_has_it_both_are_told_and_the_second_is_told_who(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    now, other = await pair(workspace, config)
    first, second = config.people[now].name, config.people[other].name
    await workspace.type(now, PLACE, "/grail cover storefront for 2h <!channel> the *dentist*")
    await told(workspace, now, PLACE, "I have asked storefront who can take it from")
    card = await posted(workspace, f"Who can take storefront for {first}")
    assert "<!channel>" not in str(card)
    await workspace.press(DANA, "cover.take", message=card["ts"])
    await told(workspace, DANA, PLACE, "Dana shadows storefront, and who shadows is never on call.")
    await workspace.press(other, "cover.withdraw", message=card["ts"])
    await told(workspace, other, PLACE, f"Only {first}, who asked, can take that back.")
    await workspace.press(other, "cover.take", message=card["ts"])
    await posted(workspace, f"{second} takes storefront for {first} from")
    await direct(workspace, now, f"{second} takes storefront for you from")
    await workspace.type(DANA, PLACE, "/grail oncall storefront")
    assert f"covers {first}" in await told(workspace, DANA, PLACE, f"*storefront* — *{second}* until")


async def test_while_nobody_has_it_who_asked_is_told_a_day_and_an_hour_before_and_at_its_end(
    workspace: Workspace, grail: GrailProcess
) -> None:
    config = load(grail.config)
    comes = whose(config, whose(config, time.time()).until + 1)
    person = config.people[comes.email]
    begins = comes.since + 2 * 86400
    there = datetime.fromtimestamp(begins, UTC).astimezone(ZoneInfo(person.zone))
    line = f"/grail cover storefront from {there:%Y-%m-%d %H:%M} for 2h"
    await workspace.type(person.email, PLACE, line)
    await posted(workspace, f"Who can take storefront for {person.name}")
    now = time.time()
    await workspace.clock(forward=begins - 86400 - now + 60)
    await direct(workspace, person.email, "Nobody has taken storefront for you yet: it begins in 23 h")
    await posted(workspace, "It begins in 23 h")
    await workspace.clock(forward=23 * 3600)
    await direct(workspace, person.email, "Nobody has taken storefront for you yet: it begins in 5")
    await workspace.clock(forward=3600)
    await direct(
        workspace, person.email, "Nobody has taken storefront for you: it begins now, and it is yours."
    )
    await workspace.clock(forward=2 * 3600)
    await direct(workspace, person.email, "Nobody took storefront for you")
    await posted(workspace, f"Nobody took storefront for {person.name}")


async def test_what_is_not_mine_is_not_mine_to_ask_for(workspace: Workspace, grail: GrailProcess) -> None:
    config = load(grail.config)
    now, other = await pair(workspace, config)
    await workspace.type(other, PLACE, "/grail cover storefront for 1h")
    await told(
        workspace, other, PLACE, f"You are not on call for storefront then: {config.people[now].name} is."
    )
    await workspace.type(DARIO, PLACE, "/grail cover storefront for 1h")
    await told(workspace, DARIO, PLACE, "You may not ask for cover on the rotation of shop.")
    await workspace.type(now, PLACE, "/grail cover storefront for 1h --plan")
    await told(workspace, now, PLACE, "Nothing was changed.")
    await workspace.type(now, PLACE, "/grail cover storefront for 1h")
    card = await posted(workspace, "Who can take storefront")
    await workspace.press(now, "cover.withdraw", message=card["ts"])
    await posted(workspace, f"{config.people[now].name} does not need cover for storefront any more")
