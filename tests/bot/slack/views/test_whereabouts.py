"""Where a commit is, a line for each place; whatever stands in it, it fits Slack."""

from dataclasses import replace
from typing import Any

import pytest

from bot.clients.git import Commit
from bot.domain.deploys import Deploy
from bot.domain.whereabouts import Stay
from bot.services.whereabouts import SHOWN, Found, Place, Whereabouts
from bot.slack.views.whereabouts import whereabouts
from bot.store.deploys import Standing
from bot.workspace.blockkit import message_faults

NOW = 1_795_446_000.0
SHA, OLD = "53f89f4" + "0" * 33, "a51f398" + "0" * 33
COMMIT = Commit(SHA, "Sell honey", "Dana", "dana@example.com", NOW)
ONE = Deploy(
    "d-4", "shop", "production", "main", SHA, "Sell honey", "succeeded", "u", "U1", "Dana", "T1", "C1", NOW - 9,
    ended=NOW,
)  # fmt: skip
STANDS = Standing(SHA, "Sell honey", "d-4", NOW)
OTHER = Standing(OLD, "Find honey", "d-2", NOW)


def line(stands: Standing | None, here: bool | None, **more: Any) -> str:
    found = Found(COMMIT, (Place("shop", "production", stands, here, **more),))
    return str(whereabouts(Whereabouts("#12", (found,))).blocks[1]["text"]["text"]).split(
        "\n• *production*: "
    )[1]


def coming(state: Any, **more: Any) -> str:
    return line(OTHER, False, coming=(replace(ONE, id="d-9", state=state, **more),)).partition("; ")[2]


def test_since_when_it_is_there_comes_from_the_deploy_that_brought_it() -> None:
    date = "<!date^1795446000^{date_short_pretty} at {time}|2026-11-23 15:00 UTC>"
    assert line(STANDS, True, stay=Stay(ONE)) == f":white_check_mark: since {date} (d-4 by Dana)"
    assert f"since {date} or longer (d-4" in line(STANDS, True, stay=Stay(ONE, open=True))
    assert line(STANDS, True) == f":white_check_mark: since {date} (d-4)"
    assert "; " not in line(STANDS, True, stay=Stay(ONE), coming=(ONE,))


def test_where_it_is_not_the_line_says_what_took_it_away_and_what_brings_it() -> None:
    assert line(OTHER, False) == "not yet, `a51f398` stands there"
    assert line(None, False) == "not yet, nothing is deployed there"
    assert line(OTHER, None).startswith("nobody can say: the repository knows `a51f398` no more")
    assert "something else stands there" in line(OTHER, False, stay=Stay(ONE))
    other = replace(ONE, id="d-5")
    replaced = line(OTHER, False, stay=Stay(ONE, other))
    assert replaced.startswith(
        ":x: not any more: d-5 by Dana replaced it with a commit that has it not <!date^"
    )
    rolled = line(OTHER, False, stay=Stay(ONE, replace(other, undoes=SHA)), kept_away="d-5")
    assert rolled.startswith(":x: not any more: d-5 by Dana rolled it back <!date^")
    assert "d-5 took it back, and it may not come again until `clear shop production`" in rolled
    assert "nobody knows what d-4 left behind there" in line(OTHER, False, doubt=ONE)
    assert coming("running") == ":rocket: d-9 by Dana brings it now"
    assert coming("queued", place_in_line=1) == ":hourglass: d-9 by Dana is the next in line"
    assert coming("queued", place_in_line=3) == ":hourglass: d-9 by Dana is number 3 in line"
    assert coming("waiting") == ":hourglass: d-9 by Dana waits for approval"
    assert coming("parked") == ":hourglass: d-9 by Dana is parked"


def test_what_it_is_and_where_stand_on_the_lock_screen() -> None:
    here = Found(COMMIT, (Place("shop", "staging", STANDS, True), Place("shop", "production", OTHER, False)))
    assert whereabouts(Whereabouts("#12", (here,))).text == "#12 Sell honey: in shop staging"
    squashed = whereabouts(Whereabouts("#12", (replace(here, squashed=True),)))
    assert squashed.blocks[0]["text"]["text"] == "*#12*, merged as `53f89f4` Sell honey — Dana"
    by_sha = whereabouts(Whereabouts(SHA[:9], (here,)))
    assert by_sha.blocks[0]["text"]["text"] == "`53f89f4` Sell honey — Dana"


@pytest.mark.parametrize("text", ["<!channel> *x*", "&" * 400, "\u202e`x`"])
def test_it_fits_slack_and_mentions_nobody_whatever_stands_in_it(text: str) -> None:
    deploy = replace(ONE, by_name=text, undoes=SHA)
    many = tuple(
        Place(f"service-{number}", name, OTHER, False, Stay(deploy, deploy), (deploy,) * 9, "d-5", deploy)
        for number in range(SHOWN)
        for name in ("staging", "production")
    )
    found = Found(replace(COMMIT, subject=text, author=text), many, more=7)
    message = whereabouts(Whereabouts("feature/" + "x" * 190, (found,) * 4, (text,) * 9))
    assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert "<!channel>" not in str(message)
